// AUROC and average precision of several labels at once, averaged over labels or over all decisions.
import { auroc } from "./auroc.ts";
import { averagePrecision } from "./average-precision.ts";
import { oneClass, type Statistic, saysUndefined, type WeightOptions } from "./inputs.ts";
import { type ManyOptions, manyRows } from "./many.ts";

/** A figure of several labels, in the form of every metric; `truth` and `scores` are rows x columns. */
export interface ManyMetric {
  (truth: ArrayLike<number>, scores: ArrayLike<number>, options: ManyOptions & WeightOptions): number;
  prepare(truth: ArrayLike<number>, scores: ArrayLike<number>, options: ManyOptions): Statistic;
}

type Prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>) => Statistic;

function made(prepare: ManyMetric["prepare"]): ManyMetric {
  const metric = (truth: ArrayLike<number>, scores: ArrayLike<number>, options: ManyOptions & WeightOptions) =>
    prepare(truth, scores, options)(options.weights);
  return Object.assign(metric, { prepare });
}

/** The plain mean over the labels of which the (weighted) rows hold both outcomes; the others say nothing. */
function macro(title: string, one: Prepare): ManyMetric {
  return made((truth, scores, { columns }) => {
    const { truth: labels, scores: values } = manyRows(truth, scores, columns);
    const each = labels.map((label, k) => one(label, values[k]!));
    const meanOver = (figures: (() => number)[]) => {
      let sum = 0;
      let known = 0;
      for (const figure of figures) {
        try {
          sum += figure();
          known++;
        } catch (error) {
          if (!saysUndefined(error)) throw error;
        }
      }
      return known ? sum / known : oneClass(title, "positive");
    };
    const statistic: Statistic = (weights) => meanOver(each.map((figure) => () => figure(weights)));
    statistic.byPatient = (patient, patients) => {
      const quick = each.map(({ byPatient }) => byPatient!(patient, patients));
      return (times) => meanOver(quick.map((figure) => () => figure(times)));
    };
    return statistic;
  });
}

/** The figure of all decisions thrown together, a row and label each. */
function micro(one: Prepare): ManyMetric {
  return made((truth, scores, { columns }) => {
    manyRows(truth, scores, columns);
    const figure = one(truth, scores);
    const repeat = <T extends Float64Array | Uint32Array>(values: ArrayLike<number>, into: T): T => {
      for (let i = 0; i < into.length; i++) into[i] = values[Math.floor(i / columns)]!;
      return into;
    };
    const statistic: Statistic = (weights) =>
      figure(weights && repeat(weights, new Float64Array(weights.length * columns)));
    statistic.byPatient = (patient, patients) =>
      figure.byPatient!(repeat(patient, new Uint32Array(patient.length * columns)), patients);
    return statistic;
  });
}

/**
 * The mean AUROC over labels (scikit-learn's `roc_auc_score(average="macro")`); labels of one outcome only are left out.
 * Weights are one a row.
 * @param truth 0 or 1, rows x columns. @param scores any finite numbers, rows x columns.
 * @throws `metrics/one-class` when no label has both outcomes.
 * @example macroAuroc([0, 1, 1, 0], [0.2, 0.9, 0.6, 0.3], { columns: 2 }) // 1
 */
export const macroAuroc = macro("Macro AUROC", auroc.prepare);

/**
 * The AUROC of all labels of all rows thrown together (`average="micro"`).
 * @example microAuroc([0, 1, 1, 0], [0.2, 0.9, 0.6, 0.3], { columns: 2 }) // 1
 */
export const microAuroc = micro(auroc.prepare);

/**
 * The mean average precision over labels (`average_precision_score(average="macro")`); labels that no row has are left
 * out.
 * @example macroAveragePrecision([0, 1, 1, 0], [0.2, 0.9, 0.6, 0.3], { columns: 2 }) // 1
 */
export const macroAveragePrecision = macro("Macro average precision", averagePrecision.prepare);

/**
 * The average precision of all labels of all rows thrown together (`average="micro"`).
 * @example microAveragePrecision([0, 1, 1, 0], [0.2, 0.9, 0.6, 0.3], { columns: 2 }) // 1
 */
export const microAveragePrecision = micro(averagePrecision.prepare);
