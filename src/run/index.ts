// A whole run as a function, and what it gives.
export { openData, type Resources } from "./data.ts";
export { type RunOptions, runTask } from "./experiment.ts";
export { type FailedTask, type GridOptions, type GridResult, isSystem, runGrid } from "./grid.ts";
export * as meeti from "./meeti/index.ts";
export { type Protocol, protocols } from "./protocol.ts";
export type * from "./result.ts";
export { codeVersion } from "./version.ts";
export type { Documents } from "./write.ts";
