// What a network over hours is to say: its outcome, how many logits that takes, the loss, and what is made of logits.
import { BedsideError } from "../../core/errors.ts";
import type { SequenceSet } from "../../features/index.ts";
import { bceWithLogits, crossEntropy, mse, type RaggedField } from "../../nn/index.ts";
import { add, div, mul, sigmoid, softmax, sum, type Tensor, unsqueeze } from "../../tensor/index.ts";
import { sampleStarts } from "./set.ts";

/** What is predicted: 0/1; a number; one class of several; several 0/1 at once. */
export type SequenceOutcome = "event" | "number" | "classes" | "labels";

/** The target of a network, and all that turns its logits into predictions. */
export interface SequenceTarget {
  outcome: SequenceOutcome;
  /** Names of the classes or labels; `[]` otherwise. */
  names: readonly string[];
  /** Unit of a number; "" otherwise. */
  unit: string;
  /** A number is learnt as (value − shift) / scale. */
  shift?: number;
  scale?: number;
  /** Weight of each class in the loss (events: of 0 and of 1). Default: all alike. */
  classWeights?: readonly number[];
}

/** Logits of an hour. */
export function logitsOf({ outcome, names }: SequenceTarget): number {
  return outcome === "classes" || outcome === "labels" ? names.length : 1;
}

/** Fields `y` (the target) and `weight` (1 or the class's weight at scored hours, 0 at others). */
export function targetFields(
  set: SequenceSet,
  y: ArrayLike<number>,
  target: SequenceTarget,
): Readonly<Record<"y" | "weight", RaggedField>> {
  const starts = sampleStarts(set);
  const width = target.outcome === "labels" ? target.names.length : 1;
  if (starts.at(-1) !== set.samples || y.length !== set.samples * width) {
    throw new BedsideError({
      code: "models/size-mismatch",
      what: "The labels do not fit the sequences",
      why: `${starts.at(-1)} hours are to be scored with ${width} each, and there are ${y.length} labels`,
      fix: "give one for each scored hour, stay by stay",
    });
  }
  checkTargets(y, target);
  const { shift = 0, scale = 1, outcome, classWeights } = target;
  const each = (s: number, write: (hour: number, sample: number) => void) => {
    const hours = set.scored(s);
    for (let k = 0; k < hours.length; k++) write(hours[k]!, starts[s]! + k);
  };
  const weightOf = (sample: number) =>
    classWeights && outcome !== "labels" && outcome !== "number" ? classWeights[y[sample]!]! : 1;
  return {
    y: {
      shape: outcome === "classes" ? [] : [width],
      kind: outcome === "classes" ? "int" : "float",
      fill(s, out, at) {
        each(s, (hour, sample) => {
          for (let j = 0; j < width; j++) {
            const value = y[sample * width + j]!;
            out[at + hour * width + j] = outcome === "number" ? (value - shift) / scale : value;
          }
        });
      },
    },
    weight: {
      shape: [1],
      kind: "float",
      fill(s, out, at) {
        each(s, (hour, sample) => {
          out[at + hour] = weightOf(sample);
        });
      },
    },
  };
}

function checkTargets(y: ArrayLike<number>, { outcome, names }: SequenceTarget): void {
  const fits = {
    event: (v: number) => v === 0 || v === 1,
    labels: (v: number) => v === 0 || v === 1,
    number: (v: number) => Number.isFinite(v),
    classes: (v: number) => Number.isInteger(v) && v >= 0 && v < names.length,
  }[outcome];
  for (let i = 0; i < y.length; i++) {
    if (fits(y[i]!)) continue;
    throw new BedsideError({
      code: "models/bad-label",
      what: `A label is none of a target that is ${{ event: "an event", labels: "several labels", number: "a number", classes: `one of ${names.length} classes` }[outcome]}`,
      where: "y",
      fix: "leave out rows without an outcome, and code events as 0 and 1, classes from 0 on",
    });
  }
}

/** The loss of logits [batch, steps, logits] at every hour and, for labels, of every label: [batch, steps, 1 or labels]. */
export function targetLosses({ outcome }: SequenceTarget, logits: Tensor, y: Tensor): Tensor {
  if (outcome === "number") return mse(logits, y, { reduction: "none" });
  if (outcome === "classes") return unsqueeze(crossEntropy(logits, y, { reduction: "none" }), 2);
  return bceWithLogits(logits, y, { reduction: "none" });
}

/**
 * The loss of a batch: the sum over its hours, weighted, and the mean over labels, divided by the weight that a batch has on
 * average. Batches are of stays of one length; divided by its own weight, each would count alike, and so an hour of a short
 * stay more than one of a long stay.
 */
export function targetLoss(
  target: SequenceTarget,
  logits: Tensor,
  y: Tensor,
  weight: Tensor,
  averageWeight: number,
): Tensor {
  const losses = targetLosses(target, logits, y);
  return div(sum(mul(losses, weight)), averageWeight * losses.shape.at(-1)!);
}

/** The weights of all scored hours together. */
export function totalWeight(y: ArrayLike<number>, { outcome, names, classWeights }: SequenceTarget): number {
  if (outcome === "labels") return y.length / names.length;
  if (outcome === "number" || !classWeights) return y.length;
  let total = 0;
  for (let i = 0; i < y.length; i++) total += classWeights[y[i]!]!;
  return total;
}

/** Logits as predictions: probabilities, or the value in its unit. */
export function predictionsOf(target: SequenceTarget, logits: Tensor): Tensor {
  const { outcome, shift = 0, scale = 1 } = target;
  if (outcome === "number") return add(mul(logits, scale), shift);
  return outcome === "classes" ? softmax(logits) : sigmoid(logits);
}
