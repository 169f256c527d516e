// Layers with PyTorch's names, shapes and first values: linear, embedding, convolution, norms, dropout, sequences of them.
import { BedsideError } from "../core/errors.ts";
import {
  add,
  batchNormalise,
  type ConvOptions,
  cast,
  channelAffine,
  conv,
  gather,
  greaterEqual,
  layerNorm as layerNormOf,
  matmul,
  mul,
  reciprocal,
  reshape,
  rmsNorm as rmsNormOf,
  sqrt,
  sub,
  type Tensor,
  uniformNoise,
} from "../tensor/index.ts";
import { fans, fill, type Initialiser, kaimingUniform, normal, uniform } from "./initialisers.ts";
import {
  type AnyModule,
  buffer,
  bufferValue,
  isTraining,
  type Module,
  module,
  parameter,
  updateBuffer,
} from "./module.ts";

export interface LinearOptions {
  bias?: boolean;
  initial?: Initialiser;
  initialBias?: Initialiser;
}

/** x [… , inputs] → [… , outputs]: x Wᵀ + b, with `weight` [outputs, inputs]. */
export function linear(
  inputs: number,
  outputs: number,
  { bias = true, initial = kaimingUniform(), initialBias }: LinearOptions = {},
): Module {
  const weight = parameter([outputs, inputs], initial);
  const bound = 1 / Math.sqrt(inputs);
  const shift = bias ? parameter([outputs], initialBias ?? uniform(-bound, bound)) : undefined;
  return module({ weight, bias: shift }, (x: Tensor) => {
    const product = matmul(x, weight.tensor, { transposeB: true });
    return shift ? add(product, shift.tensor) : product;
  });
}

/** Whole numbers [… ] → vectors [… , width]; `weight` [count, width], normal first values. */
export function embedding(
  count: number,
  width: number,
  { initial = normal() }: { initial?: Initialiser } = {},
): Module {
  const weight = parameter([count, width], initial);
  return module({ weight }, (index: Tensor) => gather(weight.tensor, index));
}

export interface ConvLayerOptions extends ConvOptions {
  bias?: boolean;
  initial?: Initialiser;
}

function convolution(inputs: number, outputs: number, kernel: readonly number[], options: ConvLayerOptions): Module {
  const { bias = true, initial = kaimingUniform(), groups = 1 } = options;
  const shape = [outputs, inputs / groups, ...kernel];
  const weight = parameter(shape, initial);
  const bound = 1 / Math.sqrt(fans(shape).fanIn);
  const shift = bias ? parameter([outputs], uniform(-bound, bound)) : undefined;
  return module({ weight, bias: shift }, (x: Tensor) => {
    const y = conv(x, weight.tensor, options);
    return shift ? add(y, reshape(shift.tensor, [outputs, ...kernel.map(() => 1)])) : y;
  });
}

/** x [batch, inputs, length] → [batch, outputs, length′]; `weight` [outputs, inputs / groups, kernel]. */
export function conv1d(inputs: number, outputs: number, kernel: number, options: ConvLayerOptions = {}): Module {
  return convolution(inputs, outputs, [kernel], options);
}

/** x [batch, inputs, height, width] → [batch, outputs, …]; `weight` [outputs, inputs / groups, kernel, kernel]. */
export function conv2d(
  inputs: number,
  outputs: number,
  kernel: number | [number, number],
  options: ConvLayerOptions = {},
): Module {
  return convolution(inputs, outputs, typeof kernel === "number" ? [kernel, kernel] : kernel, options);
}

/** Layer norm over the last axis, of `width`. */
export function layerNorm(width: number, { epsilon = 1e-5 } = {}): Module {
  const weight = parameter([width], fill(1));
  const bias = parameter([width], fill(0));
  return module({ weight, bias }, (x: Tensor) => layerNormOf(x, weight.tensor, bias.tensor, { epsilon }));
}

/** x / √(mean(x²) + ε), times a weight, over the last axis. */
export function rmsNorm(width: number, { epsilon = 1e-5 } = {}): Module {
  const weight = parameter([width], fill(1));
  return module({ weight }, (x: Tensor) => rmsNormOf(x, weight.tensor, { epsilon }));
}

/**
 * Batch norm over every axis but the second. Training standardises by the batch and lets the running moments follow
 * (`momentum` is the share of the new batch; their variance is the unbiased one); inference uses the running moments.
 */
export function batchNorm(channels: number, { epsilon = 1e-5, momentum = 0.1, initialWeight = 1 } = {}): Module {
  const weight = parameter([channels], fill(initialWeight));
  const bias = parameter([channels], fill(0));
  const mean = buffer([channels], fill(0));
  const variance = buffer([channels], fill(1));
  return module({ weight, bias, running_mean: mean, running_var: variance }, (x: Tensor) => {
    if (!isTraining()) {
      const spread = mul(reciprocal(sqrt(add(variance.tensor, epsilon))), weight.tensor);
      return channelAffine(x, spread, sub(bias.tensor, mul(mean.tensor, spread)));
    }
    const count = x.size / channels;
    if (count < 2) {
      throw new BedsideError({
        code: "nn/batch-too-small",
        what: "Batch norm needs more than one value of a channel in training",
        fix: "use larger batches, or leave the last, smaller one out (dropLast)",
      });
    }
    const { output, mean: own, variance: spread } = batchNormalise(x, weight.tensor, bias.tensor, { epsilon });
    const follow = (before: Tensor, next: Tensor) => add(mul(before, 1 - momentum), mul(next, momentum));
    updateBuffer(mean, follow(bufferValue(mean), own));
    updateBuffer(variance, follow(bufferValue(variance), mul(spread, count / (count - 1))));
    return output;
  });
}

/** In training, zeros with probability p, the rest divided by 1 − p; else nothing. The draws come from the run's seed. */
export function dropout(p: number): Module {
  return module({}, (x: Tensor) => dropped(x, p));
}

/** Dropout as a function. `shape` may have size 1 where whole slices are dropped together. */
export function dropped(x: Tensor, p: number, shape = x.shape): Tensor {
  if (p === 0 || !isTraining()) return x;
  return mul(x, mul(cast(greaterEqual(uniformNoise(shape), p), "float"), 1 / (1 - p)));
}

/** One after the other. Parts may be modules or plain functions; names are the places, as in PyTorch. */
export function sequential(...parts: (Module | ((x: Tensor) => Tensor))[]): Module {
  const children = Object.fromEntries(
    parts.flatMap((part, i) => ("children" in part ? [[String(i), part as AnyModule]] : [])),
  );
  return module(children, (x: Tensor) => parts.reduce((y, part) => part(y), x));
}
