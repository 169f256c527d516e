// The task language (ACES): task files read, checked, compiled to one query over MEDS events, and run.

export { bedsideConcepts } from "./bedside-concepts.ts";
export { type Compiled, type CompileOptions, compileCandidates, compileTask } from "./compile.ts";
export { type ConceptFunction, type Concepts, conceptFunctions } from "./concepts.ts";
export { type Extraction, type ExtractOptions, extractLabels } from "./extract.ts";
export type { Funnel, FunnelStep } from "./funnel.ts";
export { type ParseOptions, parseTask as parseAcesTask } from "./parse.ts";
export { isAcesTask, type ReadOptions, readAcesTask } from "./read.ts";
export type { Task as AcesTask } from "./task.ts";
