// Sends blocks of rows down trees, four rows at a time and without branches on what is compared. Knows no outputs.
import type { Matrix } from "../core/matrix.ts";
import { columnBits, type Layout } from "./layout.ts";

/** Numbers of a block of rows are kept below this count, so that they stay in the processor's second cache. */
const blockNumbers = 16384;
const longestBlock = 256;

/** Some rows, as the trees' layout wants them. */
export interface Block {
  /** Most rows it holds. */
  capacity: number;
  rows: number;
  /** Numbers a row: its values and, where the layout asks for them, the same with the sign turned. */
  width: number;
  values: Float64Array;
  /** Category codes of categorical columns, with the two codes that stand for unknown and for missing; else 0. */
  codes: Int32Array;
  /** The leaf each row has come to. */
  leaves: Int32Array;
}

/** An empty block for rows of so many columns. */
export function blockFor(layout: Layout, columns: number): Block {
  const width = layout.negated ? columns * 2 : columns;
  const capacity = Math.max(4, Math.min(longestBlock, Math.floor(blockNumbers / width)) & ~3);
  const size = capacity * width;
  return {
    capacity,
    rows: 0,
    width,
    values: new Float64Array(size),
    codes: new Int32Array(layout.hasCategories.includes(1) ? size : 0),
    leaves: new Int32Array(capacity),
  };
}

/** Copies rows from `start` on, as many as there are and the block holds. */
export function fillBlock(block: Block, { negated, columnWords }: Layout, x: Matrix, start: number): void {
  const { values, codes, width } = block;
  const { columns, data } = x;
  block.rows = Math.min(block.capacity, x.rows - start);
  const from = start * columns;
  if (!negated) values.set(data.subarray(from, from + block.rows * columns));
  else {
    for (let i = 0; i < block.rows; i++) {
      const at = i * width;
      const row = from + i * columns;
      for (let j = 0; j < columns; j++) {
        const value = data[row + j]!;
        values[at + j] = value;
        values[at + columns + j] = -value;
      }
    }
  }
  if (codes.length === 0) return;
  for (let j = 0; j < columns; j++) {
    const unknown = columnWords[j]! * 32;
    if (unknown === 0) continue;
    for (let i = 0, at = j; i < block.rows; i++, at += width) {
      const value = values[at]!;
      if (value > -1 && value < unknown) codes[at] = value;
      else codes[at] = Number.isNaN(value) ? unknown + 1 : unknown;
    }
  }
}

/** A comparison as 0 or 1: `| 0` makes it a number without a branch, which the processor could not foresee. */
const bit = (is: boolean) => (is as unknown as number) | 0;

/** The leaf each row of the block falls into, for a tree of numeric splits. */
export function walk({ feature, threshold, child }: Layout, root: number, block: Block): void {
  const { values, width, rows, leaves } = block;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const at0 = i * width;
    const at1 = at0 + width;
    const at2 = at1 + width;
    const at3 = at2 + width;
    let [a, b, c, d] = [root, root, root, root];
    let fa = feature[root]!;
    let [fb, fc, fd] = [fa, fa, fa];
    while ((fa & fb & fc & fd) >= 0) {
      a = child[a]! + bit(!(values[at0 + (fa & columnBits)]! <= threshold[a]!));
      b = child[b]! + bit(!(values[at1 + (fb & columnBits)]! <= threshold[b]!));
      c = child[c]! + bit(!(values[at2 + (fc & columnBits)]! <= threshold[c]!));
      d = child[d]! + bit(!(values[at3 + (fd & columnBits)]! <= threshold[d]!));
      fa = feature[a]!;
      fb = feature[b]!;
      fc = feature[c]!;
      fd = feature[d]!;
    }
    leaves[i] = a;
    leaves[i + 1] = b;
    leaves[i + 2] = c;
    leaves[i + 3] = d;
  }
  for (; i < rows; i++) {
    let node = root;
    for (let f = feature[node]!; f >= 0; f = feature[node]!) {
      node = child[node]! + bit(!(values[i * width + f]! <= threshold[node]!));
    }
    leaves[i] = node;
  }
}

/** The same for a tree with categorical splits: both tests are made at each node, and the right one is taken. */
export function walkWithCategories(layout: Layout, root: number, block: Block): void {
  const { feature, threshold, child, set, isCategorical, words } = layout;
  const { values, codes, width, rows, leaves } = block;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const at0 = i * width;
    const at1 = at0 + width;
    const at2 = at1 + width;
    const at3 = at2 + width;
    let [a, b, c, d] = [root, root, root, root];
    let fa = feature[root]!;
    let [fb, fc, fd] = [fa, fa, fa];
    while ((fa & fb & fc & fd) >= 0) {
      a = next(a, at0 + (fa & columnBits));
      b = next(b, at1 + (fb & columnBits));
      c = next(c, at2 + (fc & columnBits));
      d = next(d, at3 + (fd & columnBits));
      fa = feature[a]!;
      fb = feature[b]!;
      fc = feature[c]!;
      fd = feature[d]!;
    }
    leaves[i] = a;
    leaves[i + 1] = b;
    leaves[i + 2] = c;
    leaves[i + 3] = d;
  }
  for (; i < rows; i++) {
    let node = root;
    for (let f = feature[node]!; f >= 0; f = feature[node]!) node = next(node, i * width + f);
    leaves[i] = node;
  }
  function next(node: number, at: number): number {
    const above = bit(!(values[at]! <= threshold[node]!));
    const code = codes[at]!;
    const inSet = words[set[node]! + (code >>> 5)]! >>> (code & 31);
    // At a categorical split the threshold is NaN, so that `above` is 1, and a code in the set turns it to 0.
    return child[node]! + (above ^ (inSet & isCategorical[node]! & 1));
  }
}
