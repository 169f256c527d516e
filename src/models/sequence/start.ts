// First weights of a network over hours that says what is so on average, before it has learnt anything. Trains nothing.
import { randomStream } from "../../core/random.ts";
import { initialWeights } from "../../nn/index.ts";
import { networkOf, type SequenceShape } from "./network.ts";
import type { SequenceTarget } from "./target.ts";

/** Shares are kept so far from 0 and 1. */
const LEAST_SHARE = 1e-4;

/**
 * First weights from the seed, as `train` draws them, but that the head's bias stands at the average of the targets
 * (samples × labels): no step is spent on learning it.
 */
export function startingWeights(shape: SequenceShape, y: ArrayLike<number>, seed: number): Map<string, Float32Array> {
  const weights = initialWeights(networkOf(shape), (name) => randomStream(seed, "weights", name));
  weights.set("head.bias", Float32Array.from(averages(shape.target, y)));
  return weights;
}

/** The logits that fit all samples alike, classes weighted as in the loss. */
function averages(
  { outcome, names, shift = 0, scale = 1, classWeights }: SequenceTarget,
  y: ArrayLike<number>,
): number[] {
  const mean = (value: (i: number) => number, from = 0, step = 1) => {
    let [sum, count] = [0, 0];
    for (let i = from; i < y.length; i += step, count++) sum += value(i);
    return sum / Math.max(count, 1);
  };
  const bounded = (share: number) => Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, share));
  const logit = (share: number) => Math.log(bounded(share) / (1 - bounded(share)));
  const weightOf = (k: number) => classWeights?.[k] ?? 1;
  if (outcome === "number") return [(mean((i) => y[i]!) - shift) / scale];
  if (outcome === "labels") return names.map((_, k) => logit(mean((i) => y[i]!, k, names.length)));
  const shares = Array.from(
    { length: outcome === "event" ? 2 : names.length },
    (_, k) => weightOf(k) * mean((i) => (y[i] === k ? 1 : 0)),
  );
  const total = shares.reduce((sum, share) => sum + share, 0) || 1;
  if (outcome === "event") return [logit(shares[1]! / total)];
  return shares.map((share) => Math.log(bounded(share / total)));
}
