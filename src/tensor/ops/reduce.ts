// Sums and the like along axes; running sums; the largest k.

import { needFloats, needNumbers, shapeError } from "../place.ts";
import { normaliseAxes, normaliseAxis, reducedShape, type Shape, sizeOf, stridesOf } from "../shape.ts";
import { apply, applyOne, type Operation, type Tensor } from "../tensor.ts";
import { reshape } from "./arrange.ts";
import { expand } from "./broadcast.ts";
import { cast, equal } from "./compare.ts";
import { div, mul } from "./elementwise.ts";
import { scatterAlong } from "./gather.ts";
import { zeros } from "./sources.ts";

/** Which axes go (all, by default), and whether they stay with size 1. */
export interface ReduceOptions {
  axis?: number | readonly number[];
  keepAxes?: boolean;
}
interface Reduction {
  axes: readonly number[];
  keepAxes: boolean;
}

/** Folds the elements along axes: every output element from the list of its inputs. */
function foldAxes(data: Float64Array, shape: Shape, axes: readonly number[], f: (values: number[]) => number) {
  const kept = stridesOf(reducedShape(shape, axes, true)).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const strides = stridesOf(shape);
  const groups = Array.from({ length: sizeOf(reducedShape(shape, axes, false)) }, () => [] as number[]);
  for (let i = 0; i < data.length; i++) {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) at += (Math.floor(i / strides[axis]!) % shape[axis]!) * kept[axis]!;
    groups[at]!.push(data[i]!);
  }
  return Float64Array.from(groups, f);
}

function reduction(
  name: string,
  onnx: string,
  f: (values: number[]) => number,
  gradient: (x: Tensor, y: Tensor, g: Tensor) => Tensor,
): Operation<Reduction> {
  return {
    name,
    infer: ([x], { axes, keepAxes }) => {
      if (name === "mean") needFloats(name, x!);
      else needNumbers(name, x!);
      return [{ shape: reducedShape(x!.shape, axes, keepAxes), kind: x!.kind }];
    },
    evaluate: ([x], { axes }) => [foldAxes(x!.data, x!.shape, axes, f)],
    gradient: ({ inputs: [x], outputs: [y], attributes: { axes } }, [g]) => {
      if (!g || x!.kind !== "float") return [];
      const shape = reducedShape(x!.shape, axes, true);
      return [gradient(x!, reshape(y!, shape), reshape(g, shape))];
    },
    emit: (emitter, { inputs: [source], attributes: { axes, keepAxes } }, [x]) => {
      if (axes.length === 0) return [emitter.node("Identity", [x!])];
      // the axes of a reduction that changes nothing are skipped, so that the kernel sees the simplest form
      if (axes.every((axis) => source!.shape[axis] === 1)) {
        return [emitter.node("Reshape", [x!, emitter.int64(reducedShape(source!.shape, axes, keepAxes))])];
      }
      return [emitter.node(onnx, [x!, emitter.int64(axes)], { keepdims: { int: keepAxes ? 1 : 0 } })];
    },
  };
}

function reducing(operation: Operation<Reduction>): (x: Tensor, options?: ReduceOptions) => Tensor {
  return (x, { axis, keepAxes = false } = {}) =>
    applyOne(operation, [x], { axes: normaliseAxes(operation.name, x.shape, axis), keepAxes });
}

const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
const sumOperation = reduction("sum", "ReduceSum", total, (x, _y, g) => expand(g, x.shape));
export const sum = reducing(sumOperation);
export const mean = reducing(
  reduction(
    "mean",
    "ReduceMean",
    (values) => total(values) / values.length,
    (x, y, g) => expand(mul(g, y.size / x.size), x.shape),
  ),
);
/** The largest along axes; equal ones share the gradient (PyTorch's amax). ONNX Runtime may pass over NaN. */
export const max = reducing(
  reduction(
    "max",
    "ReduceMax",
    (values) => values.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a), -Infinity),
    extremeGradient,
  ),
);
/** The smallest along axes; equal ones share the gradient. ONNX Runtime may pass over NaN. */
export const min = reducing(
  reduction(
    "min",
    "ReduceMin",
    (values) => values.reduce((a, b) => (b < a || Number.isNaN(b) ? b : a), Infinity),
    extremeGradient,
  ),
);

function extremeGradient(x: Tensor, y: Tensor, g: Tensor): Tensor {
  const hits = cast(equal(x, y), "float");
  const axes = y.shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  return mul(hits, div(g, sum(hits, { axis: axes, keepAxes: true })));
}

