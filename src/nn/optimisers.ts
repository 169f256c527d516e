// How gradients change parameters: SGD, Adam, AdamW as PyTorch defines them, and clipping. Part of the program, not of the host.
import { add, div, maximum, minimum, mul, type Shape, sqrt, sub, sum, type Tensor } from "../tensor/index.ts";

/** Numbers the host gives at every step. */
export interface StepScalars {
  /** The learning rate of this step. */
  rate: Tensor;
  /** What an optimiser asked for by `scalars`. */
  extra: readonly Tensor[];
}

/** An optimiser: what it remembers of each parameter, and how it changes it. */
export interface Optimiser {
  name: string;
  /** Learning rate before any schedule. */
  learningRate: number;
  /** Names of what is kept for each parameter; all start at zero. */
  slots: readonly string[];
  /** Numbers needed at step `t` (from 1), besides the rate. */
  scalars(t: number): readonly number[];
  update(
    parameter: Tensor,
    gradient: Tensor,
    slots: readonly Tensor[],
    scalars: StepScalars,
  ): { next: Tensor; slots: Tensor[] };
}

export interface SgdOptions {
  learningRate: number;
  momentum?: number;
  nesterov?: boolean;
  /** Added to the gradient as λ × parameter. */
  weightDecay?: number;
}

/** Stochastic gradient descent; with momentum, v ← μ v + g and p ← p − η v. */
export function sgd({ learningRate, momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions): Optimiser {
  return {
    name: "sgd",
    learningRate,
    slots: momentum > 0 ? ["momentum"] : [],
    scalars: () => [],
    update(parameter, gradient, [velocity], { rate }) {
      const g = weightDecay > 0 ? add(gradient, mul(parameter, weightDecay)) : gradient;
      if (!velocity) return { next: sub(parameter, mul(g, rate)), slots: [] };
      const next = add(mul(velocity, momentum), g);
      const step = nesterov ? add(g, mul(next, momentum)) : next;
      return { next: sub(parameter, mul(step, rate)), slots: [next] };
    },
  };
}

export interface AdamOptions {
  learningRate?: number;
  betas?: readonly [number, number];
  epsilon?: number;
  weightDecay?: number;
}

/** Adam (Kingma and Ba 2015). Weight decay is added to the gradient. */
export function adam(options: AdamOptions = {}): Optimiser {
  return adamLike("adam", options);
}

/** AdamW (Loshchilov and Hutter 2019): parameters shrink by η λ beside the step of Adam. Default weight decay 0.01. */
export function adamW(options: AdamOptions = {}): Optimiser {
  return adamLike("adamw", { weightDecay: 0.01, ...options });
}

function adamLike(
  name: "adam" | "adamw",
  { learningRate = 1e-3, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 }: AdamOptions,
): Optimiser {
  const [b1, b2] = betas;
  return {
    name,
    learningRate,
    slots: ["mean", "square"],
    // p − η/(1 − β₁ᵗ) m / (√v/√(1 − β₂ᵗ) + ε)
    scalars: (t) => [1 / (1 - b1 ** t), 1 / Math.sqrt(1 - b2 ** t)],
    update(parameter, gradient, [mean, square], { rate, extra: [byMean, bySquare] }) {
      const g = name === "adam" && weightDecay > 0 ? add(gradient, mul(parameter, weightDecay)) : gradient;
      const m = add(mul(mean!, b1), mul(g, 1 - b1));
      const v = add(mul(square!, b2), mul(mul(g, g), 1 - b2));
      const step = div(mul(m, mul(rate, byMean!)), add(mul(sqrt(v), bySquare!), epsilon));
      const kept = name === "adamw" && weightDecay > 0 ? mul(parameter, sub(1, mul(rate, weightDecay))) : parameter;
      return { next: sub(kept, step), slots: [m, v] };
    },
  };
}

/** The gradients scaled so that their common norm is at most `limit` (PyTorch's clip_grad_norm_), and the norm before. */
export function clipByNorm(gradients: readonly Tensor[], limit: number): { clipped: Tensor[]; norm: Tensor } {
  const squares = gradients.map((g) => sum(mul(g, g)));
  const norm = sqrt(squares.reduce((a, b) => add(a, b)));
  const scale = minimum(div(limit, add(norm, 1e-6)), 1);
  return { clipped: gradients.map((g) => mul(g, scale)), norm };
}

/** The gradients with each element between −limit and limit. */
export function clipByValue(gradients: readonly Tensor[], limit: number): Tensor[] {
  return gradients.map((g) => maximum(minimum(g, limit), -limit));
}

/** Zeros for a slot. */
export function emptySlot(shape: Shape): Float32Array {
  return new Float32Array(shape.reduce((product, size) => product * size, 1));
}
