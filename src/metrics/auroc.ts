// The area under the receiver operating characteristic. Knows nothing of thresholds chosen by anyone.
import { binaryRows, oneClass, type Statistic, type WeightOptions } from "./inputs.ts";
import { type RankedRows, rankedStatistic } from "./ranking.ts";

/**
 * The chance that a random positive row scores above a random negative one, ties counting half (area under the ROC
 * curve; scikit-learn's `roc_auc_score`).
 *
 * @param labels 0 or 1 a row. @param scores any finite numbers, higher meaning more likely.
 * @throws `metrics/one-class` when no row (of weight above zero) is positive, or none negative.
 * @example auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.75
 */
export function auroc(labels: ArrayLike<number>, scores: ArrayLike<number>, options: WeightOptions = {}): number {
  return auroc.prepare(labels, scores)(options.weights);
}

auroc.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const figure = ({ row, positive, endsTie }: RankedRows, weights: Float64Array | null) => {
    let positives = 0;
    let negatives = 0;
    let tiedPositives = 0;
    let tiedNegatives = 0;
    let pairsInOrder = 0;
    for (let rank = 0; rank < row.length; rank++) {
      const weight = weights === null ? 1 : weights[row[rank]!]!;
      if (positive[rank]) tiedPositives += weight;
      else tiedNegatives += weight;
      if (endsTie[rank]) {
        pairsInOrder += tiedNegatives * (positives + tiedPositives / 2);
        positives += tiedPositives;
        negatives += tiedNegatives;
        tiedPositives = 0;
        tiedNegatives = 0;
      }
    }
    if (!(positives > 0)) oneClass("AUROC", "positive");
    if (!(negatives > 0)) oneClass("AUROC", "negative");
    return pairsInOrder / positives / negatives;
  };
  return rankedStatistic(binaryRows(labels, scores), figure);
};
