// Softmax and its logarithm, safe for large inputs, with their own short gradients.
import { needFloats } from "../place.ts";
import { normaliseAxis, stridesOf } from "../shape.ts";
import { applyOne, type Operation, type Tensor, type Values } from "../tensor.ts";
import { reshape } from "./arrange.ts";
import { add, exp, log, maximum, minimum, mul, stopGradient, sub } from "./elementwise.ts";
import { max, type ReduceOptions, sum } from "./reduce.ts";

function alongAxis({ shape, data }: Values, axis: number, f: (line: Float64Array) => Float64Array): Float64Array {
  const out = new Float64Array(data.length);
  const stride = stridesOf(shape)[axis]!;
  const size = shape[axis]!;
  for (let start = 0; start < data.length; start++) {
    if (Math.floor(start / stride) % size !== 0) continue;
    const line = f(Float64Array.from({ length: size }, (_, i) => data[start + i * stride]!));
    for (let i = 0; i < size; i++) out[start + i * stride] = line[i]!;
  }
  return out;
}

function logSumExp(line: Float64Array): number {
  const top = line.reduce((a, b) => Math.max(a, b), -Infinity);
  return top === -Infinity ? top : top + Math.log(line.reduce((total, x) => total + Math.exp(x - top), 0));
}

const softmaxOperation: Operation<{ axis: number }> = {
  name: "softmax",
  infer: ([x]) => {
    needFloats("softmax", x!);
    return [{ shape: x!.shape, kind: "float" }];
  },
  evaluate: ([x], { axis }) => [
    alongAxis(x!, axis, (line) => {
      const total = logSumExp(line);
      return line.map((value) => Math.exp(value - total));
    }),
  ],
  gradient: ({ outputs: [y], attributes: { axis } }, [g]) => {
    if (!g) return [];
    const weighted = mul(g, y!);
    return [sub(weighted, mul(y!, sum(weighted, { axis, keepAxes: true })))];
  },
  emit: (emitter, { attributes: { axis } }, [x]) => [emitter.node("Softmax", [x!], { axis: { int: axis } })],
};

/** eˣ / Σ eˣ along an axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return applyOne(softmaxOperation, [x], { axis: normaliseAxis("softmax", x.shape, axis) });
}

const logSoftmaxOperation: Operation<{ axis: number }> = {
  name: "logSoftmax",
  infer: ([x]) => {
    needFloats("logSoftmax", x!);
    return [{ shape: x!.shape, kind: "float" }];
  },
  evaluate: ([x], { axis }) => [
    alongAxis(x!, axis, (line) => {
      const total = logSumExp(line);
      return line.map((value) => value - total);
    }),
  ],
  gradient: ({ outputs: [y], attributes: { axis } }, [g]) => [
    g && sub(g, mul(exp(y!), sum(g, { axis, keepAxes: true }))),
  ],
  emit: (emitter, { attributes: { axis } }, [x]) => [emitter.node("LogSoftmax", [x!], { axis: { int: axis } })],
};

/** x − log Σ eˣ along an axis. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return applyOne(logSoftmaxOperation, [x], { axis: normaliseAxis("logSoftmax", x.shape, axis) });
}

/** The largest finite 32-bit float. */
const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127;

/** log Σ eˣ along axes (all, by default). */
export function logsumexp(x: Tensor, { axis, keepAxes = false }: ReduceOptions = {}): Tensor {
  needFloats("logsumexp", x);
  const largest = max(x, { ...(axis === undefined ? {} : { axis }), keepAxes: true });
  // finite, so that infinities are not taken from each other
  const top = stopGradient(minimum(maximum(largest, -FLOAT32_MAX), FLOAT32_MAX));
  const total = sum(exp(sub(x, top)), { ...(axis === undefined ? {} : { axis }), keepAxes });
  return add(log(total), reshape(top, total.shape));
}
