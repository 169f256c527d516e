// Convolutions in one and two dimensions, and the two products of which their gradients are made.
import { needFloats, shapeError } from "../place.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { applyOne, type Emitter, type Operation, type Tensor } from "../tensor.ts";
import { reshape } from "./arrange.ts";
import { matmul } from "./matmul.ts";
import { zeros } from "./sources.ts";

/** How the kernel moves; a single number is for every dimension. */
export interface ConvOptions {
  stride?: number | readonly number[];
  /** Zeros before and after; `[before, after]` pairs are not supported: pad first. */
  padding?: number | readonly number[];
  dilation?: number | readonly number[];
  /** Channels are cut into that many groups, each with kernels of its own. */
  groups?: number;
}
interface Window {
  stride: readonly number[];
  padding: readonly number[];
  dilation: readonly number[];
  groups: number;
}

/**
 * A number for every dimension.
 * @throws BedsideError when there are too few or too many, or one is no whole number from `least`.
 */
export function eachDimension(
  op: string,
  shapes: readonly Shape[],
  what: string,
  value: number | readonly number[],
  least: number,
): readonly number[] {
  const dimensions = shapes[0]!.length - 2;
  if (dimensions < 1 || dimensions > 2) {
    throw shapeError(op, shapes, "it takes batch, channels, and one or two dimensions");
  }
  const values = typeof value === "number" ? new Array<number>(dimensions).fill(value) : value;
  if (values.length !== dimensions || values.some((each) => !Number.isInteger(each) || each < least)) {
    throw shapeError(op, shapes, `${what} ${values.join(", ")}: ${dimensions} whole numbers from ${least} are needed`);
  }
  return values;
}

function windowOf(x: Shape, kernel: Shape, { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions): Window {
  const each = (what: string, value: number | readonly number[], least: number) =>
    eachDimension("conv", [x, kernel], what, value, least);
  return {
    stride: each("stride", stride, 1),
    padding: each("padding", padding, 0),
    dilation: each("dilation", dilation, 1),
    groups,
  };
}

function outputSizes(x: Shape, kernel: Shape, { stride, padding, dilation }: Window): number[] {
  return kernel
    .slice(2)
    .map((taps, i) => Math.floor((x[i + 2]! + 2 * padding[i]! - dilation[i]! * (taps - 1) - 1) / stride[i]!) + 1);
}

/** Calls `visit(x offset, kernel offset, y offset)` for every product of which a convolution is the sum. */
function eachProduct(
  x: Shape,
  kernel: Shape,
  y: Shape,
  { stride, padding, dilation, groups }: Window,
  visit: (i: number, k: number, j: number) => void,
): void {
  const flat = (shape: Shape): [number, number, number, number] => [
    shape[0]!,
    shape[1]!,
    shape.length > 3 ? shape[2]! : 1,
    shape.at(-1)!,
  ];
  const [batch, , height, width] = flat(x);
  const [out, own, tall, wide] = flat(kernel);
  const [, , rows, columns] = flat(y);
  const two = x.length > 3;
  const [sr, sc] = two ? stride : [1, stride[0]!];
  const [pr, pc] = two ? padding : [0, padding[0]!];
  const [dr, dc] = two ? dilation : [1, dilation[0]!];
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < out; o++) {
      const first = Math.floor(o / (out / groups)) * own;
      for (let c = 0; c < own; c++)
        for (let r = 0; r < rows; r++)
          for (let q = 0; q < columns; q++)
            for (let a = 0; a < tall; a++)
              for (let b = 0; b < wide; b++) {
                const [h, w] = [r * sr! - pr! + a * dr!, q * sc! - pc! + b * dc!];
                if (h < 0 || w < 0 || h >= height || w >= width) continue;
                visit(
                  ((n * own * groups + first + c) * height + h) * width + w,
                  ((o * own + c) * tall + a) * wide + b,
                  ((n * out + o) * rows + r) * columns + q,
                );
              }
    }
}

function attributesOf({ stride, padding, dilation, groups }: Window) {
  return {
    strides: { ints: stride },
    pads: { ints: [...padding, ...padding] },
    dilations: { ints: dilation },
    group: { int: groups },
  };
}

const convOperation: Operation<Window> = {
  name: "conv",
  infer: ([x, kernel], window) => {
    needFloats("conv", x!, kernel!);
    const [out, own] = kernel!.shape as [number, number];
    if (x!.rank !== kernel!.rank) {
      throw shapeError(
        "conv",
        [x!.shape, kernel!.shape],
        "both need batch or outputs, channels, and one or two dimensions",
      );
    }
    if (x!.shape[1] !== own * window.groups || out % window.groups !== 0) {
      throw shapeError(
        "conv",
        [x!.shape, kernel!.shape],
        `${x!.shape[1]} channels meet kernels of ${own} channels in ${window.groups} group${window.groups > 1 ? "s" : ""}`,
      );
    }
    const sizes = outputSizes(x!.shape, kernel!.shape, window);
    if (sizes.some((size) => size < 1))
      throw shapeError("conv", [x!.shape, kernel!.shape], "the kernel is larger than the padded input");
    return [{ shape: [x!.shape[0]!, out, ...sizes], kind: "float" }];
  },
  evaluate: ([x, kernel], window, [out]) => {
    const y = new Float64Array(sizeOf(out!.shape));
    eachProduct(x!.shape, kernel!.shape, out!.shape, window, (i, k, j) => {
      y[j]! += x!.data[i]! * kernel!.data[k]!;
    });
    return [y];
  },
  gradient: ({ inputs: [x, kernel], attributes }, [g]) =>
    g
      ? [
          applyOne(inputGradient, [g, kernel!], { ...attributes, shape: x!.shape }),
          applyOne(kernelGradient, [x!, g], { ...attributes, shape: kernel!.shape }),
        ]
      : [],
  emit: (emitter, { attributes }, inputs) => [emitter.node("Conv", inputs, attributesOf(attributes))],
};

