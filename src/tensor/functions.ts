// What is put together from other operations: activations, einsum, averages over masks.

import { BedsideError } from "../core/errors.ts";
import { permute, reshape, unsqueeze } from "./ops/arrange.ts";
import { expand } from "./ops/broadcast.ts";
import { cast, equal, greater, greaterEqual, lessEqual, where } from "./ops/compare.ts";
import { add, div, erf, exp, maximum, mul, sigmoid, softplus, sub, tanh } from "./ops/elementwise.ts";
import { matmul } from "./ops/matmul.ts";
import { sum } from "./ops/reduce.ts";
import { arange, type Operand } from "./ops/sources.ts";
import { placeInModel, shapeError, typeError } from "./place.ts";
import { broadcastShapes, normaliseAxis } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** x Φ(x), exact (PyTorch's default); `tanh` for the approximation. */
export function gelu(x: Tensor, approximate: "none" | "tanh" = "none"): Tensor {
  if (approximate === "tanh") {
    const inner = mul(Math.sqrt(2 / Math.PI), add(x, mul(0.044715, mul(x, mul(x, x)))));
    return mul(mul(x, 0.5), add(1, tanh(inner)));
  }
  return mul(mul(x, add(erf(div(x, Math.SQRT2)), 1)), 0.5);
}

/** x σ(x), also called swish. */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));

/** x for x > 0, else α x. */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => where(greater(x, 0), x, mul(x, slope));

/** x for x > 0, else α (eˣ − 1). */
export function elu(x: Tensor, alpha = 1): Tensor {
  const positive = greater(x, 0);
  return where(positive, x, mul(alpha, sub(exp(where(positive, 0, x)), 1)));
}

/** log σ(x), safe for large |x|. */
export const logSigmoid = (x: Tensor): Tensor => mul(softplus(mul(x, -1)), -1);

/** Between two limits; at a limit there is no slope (as PyTorch has it). */
export const clamp = (x: Tensor, low: number, high: number): Tensor =>
  where(lessEqual(x, low), low, where(greaterEqual(x, high), high, x));

/** x². */
export const square = (x: Tensor): Tensor => mul(x, x);

/** 1 at the place of each whole number, else 0: a new last axis of `classes`. */
export function oneHot(index: Tensor, classes: number): Tensor {
  if (index.kind !== "int") throw typeError("oneHot", [index.kind], "classes are whole numbers");
  return cast(equal(unsqueeze(index, -1), arange(classes)), "float");
}

/** The mean over an axis of the elements whose mask is 1; 0 where the mask is empty. `mask` has the shape of `x` or broadcasts. */
export function maskedMean(x: Tensor, mask: Tensor, axis: number): Tensor {
  const at = normaliseAxis("maskedMean", x.shape, axis);
  const weights = mask.kind === "float" ? mask : cast(mask, "float");
  if (broadcastShapes("maskedMean", x.shape, mask.shape).length > x.rank) {
    throw shapeError("maskedMean", [x.shape, mask.shape], "the mask has more axes than what it masks");
  }
  // the axis in full, so that a mask repeated along it counts every element
  const whole = [...new Array<number>(x.rank - mask.rank).fill(1), ...mask.shape];
  whole[at] = x.shape[at]!;
  const full = expand(weights, whole);
  return div(sum(mul(x, full), { axis: at }), maximum(sum(full, { axis: at }), 1));
}

/** `value` where the mask holds. */
export const maskedFill = (x: Tensor, mask: Tensor, value: Operand): Tensor => where(mask, value, x);

/**
 * A product of two tensors summed over the letters that the result does not have: `einsum("bqhd,bkhd->bhqk", q, k)`.
 * Letters on both sides of the result are batch axes; it becomes one matrix product.
 * @throws BedsideError for letters that repeat in one factor or sizes that differ.
 */
export function einsum(equation: string, a: Tensor, b: Tensor): Tensor {
  const [, left = "", right = "", result = ""] =
    /^\s*([a-zA-Z]*)\s*,\s*([a-zA-Z]*)\s*->\s*([a-zA-Z]*)\s*$/.exec(equation) ?? [];
  const repeats = [left, right, result].some((letters) => new Set(letters).size !== letters.length);
  if (!left || !right || repeats || [...result].some((letter) => !left.includes(letter) && !right.includes(letter))) {
    throw new BedsideError({
      code: "tensor/einsum",
      what: `einsum cannot read "${equation}"`,
      where: placeInModel(),
      fix: "two factors and a result, each letter once in each: ij,jk->ik",
    });
  }
  if (left.length !== a.rank || right.length !== b.rank) {
    throw shapeError("einsum", [a.shape, b.shape], `"${equation}" names ${left.length} and ${right.length} axes`);
  }
  const sizes = new Map<string, number>();
  for (const [letters, { shape }] of [[left, a] as const, [right, b] as const]) {
    for (const [axis, letter] of [...letters].entries()) {
      const known = sizes.get(letter) ?? shape[axis]!;
      if (known !== shape[axis])
        throw shapeError("einsum", [a.shape, b.shape], `"${letter}" is ${known} and ${shape[axis]}`);
      sizes.set(letter, known);
    }
  }
  // letters of one factor alone that the result lacks are summed first
  const drop = (x: Tensor, letters: string, other: string): [Tensor, string] => {
    const gone = [...letters].flatMap((letter, axis) =>
      other.includes(letter) || result.includes(letter) ? [] : [axis],
    );
    return gone.length === 0
      ? [x, letters]
      : [sum(x, { axis: gone }), [...letters].filter((_, axis) => !gone.includes(axis)).join("")];
  };
  const [x, xs] = drop(a, left, right);
  const [y, ys] = drop(b, right, left);
  const batch = [...xs].filter((letter) => ys.includes(letter) && result.includes(letter));
  const summed = [...xs].filter((letter) => ys.includes(letter) && !result.includes(letter));
  const rows = [...xs].filter((letter) => !ys.includes(letter));
  const columns = [...ys].filter((letter) => !xs.includes(letter));
  const count = (letters: string[]) => letters.reduce((product, letter) => product * sizes.get(letter)!, 1);
  const arranged = (t: Tensor, own: string, ...groups: string[][]) => {
    const moved = permute(
      t,
      groups.flat().map((letter) => own.indexOf(letter)),
    );
    return reshape(moved, [...batch.map((letter) => sizes.get(letter)!), ...groups.slice(1).map(count)]);
  };
  const product = matmul(arranged(x, xs, batch, rows, summed), arranged(y, ys, batch, summed, columns));
  const made = [...batch, ...rows, ...columns];
  const full = reshape(
    product,
    made.map((letter) => sizes.get(letter)!),
  );
  return permute(
    full,
    [...result].map((letter) => made.indexOf(letter)),
  );
}
