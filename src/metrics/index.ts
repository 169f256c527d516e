// How good predictions are: discrimination, calibration, use, errors, with intervals by patient. Re-exports only.
export { auroc } from "./auroc.ts";
export { averagePrecision } from "./average-precision.ts";
export {
  type BootstrapOptions,
  bootstrap,
  bootstrapAll,
  type Interval,
  pairedBootstrap,
  type SubjectIds,
} from "./bootstrap.ts";
export { type BrierSkillOptions, brier, brierSkill } from "./brier.ts";
export type { BinOptions } from "./calibration-bins.ts";
export { type CalibrationCurve, calibrationCurve } from "./calibration-curve.ts";
export { expectedCalibrationError, medsCalibrationError } from "./calibration-error.ts";
export {
  accuracy,
  balancedAccuracy,
  type Confusion,
  type ConfusionCounts,
  confusionAt,
  f1,
  kappa,
  matthews,
  npv,
  ppv,
  sensitivity,
  specificity,
  type ThresholdMetric,
  type ThresholdOptions,
} from "./confusion.ts";
export {
  type CurveOptions,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
} from "./curves.ts";
export type { Statistic, WeightOptions } from "./inputs.ts";
export { logLoss } from "./log-loss.ts";
export { type DecisionCurve, decisionCurve, netBenefit } from "./net-benefit.ts";
export { calibrationIntercept, calibrationSlope, logisticRecalibration, type Recalibration } from "./recalibration.ts";
export { mae, medianAbsoluteError, mse, r2, rmse } from "./regression.ts";
export {
  type Count,
  type SubgroupOptions,
  type SubgroupRow,
  type SubgroupTable,
  subgroupMetrics,
} from "./subgroups.ts";
export { type ChosenThreshold, chooseThreshold, type ThresholdRule } from "./threshold.ts";