/**
 * x [batch, channels, length] or [batch, channels, height, width] with kernel [outputs, channels / groups, …].
 * A kernel of one tap is a matrix product, which is faster.
 */
export function conv(x: Tensor, kernel: Tensor, options: ConvOptions = {}): Tensor {
  const window = windowOf(x.shape, kernel.shape, options);
  return isPointwise(x, kernel, window) ? pointwise(x, kernel) : applyOne(convOperation, [x, kernel], window);
}

function isPointwise(x: Tensor, kernel: Tensor, { stride, padding, groups }: Window): boolean {
  return (
    groups === 1 &&
    x.rank > 2 &&
    x.kind === "float" &&
    kernel.kind === "float" &&
    kernel.rank === x.rank &&
    kernel.shape.slice(2).every((taps) => taps === 1) &&
    stride.every((step) => step === 1) &&
    padding.every((count) => count === 0) &&
    kernel.shape[1] === x.shape[1]
  );
}

function pointwise(x: Tensor, kernel: Tensor): Tensor {
  const [batch, channels, ...places] = x.shape as [number, number, ...number[]];
  const outputs = kernel.shape[0]!;
  const columns = reshape(x, [batch, channels, sizeOf(places)]);
  return reshape(matmul(reshape(kernel, [1, outputs, channels]), columns), [batch, outputs, ...places]);
}

type WindowTo = Window & { shape: Shape };

/** Gradient of the input: every output element spread back by the kernel (a transposed convolution). */
const inputGradient: Operation<WindowTo> = {
  name: "convInputGradient",
  infer: (_inputs, { shape }) => [{ shape, kind: "float" }],
  evaluate: ([g, kernel], { shape, ...window }) => {
    const x = new Float64Array(sizeOf(shape));
    eachProduct(shape, kernel!.shape, g!.shape, window, (i, k, j) => {
      x[i]! += g!.data[j]! * kernel!.data[k]!;
    });
    return [x];
  },
  // linear in both, and adjoint to the convolution
  gradient: ({ inputs: [g, kernel], attributes: { shape: _, ...window } }, [up]) =>
    up
      ? [
          applyOne(convOperation, [up, kernel!], window),
          applyOne(kernelGradient, [up, g!], { ...window, shape: kernel!.shape }),
        ]
      : [],
  emit: (emitter, { inputs: [g, kernel], attributes }, [gradient, weights]) => {
    const { stride, padding, dilation, groups, shape } = attributes;
    const extra = stride.map((step, i) => {
      const reach = dilation[i]! * (kernel!.shape[i + 2]! - 1);
      return shape[i + 2]! + 2 * padding[i]! - reach - 1 - (g!.shape[i + 2]! - 1) * step;
    });
    const lead = kernel!.shape.slice(2).map((taps, i) => dilation[i]! * (taps - 1) - padding[i]!);
    if (stride.every((step) => step === 1) && groups === 1 && lead.every((count) => count >= 0)) {
      // a convolution of the gradient with the kernel turned round
      const turned = turnedKernel(emitter, kernel!.shape, weights!);
      return [
        emitter.node("Conv", [gradient!, turned], {
          ...attributesOf({ stride, padding: [], dilation, groups }),
          pads: { ints: [...lead, ...lead.map((count, i) => count + extra[i]!)] },
        }),
      ];
    }
    return [
      emitter.node("ConvTranspose", [gradient!, weights!], {
        ...attributesOf(attributes),
        output_padding: { ints: extra },
      }),
    ];
  },
};

/** Input and output channels exchanged, taps backwards. */
function turnedKernel(emitter: Emitter, shape: Shape, weights: string): string {
  const swapped = emitter.node("Transpose", [weights], {
    perm: { ints: [1, 0, ...shape.slice(2).map((_, i) => i + 2)] },
  });
  const axes = shape.slice(2).flatMap((taps, i) => (taps > 1 ? [i + 2] : []));
  if (axes.length === 0) return swapped;
  const every = (value: number) => emitter.int64(axes.map(() => value));
  return emitter.node("Slice", [swapped, every(-1), every(-(2 ** 31)), emitter.int64(axes), every(-1)]);
}

