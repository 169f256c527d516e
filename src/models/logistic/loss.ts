// The weighted logistic loss of a linear score, its gradient and its value along a line. Knows no penalty.
//
// Parameters are q = p (+ 1) numbers: the coefficients, then the intercept of the *centred* columns, if there is one.
// The score of row i is Σ_j (x_ij − centre_j) w_j + w_p: the same models, better conditioned, and no centred copy of x.
import type { LogisticProblem } from "./problem.ts";
import { forEachBlock } from "./rows.ts";

/** The number of parameters: a coefficient per column and, where asked for, the intercept. */
export function parameterCount(problem: LogisticProblem): number {
  return problem.x.columns + (problem.fitIntercept ? 1 : 0);
}

/** Σ_i weight_i · (log(1 + e^z_i) − y_i z_i) without overflow. */
export function lossOfScores({ labels, weights }: LogisticProblem, scores: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += weights[i]! * rowLoss(scores[i]!, labels[i]!);
  return sum;
}

/** The same at the point `step` of the way from `scores` to `further`. */
export function lossBetween(
  problem: LogisticProblem,
  scores: Float64Array,
  further: Float64Array,
  step: number,
): number {
  const { labels, weights } = problem;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    sum += weights[i]! * rowLoss(scores[i]! + step * (further[i]! - scores[i]!), labels[i]!);
  }
  return sum;
}

function rowLoss(score: number, label: number): number {
  const margin = label === 1 ? score : -score;
  return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
}

/** 1 / (1 + e^−z), the probability of a score. */
export function probability(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

/**
 * Writes the scores of all rows into `scores` and the loss's gradient into `gradient`, reading the matrix once.
 */
export function scoresAndGradient(
  problem: LogisticProblem,
  parameters: Float64Array,
  scores: Float64Array,
  gradient: Float64Array,
): void {
  const { x, labels, weights, centre, fitIntercept } = problem;
  const { columns } = x;
  let offset = fitIntercept ? parameters[columns]! : 0;
  for (let j = 0; j < columns; j++) offset -= centre[j]! * parameters[j]!;
  gradient.fill(0);
  const support = supportOf(parameters, columns);
  const residuals = new Float64Array(4);
  let residualSum = 0;
  forEachBlock(x, (block, from, count) => {
    for (let i = 0; i < count; i += 4) {
      const four = Math.min(4, count - i);
      if (support) dotSupport(block, i * columns, columns, parameters, support, residuals);
      else dotFour(block, i * columns, columns, parameters, residuals);
      for (let r = 0; r < 4; r++) {
        if (r >= four) {
          residuals[r] = 0;
          continue;
        }
        const row = from + i + r;
        const score = residuals[r]! + offset;
        scores[row] = score;
        const residual = weights[row]! * (probability(score) - labels[row]!);
        residuals[r] = residual;
        residualSum += residual;
      }
      addFour(block, i * columns, columns, residuals, gradient);
    }
  });
  finishGradient(problem, residualSum, gradient);
}

/** Writes the loss's gradient at known scores into `gradient`. */
export function gradientAt(problem: LogisticProblem, scores: Float64Array, gradient: Float64Array): void {
  const { x, labels, weights } = problem;
  const residuals = new Float64Array(4);
  let residualSum = 0;
  gradient.fill(0);
  forEachBlock(x, (block, from, count) => {
    for (let i = 0; i < count; i += 4) {
      for (let r = 0; r < 4; r++) {
        const row = from + i + r;
        residuals[r] = i + r < count ? weights[row]! * (probability(scores[row]!) - labels[row]!) : 0;
        residualSum += residuals[r]!;
      }
      addFour(block, i * x.columns, x.columns, residuals, gradient);
    }
  });
  finishGradient(problem, residualSum, gradient);
}

/** Moves a gradient over raw columns to centred ones; columns that say nothing get exactly 0. */
function finishGradient(problem: LogisticProblem, residualSum: number, gradient: Float64Array): void {
  const { centre, spread, fitIntercept } = problem;
  const columns = problem.x.columns;
  for (let j = 0; j < columns; j++) {
    if (spread[j] === 0) gradient[j] = 0;
    else gradient[j]! -= centre[j]! * residualSum;
  }
  if (fitIntercept) gradient[columns] = residualSum;
}

/** The columns with a coefficient other than 0, where these are few enough to be worth a list. */
function supportOf(parameters: Float64Array, columns: number): Int32Array | undefined {
  const list = new Int32Array(columns);
  let size = 0;
  for (let j = 0; j < columns; j++) if (parameters[j] !== 0) list[size++] = j;
  return 2 * size < columns ? list.subarray(0, size) : undefined;
}

function dotFour(block: Float64Array, start: number, columns: number, w: Float64Array, out: Float64Array): void {
  const b = start + columns;
  const c = b + columns;
  const d = c + columns;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let j = 0; j < columns; j++) {
    const value = w[j]!;
    s0 += block[start + j]! * value;
    s1 += block[b + j]! * value;
    s2 += block[c + j]! * value;
    s3 += block[d + j]! * value;
  }
  out[0] = s0;
  out[1] = s1;
  out[2] = s2;
  out[3] = s3;
}

function dotSupport(
  block: Float64Array,
  start: number,
  columns: number,
  w: Float64Array,
  support: Int32Array,
  out: Float64Array,
): void {
  for (let r = 0; r < 4; r++) {
    let sum = 0;
    for (let k = 0; k < support.length; k++) {
      const j = support[k]!;
      sum += block[start + r * columns + j]! * w[j]!;
    }
    out[r] = sum;
  }
}

function addFour(block: Float64Array, start: number, columns: number, r: Float64Array, out: Float64Array): void {
  const b = start + columns;
  const c = b + columns;
  const d = c + columns;
  const r0 = r[0]!;
  const r1 = r[1]!;
  const r2 = r[2]!;
  const r3 = r[3]!;
  for (let j = 0; j < columns; j++) {
    out[j]! += r0 * block[start + j]! + r1 * block[b + j]! + r2 * block[c + j]! + r3 * block[d + j]!;
  }
}
