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

/**
 * A sign of an outcome: a normal draw with mean `+separation/2` where the outcome will come and `-separation/2` where it
 * will not. Its marginal is drawn with a dummy outcome; the log-odds after seeing it are `before + separation * sign`
 * exactly, so that the mean of the later probability is the earlier one.
 */
export function drawSign(stream: RandomStream, probability: number, separation: number): number {
  return stream.normal(stream.chance(probability) ? separation / 2 : -separation / 2);
}

/** A finding seen with probability `ifYes` where the outcome will come and `ifNo` where it will not. */
export interface Finding {
  ifYes: number;
  ifNo: number;
}

/** Chance of a finding while the outcome is not known. */
export function chanceOf(finding: Finding, probability: number): number {
  return probability * finding.ifYes + (1 - probability) * finding.ifNo;
}

/** What the presence or absence of a finding adds to the log-odds. */
export function evidence(finding: Finding, present: boolean): number {
  return present ? Math.log(finding.ifYes / finding.ifNo) : Math.log((1 - finding.ifYes) / (1 - finding.ifNo));
}

/** Probabilities of classes after a normal sign with that mean in each class (unit variance). */
export function posterior(prior: ArrayLike<number>, means: ArrayLike<number>, sign: number): Float64Array {
  const odds = Float64Array.from({ length: prior.length }, (_, k) => {
    const mean = means[k]!;
    return prior[k]! * Math.exp(mean * sign - (mean * mean) / 2);
  });
  let total = 0;
  for (const odd of odds) total += odd;
  return odds.map((odd) => odd / total);
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