const cumulativeSum: Operation<{ axis: number; reverse: boolean }> = {
  name: "cumsum",
  infer: ([x]) => {
    needNumbers("cumsum", x!);
    return [{ shape: x!.shape, kind: x!.kind }];
  },
  evaluate: ([x], { axis, reverse }) => {
    const out = x!.data.slice();
    const stride = stridesOf(x!.shape)[axis]!;
    const size = x!.shape[axis]!;
    const walk = Array.from(out.keys());
    if (reverse) walk.reverse();
    for (const i of walk) {
      const position = Math.floor(i / stride) % size;
      if (reverse ? position < size - 1 : position > 0) out[i]! += out[i + (reverse ? stride : -stride)]!;
    }
    return [out];
  },
  gradient: ({ attributes: { axis, reverse } }, [g]) => [g && cumsum(g, axis, { reverse: !reverse })],
  emit: (emitter, { attributes: { axis, reverse } }, [x]) => [
    emitter.node("CumSum", [x!, emitter.int64([axis], [])], { reverse: { int: reverse ? 1 : 0 } }),
  ],
};

/** Running sums along an axis, from the start or, reversed, from the end. */
export function cumsum(x: Tensor, axis: number, { reverse = false } = {}): Tensor {
  return applyOne(cumulativeSum, [x], { axis: normaliseAxis("cumsum", x.shape, axis), reverse });
}

const argmaxOperation: Operation<{ axis: number; keepAxes: boolean }> = {
  name: "argmax",
  infer: ([x], { axis, keepAxes }) => {
    needNumbers("argmax", x!);
    return [{ shape: reducedShape(x!.shape, [axis], keepAxes), kind: "int" }];
  },
  evaluate: ([x], { axis }) => [
    foldAxes(x!.data, x!.shape, [axis], (values) => values.reduce((best, v, i) => (v > values[best]! ? i : best), 0)),
  ],
  emit: (emitter, { attributes: { axis, keepAxes } }, [x]) => {
    const wide = emitter.node("ArgMax", [x!], { axis: { int: axis }, keepdims: { int: keepAxes ? 1 : 0 } });
    return [emitter.node("Cast", [wide], { to: { int: 6 } })];
  },
};

/** Position of the largest along an axis; of equal ones, the first. */
export function argmax(x: Tensor, axis = -1, { keepAxes = false } = {}): Tensor {
  return applyOne(argmaxOperation, [x], { axis: normaliseAxis("argmax", x.shape, axis), keepAxes });
}

const topKOperation: Operation<{ k: number }> = {
  name: "topk",
  infer: ([x], { k }) => {
    needNumbers("topk", x!);
    const last = x!.shape.at(-1) ?? 0;
    if (!Number.isInteger(k) || k < 1 || k > last)
      throw shapeError("topk", [x!.shape], `${k} of ${last} elements are wanted`);
    const shape = [...x!.shape.slice(0, -1), k];
    return [
      { shape, kind: x!.kind },
      { shape, kind: "int" },
    ];
  },
  evaluate: ([x], { k }, [out]) => {
    const size = x!.shape.at(-1)!;
    const values = new Float64Array(sizeOf(out!.shape));
    const places = new Float64Array(values.length);
    for (let row = 0; row * size < x!.data.length; row++) {
      const own = x!.data.subarray(row * size, (row + 1) * size);
      const order = Array.from(own.keys()).sort((a, b) => own[b]! - own[a]! || a - b);
      for (let i = 0; i < k; i++) {
        places[row * k + i] = order[i]!;
        values[row * k + i] = own[order[i]!]!;
      }
    }
    return [values, places];
  },
  gradient: ({ inputs: [x], outputs: [, places] }, [g]) => [g && scatterAlong(g, places!, x!.shape)],
  emit: (emitter, { attributes: { k }, inputs: [source], outputs: made }, [x]) => {
    // ONNX Runtime's kernel divides by the number of rows
    if (source!.size === 0) return made.map(({ shape, kind }) => emitter.of(zeros(shape, kind)));
    const [values, places] = emitter.nodes("TopK", [x!, emitter.int64([k])], { axis: { int: -1 } }, { outputs: 2 });
    return [values!, emitter.node("Cast", [places!], { to: { int: 6 } })];
  },
};

/** The k largest along the last axis, falling, and their places; equal ones in the order of their places. */
export function topk(x: Tensor, k: number): { values: Tensor; places: Tensor } {
  const [values, places] = apply(topKOperation, [x], { k });
  return { values: values!, places: places! };
}
