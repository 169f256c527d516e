// Lays an ensemble's trees out for fast walking: all nodes in one set of arrays, siblings side by side. Made once a model.
import type { TreeEnsemble } from "./ensemble.ts";

/**
 * All trees' nodes. A split sends `value <= threshold` to `child` and all else, NaN too, to `child + 1`. Where NaN must go
 * left, the split tests the negated value instead (column + number of columns): x > t is −x ≤ −next(t), children swapped.
 */
export interface Layout {
  roots: Int32Array;
  /** Column to test; at a leaf the sign bit is set and the column is 0. */
  feature: Int32Array;
  /** NaN at a leaf and at a categorical split, so that a comparison alone goes to `child + 1`. */
  threshold: Float64Array;
  /** At a leaf: the node before it, since a walk that has arrived goes on to `child + 1`. */
  child: Int32Array;
  /** outputsPerTree numbers a node. */
  leafValue: Float64Array;
  /** True when some split tests a negated value. */
  negated: boolean;
  /** 1 for trees with a categorical split. */
  hasCategories: Uint8Array;
  /**
   * Words that a column's sets of categories take, without the last; 0 for columns that are nowhere categorical. In the
   * last word of a set, bit 0 stands for unknown codes (it is 0) and bit 1 for missing values.
   */
  columnWords: Int32Array;
  /** Start of a categorical split's set within `words`; 0 at other nodes, which `isCategorical` tells apart. */
  set: Int32Array;
  /** −1 (all bits) at a categorical split, else 0. */
  isCategorical: Int32Array;
  words: Uint32Array;
}

/** The sign bit of `feature` marks a leaf; these bits are its column. */
export const columnBits = 0x7fffffff;
const leafMark = -0x80000000;

const layouts = new WeakMap<TreeEnsemble, Layout>();

/** The layout of an ensemble, made at the first call and kept as long as the ensemble. */
export function layoutOf(ensemble: TreeEnsemble): Layout {
  let layout = layouts.get(ensemble);
  if (!layout) {
    layout = layOut(ensemble);
    layouts.set(ensemble, layout);
  }
  return layout;
}

function layOut({ trees, features, outputsPerTree }: TreeEnsemble): Layout {
  const total = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const columnWords = new Int32Array(features.length);
  let setWords = 0;
  for (const { categories = [], feature } of trees) {
    categories.forEach((set, node) => {
      const column = feature[node]!;
      if (set && column >= 0) columnWords[column] = Math.max(columnWords[column]!, set.length);
    });
  }
  for (const { categories = [], feature } of trees) {
    categories.forEach((set, node) => {
      if (set && feature[node]! >= 0) setWords += columnWords[feature[node]!]! + 1;
    });
  }
  const words = new Uint32Array(Math.max(setWords, 1 + columnWords.reduce((most, count) => Math.max(most, count), 0)));
  let nextSet = 0;
  const layout = {
    roots: new Int32Array(trees.length),
    feature: new Int32Array(total).fill(leafMark),
    threshold: new Float64Array(total).fill(Number.NaN),
    child: new Int32Array(total),
    leafValue: new Float64Array(total * outputsPerTree),
    negated: false,
    hasCategories: new Uint8Array(trees.length),
    set: new Int32Array(total),
    isCategorical: new Int32Array(total),
    columnWords,
    words,
  };
  let start = 0;
  const order = new Int32Array(trees.reduce((most, { feature }) => Math.max(most, feature.length), 0));
  for (let t = 0; t < trees.length; t++) {
    const tree = trees[t]!;
    layout.roots[t] = start;
    order[0] = 0;
    let next = start + 1;
    for (let k = 0; k < next - start; k++) {
      const node = order[k]!;
      const at = start + k;
      const feature = tree.feature[node]!;
      if (feature < 0) {
        layout.child[at] = at - 1;
        const from = node * outputsPerTree;
        const to = at * outputsPerTree;
        for (let k = 0; k < outputsPerTree; k++) layout.leafValue[to + k] = tree.value[from + k]!;
        continue;
      }
      layout.child[at] = next;
      const children = next - start;
      next += 2;
      const set = tree.categories?.[node];
      if (set) {
        layout.hasCategories[t] = 1;
        layout.feature[at] = feature;
        layout.set[at] = nextSet;
        layout.isCategorical[at] = -1;
        words.set(set, nextSet);
        nextSet += columnWords[feature]! + 1;
        words[nextSet - 1] = tree.missingLeft[node]! << 1;
        order[children] = tree.left[node]!;
        order[children + 1] = tree.right[node]!;
      } else if (tree.missingLeft[node]) {
        layout.negated = true;
        layout.feature[at] = feature + features.length;
        layout.threshold[at] = -nextAbove(tree.threshold[node]!);
        order[children] = tree.right[node]!;
        order[children + 1] = tree.left[node]!;
      } else {
        layout.feature[at] = feature;
        layout.threshold[at] = tree.threshold[node]!;
        order[children] = tree.left[node]!;
        order[children + 1] = tree.right[node]!;
      }
    }
    start = next;
  }
  return layout;
}

const bits = new DataView(new ArrayBuffer(8));

/** The smallest 64-bit number above a number; NaN (which no value equals or exceeds) above infinity. */
export function nextAbove(value: number): number {
  if (value === Number.POSITIVE_INFINITY || Number.isNaN(value)) return Number.NaN;
  if (value === 0) return Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}
