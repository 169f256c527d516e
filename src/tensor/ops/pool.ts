// The largest or the mean of windows, in one and two dimensions.
import { needFloats, shapeError } from "../place.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { apply, type Operation, type Tensor } from "../tensor.ts";
import { reshape } from "./arrange.ts";
import { conv, eachDimension } from "./conv.ts";
import { scatterAdd } from "./gather.ts";
import { matmul } from "./matmul.ts";
import { constant, full } from "./sources.ts";

/** Windows of `size`, `stride` apart (default: beside each other), with `padding` before and after. */
export interface PoolOptions {
  size: number | readonly number[];
  stride?: number | readonly number[];
  padding?: number | readonly number[];
}
interface PoolWindow {
  size: readonly number[];
  stride: readonly number[];
  padding: readonly number[];
}

function resolved(op: string, x: Tensor, { size, stride = size, padding = 0 }: PoolOptions): PoolWindow {
  needFloats(op, x);
  const each = (what: string, value: number | readonly number[], least: number) =>
    eachDimension(op, [x.shape], what, value, least);
  const window = {
    size: each("size", size, 1),
    stride: each("stride", stride, 1),
    padding: each("padding", padding, 0),
  };
  if (window.padding.some((count, i) => count * 2 > window.size[i]!))
    throw shapeError(op, [x.shape, window.size], "the padding is more than half a window");
  if (pooledSizes(x.shape, window).some((count) => count < 1))
    throw shapeError(op, [x.shape, window.size], "the window is larger than the padded input");
  return window;
}

function pooledSizes(x: Shape, { size, stride, padding }: PoolWindow): number[] {
  return size.map((span, i) => Math.floor((x[i + 2]! + 2 * padding[i]! - span) / stride[i]!) + 1);
}

const maxPoolOperation: Operation<PoolWindow> = {
  name: "maxPool",
  infer: ([x], window) => {
    const shape = [...x!.shape.slice(0, 2), ...pooledSizes(x!.shape, window)];
    return [
      { shape, kind: "float" },
      { shape, kind: "int" },
    ];
  },
  evaluate: ([x], window, [out]) => {
    const values = new Float64Array(sizeOf(out!.shape)).fill(Number.NEGATIVE_INFINITY);
    const places = new Float64Array(values.length);
    eachWindow(x!.shape, out!.shape, window, (i, j) => {
      if (x!.data[i]! > values[j]!) {
        values[j] = x!.data[i]!;
        places[j] = i;
      }
    });
    return [values, places];
  },
  gradient: ({ inputs: [x], outputs: [, places] }, [g]) => {
    if (!g) return [];
    const added = scatterAdd(reshape(g, [g.size]), reshape(places!, [places!.size]), x!.size);
    return [reshape(added, x!.shape)];
  },
  emit: (emitter, { attributes: { size, stride, padding } }, [x]) => {
    const attributes = {
      kernel_shape: { ints: size },
      strides: { ints: stride },
      pads: { ints: [...padding, ...padding] },
    };
    const [values, places] = emitter.nodes("MaxPool", [x!], attributes, { outputs: 2 });
    return [values!, emitter.node("Cast", [places!], { to: { int: 6 } })];
  },
};

/** Calls `visit(x offset, y offset)` for every element of every window. */
function eachWindow(x: Shape, y: Shape, { size, stride, padding }: PoolWindow, visit: (i: number, j: number) => void) {
  const two = x.length > 3;
  const lift = (values: readonly number[], first: number) => (two ? values : [first, ...values]) as [number, number];
  const [height, width] = lift(x.slice(2), 1);
  const [rows, columns] = lift(y.slice(2), 1);
  const [[tall, wide], [sr, sc], [pr, pc]] = [lift(size, 1), lift(stride, 1), lift(padding, 0)];
  for (let plane = 0; plane < x[0]! * x[1]!; plane++)
    for (let r = 0; r < rows; r++)
      for (let q = 0; q < columns; q++)
        for (let a = 0; a < tall; a++)
          for (let b = 0; b < wide; b++) {
            const [h, w] = [r * sr - pr + a, q * sc - pc + b];
            if (h < 0 || w < 0 || h >= height || w >= width) continue;
            visit((plane * height + h) * width + w, (plane * rows + r) * columns + q);
          }
}

/** The largest of each window; padding never wins. */
export function maxPool(x: Tensor, options: PoolOptions): Tensor {
  return apply(maxPoolOperation, [x], resolved("maxPool", x, options))[0]!;
}

/** Up to this length a mean of windows is a product with a matrix of their weights, which is faster than a convolution. */
const longestByMatrix = 512;

/** The mean of each window, padding counted as zeros (as PyTorch does): a product with equal weights. */
export function avgPool(x: Tensor, options: PoolOptions): Tensor {
  const { size, stride, padding } = resolved("avgPool", x, options);
  const [batch, channels, ...rest] = x.shape as [number, number, ...number[]];
  const [length] = rest as [number];
  if (rest.length === 1 && length <= longestByMatrix && x.size > 0) {
    const [span, step, before] = [size[0]!, stride[0]!, padding[0]!];
    const count = Math.floor((length + 2 * before - span) / step) + 1;
    if (count > 0) {
      const weights = new Float32Array(length * count);
      for (let j = 0; j < count; j++) {
        for (let i = Math.max(0, j * step - before); i < Math.min(length, j * step - before + span); i++) {
          weights[i * count + j] = 1 / span;
        }
      }
      return matmul(x, constant(weights, [length, count]));
    }
  }
  const planes = reshape(x, [batch * channels, 1, ...rest]);
  const pooled = conv(planes, full([1, 1, ...size], 1 / sizeOf(size)), { stride, padding });
  return reshape(pooled, [batch, channels, ...pooled.shape.slice(2)]);
}
