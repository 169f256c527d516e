// Errors, seeded random numbers, progress, time, matrices. No input or output, no dependency.
export * from "./command.ts";
export * from "./errors.ts";
export * from "./group.ts";
export * from "./matrix.ts";
export * from "./progress.ts";
export * from "./random.ts";
export * from "./time.ts";
