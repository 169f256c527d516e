// The logarithmic loss of predicted probabilities. Knows nothing of thresholds.
import { probabilityRows, type Statistic, type WeightOptions } from "./inputs.ts";
import { meanOf } from "./sums.ts";

/**
 * The mean of -ln(probability given to what happened), in nats (scikit-learn's `log_loss` with labels 0 and 1).
 * Probabilities are clipped to [2^-52, 1 - 2^-52], scikit-learn's rule for 64-bit numbers, so that a sure and wrong
 * forecast costs 36 and not infinity. Defined on one class.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/not-a-probability`.
 * @example logLoss([1, 0, 0, 1], [0.9, 0.1, 0.2, 0.65]) // 0.21616187468057912
 */
export function logLoss(labels: ArrayLike<number>, scores: ArrayLike<number>, options: WeightOptions = {}): number {
  return logLoss.prepare(labels, scores)(options.weights);
}

logLoss.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const rows = probabilityRows(labels, scores);
  return meanOf(rows.labels.map((label, i) => -Math.log(clip(label === 1 ? rows.scores[i]! : 1 - rows.scores[i]!))));
};

/** A probability kept away from 0 and 1 by the spacing of 64-bit numbers at 1. */
export function clip(probability: number): number {
  return Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON);
}
