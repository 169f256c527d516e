// The same elements in another arrangement: reshape, permute, slice, concatenate, split, pad.
import { shapeError, typeError } from "../place.ts";
import { normaliseAxis, type Shape, sameShape, sizeOf, stridesOf } from "../shape.ts";
import { apply, applyOne, type Operation, type Tensor } from "../tensor.ts";
import { full, zeros } from "./sources.ts";

const reshapeOperation: Operation<{ shape: Shape }> = {
  name: "reshape",
  infer: ([x], { shape }) => {
    if (sizeOf(shape) !== x!.size || shape.some((size) => !Number.isInteger(size) || size < 0)) {
      throw shapeError("reshape", [x!.shape, shape], `they hold ${x!.size} and ${sizeOf(shape)} elements`);
    }
    return [{ shape, kind: x!.kind }];
  },
  evaluate: ([x]) => [x!.data.slice()],
  gradient: (node, [g]) => [g && reshape(g, node.inputs[0]!.shape)],
  emit: (emitter, { attributes: { shape } }, [x]) => [
    emitter.node("Reshape", [x!, emitter.int64(shape)], { allowzero: { int: shape.includes(0) ? 1 : 0 } }),
  ],
};

/** The elements in the same order in another shape; one size may be −1, to be worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const open = shape.indexOf(-1);
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const full = open < 0 ? shape : shape.map((size) => (size === -1 ? x.size / known : size));
  if (open >= 0 && !Number.isInteger(full[open])) {
    throw shapeError("reshape", [x.shape, shape], `${x.size} elements cannot be divided by ${known}`);
  }
  return sameShape(x.shape, full) ? x : applyOne(reshapeOperation, [x], { shape: full });
}

/** Without axes of size 1: the named one, or all. */
export function squeeze(x: Tensor, axis?: number): Tensor {
  const at = axis === undefined ? undefined : normaliseAxis("squeeze", x.shape, axis);
  if (at !== undefined && x.shape[at] !== 1)
    throw shapeError("squeeze", [x.shape], `axis ${at} has size ${x.shape[at]}`);
  return reshape(
    x,
    x.shape.filter((size, i) => (at === undefined ? size !== 1 : i !== at)),
  );
}

/** With an axis of size 1 more. */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + x.rank + 1 : axis;
  if (!(at >= 0 && at <= x.rank)) throw shapeError("unsqueeze", [x.shape], `there is no place ${axis} for an axis`);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

const permuteOperation: Operation<{ order: readonly number[] }> = {
  name: "permute",
  infer: ([x], { order }) => {
    if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x!.rank) {
      throw shapeError("permute", [x!.shape], `[${order.join(", ")}] does not name each axis once`);
    }
    return [{ shape: order.map((axis) => x!.shape[axis]!), kind: x!.kind }];
  },
  evaluate: ([x], { order }, [out]) => {
    const strides = stridesOf(x!.shape);
    return [
      gatherBy(
        x!.data,
        out!.shape,
        order.map((axis) => strides[axis]!),
      ),
    ];
  },
  gradient: ({ attributes: { order } }, [g]) => [
    g &&
      permute(
        g,
        order.map((_, axis) => order.indexOf(axis)),
      ),
  ],
  emit: (emitter, { attributes: { order } }, [x]) => [emitter.node("Transpose", [x!], { perm: { ints: order } })],
};

/** Axes in another order: axis i of the result is axis `order[i]`. */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  return order.every((axis, i) => axis === i) && order.length === x.rank
    ? x
    : applyOne(permuteOperation, [x], { order });
}

/** Two axes exchanged. */
export function transpose(x: Tensor, first = -2, second = -1): Tensor {
  const order = x.shape.map((_, axis) => axis);
  const [a, b] = [normaliseAxis("transpose", x.shape, first), normaliseAxis("transpose", x.shape, second)];
  [order[a], order[b]] = [b, a];
  return permute(x, order);
}

/** The elements at `offset + Σ index × stride`, in the order of the shape. */
function gatherBy(data: Float64Array, shape: Shape, strides: readonly number[], offset = 0): Float64Array {
  const own = stridesOf(shape);
  const out = new Float64Array(sizeOf(shape));
  for (let i = 0; i < out.length; i++) {
    let at = offset;
    for (let axis = 0; axis < shape.length; axis++) at += (Math.floor(i / own[axis]!) % shape[axis]!) * strides[axis]!;
    out[i] = data[at]!;
  }
  return out;
}

interface SliceAt {
  axis: number;
  start: number;
  count: number;
  /** May be negative: −1 reverses. */
  step: number;
}

