// Counts and rates at one threshold. Knows nothing of how the threshold was chosen.
import {
  binaryRows,
  oneClass,
  optionWithin,
  rowWeights,
  type Statistic,
  undefinedHere,
  type WeightOptions,
} from "./inputs.ts";
import { patientSums, weightedSum } from "./sums.ts";

/** Rows called positive are those with score >= threshold. There is no default: say which rule chose it. */
export interface ThresholdOptions {
  threshold: number;
}

/** True and false, positive and negative rows (or their weights). */
export interface ConfusionCounts {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

/** The counts at a threshold with what follows from them; a rate whose denominator is zero is null. */
export interface Confusion extends ConfusionCounts {
  threshold: number;
  /** tp / (tp + fn), recall. */
  sensitivity: number | null;
  /** tn / (tn + fp). */
  specificity: number | null;
  /** tp / (tp + fp), precision. */
  ppv: number | null;
  /** tn / (tn + fn). */
  npv: number | null;
  accuracy: number;
  /** 2 tp / (2 tp + fp + fn). */
  f1: number | null;
  /** Mean of sensitivity and specificity. */
  balancedAccuracy: number | null;
  /** Matthews' correlation; 0 when only one call or one outcome occurs, as in scikit-learn. */
  matthews: number;
  /** Cohen's kappa; null when calls and outcomes are all the same one. */
  kappa: number | null;
}

/**
 * Everything that is counted at one threshold. Rates agree with scikit-learn's `confusion_matrix`, `recall_score`,
 * `precision_score`, `f1_score`, `balanced_accuracy_score`, `matthews_corrcoef` and `cohen_kappa_score`.
 *
 * @param labels 0 or 1 a row. @param scores any finite numbers; a row is called positive at score >= threshold.
 * @example confusionAt([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.4 }).sensitivity // 0.5
 */
export function confusionAt(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { threshold, weights }: ThresholdOptions & WeightOptions,
): Confusion {
  const counts = prepareCounts(labels, scores, { threshold })(weights);
  const entries = Object.entries(rates).map(([name, rate]) => [name, rate(counts)] as const);
  return { threshold, ...counts, ...(Object.fromEntries(entries) as Record<keyof typeof rates, number>) };
}

/** Counts at a threshold for any weights, the calls made once. */
export function prepareCounts(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { threshold }: ThresholdOptions,
): CountCells {
  optionWithin("threshold", threshold, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const rows = binaryRows(labels, scores);
  const cell = Uint8Array.from(rows.labels, (label, i) => 2 * label + (rows.scores[i]! >= threshold ? 1 : 0));
  const count: CountCells = (weights) => {
    const w = rowWeights(weights, cell.length);
    const sums = new Float64Array(4);
    for (let i = 0; i < cell.length; i++) sums[cell[i]!]! += w === null ? 1 : w[i]!;
    return { tn: sums[0]!, fp: sums[1]!, fn: sums[2]!, tp: sums[3]! };
  };
  count.byPatient = (patient, patients) => {
    const [tn, fp, fn, tp] = [0, 1, 2, 3].map((wanted) =>
      patientSums(
        cell.map((each) => (each === wanted ? 1 : 0)),
        patient,
        patients,
      ),
    );
    return (times) => ({
      tn: weightedSum(tn!, times),
      fp: weightedSum(fp!, times),
      fn: weightedSum(fn!, times),
      tp: weightedSum(tp!, times),
    });
  };
  return count;
}

/** The counts for any weights of the rows, or for how often each patient counts. */
interface CountCells {
  (weights?: ArrayLike<number>): ConfusionCounts;
  byPatient?: (patient: Uint32Array, patients: number) => (times: Float64Array) => ConfusionCounts;
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

type Rate = (counts: ConfusionCounts) => number | null;

const rates = {
  sensitivity: ({ tp, fn }) => share(tp, tp + fn),
  specificity: ({ tn, fp }) => share(tn, tn + fp),
  ppv: ({ tp, fp }) => share(tp, tp + fp),
  npv: ({ tn, fn }) => share(tn, tn + fn),
  accuracy: ({ tp, fp, tn, fn }) => (tp + tn) / (tp + fp + tn + fn),
  f1: ({ tp, fp, fn }) => share(2 * tp, 2 * tp + fp + fn),
  balancedAccuracy: ({ tp, fp, tn, fn }) =>
    tp + fn === 0 || tn + fp === 0 ? null : (tp / (tp + fn) + tn / (tn + fp)) / 2,
  matthews: ({ tp, fp, tn, fn }) => {
    const spread = Math.sqrt((tp + fp) * (tn + fn)) * Math.sqrt((tp + fn) * (tn + fp));
    return spread === 0 ? 0 : (tp * tn - fp * fn) / spread;
  },
  kappa: ({ tp, fp, tn, fn }) => {
    const byChance = (tp + fp) * (tn + fp) + (tn + fn) * (tp + fn);
    return byChance === 0 ? null : (2 * (tp * tn - fp * fn)) / byChance;
  },
} satisfies Record<string, Rate>;

/** A rate at a threshold, in the form of every metric; throws where the rate has no value. */
export interface ThresholdMetric {
  (labels: ArrayLike<number>, scores: ArrayLike<number>, options: ThresholdOptions & WeightOptions): number;
  prepare(labels: ArrayLike<number>, scores: ArrayLike<number>, options: ThresholdOptions): Statistic;
}

function atThreshold(name: keyof typeof rates, sayWhyUndefined: (counts: ConfusionCounts) => never): ThresholdMetric {
  const prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>, options: ThresholdOptions): Statistic => {
    const count = prepareCounts(labels, scores, options);
    const rate = (counts: ConfusionCounts) => rates[name](counts) ?? sayWhyUndefined(counts);
    const statistic: Statistic = (weights) => rate(count(weights));
    statistic.byPatient = (patient, patients) => {
      const quick = count.byPatient!(patient, patients);
      return (times) => rate(quick(times));
    };
    return statistic;
  };
  const metric = (labels: ArrayLike<number>, scores: ArrayLike<number>, options: ThresholdOptions & WeightOptions) =>
    prepare(labels, scores, options)(options.weights);
  return Object.assign(metric, { prepare });
}

/**
 * Share of the positive rows called positive (recall). Throws `metrics/one-class` without positive rows.
 * @example sensitivity([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.4 }) // 0.5
 */
export const sensitivity = atThreshold("sensitivity", () => oneClass("Sensitivity", "positive"));

/**
 * Share of the negative rows called negative. Throws `metrics/one-class` without negative rows.
 * @example specificity([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.5 }) // 1
 */
export const specificity = atThreshold("specificity", () => oneClass("Specificity", "negative"));

/**
 * Positive predictive value: share of the rows called positive that are (precision). Throws `metrics/undefined` when none
 * is called positive.
 * @example ppv([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.4 }) // 0.5
 */
export const ppv = atThreshold("ppv", () => undefinedHere("PPV", "No row is called positive"));

/**
 * Negative predictive value: share of the rows called negative that are. Throws `metrics/undefined` when none is called
 * negative.
 * @example npv([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.4 }) // 0.5
 */
export const npv = atThreshold("npv", () => undefinedHere("NPV", "No row is called negative"));

/**
 * Share of the rows called rightly.
 * @example accuracy([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.5 }) // 0.75
 */
export const accuracy = atThreshold("accuracy", () => undefinedHere("Accuracy", "There is no row"));

/**
 * Harmonic mean of sensitivity and PPV. Throws `metrics/undefined` when no row is positive nor called so.
 * @example f1([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.3 }) // 0.8
 */
export const f1 = atThreshold("f1", () => undefinedHere("F1", "No row is positive, and none is called positive"));

/**
 * Mean of sensitivity and specificity. Throws `metrics/one-class`.
 * @example balancedAccuracy([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.5 }) // 0.75
 */
export const balancedAccuracy = atThreshold("balancedAccuracy", ({ tp, fn }) =>
  oneClass("Balanced accuracy", tp + fn === 0 ? "positive" : "negative"),
);

/**
 * Matthews' correlation of calls and outcomes, -1 to 1; 0 when only one call or one outcome occurs, as in scikit-learn.
 * @example matthews([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.4 }) // 0
 */
export const matthews = atThreshold("matthews", () => undefinedHere("Matthews' correlation", "There is no row"));

/**
 * Cohen's kappa: agreement of calls and outcomes beyond chance. Throws `metrics/undefined` when calls and outcomes are all
 * the same one.
 * @example kappa([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.5 }) // 0.5
 */
export const kappa = atThreshold("kappa", () => undefinedHere("Kappa", "Calls and outcomes are all the same one"));
