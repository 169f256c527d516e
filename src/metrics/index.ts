// How good predictions are: discrimination, calibration, use, errors, with intervals by patient. Re-exports only.
export {
  type AlarmCounts,
  type AlarmFigures,
  type AlarmOptions,
  type AlarmRows,
  type AlarmScorer,
  alarmFigures,
  chooseAlarmThreshold,
  prepareAlarms,
} from "./alarms.ts";
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
export { type ClassDeviationOptions, classDeviation } from "./class-deviation.ts";
export { compareWith, type Difference, holm } from "./comparison.ts";
export {
  type ConformalOptions,
  conformalBound,
  conformalIntervals,
  conformalSets,
  type IntervalRule,
  predictionSets,
  type SetOptions,
  type SetRule,
} from "./conformal.ts";
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
export type { ByPatient, Statistic, WeightOptions } from "./inputs.ts";
export { applyIsotonic, type Isotonic, isotonicRegression } from "./isotonic.ts";
export { logLoss } from "./log-loss.ts";
export {
  type ManyMetric,
  macroAuroc,
  macroAveragePrecision,
  microAuroc,
  microAveragePrecision,
} from "./macro-micro.ts";
export { type ManyOptions, oneHot } from "./many.ts";
export { minPrecisionSensitivity } from "./min-precision-sensitivity.ts";
export { type DecisionCurve, decisionCurve, netBenefit } from "./net-benefit.ts";
export { applyPlatt, type Platt, plattScaling } from "./platt.ts";
export { ratioOf } from "./ratio.ts";
export { calibrationIntercept, calibrationSlope, logisticRecalibration, type Recalibration } from "./recalibration.ts";
export { mae, medianAbsoluteError, mse, r2, rmse } from "./regression.ts";
export {
  type Count,
  type SubgroupOptions,
  type SubgroupRow,
  type SubgroupTable,
  subgroupMetrics,
} from "./subgroups.ts";
export { meanStatistic } from "./sums.ts";
export { type ChosenThreshold, chooseThreshold, type ThresholdRule } from "./threshold.ts";
export { type KappaOptions, weightedKappa } from "./weighted-kappa.ts";
