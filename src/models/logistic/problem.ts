// A checked training table with its row weights and the centre and spread of each column. Knows no penalty and no solver.
import type { Matrix } from "../../core/matrix.ts";
import { badOption, checkFeatureNames, checkLabels, checkMatrix, checkWeights, oneClass } from "../checks.ts";
import { forEachBlock } from "./rows.ts";

/** Weights by label, or `balanced`: each label's rows together weigh half of all rows. */
export type ClassWeight = "balanced" | { readonly 0: number; readonly 1: number };

export interface ProblemOptions {
  classWeight?: ClassWeight | undefined;
  sampleWeights?: ArrayLike<number> | undefined;
  fitIntercept?: boolean;
  featureNames?: readonly string[] | undefined;
}

/** What the solver minimises over, apart from the penalty. */
export interface LogisticProblem {
  readonly x: Matrix;
  readonly labels: Uint8Array;
  /** Sample weight × class weight of each row. */
  readonly weights: Float64Array;
  readonly totalWeight: number;
  readonly featureNames: readonly string[];
  readonly fitIntercept: boolean;
  /** Weighted mean of each column; all 0 without an intercept. */
  readonly centre: Float64Array;
  /** Weighted root mean square of each column about its centre; exactly 0 where the column says nothing. */
  readonly spread: Float64Array;
}

/** The most columns the solver takes: it holds a square matrix of this size (8 bytes a cell: 512 MB at the limit). */
export const MAX_COLUMNS = 8000;

/** Checks the table, labels and weights, and describes the columns. The matrix is kept as given, not copied. */
export function logisticProblem(x: Matrix, y: ArrayLike<number>, options: ProblemOptions = {}): LogisticProblem {
  const { classWeight, sampleWeights, fitIntercept = true } = options;
  const featureNames = checkFeatureNames(options.featureNames, x.columns);
  if (x.columns > MAX_COLUMNS) {
    throw badOption("x", `it has ${x.columns} columns; at most ${MAX_COLUMNS} fit`, "Choose fewer features");
  }
  checkMatrix(x, featureNames);
  const labels = checkLabels(y, x.rows);
  const weights = checkWeights(sampleWeights, x.rows, "sampleWeights");
  const totalWeight = applyClassWeight(weights, labels, classWeight);
  return { x, labels, weights, totalWeight, featureNames, fitIntercept, ...columnScales(x, weights, fitIntercept) };
}

/**
 * Multiplies the weights, in place, by their label's weight and returns their sum. `balanced` is
 * scikit-learn's rule: (sum of sample weights) / (2 × sum of sample weights of the label).
 */
function applyClassWeight(weights: Float64Array, labels: Uint8Array, classWeight: ClassWeight | undefined): number {
  const sums = [0, 0];
  for (let i = 0; i < labels.length; i++) sums[labels[i]!]! += weights[i]!;
  const total = sums[0]! + sums[1]!;
  let factors = [1, 1];
  if (classWeight === "balanced") factors = [total / (2 * sums[0]!), total / (2 * sums[1]!)];
  else if (classWeight) factors = [classWeight[0], classWeight[1]];
  if (!(sums[0]! > 0 && sums[1]! > 0)) throw oneClass("sampleWeights", "all rows of one outcome have weight 0");
  if (!factors.every((factor) => factor > 0 && factor < Number.POSITIVE_INFINITY)) {
    throw badOption("classWeight", "a class weight is not a positive number", 'Use "balanced" or { 0: 1, 1: 5 }');
  }
  for (let i = 0; i < labels.length; i++) weights[i]! *= factors[labels[i]!]!;
  return sums[0]! * factors[0]! + sums[1]! * factors[1]!;
}

/** Means and spreads, from sums about the first weighted row so that large offsets do not cancel. */
function columnScales(
  x: Matrix,
  weights: Float64Array,
  centred: boolean,
): { centre: Float64Array; spread: Float64Array } {
  const { columns, data } = x;
  const first = weights.findIndex((weight) => weight > 0) * columns;
  const origin = centred ? Float64Array.from(data.subarray(first, first + columns)) : new Float64Array(columns);
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  let total = 0;
  forEachBlock(x, (block, from, count) => {
    for (let i = 0; i < count; i++) {
      const weight = weights[from + i]!;
      if (weight === 0) continue;
      total += weight;
      for (let j = 0, k = i * columns; j < columns; j++, k++) {
        const distance = block[k]! - origin[j]!;
        sums[j]! += weight * distance;
        squares[j]! += weight * distance * distance;
      }
    }
  });
  const centre = new Float64Array(columns);
  const spread = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    const shift = centred ? sums[j]! / total : 0;
    const meanSquare = squares[j]! / total;
    centre[j] = origin[j]! + shift;
    spread[j] = Math.sqrt(Math.max(meanSquare - shift * shift, 1e-12 * meanSquare));
  }
  return { centre, spread };
}
