// Agreement of classes in order beyond chance. Knows nothing of probabilities.
import { optionCount, rowWeights, type Statistic, undefinedHere, type WeightOptions } from "./inputs.ts";
import { oneHot } from "./many.ts";
import { cellsByPatient } from "./patient-cells.ts";

export interface KappaOptions {
  /** How many classes there are; class indices run from 0. */
  classes: number;
  /** What a miss by d classes costs: `linear` d, `quadratic` d squared, `none` 1. Default linear. */
  weighting?: "none" | "linear" | "quadratic";
}

/**
 * Cohen's kappa with weights for how far off a class is (Cohen 1968; scikit-learn's `cohen_kappa_score`): 1 is perfect, 0
 * no better than chance with the same share of each class.
 *
 * @param truth class index a row. @param predicted class index a row.
 * @throws `metrics/undefined` when truth and predictions are all the same class; `metrics/bad-label`.
 * @example weightedKappa([0, 1, 2], [0, 2, 2], { classes: 3 }) // 0.6666666666666667
 */
export function weightedKappa(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: KappaOptions & WeightOptions,
): number {
  return weightedKappa.prepare(truth, predicted, options)(options.weights);
}

weightedKappa.prepare = (
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { classes, weighting = "linear" }: KappaOptions,
): Statistic => {
  optionCount("classes", classes);
  oneHot(truth, classes); // refuses what is no class
  oneHot(predicted, classes);
  const cell = Uint32Array.from({ length: truth.length }, (_, row) => truth[row]! * classes + predicted[row]!);
  const cost = costOf(weighting);
  const kappaOf = (table: Float64Array) => {
    const total = table.reduce((sum, count) => sum + count, 0);
    const byTruth = new Float64Array(classes);
    const byCall = new Float64Array(classes);
    for (let i = 0; i < table.length; i++) {
      byTruth[Math.floor(i / classes)]! += table[i]!;
      byCall[i % classes]! += table[i]!;
    }
    let observed = 0;
    let chance = 0;
    for (let t = 0; t < classes; t++) {
      for (let p = 0; p < classes; p++) {
        observed += cost(t - p) * table[t * classes + p]!;
        chance += (cost(t - p) * byTruth[t]! * byCall[p]!) / total;
      }
    }
    if (chance === 0) undefinedHere("Weighted kappa", "Truth and predictions are all the same class");
    return 1 - observed / chance;
  };
  const statistic: Statistic = (weights) => {
    const w = rowWeights(weights, cell.length);
    const table = new Float64Array(classes * classes);
    for (let row = 0; row < cell.length; row++) table[cell[row]!]! += w === null ? 1 : w[row]!;
    return kappaOf(table);
  };
  statistic.byPatient = (patient, patients) => {
    const tableOf = cellsByPatient(cell, classes * classes, patient, patients);
    return (times) => kappaOf(tableOf(times));
  };
  return statistic;
};

function costOf(weighting: NonNullable<KappaOptions["weighting"]>): (distance: number) => number {
  if (weighting === "linear") return Math.abs;
  if (weighting === "quadratic") return (distance) => distance * distance;
  return (distance) => (distance === 0 ? 0 : 1);
}
