// The best balance of precision and sensitivity over all thresholds. Knows nothing of a threshold in use.
import { binaryRows, oneClass, type Statistic, type WeightOptions } from "./inputs.ts";
import { type RankedRows, rankedStatistic } from "./ranking.ts";

/**
 * min(precision, sensitivity) at the threshold where it is largest: where the two curves meet, or are nearest to
 * (`min(+P, Se)` of the PhysioNet 2012 challenge, there at one threshold; here the best over all).
 *
 * @param labels 0 or 1 a row. @param scores any finite numbers, higher meaning more likely.
 * @throws `metrics/one-class` when no row (of weight above zero) is positive.
 * @example minPrecisionSensitivity([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.6666666666666666
 */
export function minPrecisionSensitivity(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: WeightOptions = {},
): number {
  return minPrecisionSensitivity.prepare(labels, scores)(options.weights);
}

minPrecisionSensitivity.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const figure = ({ row, positive, endsTie }: RankedRows, weights: Float64Array | null) => {
    let positives = 0;
    for (let rank = 0; rank < row.length; rank++)
      if (positive[rank]) positives += weights === null ? 1 : weights[row[rank]!]!;
    if (!(positives > 0)) oneClass("min(precision, sensitivity)", "positive");
    let called = 0;
    let hits = 0;
    let best = 0;
    for (let rank = 0; rank < row.length; rank++) {
      const weight = weights === null ? 1 : weights[row[rank]!]!;
      called += weight;
      if (positive[rank]) hits += weight;
      // both are hits over something, so the smaller one is hits over the larger of the two
      if (endsTie[rank] && hits > 0) best = Math.max(best, hits / Math.max(called, positives));
    }
    return best;
  };
  return rankedStatistic(binaryRows(labels, scores), figure);
};
