// A least-squares problem by its sums of products: whatever the number of rows, coordinate descent sees columns × columns.
import { Stopped } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";

/** Sums over centred rows; with no intercept nothing is subtracted. */
export interface Gram {
  columns: number;
  rows: number;
  /** Σ x̃ x̃ᵀ: columns × columns. */
  products: Float64Array;
  /** Σ x̃ ỹ */
  withTarget: Float64Array;
  /** Σ ỹ² */
  target: number;
  /** What was subtracted. */
  centre: Float64Array;
  targetMean: number;
}

/** Rows multiplied at once: columns of them stay in the cache. */
const BLOCK = 64;

/** The sums of a table and its targets. Reads rows in place; time rows × columns² / 2. */
export function gramOf(
  x: Matrix,
  y: Float64Array,
  { fitIntercept, signal }: { fitIntercept: boolean; signal?: AbortSignal | undefined },
): Gram {
  const { rows, columns, data } = x;
  const centre = new Float64Array(columns);
  let targetMean = 0;
  if (fitIntercept) {
    for (let i = 0, k = 0; i < rows; i++) {
      targetMean += y[i]!;
      for (let j = 0; j < columns; j++, k++) centre[j]! += data[k]!;
    }
    targetMean /= rows;
    for (let j = 0; j < columns; j++) centre[j]! /= rows;
  }
  const products = new Float64Array(columns * columns);
  const withTarget = new Float64Array(columns);
  let target = 0;
  // column after column, so that a product is a dot of two runs
  const block = new Float64Array(columns * BLOCK);
  for (let from = 0; from < rows; from += BLOCK) {
    if (signal?.aborted) throw new Stopped();
    const count = Math.min(BLOCK, rows - from);
    if (count < BLOCK) block.fill(0);
    for (let r = 0; r < count; r++) {
      const start = (from + r) * columns;
      const value = y[from + r]! - targetMean;
      target += value * value;
      for (let j = 0; j < columns; j++) {
        const centred = data[start + j]! - centre[j]!;
        block[j * BLOCK + r] = centred;
        withTarget[j]! += centred * value;
      }
    }
    addProducts(block, columns, products);
  }
  for (let j = 0; j < columns; j++) for (let k = 0; k < j; k++) products[k * columns + j] = products[j * columns + k]!;
  return { columns, rows, products, withTarget, target, centre, targetMean };
}

/** Adds the lower triangle of the products of columns, two by two. */
function addProducts(block: Float64Array, columns: number, products: Float64Array): void {
  for (let j = 0; j < columns; j += 2) {
    const a = j * BLOCK;
    const b = j + 1 < columns ? a + BLOCK : a;
    for (let k = 0; k <= j; k += 2) {
      const c = k * BLOCK;
      const d = k + 1 < columns ? c + BLOCK : c;
      let [ac, ad, bc, bd] = [0, 0, 0, 0];
      for (let r = 0; r < BLOCK; r++) {
        const va = block[a + r]!;
        const vb = block[b + r]!;
        const vc = block[c + r]!;
        const vd = block[d + r]!;
        ac += va * vc;
        ad += va * vd;
        bc += vb * vc;
        bd += vb * vd;
      }
      products[j * columns + k]! += ac;
      if (k + 1 <= j) products[j * columns + k + 1]! += ad;
      if (j + 1 < columns) {
        products[(j + 1) * columns + k]! += bc;
        if (k + 1 < columns) products[(j + 1) * columns + k + 1]! += bd;
      }
    }
  }
}
