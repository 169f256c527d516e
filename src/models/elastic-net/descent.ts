// Coordinate descent on the elastic net's objective, with scikit-learn's stopping rule. Knows no rows.
import type { Gram } from "./gram.ts";

/** Penalties of the objective times the number of rows: ½‖y − Xw‖² + l1 ‖w‖₁ + ½ l2 ‖w‖². */
export interface Penalties {
  l1: number;
  l2: number;
}

/** Where coordinate descent stands; the next penalty starts from there. */
export interface Descent {
  weights: Float64Array;
  /** products × weights */
  product: Float64Array;
}

export interface DescentOutcome {
  /** Sweeps over all columns. */
  iterations: number;
  converged: boolean;
  /** The duality gap, by rows, as scikit-learn's `dual_gap_`. */
  dualGap: number;
}

/** All weights 0. */
export function startDescent({ columns }: Gram): Descent {
  return { weights: new Float64Array(columns), product: new Float64Array(columns) };
}

/**
 * Sweeps over the columns until the largest change of a weight is at most `tolerance` times the largest weight and then the
 * duality gap at most `tolerance` times Σ ỹ² (Friedman, Hastie and Tibshirani 2010; the rule is scikit-learn's), or
 * `maxIterations` sweeps were made.
 */
export function descend(
  gram: Gram,
  state: Descent,
  { l1, l2 }: Penalties,
  { tolerance, maxIterations }: { tolerance: number; maxIterations: number },
): DescentOutcome {
  const { columns, products, withTarget, target, rows } = gram;
  const { weights, product } = state;
  const allowed = tolerance * target;
  let gap = Number.POSITIVE_INFINITY;
  for (let sweep = 1; sweep <= maxIterations; sweep++) {
    let [largest, change] = [0, 0];
    for (let j = 0; j < columns; j++) {
      const own = products[j * columns + j]!;
      const before = weights[j]!;
      if (own === 0) continue;
      // what the residual without this column has in common with it
      const pull = withTarget[j]! - product[j]! + own * before;
      const after = (Math.sign(pull) * Math.max(Math.abs(pull) - l1, 0)) / (own + l2);
      if (after !== before) {
        const step = after - before;
        for (let k = 0, at = j * columns; k < columns; k++, at++) product[k]! += step * products[at]!;
        weights[j] = after;
        change = Math.max(change, Math.abs(step));
      }
      largest = Math.max(largest, Math.abs(after));
    }
    if (largest === 0 || change / largest <= tolerance || sweep === maxIterations) {
      gap = dualityGap(gram, state, { l1, l2 });
      if (gap <= allowed) return { iterations: sweep, converged: true, dualGap: gap / rows };
    }
  }
  return { iterations: maxIterations, converged: false, dualGap: gap / rows };
}

/**
 * The objective less its dual at the residual scaled into the dual's reach (scikit-learn's); with no l1 part the dual of
 * ridge regression, which has no bound to scale into.
 */
export function dualityGap(
  { withTarget, target, columns }: Gram,
  { weights, product }: Descent,
  { l1, l2 }: Penalties,
): number {
  let [fitted, crossed, size, absolute, steepest, residualPull] = [0, 0, 0, 0, 0, 0];
  for (let j = 0; j < columns; j++) {
    const w = weights[j]!;
    const pull = withTarget[j]! - product[j]!;
    fitted += w * product[j]!;
    crossed += w * withTarget[j]!;
    size += w * w;
    absolute += Math.abs(w);
    steepest = Math.max(steepest, Math.abs(pull - l2 * w));
    residualPull += pull * pull;
  }
  const residual = Math.max(0, target - 2 * crossed + fitted);
  const residualTarget = target - crossed;
  if (l1 === 0) return residual - residualTarget + 0.5 * l2 * size + residualPull / (2 * l2);
  const scale = steepest > l1 ? l1 / steepest : 1;
  const loss = scale < 1 ? 0.5 * residual * (1 + scale * scale) : residual;
  return loss + l1 * absolute - scale * residualTarget + 0.5 * l2 * (1 + scale * scale) * size;
}
