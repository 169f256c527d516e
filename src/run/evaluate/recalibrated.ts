// Calibration and use before and after recalibration, fitted on tuning patients only. Knows no model.
import {
  applyIsotonic,
  applyPlatt,
  brier,
  calibrationIntercept,
  calibrationSlope,
  expectedCalibrationError,
  isotonicRegression,
  logLoss,
  plattScaling,
} from "../../metrics/index.ts";
import type { Recalibrated } from "../result.ts";
import { calibrationBins } from "./calibration.ts";
import { decisionOf } from "./event.ts";
import type { EvaluationOptions, HeldOutEvent, TuningEvent } from "./held-out.ts";
import { intervals, type MetricSpec } from "./intervals.ts";

const metrics: readonly MetricSpec[] = [
  { id: "brier", title: "Brier score", higherIsBetter: false, prepare: brier.prepare },
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
    title: "Expected calibration error",
    higherIsBetter: false,
    prepare: (labels, scores) => expectedCalibrationError.prepare(labels, scores),
  },
];

type Fit = (labels: ArrayLike<number>, scores: ArrayLike<number>) => (scores: ArrayLike<number>) => Float64Array;

const fits: { id: Recalibrated["id"]; title: string; learn: Fit }[] = [
  { id: "none", title: "As predicted", learn: () => (scores) => Float64Array.from(scores) },
  {
    id: "platt",
    title: "Platt scaling",
    learn: (labels, scores) => {
      const line = plattScaling(labels, scores);
      return (more) => applyPlatt(line, more);
    },
  },
  {
    id: "isotonic",
    title: "Isotonic regression",
    learn: (labels, scores) => {
      const steps = isotonicRegression(labels, scores);
      return (more) => applyIsotonic(steps, more);
    },
  },
];

/**
 * How the held-out predictions do as they are, and after Platt scaling and isotonic regression, each fold's fitted on the
 * tuning patients of that fold. Empty without tuning predictions, or where those of a fold hold one outcome only.
 */
export function recalibrate(
  held: HeldOutEvent,
  tuning: TuningEvent,
  options: Pick<EvaluationOptions, "seed" | "resamples">,
): Recalibrated[] {
  const folds = [...new Set(held.fold)].map((fold) => ({
    fold,
    tuned: rowsOf(tuning.fold, fold),
    heldOut: rowsOf(held.fold, fold),
  }));
  const hasBoth = folds.every(({ tuned }) => {
    const positives = tuned.reduce((sum, row) => sum + tuning.labels[row]!, 0);
    return positives > 0 && positives < tuned.length;
  });
  if (!hasBoth) return [];
  const { labels, subjectIds } = held;
  return fits.map(({ id, title, learn }) => {
    const probabilities = new Float64Array(labels.length);
    for (const { tuned, heldOut } of folds) {
      const apply = learn(take(tuning.labels, tuned), take(tuning.probabilities, tuned));
      const made = apply(take(held.probabilities, heldOut));
      heldOut.forEach((row, i) => {
        probabilities[row] = made[i]!;
      });
    }
    return {
      id,
      title,
      metrics: intervals(metrics, labels, probabilities, subjectIds, options).values,
      calibration: calibrationBins({ labels, probabilities, subjectIds }, options),
      decision: decisionOf(labels, probabilities),
    };
  });
}

/** The rows of a fold. */
export function rowsOf(folds: Int32Array, wanted: number): Uint32Array {
  const rows: number[] = [];
  folds.forEach((fold, row) => {
    if (fold === wanted) rows.push(row);
  });
  return Uint32Array.from(rows);
}

/** The values of some rows. */
export function take(values: ArrayLike<number>, rows: Uint32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}
