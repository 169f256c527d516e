// The public API: re-exports only. The parts that also run in a browser have sub-paths of their own.

export * as cohort from "./cohort/index.ts";
export * as concepts from "./concepts/index.ts";
export * from "./core/index.ts";
export * as features from "./features/index.ts";
export * as metrics from "./metrics/index.ts";
export * as models from "./models/index.ts";
export * as report from "./report/index.ts";
export * as run from "./run/index.ts";
export * as sources from "./sources/index.ts";
export * as store from "./store/index.ts";
export * as systems from "./systems/index.ts";
