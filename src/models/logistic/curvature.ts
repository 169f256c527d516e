// The second derivative of the logistic loss: exact, estimated from some of the rows, and mended step by step.
import { parameterCount, probability } from "./loss.ts";
import type { LogisticProblem } from "./problem.ts";
import { forEachBlock } from "./rows.ts";

/** A symmetric matrix over the q parameters, row-major, all q × q cells filled. */
export interface Curvature {
  readonly size: number;
  readonly matrix: Float64Array;
  /** How many rows the estimate was made from. */
  rows: number;
}

/** Rows gathered before they are multiplied: enough to keep the inner loop long, few enough for the second cache. */
const GATHERED_ROWS = 64;

/**
 * The Hessian Σ_i h_i x̃_i x̃_iᵀ of the loss at the given scores, h_i = weight_i · p_i (1 − p_i), x̃ the centred row with
 * a 1 for the intercept. With fewer than all rows, evenly spread ones are used and the result is scaled so that every
 * column's mean and variance under h are those of all rows; it stays positive semidefinite.
 */
export function curvatureAt(problem: LogisticProblem, scores: Float64Array, rows: number, into?: Curvature): Curvature {
  const size = parameterCount(problem);
  const curvature = into ?? { size, matrix: new Float64Array(size * size), rows: 0 };
  const available = problem.x.rows;
  curvature.rows = Math.min(rows, available);
  curvature.matrix.fill(0);
  sumOuterProducts(problem, scores, available / curvature.rows, curvature);
  if (curvature.rows < available) matchMoments(problem, scores, curvature);
  return curvature;
}

/** Adds h x̃ x̃ᵀ of every `stride`-th row. */
function sumOuterProducts(problem: LogisticProblem, scores: Float64Array, stride: number, curvature: Curvature): void {
  const { x, labels, centre, spread, fitIntercept } = problem;
  const { columns, data } = x;
  const { size, matrix, rows } = curvature;
  // Column-major, so that each cell of the result is a dot product of two runs.
  const gathered = new Float64Array(size * GATHERED_ROWS);
  const row = new Float64Array(columns);
  const weights = rowCurvatures(problem, scores);
  for (let taken = 0; taken < rows; ) {
    const count = Math.min(GATHERED_ROWS, rows - taken);
    if (count < GATHERED_ROWS) gathered.fill(0);
    for (let r = 0; r < count; r++, taken++) {
      const i = Math.min(Math.floor(taken * stride), labels.length - 1);
      const root = Math.sqrt(weights[i]!);
      row.set(data.subarray(i * columns, (i + 1) * columns));
      for (let j = 0; j < columns; j++) {
        gathered[j * GATHERED_ROWS + r] = spread[j] === 0 ? 0 : root * (row[j]! - centre[j]!);
      }
      if (fitIntercept) gathered[columns * GATHERED_ROWS + r] = root;
    }
    addProducts(gathered, size, matrix);
  }
  for (let j = 0; j < size; j++) for (let k = 0; k < j; k++) matrix[k * size + j] = matrix[j * size + k]!;
}

function rowCurvatures({ weights }: LogisticProblem, scores: Float64Array): Float64Array {
  const out = new Float64Array(scores.length);
  for (let i = 0; i < out.length; i++) {
    const p = probability(scores[i]!);
    out[i] = weights[i]! * p * (1 - p);
  }
  return out;
}

/** Adds the lower triangle of gatheredᵀ·gathered, two by two cells at a time. */
function addProducts(gathered: Float64Array, size: number, matrix: Float64Array): void {
  const n = GATHERED_ROWS;
  for (let j = 0; j < size; j += 2) {
    const a = j * n;
    const b = j + 1 < size ? a + n : a;
    for (let k = 0; k <= j; k += 2) {
      const c = k * n;
      const d = k + 1 < size ? c + n : c;
      let ac = 0;
      let ad = 0;
      let bc = 0;
      let bd = 0;
      for (let r = 0; r < n; r++) {
        const va = gathered[a + r]!;
        const vb = gathered[b + r]!;
        const vc = gathered[c + r]!;
        const vd = gathered[d + r]!;
        ac += va * vc;
        ad += va * vd;
        bc += vb * vc;
        bd += vb * vd;
      }
      matrix[j * size + k]! += ac;
      if (k + 1 <= j) matrix[j * size + k + 1]! += ad;
      if (j + 1 < size) {
        matrix[(j + 1) * size + k]! += bc;
        if (k + 1 < size) matrix[(j + 1) * size + k + 1]! += bd;
      }
    }
  }
}