const sliceOperation: Operation<SliceAt> = {
  name: "slice",
  infer: ([x], { axis, start, count, step }) => {
    const last = start + (count - 1) * step;
    const size = x!.shape[axis]!;
    if (count < 0 || (count > 0 && (start < 0 || start >= size || last < 0 || last >= size))) {
      throw shapeError("slice", [x!.shape], `elements ${start} to ${last} of axis ${axis} are wanted, it has ${size}`);
    }
    return [{ shape: x!.shape.map((own, i) => (i === axis ? count : own)), kind: x!.kind }];
  },
  evaluate: ([x], { axis, start, step }, [out]) => {
    const strides = stridesOf(x!.shape);
    const offset = start * strides[axis]!;
    return [
      gatherBy(
        x!.data,
        out!.shape,
        strides.map((stride, i) => (i === axis ? stride * step : stride)),
        offset,
      ),
    ];
  },
  gradient: ({ inputs: [x], attributes }, [g]) => [g && scatterSlice(g, x!.shape[attributes.axis]!, attributes)],
  emit: (emitter, { attributes: { axis, start, count, step } }, [x]) => {
    const stop = start + count * step;
    const limits = [start, stop < 0 ? -(2 ** 31) : stop].map((limit) => emitter.int64([limit]));
    return [emitter.node("Slice", [x!, ...limits, emitter.int64([axis]), emitter.int64([step])])];
  },
};

/** Puts a slice back among zeros. */
function scatterSlice(g: Tensor, size: number, { axis, start, count, step }: SliceAt): Tensor {
  if (step < 0)
    return scatterSlice(flip(g, axis), size, { axis, start: start + (count - 1) * step, count, step: -step });
  if (count === 0) return zeros(g.shape.map((own, i) => (i === axis ? size : own)));
  let spread = g;
  if (step > 1) {
    // zeros between the elements: a new axis behind, padded and merged
    const gapped = padAxis(unsqueeze(g, axis + 1), axis + 1, 0, step - 1);
    const merged = reshape(
      gapped,
      g.shape.map((own, i) => (i === axis ? own * step : own)),
    );
    spread = slice(merged, axis, 0, (count - 1) * step + 1);
  }
  return padAxis(spread, axis, start, size - start - spread.shape[axis]!);
}

/** Elements `start` (included) to `stop` (left out) of an axis; negative positions count from the end. */
export function slice(x: Tensor, axis: number, start: number, stop = Number.POSITIVE_INFINITY, step = 1): Tensor {
  const at = normaliseAxis("slice", x.shape, axis);
  if (!Number.isInteger(step) || step === 0) throw shapeError("slice", [x.shape], `a step of ${step} is not possible`);
  const size = x.shape[at]!;
  const from = start < 0 ? start + size : start;
  const to = Math.min(stop < 0 ? stop + size : stop, size);
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (from === 0 && count === size && step === 1) return x;
  return applyOne(sliceOperation, [x], { axis: at, start: from, count, step });
}

/** One element of an axis; the axis goes (PyTorch's select). */
export function select(x: Tensor, axis: number, index: number): Tensor {
  const at = normaliseAxis("select", x.shape, axis);
  const from = index < 0 ? index + x.shape[at]! : index;
  if (!(from >= 0 && from < x.shape[at]!)) throw shapeError("select", [x.shape], `axis ${at} has no element ${index}`);
  return squeeze(applyOne(sliceOperation, [x], { axis: at, start: from, count: 1, step: 1 }), at);
}

/** An axis backwards. */
export function flip(x: Tensor, axis: number): Tensor {
  const at = normaliseAxis("flip", x.shape, axis);
  const size = x.shape[at]!;
  return size < 2 ? x : applyOne(sliceOperation, [x], { axis: at, start: size - 1, count: size, step: -1 });
}

const concatOperation: Operation<{ axis: number }> = {
  name: "concat",
  infer: (inputs, { axis }) => {
    const [first] = inputs;
    for (const x of inputs) {
      if (x.kind !== first!.kind) throw typeError("concat", [first!.kind, x.kind], "all must be of the same kind");
      if (x.rank !== first!.rank || x.shape.some((size, i) => i !== axis && size !== first!.shape[i])) {
        throw shapeError("concat", [first!.shape, x.shape], `all sizes but those of axis ${axis} must be equal`);
      }
    }
    const total = inputs.reduce((count, x) => count + x.shape[axis]!, 0);
    return [{ shape: first!.shape.map((size, i) => (i === axis ? total : size)), kind: first!.kind }];
  },
  evaluate: (inputs, { axis }, [out]) => {
    const result = new Float64Array(sizeOf(out!.shape));
    const outer = sizeOf(out!.shape.slice(0, axis));
    const rows = inputs.map((x) => x.data.length / Math.max(outer, 1));
    let at = 0;
    for (let i = 0; i < outer; i++) {
      for (const [j, x] of inputs.entries()) {
        result.set(x.data.subarray(i * rows[j]!, (i + 1) * rows[j]!), at);
        at += rows[j]!;
      }
    }
    return [result];
  },
  gradient: ({ inputs, attributes: { axis } }, [g]) =>
    g
      ? split(
          g,
          inputs.map((x) => x.shape[axis]!),
          axis,
        )
      : [],
  emit: (emitter, { attributes: { axis } }, inputs) => [emitter.node("Concat", inputs, { axis: { int: axis } })],
};

