// Decision trees: prediction, explanation and model files of ensembles, however they were trained.

export * from "./boosting/index.ts";
export { type CheckOptions, checkEnsemble } from "./check.ts";
export * from "./ensemble.ts";
export * from "./forest/index.ts";
export * from "./importance.ts";
export { lightgbmToText } from "./lightgbm-export.ts";
export { lightgbmFromText } from "./lightgbm-text.ts";
export { treesFromBytes, treesToBytes } from "./model-bytes.ts";
export { TREES_SCHEMA_VERSION, type TreesJson, treesFromJSON, treesToJSON } from "./model-file.ts";
export { type TreesOnnxOptions, treesOnnxModel, treesToOnnx } from "./onnx-export.ts";
export * from "./partial-dependence.ts";
export { marginToPrediction, type PredictOptions, predict, predictMargin, predictOnThreads } from "./predict.ts";
export * from "./shap/index.ts";
