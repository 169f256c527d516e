// TSCAN: attention over hours and over variables of the last hours before a prediction.
export { type TscanAttention, type TscanModel, type TscanShape, tscanModel, tscanModelFromJSON } from "./model.ts";
export {
  type ResolvedTscan,
  type TokenLayout,
  type TscanNetwork,
  type TscanSettings,
  tscanNetwork,
} from "./network.ts";
export { type TscanTrainingOptions, trainTscan } from "./train.ts";
