// Gradient boosting: training.
export type { BoostingInput } from "./check.ts";
export type { BoostingOptions, RoundLog } from "./options.ts";
export { type BoostingLog, type BoostingResult, trainBoosting } from "./train.ts";
