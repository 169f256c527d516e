// How a model did on patients held out: figures with intervals, curves, threshold, subgroups. Knows no model.
import {
  auroc,
  averagePrecision,
  bootstrapAll,
  brier,
  brierSkill,
  calibrationCurve,
  calibrationIntercept,
  calibrationSlope,
  decisionCurve,
  expectedCalibrationError,
  type Interval,
  logLoss,
  medsCalibrationError,
  npv,
  ppv,
  precisionRecallCurve,
  rocCurve,
  type Statistic,
  type SubgroupOptions,
  sensitivity,
  specificity,
  subgroupMetrics,
} from "../metrics/index.ts";
import { saysUndefined } from "../metrics/inputs.ts";
import type { CalibrationBin, Curve, MetricValue, ModelResult, SubgroupRow } from "./result.ts";

/** The held-out predictions of one model, a row per stay. */
export interface HeldOut {
  subjectIds: Float64Array;
  stayIds: Float64Array;
  fold: Int32Array;
  labels: Uint8Array;
  probabilities: Float64Array;
  /** The threshold chosen on the tuning patients of each fold. */
  thresholds: number[];
}

export interface EvaluationOptions {
  seed: number;
  resamples: number;
  /** How the thresholds were chosen, in words. */
  thresholdRule: string;
}

/** The smallest count that may be shown. */
const SMALLEST_SHOWN = 11;
/** Curves in the report need no more points than a picture has. */
const CURVE_POINTS = 400;
const CALIBRATION_BINS = 10;

