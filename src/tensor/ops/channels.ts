// Work by channel (axis 1) in as few passes over memory as can be: batch norm and the two products its gradient needs.
import { needFloats, shapeError } from "../place.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { apply, applyOne, type Emitter, type Operation, type Tensor } from "../tensor.ts";
import { add, div, mul, neg, reciprocal, sqrt, sub } from "./elementwise.ts";

/** Calls `visit(element, channel)` for every element. */
function eachElement(shape: Shape, visit: (i: number, channel: number) => void): void {
  const [batch, channels] = shape as [number, number];
  const inner = sizeOf(shape.slice(2));
  for (let n = 0, i = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) for (let j = 0; j < inner; j++, i++) visit(i, c);
  }
}

function checkChannels(op: string, x: Tensor, ...others: Tensor[]): void {
  needFloats(op, x, ...others);
  for (const other of others) {
    if (x.rank < 2 || other.rank !== 1 || other.shape[0] !== x.shape[1]) {
      throw shapeError(op, [x.shape, other.shape], "one number for each channel (axis 1) is needed");
    }
  }
}

const affineOperation: Operation<Record<string, never>> = {
  name: "channelAffine",
  infer: ([x, scale, shift]) => {
    checkChannels("channelAffine", x!, scale!, shift!);
    return [{ shape: x!.shape, kind: "float" }];
  },
  evaluate: ([x, scale, shift]) => {
    const y = new Float64Array(x!.data.length);
    eachElement(x!.shape, (i, c) => {
      y[i] = x!.data[i]! * scale!.data[c]! + shift!.data[c]!;
    });
    return [y];
  },
  gradient: ({ inputs: [x, scale, shift] }, [g]) => {
    if (!g) return [];
    return [channelAffine(g, scale!, mul(shift!, 0)), channelDot(g, x!), channelSum(g)];
  },
  emit: (emitter, { inputs: [, scale] }, [x, by, plus]) => {
    const count = scale!.size;
    const [zero, one] = [0, 1].map((value) => emitter.float32(new Float32Array(count).fill(value), [count]));
    // batch norm at inference: one pass, and a kernel that is spread over threads
    return [emitter.node("BatchNormalization", [x!, by!, plus!, zero!, one!], { epsilon: { float: 0 } })];
  },
};

/** Each channel times a number, plus a number: `scale` and `shift` are [channels]. */
export function channelAffine(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  return applyOne(affineOperation, [x, scale, shift], {});
}

const dotOperation: Operation<Record<string, never>> = {
  name: "channelDot",
  infer: ([a, b]) => {
    needFloats("channelDot", a!, b!);
    if (a!.rank < 2 || a!.shape.join() !== b!.shape.join()) {
      throw shapeError("channelDot", [a!.shape, b!.shape], "both must have the same shape, channels second");
    }
    return [{ shape: [a!.shape[1]!], kind: "float" }];
  },
  evaluate: ([a, b]) => {
    const total = new Float64Array(a!.shape[1]!);
    eachElement(a!.shape, (i, c) => {
      total[c]! += a!.data[i]! * b!.data[i]!;
    });
    return [total];
  },
  gradient: ({ inputs: [a, b] }, [g]) => (g ? [channelAffine(b!, g, mul(g, 0)), channelAffine(a!, g, mul(g, 0))] : []),
  emit: (emitter, { inputs: [a] }, [x, y]) => [dotNodes(emitter, a!.shape, x!, y!)],
};

/** The product and its sums: as fast as a matrix product for every row and channel, as measured. */
function dotNodes(emitter: Emitter, shape: Shape, x: string, y: string): string {
  const axes = shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return emitter.node("ReduceSum", [emitter.node("Mul", [x, y]), emitter.int64(axes)], { keepdims: { int: 0 } });
}

/** Σ a b over all axes but the second. */
export function channelDot(a: Tensor, b: Tensor): Tensor {
  return applyOne(dotOperation, [a, b], {});
}

const sumOperation: Operation<Record<string, never>> = {
  name: "channelSum",
  infer: ([x]) => {
    needFloats("channelSum", x!);
    if (x!.rank < 2) throw shapeError("channelSum", [x!.shape], "channels are the second axis");
    return [{ shape: [x!.shape[1]!], kind: "float" }];
  },
  evaluate: ([x]) => {
    const total = new Float64Array(x!.shape[1]!);
    eachElement(x!.shape, (i, c) => {
      total[c]! += x!.data[i]!;
    });
    return [total];
  },
  gradient: ({ inputs: [x] }, [g]) => [g && channelAffine(mul(x!, 0), g, g)],
  emit: (emitter, { inputs: [x] }, [name]) => {
    const axes = x!.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    return [emitter.node("ReduceSum", [name!, emitter.int64(axes)], { keepdims: { int: 0 } })];
  },
};

