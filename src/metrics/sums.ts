// Sums and means that lose no digits over many rows. Knows nothing of outcomes.
import { rowWeights, type Statistic } from "./inputs.ts";

/** The sum of `values` (times `weights`), with Neumaier's compensation, so that the order of the rows hardly matters. */
export function sum(values: Float64Array, weights: Float64Array | null = null): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const term = weights === null ? values[i]! : values[i]! * weights[i]!;
    const next = total + term;
    lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total;
    total = next;
  }
  return Number.isFinite(lost) ? total + lost : total;
}

/** The (weighted) mean of `values`. */
export function mean(values: Float64Array, weights: Float64Array | null = null): number {
  return sum(values, weights) / (weights === null ? values.length : sum(weights));
}

/**
 * The value below which the share `q` of the sorted values lies, by linear interpolation between neighbours (numpy's
 * default rule, with its order of operations, so that ties with a value fall on the same side).
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = (sorted.length - 1) * q;
  if (position >= sorted.length - 1) return sorted[sorted.length - 1]!;
  const below = Math.floor(position);
  return interpolate(sorted[below]!, sorted[below + 1]!, position - below);
}

/** Between `a` and `b`, the share `t` of the way, exact at both ends. */
export function interpolate(a: number, b: number, t: number): number {
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

/** A metric that is the mean of one loss a row, the losses worked out once. */
export function meanOf(losses: Float64Array): Statistic {
  return (weights) => mean(losses, rowWeights(weights, losses.length));
}
