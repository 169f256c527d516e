// Logistic regression with an elastic-net penalty.
export { logisticFromJSON, logisticToJSON } from "./json.ts";
export {
  decisionFunction,
  type LogisticModel,
  type LogisticParts,
  type LogisticSettings,
  predictLogistic,
} from "./model.ts";
export {
  type LogisticPath,
  type LogisticPathOptions,
  type LogisticPathRow,
  logisticPath,
  type TuningScore,
} from "./path.ts";
export type { ClassWeight } from "./problem.ts";
export { type LogisticOptions, type TrainLogisticOptions, trainLogisticRegression } from "./train.ts";
