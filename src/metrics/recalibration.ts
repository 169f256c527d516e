// Calibration slope and intercept by logistic recalibration. Knows nothing of models: only their probabilities.
import {
  fail,
  oneClass,
  probabilityRows,
  rowWeights,
  type Statistic,
  undefinedHere,
  type WeightOptions,
} from "./inputs.ts";
import { clip } from "./log-loss.ts";
import { mean } from "./sums.ts";

/** The line that maps a model's log-odds to those observed: logit(P(positive)) = intercept + slope x logit(score). */
export interface Recalibration {
  intercept: number;
  slope: number;
}

/**
 * Fits intercept and slope of the outcome on logit(score) together by maximum likelihood (Cox 1958). Scores of 0 and 1
 * are clipped as in `logLoss`.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/one-class`; `metrics/undefined` when all scores are equal; `metrics/separated` when a threshold parts
 *   the outcomes without error, for then the slope has no finite value.
 * @example logisticRecalibration([0, 1, 0, 0, 1, 1], [0.2, 0.2, 0.2, 0.8, 0.8, 0.8]).slope // 0.5
 */
export function logisticRecalibration(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: WeightOptions = {},
): Recalibration {
  return prepareRecalibration(labels, scores)(options.weights);
}

/**
 * Calibration slope: 1 when the spread of the predictions is right, below 1 when they are too extreme (overfitted), above
 * 1 when too timid. The slope of `logisticRecalibration`, and its errors.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @example calibrationSlope([0, 1, 0, 0, 1, 1], [0.2, 0.2, 0.2, 0.8, 0.8, 0.8]) // 0.5
 */
export function calibrationSlope(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: WeightOptions = {},
): number {
  return calibrationSlope.prepare(labels, scores)(options.weights);
}

calibrationSlope.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const recalibrate = prepareRecalibration(labels, scores);
  return (weights) => recalibrate(weights).slope;
};

/**
 * Calibration intercept, or calibration in the large: how far the log-odds must be moved, with the slope held at 1, for
 * the mean prediction to meet the prevalence (Cox 1958; Steyerberg, Clinical Prediction Models, ch. 15). 0 is right,
 * negative means risks are predicted too high. Scores of 0 and 1 are clipped as in `logLoss`.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/one-class`.
 * @example calibrationIntercept([0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5]) // -1.0986122886681098
 */
export function calibrationIntercept(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: WeightOptions = {},
): number {
  return calibrationIntercept.prepare(labels, scores)(options.weights);
}

calibrationIntercept.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const rows = probabilityRows(labels, scores);
  const logits = rows.scores.map(logit);
  let start: number | undefined;
  return (weights) => {
    const w = rowWeights(weights, logits.length);
    needBothClasses("The calibration intercept", rows.labels, w);
    if (w === null) return fitIntercept(rows.labels, logits, w, 0);
    start ??= fitIntercept(rows.labels, logits, null, 0);
    return fitIntercept(rows.labels, logits, w, start);
  };
};

function prepareRecalibration(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): (weights?: ArrayLike<number>) => Recalibration {
  const rows = probabilityRows(labels, scores);
  const logits = rows.scores.map(logit);
  // The fit runs on log-odds moved to mean 0 and shrunk to -1 to 1, where both coefficients are of like size.
  const centre = mean(logits);
  const scale = logits.reduce((largest, x) => Math.max(largest, Math.abs(x - centre)), 0);
  const scaled = logits.map((x) => (x - centre) / scale);
  let start: Recalibration | undefined;
  return (weights) => {
    const w = rowWeights(weights, logits.length);
    needBothClasses("The calibration slope", rows.labels, w);
    needOverlap(rows.labels, logits, w);
    const blank = { intercept: logOdds(mean(rows.labels, w)), slope: 0 };
    if (w !== null) start ??= fitLine(rows.labels, scaled, null, blank) ?? blank;
    const line = fitLine(rows.labels, scaled, w, start ?? blank) ?? fitLine(rows.labels, scaled, w, blank);
    const { intercept, slope } = line ?? noSolution();
    return { intercept: intercept - (slope / scale) * centre, slope: slope / scale };
  };
}

const MOST_STEPS = 200;
/** Newton squares the error at each step: after a step this small nothing is left but rounding. */
const SETTLED = 1e-7;
const settled = (step: number, value: number) => Math.abs(step) <= SETTLED * Math.max(1, Math.abs(value));

/**
 * Newton's method, each step halved until the likelihood does not fall. From a slope of 0 it always arrives; from a start
 * where all probabilities are next to 0 or 1 it may not, and gives undefined.
 */
