// Probabilities that stay exact while a story unfolds: updates by Bayes' rule and waiting times in closed form. Knows no field.
import type { RandomStream } from "../../core/random.ts";

/** Probability of a log-odds. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Log-odds of a probability. */
export function logit(p: number): number {
  return Math.log(p / (1 - p));
}

/** What a value adds to log-odds below a limit: nothing far above it, `slope` for each one far below; the sharper, the sooner. */
export function bendBelow(
  value: number,
  { slope, from, sharpness }: { slope: number; from: number; sharpness: number },
): number {
  return (slope * Math.log1p(Math.exp(sharpness * (from - value)))) / sharpness;
}

/**
 * A sign of an outcome: a normal draw with mean `+separation/2` where the outcome will come and `-separation/2` where it
 * will not. Its marginal is drawn with a dummy outcome; the log-odds after seeing it are `before + separation * sign`
 * exactly, so that the mean of the later probability is the earlier one.
 */
export function drawSign(stream: RandomStream, probability: number, separation: number): number {
  return stream.normal(stream.chance(probability) ? separation / 2 : -separation / 2);
}

/** Shares that sum to one, in proportion to `exp` of each log-weight. */
export function shares(logWeights: readonly number[]): number[] {
  const most = Math.max(...logWeights);
  const weights = logWeights.map((weight) => Math.exp(weight - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** A log-logistic waiting time: half are over by `scale`; the larger `shape`, the more alike they are. */
export interface Waiting {
  scale: number;
  shape: number;
}

/** Chance that a log-logistic waiting time is longer than `time`. */
export function survival({ scale, shape }: Waiting, time: number): number {
  return time <= 0 ? 1 : 1 / (1 + (time / scale) ** shape);
}

/** A log-logistic draw. */
export function drawWaiting(stream: RandomStream, { scale, shape }: Waiting): number {
  const u = stream.uniform();
  return scale * ((u + 1e-10) / (1 - u)) ** (1 / shape);
}
