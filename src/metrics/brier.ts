// The Brier score and its skill over the prevalence. Knows nothing of thresholds.
import {
  optionWithin,
  probabilityRows,
  rowWeights,
  type Statistic,
  undefinedHere,
  type WeightOptions,
} from "./inputs.ts";
import { mean, meanOf, patientSums, sum, weightedSum } from "./sums.ts";

/**
 * The mean squared distance between probability and outcome (Brier 1950; scikit-learn's `brier_score_loss`). 0 is
 * perfect, lower is better; saying the prevalence to everybody scores prevalence x (1 - prevalence).
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/not-a-probability`.
 * @example brier([0, 1, 1, 0], [0.5, 0.5, 1, 0]) // 0.125
 */
export function brier(labels: ArrayLike<number>, scores: ArrayLike<number>, options: WeightOptions = {}): number {
  return brier.prepare(labels, scores)(options.weights);
}

brier.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic =>
  meanOf(squaredDistances(probabilityRows(labels, scores)));

export interface BrierSkillOptions {
  /** The probability the reference forecast gives to everybody, 0 to 1; absent: the prevalence in the rows measured. */
  prevalence?: number | undefined;
}

/**
 * The share of the reference's Brier score that the model does away with: 1 - brier / brier of a forecast that says the
 * prevalence to everybody. 1 is perfect, 0 no better than the prevalence, negative is worse.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/undefined` when the reference is itself perfect (one class, no `prevalence` given).
 * @example brierSkill([0, 1, 1, 0], [0.5, 0.5, 1, 0]) // 0.5
 */
export function brierSkill(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: BrierSkillOptions & WeightOptions = {},
): number {
  return brierSkill.prepare(labels, scores, options)(options.weights);
}

brierSkill.prepare = (
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { prevalence }: BrierSkillOptions = {},
): Statistic => {
  if (prevalence !== undefined) optionWithin("prevalence", prevalence, 0, 1);
  const rows = probabilityRows(labels, scores);
  const losses = squaredDistances(rows);
  const absences = rows.labels.map((label) => 1 - label);
  const skill = (positives: number, negatives: number, loss: number) => {
    const all = positives + negatives;
    const referenceBrier =
      prevalence === undefined
        ? (positives / all) * (negatives / all)
        : (positives / all) * (1 - prevalence) ** 2 + (negatives / all) * prevalence ** 2;
    if (referenceBrier === 0) undefinedHere("Brier skill", "The reference forecast makes no error");
    return 1 - loss / referenceBrier;
  };
  const statistic: Statistic = (weights) => {
    const w = rowWeights(weights, losses.length);
    return skill(sum(rows.labels, w), sum(absences, w), mean(losses, w));
  };
  statistic.byPatient = (patient, patients) => {
    const [present, absent, lost] = [rows.labels, absences, losses].map((each) => patientSums(each, patient, patients));
    return (times) => {
      const [positives, negatives] = [weightedSum(present!, times), weightedSum(absent!, times)];
      return skill(positives, negatives, weightedSum(lost!, times) / (positives + negatives));
    };
  };
  return statistic;
};

function squaredDistances({ labels, scores }: { labels: Float64Array; scores: Float64Array }): Float64Array {
  return labels.map((label, i) => (label - scores[i]!) ** 2);
}
