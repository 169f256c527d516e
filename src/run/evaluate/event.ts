// The evidence of an event: discrimination, calibration, use, and what a threshold does. Knows no model.
import {
  auroc,
  averagePrecision,
  brier,
  brierSkill,
  calibrationIntercept,
  calibrationSlope,
  decisionCurve,
  expectedCalibrationError,
  logLoss,
  medsCalibrationError,
  minPrecisionSensitivity,
  npv,
  ppv,
  precisionRecallCurve,
  rocCurve,
  sensitivity,
  specificity,
} from "../../metrics/index.ts";
import type { Conformal, Curve, ModelResult } from "../result.ts";
import { evaluateAlarms } from "./alarms.ts";
import { calibrationBins } from "./calibration.ts";
import { conformalSetsOf, twoClasses } from "./conformal.ts";
import type { EvaluationOptions, HeldOutEvent, TuningEvent } from "./held-out.ts";
import { definedOrNull, intervals, type MetricSpec, perSeed, seedIntervals, seedTable } from "./intervals.ts";
import { recalibrate } from "./recalibrated.ts";

/** Curves in the report need no more points than a picture has. */
const CURVE_POINTS = 400;

/** The figures of the main table, in its order. */
export const mainMetrics: readonly MetricSpec[] = [
  { id: "auroc", title: "AUROC", higherIsBetter: true, prepare: auroc.prepare },
  { id: "average_precision", title: "Average precision", higherIsBetter: true, prepare: averagePrecision.prepare },
  {
    id: "min_precision_sensitivity",
    title: "min(precision, sensitivity)",
    higherIsBetter: true,
    prepare: minPrecisionSensitivity.prepare,
  },
  { id: "brier", title: "Brier score", higherIsBetter: false, prepare: brier.prepare },
  { id: "brier_skill", title: "Brier skill", higherIsBetter: true, prepare: brierSkill.prepare },
  { id: "log_loss", title: "Log loss", higherIsBetter: false, prepare: logLoss.prepare },
  { id: "calibration_slope", title: "Calibration slope", higherIsBetter: true, prepare: calibrationSlope.prepare },
  {
    id: "calibration_intercept",
    title: "Calibration in the large",
    higherIsBetter: false,
    prepare: calibrationIntercept.prepare,
  },
  {
    id: "ece",
    title: "Expected calibration error (count-weighted)",
    higherIsBetter: false,
    prepare: expectedCalibrationError.prepare,
  },
  {
    id: "meds_calibration_error",
    title: "Calibration error (MEDS-evaluation, plain mean of bins)",
    higherIsBetter: false,
    prepare: medsCalibrationError.prepare,
  },
];

const thresholdMetrics: readonly MetricSpec[] = [
  { id: "sensitivity", title: "Sensitivity", prepare: atHalf(sensitivity) },
  { id: "specificity", title: "Specificity", prepare: atHalf(specificity) },
  { id: "ppv", title: "Positive predictive value", prepare: atHalf(ppv) },
  { id: "npv", title: "Negative predictive value", prepare: atHalf(npv) },
].map((metric) => ({ ...metric, higherIsBetter: true }));

/** Calls are 0 or 1, so any threshold between tells them apart; 0.5 is written once, here. */
function atHalf(metric: typeof sensitivity): MetricSpec["prepare"] {
  return (labels, calls) => metric.prepare(labels, calls, { threshold: 0.5 });
}

type Evidence = Pick<
  ModelResult,
  | "metrics"
  | "threshold"
  | "roc"
  | "precisionRecall"
  | "calibration"
  | "decision"
  | "seeds"
  | "recalibrated"
  | "alarms"
  | "conformal"
> & { skipped: number };

