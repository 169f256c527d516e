// Average precision, the step-wise area under the precision-recall curve. Knows nothing of chosen thresholds.
import { binaryRows, oneClass, type Statistic, type WeightOptions } from "./inputs.ts";
import { type RankedRows, rankedStatistic } from "./ranking.ts";

/**
 * Average precision: the precision at each threshold, weighted by the recall won there, without interpolation
 * (scikit-learn's `average_precision_score`). A useless model scores the prevalence.
 *
 * @param labels 0 or 1 a row. @param scores any finite numbers, higher meaning more likely.
 * @throws `metrics/one-class` when no row (of weight above zero) is positive; with no negative row it is 1.
 * @example averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.8333333333333333
 */
export function averagePrecision(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: WeightOptions = {},
): number {
  return averagePrecision.prepare(labels, scores)(options.weights);
}

averagePrecision.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const figure = ({ row, positive, endsTie }: RankedRows, weights: Float64Array | null) => {
    let truePositives = 0;
    let called = 0;
    let won = 0;
    let area = 0;
    for (let rank = 0; rank < row.length; rank++) {
      const weight = weights === null ? 1 : weights[row[rank]!]!;
      called += weight;
      if (positive[rank]) won += weight;
      if (endsTie[rank] && won > 0) {
        truePositives += won;
        area += won * (truePositives / called);
        won = 0;
      }
    }
    if (!(truePositives > 0)) oneClass("Average precision", "positive");
    return area / truePositives;
  };
  return rankedStatistic(binaryRows(labels, scores), figure);
};
