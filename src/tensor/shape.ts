// Sizes of tensors: broadcasting, axes, strides. Knows no operation and no data.
import { shapeError } from "./place.ts";

/** Sizes by axis; `[]` is a single number. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A shape as a reader writes it: `[64, 24, 48]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/**
 * The common shape of tensors combined element by element: aligned at the last axis, sizes equal or 1 (NumPy's rule).
 * @throws BedsideError `tensor/shape` naming the operation and the shapes.
 */
export function broadcastShapes(op: string, ...shapes: Shape[]): number[] {
  const common = commonShape(...shapes);
  if (!common) throw shapeError(op, shapes, "sizes must be equal or 1, counted from the last axis");
  return common;
}

/** The common shape by NumPy's rule, or undefined where there is none. */
export function commonShape(...shapes: Shape[]): number[] | undefined {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const common = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (const [i, own] of shape.entries()) {
      const axis = rank - shape.length + i;
      if (own === common[axis] || own === 1) continue;
      if (common[axis] !== 1) return undefined;
      common[axis] = own;
    }
  }
  return common;
}

/** @throws BedsideError when a size is no whole number from 0. */
export function checkSizes(op: string, shape: Shape): void {
  if (shape.some((size) => !Number.isInteger(size) || size < 0)) {
    throw shapeError(op, [shape], "sizes are whole numbers from 0");
  }
}

/**
 * Axes as numbers from 0, sorted, each once; negative ones count from the end; left out means all.
 * @throws BedsideError when an axis does not exist.
 */
export function normaliseAxes(op: string, shape: Shape, axes?: number | readonly number[]): number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  const given = typeof axes === "number" ? [axes] : axes;
  return [...new Set(given.map((axis) => normaliseAxis(op, shape, axis)))].sort((a, b) => a - b);
}

/** One axis as a number from 0. */
export function normaliseAxis(op: string, shape: Shape, axis: number): number {
  const positive = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || positive < 0 || positive >= shape.length) {
    throw shapeError(op, [shape], `there is no axis ${axis}`);
  }
  return positive;
}

/** The shape without those axes, or with size 1 there. */
export function reducedShape(shape: Shape, axes: readonly number[], keepAxes: boolean): number[] {
  if (keepAxes) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}
