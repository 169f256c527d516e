// Models: train, predict, describe, save. Runs in a browser too.
export { modelFromJSON } from "./load.ts";
export * from "./logistic/index.ts";
export type { Model, ModelDescription, ModelJson } from "./model.ts";
