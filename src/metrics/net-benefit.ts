// Net benefit and the decision curve. Knows nothing of what treatment costs beyond the threshold probability.
import { type ConfusionCounts, prepareCounts, type ThresholdOptions } from "./confusion.ts";
import { optionWithin, probabilityRows, type Statistic, type WeightOptions } from "./inputs.ts";
import { cumulativeCounts } from "./ranking.ts";

/**
 * Net benefit of treating the rows with probability >= threshold: true positives less false positives weighed by the odds
 * of the threshold, per row (Vickers and Elkin 2006). In units of true positives per row; treating nobody scores 0.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1. Threshold: from 0 to below 1.
 * @throws `metrics/bad-option` for another threshold.
 * @example netBenefit([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.2 }) // 0.4375
 */
export function netBenefit(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: ThresholdOptions & WeightOptions,
): number {
  return netBenefit.prepare(labels, scores, options)(options.weights);
}

netBenefit.prepare = (
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { threshold }: ThresholdOptions,
): Statistic => {
  const odds = oddsOf(threshold);
  const { labels: checkedLabels, scores: checkedScores } = probabilityRows(labels, scores);
  const count = prepareCounts(checkedLabels, checkedScores, { threshold });
  return (weights) => benefit(count(weights), odds);
};

/** Net benefit at each threshold of the model, of treating everybody and of treating nobody. */
export interface DecisionCurve {
  thresholds: number[];
  model: number[];
  treatAll: number[];
  treatNone: number[];
}

const PERCENT = Array.from({ length: 99 }, (_, k) => (k + 1) / 100);

/**
 * Net benefit over a range of threshold probabilities (Vickers and Elkin 2006), by default 1 % to 99 %.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/bad-option` for a threshold outside 0 to below 1.
 * @example decisionCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { thresholds: [0.2, 0.5] }).model // [0.4375, 0.25]
 */
export function decisionCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { thresholds = PERCENT, weights }: { thresholds?: ArrayLike<number> } & WeightOptions = {},
): DecisionCurve {
  const rows = probabilityRows(labels, scores);
  const counts = cumulativeCounts(rows.labels, rows.scores, weights);
  const positives = counts.truePositives.at(-1)!;
  const negatives = counts.falsePositives.at(-1)!;
  const curve: DecisionCurve = { thresholds: [], model: [], treatAll: [], treatNone: [] };
  for (const threshold of Array.from(thresholds)) {
    const odds = oddsOf(threshold);
    const called = lastAtOrAbove(counts.thresholds, threshold);
    const tp = called < 0 ? 0 : counts.truePositives[called]!;
    const fp = called < 0 ? 0 : counts.falsePositives[called]!;
    curve.thresholds.push(threshold);
    curve.model.push(benefit({ tp, fp, fn: positives - tp, tn: negatives - fp }, odds));
    curve.treatAll.push(benefit({ tp: positives, fp: negatives, fn: 0, tn: 0 }, odds));
    curve.treatNone.push(0);
  }
  return curve;
}

function benefit({ tp, fp, tn, fn }: ConfusionCounts, odds: number): number {
  return (tp - fp * odds) / (tp + fp + tn + fn);
}

function oddsOf(threshold: number): number {
  optionWithin("threshold", threshold, 0, 1 - Number.EPSILON);
  return threshold / (1 - threshold);
}

/** The last place of falling values that is still at or above `value`; -1 when none is. */
function lastAtOrAbove(falling: Float64Array, value: number): number {
  let low = 0;
  let high = falling.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (falling[middle]! >= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
