// The charts: each `name(data, options)` returns an SVG text.
export { type AgreementOptions, agreement } from "./agreement.ts";
export { type AlarmSeries, alarms } from "./alarms.ts";
export { type BeeswarmOptions, beeswarm } from "./beeswarm.ts";
export { type CalibrationOptions, calibration, calibrationLimit } from "./calibration.ts";
export { type Coefficient, type CoefficientOptions, coefficients } from "./coefficients.ts";
export { confusion } from "./confusion.ts";
export { type DecisionOptions, type DecisionSeries, decision } from "./decision.ts";
export { type DependenceOptions, dependence, dependenceKey, dependenceRange } from "./dependence.ts";
export type { ChartDocument, ChartOptions } from "./draw.ts";
export { type ForestOptions, type ForestRow, forest } from "./forest.ts";
export { funnel } from "./funnel.ts";
export { type ImportanceOptions, importance } from "./importance.ts";
export { type MissingnessData, type MissingnessOptions, missingness } from "./missingness.ts";
export { type ParsimonyOptions, type ParsimonyStep, parsimony } from "./parsimony.ts";
export { type PathOptions, type PathPoint, path } from "./path.ts";
export { type PrecisionRecallOptions, type PrecisionRecallSeries, precisionRecall } from "./precision-recall.ts";
export { type ReliabilitySeries, reliability } from "./reliability.ts";
export { type RocSeries, roc } from "./roc.ts";
