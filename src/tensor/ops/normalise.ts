// Standardising over axes: the heart of layer, batch and instance norm, with the closed form of its gradient.
import { needFloats, shapeError } from "../place.ts";
import { normaliseAxes, reducedShape, sameShape, sizeOf, stridesOf } from "../shape.ts";
import { apply, type Operation, type Tensor } from "../tensor.ts";
import { expand } from "./broadcast.ts";
import { add, div, mul, reciprocal, sqrt, sub } from "./elementwise.ts";
import { mean } from "./reduce.ts";

interface Standardise {
  axes: readonly number[];
  epsilon: number;
}

const standardiseOperation: Operation<Standardise> = {
  name: "standardise",
  infer: ([x], { axes }) => {
    needFloats("standardise", x!);
    if (axes.length === 0) throw shapeError("standardise", [x!.shape], "it needs at least one axis");
    const moments = { shape: reducedShape(x!.shape, axes, true), kind: "float" as const };
    return [{ shape: x!.shape, kind: "float" }, moments, moments];
  },
  evaluate: ([x], { axes, epsilon }, [, moments]) => {
    const strides = stridesOf(x!.shape);
    const own = stridesOf(moments!.shape);
    const groups = x!.data.map((_, i) =>
      strides.reduce((at, stride, axis) => {
        const place = Math.floor(i / stride) % x!.shape[axis]!;
        return axes.includes(axis) ? at : at + place * own[axis]!;
      }, 0),
    );
    const count = x!.data.length / sizeOf(moments!.shape);
    const centre = new Float64Array(sizeOf(moments!.shape));
    const spread = new Float64Array(centre.length);
    for (const [i, group] of groups.entries()) centre[group]! += x!.data[i]! / count;
    for (const [i, group] of groups.entries()) spread[group]! += (x!.data[i]! - centre[group]!) ** 2 / count;
    const scale = spread.map((variance) => 1 / Math.sqrt(variance + epsilon));
    return [x!.data.map((value, i) => (value - centre[groups[i]!]!) * scale[groups[i]!]!), centre, scale];
  },
  gradient: ({ inputs: [x], outputs: [y, , scale], attributes: { axes } }, [g, gMean, gScale]) => {
    let total: Tensor | undefined;
    if (g) {
      // dx = scale · (g − mean(g) − y · mean(g · y))
      const average = (t: Tensor) => mean(t, { axis: axes, keepAxes: true });
      total = mul(scale!, sub(sub(g, average(g)), mul(y!, average(mul(g, y!)))));
    }
    const count = x!.size / scale!.size;
    const plus = (more: Tensor) => {
      total = total ? add(total, more) : more;
    };
    if (gMean) plus(expand(div(gMean, count), x!.shape));
    // scale = (v + ε)^(−1/2): d scale / dx = −scale² · y / n
    if (gScale) plus(mul(mul(gScale, mul(scale!, scale!)), div(y!, -count)));
    return [total];
  },
  emit: (emitter, { inputs: [x], attributes: { axes, epsilon } }, [name]) => {
    const trailing = axes.every((axis, i) => axis === x!.rank - axes.length + i);
    if (trailing) {
      const shape = x!.shape.slice(-axes.length);
      const unit = emitter.float32(new Float32Array(sizeOf(shape)).fill(1), shape);
      const attributes = { axis: { int: axes[0]! }, epsilon: { float: epsilon } };
      return emitter.nodes("LayerNormalization", [name!, unit], attributes, { outputs: 3 });
    }
    const keep = { keepdims: { int: 1 } };
    const where = emitter.int64(axes);
    const centre = emitter.node("ReduceMean", [name!, where], keep);
    const centred = emitter.node("Sub", [name!, centre]);
    const squared = emitter.node("Mul", [centred, centred]);
    const variance = emitter.node("ReduceMean", [squared, where], keep);
    const shifted = emitter.node("Add", [variance, emitter.float32([epsilon], [])]);
    const scale = emitter.node("Reciprocal", [emitter.node("Sqrt", [shifted])]);
    return [emitter.node("Mul", [centred, scale]), centre, scale];
  },
};

/** The tensor with mean 0 and variance 1 over axes (variance divided by n), and what was taken away and multiplied. */
export function standardise(
  x: Tensor,
  axis: number | readonly number[],
  epsilon = 1e-5,
): { output: Tensor; mean: Tensor; scale: Tensor } {
  const axes = normaliseAxes("standardise", x.shape, axis);
  const [output, mean, scale] = apply(standardiseOperation, [x], { axes, epsilon });
  return { output: output!, mean: mean!, scale: scale! };
}

/** Layer norm over the last axes, as many as `weight` has. */
export function layerNorm(x: Tensor, weight?: Tensor, bias?: Tensor, { epsilon = 1e-5, axes = 1 } = {}): Tensor {
  const count = weight?.rank ?? bias?.rank ?? axes;
  checkScale("layerNorm", x, weight);
  checkScale("layerNorm", x, bias);
  const { output } = standardise(
    x,
    Array.from({ length: count }, (_, i) => x.rank - count + i),
    epsilon,
  );
  const scaled = weight ? mul(output, weight) : output;
  return bias ? add(scaled, bias) : scaled;
}

/** Weights and biases have the sizes of the last axes. */
function checkScale(op: string, x: Tensor, scale: Tensor | undefined): void {
  if (scale && !sameShape(scale.shape, x.shape.slice(x.rank - scale.rank))) {
    throw shapeError(op, [x.shape, scale.shape], "weight and bias must have the sizes of the last axes");
  }
}

/** x / √(mean(x²) + ε) over the last axis (Zhang and Sennrich 2019), times `weight`. */
export function rmsNorm(x: Tensor, weight?: Tensor, { epsilon = 1e-5 } = {}): Tensor {
  needFloats("rmsNorm", x);
  checkScale("rmsNorm", x, weight);
  const size = mean(mul(x, x), { axis: -1, keepAxes: true });
  const output = mul(x, reciprocal(sqrt(add(size, epsilon))));
  return weight ? mul(output, weight) : output;
}
