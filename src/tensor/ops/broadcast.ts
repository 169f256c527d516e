// Repeats along axes of size 1, and sums back: what element-by-element operations and their gradients need.
import { shapeError } from "../place.ts";
import { broadcastShapes, checkSizes, type Shape, sameShape, sizeOf, stridesOf } from "../shape.ts";
import { applyOne, type Operation, type Tensor } from "../tensor.ts";
import { reshape } from "./arrange.ts";
import { sum } from "./reduce.ts";
import { zeros } from "./sources.ts";

/** For every element of `shape`, the offset of the element of `from` that stands there. */
export function broadcastOffsets(from: Shape, shape: Shape): Int32Array {
  const offsets = new Int32Array(sizeOf(shape));
  const own = stridesOf(from);
  const strides = stridesOf(shape);
  const shift = shape.length - from.length;
  for (let i = 0; i < offsets.length; i++) {
    let offset = 0;
    for (let axis = shift; axis < shape.length; axis++) {
      if (from[axis - shift] === 1) continue;
      offset += (Math.floor(i / strides[axis]!) % shape[axis]!) * own[axis - shift]!;
    }
    offsets[i] = offset;
  }
  return offsets;
}

const expandOperation: Operation<{ shape: Shape }> = {
  name: "expand",
  infer: ([x], { shape }) => {
    checkSizes("expand", shape);
    if (!sameShape(broadcastShapes("expand", x!.shape, shape), shape)) {
      throw shapeError("expand", [x!.shape, shape], "only axes of size 1 can be repeated");
    }
    return [{ shape, kind: x!.kind }];
  },
  evaluate: ([x], { shape }) => [Float64Array.from(broadcastOffsets(x!.shape, shape), (offset) => x!.data[offset]!)],
  gradient: (node, [g]) => [g && unbroadcast(g, node.inputs[0]!.shape)],
  emit: (emitter, { inputs: [source], attributes: { shape } }, [x]) => {
    // ONNX Runtime cannot repeat an axis no times
    if (sizeOf(shape) === 0) return [emitter.of(zeros(shape, source!.kind))];
    return [emitter.node("Expand", [x!, emitter.int64(shape)])];
  },
};

/** Repeats axes of size 1, and adds axes in front, up to that shape (PyTorch's expand). */
export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : applyOne(expandOperation, [x], { shape });
}

/** Sums a gradient over the axes along which a tensor of `shape` was repeated. */
export function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  const shift = gradient.rank - shape.length;
  const axes = gradient.shape.flatMap((size, axis) =>
    axis < shift || (shape[axis - shift] === 1 && size !== 1) ? [axis] : [],
  );
  const summed = axes.length > 0 ? sum(gradient, { axis: axes }) : gradient;
  return sameShape(summed.shape, shape) ? summed : reshape(summed, shape);
}