/** Everything the report shows of a model's discrimination, calibration and use. */
export function evaluateEvent(held: HeldOutEvent, options: EvaluationOptions): Evidence {
  const { labels, probabilities, tuning } = held;
  const recalibrated = tuning ? recalibrate(held, tuning, options) : [];
  const alarms = evaluateAlarms(held, options);
  return {
    ...ranking(held, mainMetrics, options),
    calibration: calibrationBins(held, options),
    decision: decisionOf(labels, probabilities),
    ...(recalibrated.length ? { recalibrated } : {}),
    ...(alarms ? { alarms } : {}),
    ...(tuning && options.conformal ? { conformal: setsOf(held, tuning, options, options.conformal) } : {}),
  };
}

function setsOf(held: HeldOutEvent, tuning: TuningEvent, options: EvaluationOptions, promised: number): Conformal {
  const rowsOf = ({ labels, probabilities, fold }: TuningEvent) => ({
    ...{ truth: labels, probabilities: twoClasses(probabilities), fold },
  });
  const { subjectIds } = held;
  const names = ["Without the event", "With the event"];
  return conformalSetsOf({ ...rowsOf(held), subjectIds }, rowsOf(tuning), { ...options, promised, names });
}

/** What can be said of points that are no probabilities: how well they rank, and how they do at a threshold. */
export function evaluatePoints(held: HeldOutEvent, options: EvaluationOptions): Evidence {
  return {
    ...ranking(
      held,
      mainMetrics.filter(({ id }) => rankingIds.has(id)),
      options,
    ),
    calibration: [],
    decision: { thresholds: [], model: [], all: [] },
  };
}

const rankingIds = new Set(["auroc", "average_precision", "min_precision_sensitivity"]);

function ranking(
  { labels, probabilities, subjectIds, thresholds, fold, seeds }: HeldOutEvent,
  metrics: readonly MetricSpec[],
  options: EvaluationOptions,
): Pick<Evidence, "metrics" | "threshold" | "roc" | "precisionRecall" | "skipped" | "seeds"> {
  const calls = Uint8Array.from(probabilities, (p, i) => (p >= thresholds[fold[i]!]! ? 1 : 0));
  const main = seedIntervals(metrics, labels, perSeed(probabilities, seeds), subjectIds, options);
  const atThreshold = intervals(thresholdMetrics, labels, calls, subjectIds, options);
  const roc = definedOrNull(() => rocCurve(labels, probabilities));
  const precisionRecall = definedOrNull(() => precisionRecallCurve(labels, probabilities));
  const table = seedTable(metrics, labels, seeds);
  return {
    metrics: main.values,
    threshold: {
      value: thresholds.reduce((sum, value) => sum + value, 0) / thresholds.length,
      rule: options.thresholdRule,
      metrics: atThreshold.values,
    },
    roc: roc ? thinned({ x: [...roc.fpr], y: [...roc.tpr] }) : { x: [], y: [] },
    precisionRecall: precisionRecall
      ? thinned({ x: [...precisionRecall.recall], y: [...precisionRecall.precision] })
      : { x: [], y: [] },
    ...(table ? { seeds: table } : {}),
    skipped: main.skipped,
  };
}

/** The decision curve at thresholds that matter: from 1 % to five times the prevalence, at least to 50 %. */
export function decisionOf(labels: Uint8Array, probabilities: ArrayLike<number>): ModelResult["decision"] {
  const prevalence = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const last = Math.min(0.95, Math.max(0.5, 5 * prevalence));
  const steps = 60;
  const thresholds = Array.from({ length: steps + 1 }, (_, i) => 0.01 + ((last - 0.01) * i) / steps);
  const curve = decisionCurve(labels, probabilities, { thresholds });
  return { thresholds: curve.thresholds, model: curve.model, all: curve.treatAll };
}

/** Leaves out points of a curve that a picture could not show. */
function thinned({ x, y }: Curve): Curve {
  if (x.length <= CURVE_POINTS) return { x, y };
  const kept = Array.from({ length: CURVE_POINTS }, (_, i) => Math.round((i * (x.length - 1)) / (CURVE_POINTS - 1)));
  return { x: kept.map((i) => x[i]!), y: kept.map((i) => y[i]!) };
}
