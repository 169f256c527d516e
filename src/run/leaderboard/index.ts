// Leaderboards over finished runs.
export type * from "./board.ts";
export { type CompareOptions, compareRuns, rowDifference } from "./compare.ts";
export { type FinishedRun, predictionsFile, readRuns } from "./read.ts";
