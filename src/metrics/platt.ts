// Platt scaling: a line through the log-odds, for recalibration. Knows nothing of models.
import { probabilityRows } from "./inputs.ts";
import { clip } from "./log-loss.ts";
import { prepareLine } from "./recalibration-fit.ts";

/** New log-odds = intercept + slope x log-odds; plain data. */
export interface Platt {
  kind: "platt";
  intercept: number;
  slope: number;
}

/**
 * Fits a line to the log-odds by maximum likelihood, with Platt's targets in place of 0 and 1 (one more row of either
 * outcome, so that the fit is finite even where a threshold parts the outcomes; Platt 1999, section 2.2). For
 * recalibration, fit it on tuning rows.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1; clipped as in `logLoss`.
 * @example plattScaling([0, 1, 0, 0, 1, 1], [0.2, 0.2, 0.2, 0.8, 0.8, 0.8]).slope // 0.29248125036057796
 */
export function plattScaling(labels: ArrayLike<number>, scores: ArrayLike<number>): Platt {
  const rows = probabilityRows(labels, scores);
  const positives = rows.labels.reduce((sum, label) => sum + label, 0);
  const negatives = rows.labels.length - positives;
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
  const targets = rows.labels.map((label) => (label === 1 ? high : low));
  const logits = rows.scores.map(logit);
  if (logits.every((value) => value === logits[0])) {
    const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
    return { kind: "platt", intercept: logit(mean), slope: 0 };
  }
  const line = prepareLine(targets, logits)(null);
  return { kind: "platt", intercept: line?.intercept ?? 0, slope: line?.slope ?? 1 };
}

/**
 * The probabilities that Platt scaling makes of new ones.
 * @example applyPlatt({ kind: "platt", intercept: 0, slope: 1 }, [0.5]) // [0.5]
 */
export function applyPlatt({ intercept, slope }: Platt, scores: ArrayLike<number>): Float64Array {
  return Float64Array.from(scores, (score) => 1 / (1 + Math.exp(-(intercept + slope * logit(score)))));
}

function logit(score: number): number {
  const p = clip(score);
  return Math.log(p) - Math.log1p(-p);
}
