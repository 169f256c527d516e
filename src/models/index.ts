// Models: train, predict, describe, save. Runs in a browser too.
export * from "./autoscore/index.ts";
export * from "./gru/index.ts";
export { modelFromJSON } from "./load.ts";
export * from "./logistic/index.ts";
export * from "./lstm/index.ts";
export * from "./mamba/index.ts";
export * from "./mlp/index.ts";
export type { Model, ModelDescription, ModelJson } from "./model.ts";
export * from "./network.ts";
export * from "./sequence/index.ts";
export * from "./tcn/index.ts";
export * from "./transformer/index.ts";
export * from "./trees/index.ts";
export * from "./vit/index.ts";
export * from "./xresnet1d/index.ts";
