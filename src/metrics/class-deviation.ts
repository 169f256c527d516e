// How far off a class is, in the unit of what the classes cut up. Knows nothing of probabilities.
import { fail, type Statistic, type WeightOptions } from "./inputs.ts";
import { oneHot } from "./many.ts";
import { mae } from "./regression.ts";

export interface ClassDeviationOptions {
  /** A number that stands for each class, such as the mean length of stay of its training rows. */
  representatives: ArrayLike<number>;
}

/**
 * Mean absolute deviation over classes that cut up a number: the mean of |representative of the predicted class -
 * representative of the true class|, in the unit of the representatives (Harutyunyan et al. 2019, length of stay).
 *
 * @param truth class index a row. @param predicted class index a row.
 * @throws `metrics/bad-label` for a class without representative.
 * @example classDeviation([0, 1, 2], [0, 2, 2], { representatives: [1, 3, 8] }) // 1.6666666666666667
 */
export function classDeviation(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ClassDeviationOptions & WeightOptions,
): number {
  return classDeviation.prepare(truth, predicted, options)(options.weights);
}

classDeviation.prepare = (
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { representatives }: ClassDeviationOptions,
): Statistic => {
  if (!Array.from(representatives).every(Number.isFinite)) {
    fail("metrics/bad-option", "A representative of a class is not a number", { where: "representatives" });
  }
  oneHot(truth, representatives.length);
  oneHot(predicted, representatives.length);
  const standFor = (classes: ArrayLike<number>) => Float64Array.from(classes, (k) => representatives[k]!);
  return mae.prepare(standFor(truth), standFor(predicted));
};
