// The sum that linear models have in common. Knows no link and no training.
import type { Matrix } from "../core/matrix.ts";
import { notFinite, sizeMismatch } from "./checks.ts";

/** What a linear sum is made of. */
export interface LinearParts {
  readonly featureNames: readonly string[];
  /** One per column. */
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

/**
 * Of each row: intercept + Σ_j coefficient_j · x_ij.
 * @throws BedsideError `models/size-mismatch` for another number of columns, `models/not-finite` for NaN or infinity.
 */
export function linearSums({ coefficients, intercept, featureNames }: LinearParts, x: Matrix): Float64Array {
  const { rows, columns, data } = x;
  if (columns !== coefficients.length) {
    throw sizeMismatch("x", `it has ${columns} columns, but the model was trained on ${coefficients.length}`);
  }
  if (data.length !== rows * columns) {
    throw sizeMismatch("x", `it holds ${data.length} numbers, but ${rows} × ${columns} were announced`);
  }
  const sums = new Float64Array(rows);
  for (let i = 0, k = 0; i < rows; i++) {
    let sum = intercept;
    for (let j = 0; j < columns; j++, k++) sum += coefficients[j]! * data[k]!;
    if (!Number.isFinite(sum)) throw notFinite(x, featureNames);
    sums[i] = sum;
  }
  return sums;
}
