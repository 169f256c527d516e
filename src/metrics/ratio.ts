// A ratio of sums over rows, such as events found over events. Knows nothing of what is counted.
import { fail, rowWeights, type Statistic, undefinedHere } from "./inputs.ts";
import { patientSums, sum, weightedSum } from "./sums.ts";

/**
 * The sum of `parts` over the sum of `wholes`, for any weights of the rows; for the bootstrap of rates whose rows (stays)
 * bring several events or hours each.
 * @throws `metrics/undefined` where the wholes sum to zero.
 * @example ratioOf([1, 0], [2, 2])() // 0.25
 */
export function ratioOf(parts: ArrayLike<number>, wholes: ArrayLike<number>): Statistic {
  if (parts.length !== wholes.length) fail("metrics/sizes-differ", "Parts and wholes differ in number");
  const [above, below] = [Float64Array.from(parts), Float64Array.from(wholes)];
  const share = (part: number, whole: number) =>
    whole === 0 ? undefinedHere("The ratio", "The rows sum to nothing") : part / whole;
  const statistic: Statistic = (weights) => {
    const w = rowWeights(weights, above.length);
    return share(sum(above, w), sum(below, w));
  };
  statistic.byPatient = (patient, patients) => {
    const [a, b] = [patientSums(above, patient, patients), patientSums(below, patient, patients)];
    return (drawn) => share(weightedSum(a, drawn), weightedSum(b, drawn));
  };
  return statistic;
}
