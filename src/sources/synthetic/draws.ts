// Quick draws from a random stream for the many values of a record. Knows nothing of what is drawn.
import type { RandomStream } from "../../core/random.ts";

const STEPS = 65_536;
const QUANTILES = Float64Array.from({ length: STEPS }, (_, i) => normalQuantile((i + 0.5) / STEPS));

/** A standard normal draw on 65,536 levels: quick, for noise. Where a probability hangs on it, use `stream.normal()`. */
export function gauss(stream: RandomStream): number {
  return QUANTILES[stream.uint32() >>> 16]!;
}

/** A whole number in [0, n). */
export function below(stream: RandomStream, n: number): number {
  return (stream.uint32() * 2.3283064365386963e-10 * n) | 0;
}

/** A number in [low, high). */
export function between(stream: RandomStream, low: number, high: number): number {
  return low + (high - low) * stream.uniform();
}

/** An item of a list, all alike. */
export function oneOf<T>(stream: RandomStream, items: readonly T[]): T {
  return items[below(stream, items.length)]!;
}

/** An index with a chance in proportion to its weight. */
export function weighted(stream: RandomStream, weights: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  let left = stream.uniform() * total;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return weights.length - 1;
}

/** A log-normal draw with that median and spread of the logarithm. */
export function logNormal(stream: RandomStream, median: number, spread: number): number {
  return median * Math.exp(spread * gauss(stream));
}

/** A count with that mean (Poisson; the number of exponential gaps that fit, for means up to some tens). */
export function count(stream: RandomStream, mean: number): number {
  const limit = Math.exp(-mean);
  let product = stream.uniform();
  let n = 0;
  while (product > limit) {
    product *= stream.uniform();
    n++;
  }
  return n;
}

/** Value held between two bounds. */
export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/**
 * Quantile of the standard normal distribution by the rational approximation of Odeh and Evans (Applied Statistics 1974,
 * AS 70), good to 1.5e-8.
 */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0;
  const tail = p < 0.5 ? p : 1 - p;
  const y = Math.sqrt(-2 * Math.log(tail));
  const top = (((-0.453642210148e-4 * y - 0.204231210245e-1) * y - 0.342242088547) * y - 1) * y - 0.322232431088;
  const bottom =
    (((0.38560700634e-2 * y + 0.10353775285) * y + 0.531103462366) * y + 0.588581570495) * y + 0.99348462606e-1;
  const x = y + top / bottom;
  return p < 0.5 ? -x : x;
}