/** One after the other along an axis that is there. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw shapeError("concat", [], "at least one tensor is needed");
  if (tensors.length === 1) return tensors[0]!;
  return applyOne(concatOperation, tensors, { axis: normaliseAxis("concat", tensors[0]!.shape, axis) });
}

/** One beside the other along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const [first] = tensors;
  const other = tensors.find(({ shape }) => !sameShape(shape, first!.shape));
  if (other) throw shapeError("stack", [first!.shape, other.shape], "all must have the same shape");
  return concat(
    tensors.map((tensor) => unsqueeze(tensor, axis)),
    axis < 0 ? axis + (tensors[0]?.rank ?? 0) + 1 : axis,
  );
}

const splitOperation: Operation<{ axis: number; sizes: readonly number[] }> = {
  name: "split",
  infer: ([x], { axis, sizes }) => {
    if (sizes.reduce((a, b) => a + b, 0) !== x!.shape[axis] || sizes.some((size) => size < 0)) {
      throw shapeError("split", [x!.shape], `parts of ${sizes.join(", ")} do not make up axis ${axis}`);
    }
    return sizes.map((count) => ({ shape: x!.shape.map((size, i) => (i === axis ? count : size)), kind: x!.kind }));
  },
  evaluate: ([x], { axis, sizes }, outs) => {
    const strides = stridesOf(x!.shape);
    let start = 0;
    return outs.map((out, i) => {
      const part = gatherBy(x!.data, out.shape, strides, start * strides[axis]!);
      start += sizes[i]!;
      return part;
    });
  },
  gradient: ({ outputs, attributes: { axis } }, gs) => [
    concat(
      outputs.map((out, i) => gs[i] ?? zeros(out.shape)),
      axis,
    ),
  ],
  emit: (emitter, { attributes: { axis, sizes } }, [x]) =>
    emitter.nodes("Split", [x!, emitter.int64(sizes)], { axis: { int: axis } }, { outputs: sizes.length }),
};

/** Parts of the given sizes along an axis. */
export function split(x: Tensor, sizes: readonly number[], axis = -1): Tensor[] {
  const at = normaliseAxis("split", x.shape, axis);
  if (sizes.length === 1 && sizes[0] === x.shape[at]) return [x];
  return apply(splitOperation, [x], { axis: at, sizes });
}

/** That many parts of equal size. */
export function chunk(x: Tensor, parts: number, axis = -1): Tensor[] {
  const size = x.shape[normaliseAxis("chunk", x.shape, axis)]! / parts;
  if (!Number.isInteger(size) || !Number.isInteger(parts))
    throw shapeError("chunk", [x.shape], `axis ${axis} cannot be cut into ${parts} equal parts`);
  return split(x, new Array<number>(parts).fill(size), axis);
}

const padOperation: Operation<{ axis: number; before: number; after: number; value: number }> = {
  name: "pad",
  infer: ([x], { axis, before, after }) => {
    if (!Number.isInteger(before) || !Number.isInteger(after) || before < 0 || after < 0) {
      throw shapeError("padAxis", [x!.shape], `${before} and ${after} elements cannot be added; slice takes away`);
    }
    return [{ shape: x!.shape.map((size, i) => (i === axis ? size + before + after : size)), kind: x!.kind }];
  },
  evaluate: ([x], { axis, before, value }, [out]) => {
    const result = new Float64Array(sizeOf(out!.shape)).fill(value);
    const inner = sizeOf(x!.shape.slice(axis + 1));
    const [own, wide] = [x!.shape[axis]! * inner, out!.shape[axis]! * inner];
    for (let i = 0; i * own < x!.data.length; i++) {
      result.set(x!.data.subarray(i * own, (i + 1) * own), i * wide + before * inner);
    }
    return [result];
  },
  gradient: ({ inputs: [x], attributes: { axis, before } }, [g]) => [
    g && slice(g, axis, before, before + x!.shape[axis]!),
  ],
  // a Concat with constants is faster than Pad on the CPU
  emit: (emitter, { inputs: [x], attributes: { axis, before, after, value } }, [name]) => {
    const edge = (count: number) =>
      emitter.of(
        full(
          x!.shape.map((size, i) => (i === axis ? count : size)),
          value,
          x!.kind,
        ),
      );
    const parts = [...(before > 0 ? [edge(before)] : []), name!, ...(after > 0 ? [edge(after)] : [])];
    return [emitter.node("Concat", parts, { axis: { int: axis } })];
  },
};

/** Adds `before` and `after` elements of `value` at the ends of an axis. */
export function padAxis(x: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  if (before === 0 && after === 0) return x;
  return applyOne(padOperation, [x], { axis: normaliseAxis("padAxis", x.shape, axis), before, after, value });
}
