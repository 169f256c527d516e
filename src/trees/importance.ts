// How much each feature matters to an ensemble: what its splits gained, and what predictions lose without it. Knows no metric.
import { BedsideError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import { randomStream } from "../core/random.ts";
import type { TreeEnsemble } from "./ensemble.ts";
import { checkColumns, predict } from "./predict.ts";

export interface SplitImportanceOptions {
  /** `gain`: sum of the gains of the feature's splits; `splits`: their number. Default `gain`. */
  by?: "gain" | "splits" | undefined;
  /** Divide by the sum over features. Default false. */
  normalise?: boolean | undefined;
}

/**
 * What the splits on each feature gained in training, in the order of `ensemble.features`; zeros for features never used.
 * Favours features with many different values: read it beside permutation importance or SHAP values.
 */
export function splitImportance(
  ensemble: TreeEnsemble,
  { by = "gain", normalise = false }: SplitImportanceOptions = {},
): Float64Array {
  const totals = new Float64Array(ensemble.features.length);
  for (const { feature, gain } of ensemble.trees) {
    for (let node = 0; node < feature.length; node++) {
      if (feature[node]! >= 0) totals[feature[node]!]! += by === "gain" ? gain[node]! : 1;
    }
  }
  const sum = totals.reduce((total, value) => total + value, 0);
  return normalise && sum > 0 ? totals.map((value) => value / sum) : totals;
}

export interface PermutationOptions {
  /** Default 1. */
  seed?: number | undefined;
  /** Times each feature is shuffled. Default 5. */
  repeats?: number | undefined;
  /** Sets of columns that are shuffled together. Default: each column on its own. */
  groups?: readonly (readonly number[])[] | undefined;
}

/** What one feature (or group) is worth. */
export interface PermutationImportance {
  columns: readonly number[];
  /** Mean over repeats of metric(true rows) − metric(shuffled rows). */
  mean: number;
  /** Standard deviation over repeats (n − 1; 0 for one repeat). */
  deviation: number;
  repeats: Float64Array;
}

/**
 * How far a metric falls when a feature's values are shuffled among the rows (Breiman, Machine Learning 45, 2001; Fisher
 * et al., JMLR 20, 2019). Give rows the model was not trained on. The same seed gives the same shuffles, whatever the
 * other groups are. Features that no tree tests are 0 without a prediction.
 * @param metric of predictions (rows × outputs); larger is better, so give a loss with its sign turned
 * @throws BedsideError `trees/size-mismatch`, `trees/bad-option`
 * @example permutationImportance(ensemble, x, (scores) => auroc(y, scores))
 */
export function permutationImportance(
  ensemble: TreeEnsemble,
  x: Matrix,
  metric: (predictions: Float64Array) => number,
  { seed = 1, repeats = 5, groups = ensemble.features.map((_, j) => [j]) }: PermutationOptions = {},
): PermutationImportance[] {
  checkColumns(ensemble, x);
  if (!(Number.isInteger(repeats) && repeats > 0)) throw badOption("repeats", "it is not a whole number above 0");
  const used = splitImportance(ensemble, { by: "splits" });
  const full = metric(predict(ensemble, x));
  const shuffled = { ...x, data: x.data.slice() };
  return groups.map((columns) => {
    for (const column of columns) {
      if (!(column in used)) throw badOption("groups", `there is no column ${column} among ${x.columns}`);
    }
    const falls = new Float64Array(repeats);
    if (columns.some((column) => used[column]! > 0)) {
      for (let repeat = 0; repeat < repeats; repeat++) {
        const order = Int32Array.from({ length: x.rows }, (_, row) => row);
        randomStream(seed, "permutation importance", columns.join(), repeat).shuffle(order);
        copyColumns(x, shuffled, columns, order);
        falls[repeat] = full - metric(predict(ensemble, shuffled));
      }
      copyColumns(x, shuffled, columns);
    }
    const mean = falls.reduce((sum, value) => sum + value, 0) / repeats;
    const squares = falls.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { columns, mean, deviation: repeats > 1 ? Math.sqrt(squares / (repeats - 1)) : 0, repeats: falls };
  });
}

/** Row i of the columns is taken from row order[i]; without an order, from row i. */
function copyColumns(from: Matrix, to: Matrix, columns: readonly number[], order?: Int32Array): void {
  for (let row = 0; row < from.rows; row++) {
    const source = (order ? order[row]! : row) * from.columns;
    for (const column of columns) to.data[row * to.columns + column] = from.data[source + column]!;
  }
}

function badOption(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "trees/bad-option",
    what: "The permutation importance cannot be computed",
    where,
    why,
    fix: "Give at least one repeat, and columns of the table",
  });
}