function fitLine(
  labels: Float64Array,
  x: Float64Array,
  w: Float64Array | null,
  start: Recalibration,
): Recalibration | undefined {
  let { intercept, slope } = start;
  let here = likelihood(labels, x, w, intercept, slope);
  for (let step = 0; step < MOST_STEPS; step++) {
    const determinant = here.h00 * here.h11 - here.h01 * here.h01;
    let d0 = (here.h11 * here.g0 - here.h01 * here.g1) / determinant;
    let d1 = (here.h00 * here.g1 - here.h01 * here.g0) / determinant;
    if (!Number.isFinite(d0) || !Number.isFinite(d1)) return undefined;
    let next = likelihood(labels, x, w, intercept + d0, slope + d1);
    const least = here.value - 1e-12 * Math.abs(here.value);
    while (!(next.value >= least)) {
      d0 /= 2;
      d1 /= 2;
      next = likelihood(labels, x, w, intercept + d0, slope + d1);
    }
    intercept += d0;
    slope += d1;
    here = next;
    if (settled(d0, intercept) && settled(d1, slope)) return { intercept, slope };
  }
  return undefined;
}

/** The log-likelihood of a line with its slopes (g) and curvatures (h, positive). */
function likelihood(labels: Float64Array, x: Float64Array, w: Float64Array | null, intercept: number, slope: number) {
  let [value, g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    const z = intercept + slope * x[i]!;
    const weight = w === null ? 1 : w[i]!;
    const e = Math.exp(-Math.abs(z));
    const p = z >= 0 ? 1 / (1 + e) : e / (1 + e);
    const gap = weight * (labels[i]! - p);
    const spread = (weight * e) / ((1 + e) * (1 + e));
    value -= weight * (Math.log(1 + e) + Math.max(z, 0) - labels[i]! * z);
    g0 += gap;
    g1 += gap * x[i]!;
    h00 += spread;
    h01 += spread * x[i]!;
    h11 += spread * x[i]! * x[i]!;
  }
  return { value, g0, g1, h00, h01, h11 };
}

/** Newton's method on the one free term, kept inside a bracket of the only root. */
function fitIntercept(labels: Float64Array, logits: Float64Array, w: Float64Array | null, start: number): number {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let intercept = start;
  for (let step = 0; step < MOST_STEPS; step++) {
    let gap = 0;
    let spread = 0;
    for (let i = 0; i < labels.length; i++) {
      const weight = w === null ? 1 : w[i]!;
      const p = 1 / (1 + Math.exp(-intercept - logits[i]!));
      gap += weight * (labels[i]! - p);
      spread += weight * p * (1 - p);
    }
    if (gap > 0) low = intercept;
    else high = intercept;
    let next = intercept + gap / spread;
    if (!(next > low && next < high) && gap !== 0) {
      if (low === Number.NEGATIVE_INFINITY) next = high - 1 - Math.abs(high);
      else if (high === Number.POSITIVE_INFINITY) next = low + 1 + Math.abs(low);
      else next = (low + high) / 2;
    }
    const move = next - intercept;
    intercept = next;
    if (settled(move, intercept)) return intercept;
  }
  return noSolution();
}

function noSolution(): never {
  return fail("metrics/separated", "Logistic recalibration found no finite solution", {
    why: "The scores part the outcomes almost without error",
  });
}

const logit = (score: number) => logOdds(clip(score));
const logOdds = (p: number) => Math.log(p) - Math.log1p(-p);

function needBothClasses(metric: string, labels: Float64Array, w: Float64Array | null): void {
  let positive = false;
  let negative = false;
  for (let i = 0; i < labels.length; i++) {
    if (w !== null && w[i] === 0) continue;
    if (labels[i] === 1) positive = true;
    else negative = true;
  }
  if (!positive) oneClass(metric, "positive");
  if (!negative) oneClass(metric, "negative");
}

/** The slope is finite only where the scores of positive and negative rows overlap. */
function needOverlap(labels: Float64Array, logits: Float64Array, w: Float64Array | null): void {
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const most = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < labels.length; i++) {
    if (w !== null && w[i] === 0) continue;
    const label = labels[i]!;
    least[label] = Math.min(least[label]!, logits[i]!);
    most[label] = Math.max(most[label]!, logits[i]!);
  }
  if (Math.min(...least) === Math.max(...most)) undefinedHere("The calibration slope", "All scores are equal");
  if (most[0]! <= least[1]! || most[1]! <= least[0]!) {
    fail("metrics/separated", "The calibration slope has no finite value", {
      why: "A threshold on the score parts the outcomes without error",
      fix: "Measure on more patients",
    });
  }
}
