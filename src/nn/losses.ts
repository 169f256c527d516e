// What training makes small. Each gives a single number; `reduction: "none"` gives one for each row.
import {
  add,
  arange,
  cast,
  constant,
  div,
  equal,
  exp,
  logSoftmax,
  matmul,
  maximum,
  mean,
  mul,
  neg,
  oneHot,
  pow,
  reciprocal,
  reshape,
  sigmoid,
  softplus,
  sqrt,
  sub,
  sum,
  type Tensor,
  takeAlong,
  transpose,
  where,
} from "../tensor/index.ts";

export interface LossOptions {
  /** `mean` over all (default), or one value for each element. */
  reduction?: "mean" | "none";
  /** Weight of each element or row, broadcast; the mean is weighted by it. A padding mask is such a weight. */
  weight?: Tensor;
}

function reduced(losses: Tensor, { reduction = "mean", weight }: LossOptions): Tensor {
  const weighted = weight ? mul(losses, weight) : losses;
  if (reduction === "none") return weighted;
  if (!weight) return mean(weighted);
  const total = mul(sum(weight), losses.size / weight.size);
  return div(sum(weighted), maximum(total, 1e-12));
}

/** Binary cross-entropy of logits: softplus(x) − x y, the positives weighted by `positiveWeight`. */
export function bceWithLogits(
  logits: Tensor,
  labels: Tensor,
  options: LossOptions & { positiveWeight?: number } = {},
): Tensor {
  const y = cast(labels, "float");
  const { positiveWeight = 1 } = options;
  if (positiveWeight === 1) return reduced(sub(softplus(logits), mul(logits, y)), options);
  // w y softplus(−x) + (1 − y) softplus(x)
  const positive = mul(mul(y, positiveWeight), softplus(neg(logits)));
  return reduced(add(positive, mul(sub(1, y), softplus(logits))), options);
}

export interface CrossEntropyOptions {
  reduction?: "mean" | "none";
  /** Weight of each class; the mean is weighted by it, as PyTorch's. */
  classWeights?: readonly number[];
  /** Share of the target spread evenly over all classes. */
  labelSmoothing?: number;
  /** Rows with this target count for nothing. */
  ignore?: number;
}

/** Cross-entropy of logits [… , classes] with whole-number targets […]. */
export function crossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { reduction = "mean", classWeights, labelSmoothing = 0, ignore } = options;
  const classes = logits.shape.at(-1)!;
  const logP = logSoftmax(logits);
  const counted = ignore === undefined ? undefined : sub(1, cast(equal(targets, ignore), "float"));
  const safe = ignore === undefined ? targets : where(equal(targets, ignore), 0, targets);
  const pick = (values: Tensor) => reshape(takeAlong(values, reshape(safe, [...safe.shape, 1])), safe.shape);
  let losses: Tensor;
  let weights: Tensor | undefined;
  if (classWeights) {
    const w = constant(classWeights, [classes]);
    weights = sum(mul(oneHot(safe, classes), w), { axis: -1 });
    losses = mul(neg(pick(logP)), weights);
    if (labelSmoothing > 0) {
      const even = mul(sum(mul(neg(logP), w), { axis: -1 }), labelSmoothing / classes);
      losses = add(mul(losses, 1 - labelSmoothing), even);
    }
  } else {
    losses = neg(pick(logP));
    if (labelSmoothing > 0) {
      losses = add(mul(losses, 1 - labelSmoothing), mul(mean(neg(logP), { axis: -1 }), labelSmoothing));
    }
  }
  if (counted) {
    losses = mul(losses, counted);
    weights = weights ? mul(weights, counted) : counted;
  }
  if (reduction === "none") return losses;
  return weights ? div(sum(losses), maximum(sum(weights), 1e-12)) : mean(losses);
}

/** Mean of (prediction − target)². */
export function mse(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const error = sub(prediction, target);
  return reduced(mul(error, error), options);
}

/** Focal loss of logits (Lin et al. 2017): α (1 − p)^γ times the cross-entropy, p the probability of the true label. */
export function focal(
  logits: Tensor,
  labels: Tensor,
  options: LossOptions & { gamma?: number; alpha?: number } = {},
): Tensor {
  const { gamma = 2, alpha } = options;
  const y = cast(labels, "float");
  const signed = mul(logits, sub(mul(y, 2), 1));
  const hard = pow(sigmoid(neg(signed)), gamma);
  const losses = mul(hard, softplus(neg(signed)));
  if (alpha === undefined) return reduced(losses, options);
  return reduced(mul(losses, add(mul(y, 2 * alpha - 1), 1 - alpha)), options);
}

/** Rows of length 1: x / max(|x|, ε). */
export function unitRows(x: Tensor, epsilon = 1e-12): Tensor {
  return mul(x, reciprocal(maximum(sqrt(add(sum(mul(x, x), { axis: -1, keepAxes: true }), 1e-24)), epsilon)));
}

/**
 * InfoNCE over pairs (van den Oord et al. 2018; both directions, as CLIP): row i of `a` belongs to row i of `b`, all other
 * rows are contrasts. `temperature` divides the cosine similarities; give its logarithm as a tensor to learn it.
 */
export function infoNce(a: Tensor, b: Tensor, temperature: number | { logScale: Tensor } = 0.07): Tensor {
  const similarity = matmul(unitRows(a), unitRows(b), { transposeB: true });
  const logits =
    typeof temperature === "number" ? div(similarity, temperature) : mul(similarity, exp(temperature.logScale));
  const own = arange(a.shape[0]!);
  return mul(add(crossEntropy(logits, own), crossEntropy(transpose(logits), own)), 0.5);
}