interface MetricSpec {
  id: string;
  title: string;
  higherIsBetter: boolean;
  prepare(labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic;
}

/** The figures of the main table, in its order. */
export const mainMetrics: readonly MetricSpec[] = [
  { id: "auroc", title: "AUROC", higherIsBetter: true, prepare: auroc.prepare },
  { id: "average_precision", title: "Average precision", higherIsBetter: true, prepare: averagePrecision.prepare },
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

type Evidence = Pick<ModelResult, "metrics" | "threshold" | "roc" | "precisionRecall" | "calibration" | "decision"> & {
  skipped: number;
};

/** Everything the report shows of a model's discrimination, calibration and use. */
export function evaluate(held: HeldOut, options: EvaluationOptions): Evidence {
  const { labels, probabilities } = held;
  const curve = decisionCurve(labels, probabilities, { thresholds: decisionThresholds(labels) });
  return {
    ...ranking(held, mainMetrics, options),
    calibration: calibration(held, options),
    decision: { thresholds: curve.thresholds, model: curve.model, all: curve.treatAll },
  };
}

/** What can be said of points that are no probabilities: how well they rank, and how they do at a threshold. */
export function evaluatePoints(held: HeldOut, options: EvaluationOptions): Evidence {
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

const rankingIds = new Set(["auroc", "average_precision"]);

function ranking(
  { labels, probabilities, subjectIds, thresholds, fold }: HeldOut,
  metrics: readonly MetricSpec[],
  options: EvaluationOptions,
): Pick<Evidence, "metrics" | "threshold" | "roc" | "precisionRecall" | "skipped"> {
  const calls = Uint8Array.from(probabilities, (p, i) => (p >= thresholds[fold[i]!]! ? 1 : 0));
  const main = intervals(metrics, labels, probabilities, subjectIds, options);
  const atThreshold = intervals(thresholdMetrics, labels, calls, subjectIds, options);
  const roc = rocCurve(labels, probabilities);
  const precisionRecall = precisionRecallCurve(labels, probabilities);
  return {
    metrics: main.values,
    threshold: {
      value: thresholds.reduce((sum, value) => sum + value, 0) / thresholds.length,
      rule: options.thresholdRule,
      metrics: atThreshold.values,
    },
    roc: thinned({ x: [...roc.fpr], y: [...roc.tpr] }),
    precisionRecall: thinned({ x: [...precisionRecall.recall], y: [...precisionRecall.precision] }),
    skipped: main.skipped,
  };
}

/** The figures of some metrics with intervals; one that is not defined on these rows is left out. */
export function intervals(
  metrics: readonly MetricSpec[],
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  subjects: Float64Array,
  { seed, resamples }: Pick<EvaluationOptions, "seed" | "resamples">,
): { values: MetricValue[]; skipped: number } {
  const values: MetricValue[] = [];
  let skipped = 0;
  const statistics: Record<string, Statistic> = {};
  for (const { id, prepare } of metrics) {
    const statistic = definedOrNull(() => prepare(labels, scores));
    if (statistic && definedOrNull(() => statistic()) !== null) statistics[id] = statistic;
  }
  const found: Record<string, Interval> = bootstrapAll(statistics, subjects, { seed, resamples });
  for (const { id, title, higherIsBetter } of metrics) {
    const interval = found[id];
    if (!interval) continue;
    values.push({ id, title, higherIsBetter, value: interval.value, low: interval.low, high: interval.high });
    skipped = Math.max(skipped, interval.skipped);
  }
  return { values, skipped };
}

/** A figure that the rows do not define (one class only, say) is null; any other failure is thrown. */
function definedOrNull<T>(compute: () => T): T | null {
  try {
    return compute();
  } catch (error) {
    if (saysUndefined(error)) return null;
    throw error;
  }
}

/** Reliability by tenths of the stays, from low to high risk, with an interval for what happened in each. */
function calibration({ labels, probabilities, subjectIds }: HeldOut, options: EvaluationOptions): CalibrationBin[] {
  const bins = Math.max(2, Math.min(CALIBRATION_BINS, Math.floor(labels.length / SMALLEST_SHOWN)));
  const curve = definedOrNull(() => calibrationCurve(labels, probabilities, { bins, strategy: "quantile" }));
  if (!curve) return [];
  const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[a]! - probabilities[b]!);
  let start = 0;
  return curve.counts.map((count, bin) => {
    const rows = order.slice(start, start + count);
    start += count;
    const outcome = Float64Array.from(rows, (row) => labels[row]!);
    const subjects = Float64Array.from(rows, (row) => subjectIds[row]!);
    const { low, high } = bootstrapAll({ share: meanOf(outcome) }, subjects, options).share;
    return {
      predicted: curve.predicted[bin]!,
      observed: { value: curve.observed[bin]!, low, high },
      count: count < SMALLEST_SHOWN ? null : count,
    };
  });
}

function meanOf(values: Float64Array): Statistic {
  return (weights) => {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < values.length; i++) {
      const weight = weights ? weights[i]! : 1;
      sum += weight * values[i]!;
      total += weight;
    }
    return sum / total;
  };
}

/** The metrics of the subgroup table. */
const subgroupSpecs = mainMetrics.filter(({ id }) => ["auroc", "average_precision", "brier"].includes(id));

/** Figures by sex, age band and ethnicity, with small cells withheld. */
export function subgroups(
  { labels, probabilities, subjectIds }: HeldOut,
  families: SubgroupOptions["families"],
  { seed, resamples }: EvaluationOptions,
): SubgroupRow[] {
  const metrics = Object.fromEntries(subgroupSpecs.map(({ id, prepare }) => [id, prepare]));
  const table = subgroupMetrics(labels, probabilities, { subjects: subjectIds, families, metrics, seed, resamples });
  return [table.overall, ...table.groups].map((row) => ({
    family: row.name,
    group: row.group,
    patients: row.patients,
    stays: row.rows,
    positives: row.positives,
    metrics: subgroupSpecs.map(({ id, title, higherIsBetter }) => {
      const found = row.metrics[id];
      return found ? { id, title, higherIsBetter, value: found.value, low: found.low, high: found.high } : null;
    }),
  }));
}

/** Thresholds that matter: from 1 % to five times the prevalence, at least to 50 %. */
function decisionThresholds(labels: Uint8Array): number[] {
  const prevalence = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const last = Math.min(0.95, Math.max(0.5, 5 * prevalence));
  const steps = 60;
  return Array.from({ length: steps + 1 }, (_, i) => 0.01 + ((last - 0.01) * i) / steps);
}

/** Leaves out points of a curve that a picture could not show. */
function thinned({ x, y }: Curve): Curve {
  if (x.length <= CURVE_POINTS) return { x, y };
  const kept = Array.from({ length: CURVE_POINTS }, (_, i) => Math.round((i * (x.length - 1)) / (CURVE_POINTS - 1)));
  return { x: kept.map((i) => x[i]!), y: kept.map((i) => y[i]!) };
}