/** Gradient of the kernel: the input correlated with the output's gradient, summed over the batch. */
const kernelGradient: Operation<WindowTo> = {
  name: "convKernelGradient",
  infer: (_inputs, { shape }) => [{ shape, kind: "float" }],
  evaluate: ([x, g], { shape, ...window }) => {
    const kernel = new Float64Array(sizeOf(shape));
    eachProduct(x!.shape, shape, g!.shape, window, (i, k, j) => {
      kernel[k]! += x!.data[i]! * g!.data[j]!;
    });
    return [kernel];
  },
  gradient: ({ inputs: [x, g], attributes: { shape: _, ...window } }, [up]) =>
    up
      ? [applyOne(inputGradient, [g!, up], { ...window, shape: x!.shape }), applyOne(convOperation, [x!, up], window)]
      : [],
  emit: (emitter, { inputs: [x, g], attributes }, [source, gradient]) => {
    // a product over an empty batch: ONNX Runtime leaves its output as it was
    if (x!.size === 0) return [emitter.of(zeros(attributes.shape))];
    if (attributes.groups === 1)
      return [kernelGradientByTaps(emitter, x!.shape, g!.shape, attributes, source!, gradient!)];
    return [kernelGradientNodes(emitter, x!.shape, g!.shape, attributes, source!, gradient!)];
  },
};

/** For each tap, one matrix product a row of the batch: [outputs, places] × [places, channels], summed over the batch. */
function kernelGradientByTaps(
  emitter: Emitter,
  x: Shape,
  g: Shape,
  { stride, padding, dilation, shape }: WindowTo,
  source: string,
  gradient: string,
): string {
  const [batch, channels] = x as [number, number];
  const [outputs, , ...taps] = shape as [number, number, ...number[]];
  const axes = taps.map((_, i) => i + 2);
  const places = sizeOf(g.slice(2));
  const reshaped = (name: string, to: Shape) => emitter.node("Reshape", [name, emitter.int64(to)]);
  const rows = reshaped(gradient, [batch, outputs, places]);
  const padded = padding.some((count) => count > 0)
    ? emitter.node("Pad", [source, emitter.int64([0, 0, ...padding, 0, 0, ...padding])])
    : source;
  const parts = Array.from({ length: sizeOf(taps) }, (_, tap) => {
    const starts = taps.map((count, i) => (Math.floor(tap / sizeOf(taps.slice(i + 1))) % count) * dilation[i]!);
    const stops = starts.map((start, i) => start + (g[i + 2]! - 1) * stride[i]! + 1);
    const whole = padding.every((count, i) => starts[i] === 0 && stride[i] === 1 && stops[i] === x[i + 2]! + 2 * count);
    const seen = whole
      ? padded
      : emitter.node("Slice", [padded, ...[starts, stops, axes, stride].map((values) => emitter.int64(values))]);
    const columns = emitter.node("Transpose", [reshaped(seen, [batch, channels, places])], {
      perm: { ints: [0, 2, 1] },
    });
    const each = emitter.node("MatMul", [rows, columns]);
    return reshaped(emitter.node("ReduceSum", [each, emitter.int64([0])], { keepdims: { int: 0 } }), [
      outputs,
      channels,
      1,
    ]);
  });
  const stacked = parts.length === 1 ? parts[0]! : emitter.node("Concat", parts, { axis: { int: 2 } });
  return reshaped(stacked, shape);
}

/** A convolution in which batch and channels change places, and stride and dilation. */
function kernelGradientNodes(
  emitter: Emitter,
  x: Shape,
  g: Shape,
  { stride, padding, dilation, groups, shape }: WindowTo,
  source: string,
  gradient: string,
): string {
  const places = shape.slice(2).map((_, i) => i + 2);
  const [batch, channels] = x as [number, number];
  const swap = (name: string) => emitter.node("Transpose", [name], { perm: { ints: [1, 0, ...places] } });
  // with groups: [groups × batch] as channels, the kernels' input channels as batch
  let left = swap(source);
  if (groups > 1) {
    const own = channels / groups;
    const split = emitter.node("Reshape", [source, emitter.int64([batch, groups, own, ...x.slice(2)])]);
    const moved = emitter.node("Transpose", [split], { perm: { ints: [2, 1, 0, ...places.map((axis) => axis + 1)] } });
    left = emitter.node("Reshape", [moved, emitter.int64([own, groups * batch, ...x.slice(2)])]);
  }
  const right = swap(gradient); // [outputs, batch, …]
  const wide = emitter.node("Conv", [left, right], {
    strides: { ints: dilation },
    dilations: { ints: stride },
    pads: { ints: [...padding, ...padding] },
    group: { int: groups },
  });
  // where the stride leaves elements over, there are taps too many
  const taps = emitter.int64(shape.slice(2));
  const starts = emitter.int64(places.map(() => 0));
  const surplus = places.some((axis, i) => {
    const reach = x[axis]! + 2 * padding[i]! - stride[i]! * (g[axis]! - 1) - 1;
    return Math.floor(reach / dilation[i]!) + 1 !== shape[axis];
  });
  const exact = surplus ? emitter.node("Slice", [wide, starts, taps, emitter.int64(places)]) : wide;
  return emitter.node("Transpose", [exact], { perm: { ints: [1, 0, ...places] } });
}
