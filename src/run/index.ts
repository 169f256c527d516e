// A whole run as a function, and what it gives.
export { openData, type Resources } from "./data.ts";
export { type RunOptions, runTask } from "./experiment.ts";
export type * from "./result.ts";
export { codeVersion } from "./version.ts";
export type { Documents } from "./write.ts";
