// The ROC and the precision-recall curve, point for point as scikit-learn draws them. Knows nothing of pictures.
import { oneClass, type WeightOptions } from "./inputs.ts";
import { cumulativeCounts } from "./ranking.ts";

export interface CurveOptions extends WeightOptions {
  /** Leave out points that the drawn curve does not need. */
  dropIntermediate?: boolean;
}

/** Points of the ROC curve from (0, 0) to (1, 1); `thresholds[i]` calls a row positive when its score is at or above it. */
export interface RocCurve {
  fpr: Float64Array;
  tpr: Float64Array;
  /** Falling; the first is Infinity (nobody is called positive). */
  thresholds: Float64Array;
}

/**
 * False and true positive rates at every threshold (scikit-learn's `roc_curve`). `dropIntermediate` (default true) leaves
 * out points on a straight line between their neighbours.
 *
 * @param labels 0 or 1 a row. @param scores any finite numbers, higher meaning more likely.
 * @throws `metrics/one-class`.
 * @example rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).tpr // [0, 0.5, 0.5, 1, 1]
 */
export function rocCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { weights, dropIntermediate = true }: CurveOptions = {},
): RocCurve {
  const { thresholds, truePositives, falsePositives } = cumulativeCounts(labels, scores, weights);
  const positives = truePositives.at(-1)!;
  const negatives = falsePositives.at(-1)!;
  if (positives === 0) oneClass("The ROC curve", "positive");
  if (negatives === 0) oneClass("The ROC curve", "negative");
  const bends = (counts: Float64Array, i: number) => counts[i + 1]! - counts[i]! - (counts[i]! - counts[i - 1]!) !== 0;
  const last = thresholds.length - 1;
  const kept: number[] = [];
  for (let i = 0; i <= last; i++) {
    if (!dropIntermediate || i === 0 || i === last || bends(truePositives, i) || bends(falsePositives, i)) kept.push(i);
  }
  return {
    fpr: Float64Array.from([0, ...kept.map((i) => falsePositives[i]! / negatives)]),
    tpr: Float64Array.from([0, ...kept.map((i) => truePositives[i]! / positives)]),
    thresholds: Float64Array.from([Number.POSITIVE_INFINITY, ...kept.map((i) => thresholds[i]!)]),
  };
}

/** Points of the precision-recall curve, recall falling to 0; the last point (precision 1, recall 0) has no threshold. */
export interface PrecisionRecallCurve {
  precision: Float64Array;
  recall: Float64Array;
  /** Rising, one fewer than the points. */
  thresholds: Float64Array;
}

/**
 * Precision and recall at every threshold (scikit-learn's `precision_recall_curve`). `dropIntermediate` (default false)
 * keeps only the first and last point of each recall.
 *
 * @param labels 0 or 1 a row. @param scores any finite numbers, higher meaning more likely.
 * @throws `metrics/one-class` when no row is positive.
 * @example precisionRecallCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).recall // [1, 1, 0.5, 0.5, 0]
 */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { weights, dropIntermediate = false }: CurveOptions = {},
): PrecisionRecallCurve {
  const { thresholds, truePositives, falsePositives } = cumulativeCounts(labels, scores, weights);
  const positives = truePositives.at(-1)!;
  if (positives === 0) oneClass("The precision-recall curve", "positive");
  const last = thresholds.length - 1;
  const kept: number[] = [];
  for (let i = last; i >= 0; i--) {
    const tp = truePositives[i]!;
    const needed = i === 0 || i === last || tp !== truePositives[i - 1] || tp !== truePositives[i + 1];
    if (!dropIntermediate || needed) kept.push(i);
  }
  return {
    precision: Float64Array.from([...kept.map((i) => truePositives[i]! / (truePositives[i]! + falsePositives[i]!)), 1]),
    recall: Float64Array.from([...kept.map((i) => truePositives[i]! / positives), 0]),
    thresholds: Float64Array.from(kept, (i) => thresholds[i]!),
  };
}
