// Elements chosen by whole numbers, and their gradients: embeddings, picks along an axis.
import { needFloats, shapeError, typeError } from "../place.ts";
import { checkSizes, normaliseAxis, type Shape, sizeOf } from "../shape.ts";
import { applyOne, type Operation, type Tensor } from "../tensor.ts";
import { permute, reshape } from "./arrange.ts";
import { zeros } from "./sources.ts";

const gatherOperation: Operation<{ axis: number }> = {
  name: "gather",
  infer: ([x, index], { axis }) => {
    if (index!.kind !== "int") throw typeError("gather", [index!.kind], "places are whole numbers");
    return [{ shape: [...x!.shape.slice(0, axis), ...index!.shape, ...x!.shape.slice(axis + 1)], kind: x!.kind }];
  },
  evaluate: ([x, index], { axis }, [out]) => {
    const inner = sizeOf(x!.shape.slice(axis + 1));
    const size = x!.shape[axis]!;
    const result = new Float64Array(sizeOf(out!.shape));
    let at = 0;
    for (let outer = 0; outer * size * inner < x!.data.length; outer++) {
      for (const place of index!.data) {
        const start = (outer * size + place) * inner;
        result.set(x!.data.subarray(start, start + inner), at);
        at += inner;
      }
    }
    return [result];
  },
  gradient: ({ inputs: [x, index], attributes: { axis } }, [g]) => {
    if (!g || x!.kind !== "float") return [];
    // the chosen axis to the front, rows added where they came from, and back
    const places = index!.rank;
    const front = [
      ...Array.from({ length: places }, (_, i) => axis + i),
      ...g.shape.flatMap((_, i) => (i < axis || i >= axis + places ? [i] : [])),
    ];
    const rest = x!.shape.filter((_, i) => i !== axis);
    const rows = reshape(permute(g, front), [index!.size, ...rest]);
    const added = scatterAdd(rows, reshape(index!, [index!.size]), x!.shape[axis]!);
    const back = x!.shape.map((_, i) => (i === axis ? 0 : i < axis ? i + 1 : i));
    return [permute(added, back), undefined];
  },
  emit: (emitter, { attributes: { axis } }, inputs) => [emitter.node("Gather", inputs, { axis: { int: axis } })],
};

/** The slices of `x` at those places of an axis; the axis gives way to the axes of `index`. An embedding is a gather. */
export function gather(x: Tensor, index: Tensor, axis = 0): Tensor {
  return applyOne(gatherOperation, [x, index], { axis: normaliseAxis("gather", x.shape, axis) });
}

const scatterAddOperation: Operation<{ size: number }> = {
  name: "scatterAdd",
  infer: ([rows, index], { size }) => {
    if (index!.kind !== "int") throw typeError("scatterAdd", [index!.kind], "places are whole numbers");
    needFloats("scatterAdd", rows!);
    checkSizes("scatterAdd", [size]);
    if (index!.rank !== 1 || index!.shape[0] !== rows!.shape[0]) {
      throw shapeError("scatterAdd", [rows!.shape, index!.shape], "one place for every row is needed");
    }
    return [{ shape: [size, ...rows!.shape.slice(1)], kind: "float" }];
  },
  evaluate: ([rows, index], _attributes, [out]) => {
    const result = new Float64Array(sizeOf(out!.shape));
    const inner = sizeOf(rows!.shape.slice(1));
    for (const [i, place] of index!.data.entries()) {
      for (let j = 0; j < inner; j++) result[place * inner + j]! += rows!.data[i * inner + j]!;
    }
    return [result];
  },
  gradient: ({ inputs: [, index] }, [g]) => [g && gather(g, index!), undefined],
  emit: (emitter, { inputs: [rows], attributes: { size } }, [updates, index]) => {
    const wide = emitter.node("Cast", [index!], { to: { int: 7 } });
    const column = emitter.node("Reshape", [wide, emitter.int64([rows!.shape[0]!, 1])]);
    const start = emitter.of(zeros([size, ...rows!.shape.slice(1)]));
    return [emitter.node("ScatterND", [start, column, updates!], { reduction: { text: "add" } })];
  },
};

/** Zeros of `size` rows, to which each row is added at its place. */
export function scatterAdd(rows: Tensor, index: Tensor, size: number): Tensor {
  return applyOne(scatterAddOperation, [rows, index], { size });
}

const takeAlongOperation: Operation<Record<string, never>> = {
  name: "takeAlong",
  infer: ([x, index]) => {
    if (index!.kind !== "int") throw typeError("takeAlong", [index!.kind], "places are whole numbers");
    if (
      x!.rank === 0 ||
      index!.rank !== x!.rank ||
      index!.shape.some((size, axis) => axis < x!.rank - 1 && size !== x!.shape[axis])
    ) {
      throw shapeError("takeAlong", [x!.shape, index!.shape], "all sizes but the last must be equal");
    }
    return [{ shape: index!.shape, kind: x!.kind }];
  },
  evaluate: ([x, index]) => {
    const [size, count] = [x!.shape.at(-1)!, index!.shape.at(-1)!];
    return [index!.data.map((place, i) => x!.data[Math.floor(i / count) * size + place]!)];
  },
  gradient: ({ inputs: [x, index] }, [g]) => [g && scatterAlong(g, index!, x!.shape), undefined],
  emit: (emitter, _node, inputs) => [emitter.node("GatherElements", inputs, { axis: { int: -1 } })],
};

/** Along the last axis, the element at each place (NumPy's take_along_axis, PyTorch's gather). */
export function takeAlong(x: Tensor, index: Tensor): Tensor {
  return applyOne(takeAlongOperation, [x, index], {});
}

const scatterAlongOperation: Operation<{ shape: Shape }> = {
  name: "scatterAlong",
  infer: (_inputs, { shape }) => [{ shape, kind: "float" }],
  evaluate: ([values, index], { shape }) => {
    const result = new Float64Array(sizeOf(shape));
    const [size, count] = [shape.at(-1)!, index!.shape.at(-1)!];
    for (const [i, place] of index!.data.entries()) result[Math.floor(i / count) * size + place]! += values!.data[i]!;
    return [result];
  },
  gradient: ({ inputs: [, index] }, [g]) => [g && takeAlong(g, index!), undefined],
  emit: (emitter, { attributes: { shape } }, [values, index]) => [
    emitter.node("ScatterElements", [emitter.of(zeros(shape)), index!, values!], {
      axis: { int: -1 },
      reduction: { text: "add" },
    }),
  ],
};

/** Zeros of that shape, to which each value is added at its place along the last axis. */
export function scatterAlong(values: Tensor, index: Tensor, shape: Shape): Tensor {
  return applyOne(scatterAlongOperation, [values, index], { shape });
}
