// Gradient-boosted trees and forests as models.
export { TREES_MODEL_SCHEMA_VERSION, treesModelFromJSON, treesModelToJSON } from "./json.ts";
export { type TreesModel, type TreesTraining, treesModel } from "./model.ts";
export { type RefitOptions, refitTrees } from "./refit.ts";
