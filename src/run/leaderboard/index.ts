// Leaderboards over finished runs.
export type * from "./board.ts";
export { type CompareOptions, compareRuns, rowDifference } from "./compare.ts";
export { type FinishedRun, readRuns } from "./read.ts";