/** Σ x over all axes but the second. */
export function channelSum(x: Tensor): Tensor {
  return applyOne(sumOperation, [x], {});
}

const normOperation: Operation<{ epsilon: number }> = {
  name: "batchNormalise",
  infer: ([x, weight, bias]) => {
    checkChannels("batchNormalise", x!, weight!, bias!);
    const moments = { shape: weight!.shape, kind: "float" as const };
    return [{ shape: x!.shape, kind: "float" }, moments, moments];
  },
  evaluate: ([x, weight, bias], { epsilon }) => {
    const channels = weight!.data.length;
    const count = x!.data.length / channels;
    const [mean, variance] = [new Float64Array(channels), new Float64Array(channels)];
    eachElement(x!.shape, (i, c) => {
      mean[c]! += x!.data[i]! / count;
    });
    eachElement(x!.shape, (i, c) => {
      variance[c]! += (x!.data[i]! - mean[c]!) ** 2 / count;
    });
    const y = new Float64Array(x!.data.length);
    eachElement(x!.shape, (i, c) => {
      y[i] = ((x!.data[i]! - mean[c]!) / Math.sqrt(variance[c]! + epsilon)) * weight!.data[c]! + bias!.data[c]!;
    });
    return [y, mean, variance];
  },
  gradient: ({ inputs: [x, weight], outputs: [, mean, variance], attributes: { epsilon } }, [g, gMean, gVariance]) => {
    const count = x!.size / weight!.size;
    const inverse = reciprocalRoot(variance!, epsilon);
    let [scaleG, scaleX, shift] = [undefined, undefined, undefined] as (Tensor | undefined)[];
    let [dWeight, dBias] = [undefined, undefined] as (Tensor | undefined)[];
    if (g) {
      // with y = γ x̂ + β:  dx = γ s (g − mean(g) − x̂ mean(g x̂)),  x̂ = s (x − μ): one number for g, one for x, one alone
      dBias = channelSum(g);
      dWeight = mul(inverse, sub(channelDot(g, x!), mul(mean!, dBias)));
      scaleG = mul(weight!, inverse);
      scaleX = neg(div(mul(mul(scaleG, inverse), dWeight), count));
      shift = sub(neg(div(mul(scaleG, dBias), count)), mul(scaleX, mean!));
    }
    if (gVariance) {
      const more = mul(gVariance, 2 / count);
      scaleX = scaleX ? add(scaleX, more) : more;
      const back = neg(mul(more, mean!));
      shift = shift ? add(shift, back) : back;
    }
    if (gMean) shift = shift ? add(shift, div(gMean, count)) : div(gMean, count);
    if (!shift) return [];
    const fromX = channelAffine(x!, scaleX ?? mul(shift, 0), shift);
    const dx = g ? add(channelAffine(g, scaleG!, mul(shift, 0)), fromX) : fromX;
    return [dx, dWeight, dBias];
  },
  // With momentum 0 the running moments that come out are the batch's own. ONNX Runtime writes them over the moments that
  // go in, even over constants, so these are made anew each time, one for each output.
  emit: (emitter, { attributes: { epsilon } }, [x, weight, bias]) => {
    const moments = [emitter.node("Sub", [weight!, weight!]), emitter.node("Sub", [bias!, bias!])];
    const attributes = {
      training_mode: { int: 1 },
      momentum: { float: 0 },
      epsilon: { float: epsilon },
    };
    return emitter.nodes("BatchNormalization", [x!, weight!, bias!, ...moments], attributes, { outputs: 3 });
  },
};

function reciprocalRoot(variance: Tensor, epsilon: number): Tensor {
  return reciprocal(sqrt(add(variance, epsilon)));
}

/**
 * Batch norm by the batch's own moments over all axes but the second: (x − mean) / √(variance + ε) × weight + bias.
 * @returns also the mean and the variance (divided by n) of each channel.
 */
export function batchNormalise(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  { epsilon = 1e-5 } = {},
): { output: Tensor; mean: Tensor; variance: Tensor } {
  const [output, mean, variance] = apply(normOperation, [x, weight, bias], { epsilon });
  return { output: output!, mean: mean!, variance: variance! };
}