/** Scales a sum over some rows to the means and variances of all rows. */
function matchMoments(problem: LogisticProblem, scores: Float64Array, { size, matrix }: Curvature): void {
  const columns = problem.x.columns;
  const { total, means, variances } = moments(problem, scores);
  const sampled = problem.fitIntercept ? matrix[size * size - 1]! : 1;
  const sampleMeans = new Float64Array(columns);
  if (problem.fitIntercept) {
    for (let j = 0; j < columns; j++) sampleMeans[j] = matrix[columns * size + j]! / sampled;
  }
  // Without an intercept nothing is subtracted: the raw second moments are matched, and total and sampled weight are 1.
  const ratio = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    const second = matrix[j * size + j]! / sampled;
    const variance = second - sampleMeans[j]! ** 2;
    ratio[j] = variance > 1e-10 * second ? Math.sqrt(variances[j]! / variance) : 0;
  }
  for (let j = 0; j < columns; j++) {
    for (let k = 0; k <= j; k++) {
      const covariance = matrix[j * size + k]! / sampled - sampleMeans[j]! * sampleMeans[k]!;
      const matched = j === k ? variances[j]! : ratio[j]! * covariance * ratio[k]!;
      const cell = total * (matched + means[j]! * means[k]!);
      matrix[j * size + k] = cell;
      matrix[k * size + j] = cell;
    }
  }
  if (!problem.fitIntercept) return;
  for (let j = 0; j < columns; j++) {
    matrix[columns * size + j] = total * means[j]!;
    matrix[j * size + columns] = total * means[j]!;
  }
  matrix[size * size - 1] = total;
}

/** Sum of h and, about the centres, each column's mean and variance under h (without intercept: 1, 0 and Σ h x²). */
function moments(problem: LogisticProblem, scores: Float64Array) {
  const { x, centre, spread, fitIntercept } = problem;
  const { columns } = x;
  const weights = rowCurvatures(problem, scores);
  const means = new Float64Array(columns);
  const variances = new Float64Array(columns);
  let total = 0;
  forEachBlock(x, (block, from, count) => {
    for (let i = 0; i < count; i++) {
      const weight = weights[from + i]!;
      total += weight;
      for (let j = 0, k = i * columns; j < columns; j++, k++) {
        const distance = block[k]! - centre[j]!;
        means[j]! += weight * distance;
        variances[j]! += weight * distance * distance;
      }
    }
  });
  if (!fitIntercept) return { total: 1, means: means.fill(0), variances };
  for (let j = 0; j < columns; j++) {
    if (spread[j] === 0) {
      means[j] = 0;
      variances[j] = 0;
      continue;
    }
    means[j]! /= total;
    variances[j] = Math.max(0, variances[j]! / total - means[j]! ** 2);
  }
  return { total, means, variances };
}

/**
 * Makes the matrix agree with the gradient's change over a step (the BFGS update; Nocedal & Wright, Numerical
 * Optimization, 2nd ed., eq. 6.19). Left as it is where the step shows no curvature.
 */
export function learnFromStep({ size, matrix }: Curvature, step: Float64Array, gradientChange: Float64Array): void {
  const product = new Float64Array(size);
  let expected = 0;
  let seen = 0;
  for (let j = 0; j < size; j++) {
    let sum = 0;
    for (let k = 0, at = j * size; k < size; k++, at++) sum += matrix[at]! * step[k]!;
    product[j] = sum;
    expected += sum * step[j]!;
    seen += gradientChange[j]! * step[j]!;
  }
  if (!(expected > 0) || !(seen > 1e-8 * expected)) return;
  for (let j = 0; j < size; j++) {
    const p = product[j]! / expected;
    const y = gradientChange[j]! / seen;
    for (let k = 0, at = j * size; k < size; k++, at++) matrix[at]! += y * gradientChange[k]! - p * product[k]!;
  }
}
