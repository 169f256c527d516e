// The best of random splits of a node, one for each drawn column (extremely randomised trees). Stands alone: its text is
// sent to other threads, so it uses nothing but its arguments.
import type { Kernel } from "./index.ts";
import type { GrowSettings, GrowTable, NodeView, Split, SplitFinder } from "./shapes.ts";

/**
 * A finder that draws, for each column, a threshold uniformly between the node's least and greatest value and, where
 * values are missing in the node, their side by a coin. Geurts, Ernst & Wehenkel, Machine Learning 63 (2006), with
 * scikit-learn's treatment of missing values.
 */
export function randomSplitter(
  table: GrowTable,
  settings: GrowSettings,
  { drawColumns, classPurity }: Kernel,
): SplitFinder {
  const { criterion, minSamplesLeaf } = settings;
  const bySums = criterion === "sums";
  const byGini = criterion === "gini";
  const kinds = bySums ? 1 : settings.classes;
  const { greatest, greatestAt, coarse } = table;
  const { missingCode } = settings;
  /** The node's codes or values of the column. */
  const local = new Float64Array(table.rows);
  const seen = new Float64Array(3);
  const leftSums = new Float64Array(kinds);
  const split: Split = {
    feature: -1,
    leftCode: 0,
    rightCode: 0,
    threshold: 0,
    missingLeft: false,
    decrease: 0,
    constants: 0,
  };
  const draw = drawColumns(table.columns, settings.maxFeatures);
  let node: NodeView;
  let best = Number.NEGATIVE_INFINITY;

  /** Gathers the node's codes; leaves the least, the greatest and the number of missing ones in `seen`. */
  function gatherCodes(codes: Uint16Array, rows: Uint32Array, base: number, start: number, count: number): void {
    let least = missingCode;
    let most = -1;
    let missing = 0;
    for (let i = 0; i < count; i++) {
      const code = codes[base + rows[start + i]!]!;
      local[i] = code;
      if (code < least) least = code;
      if (code === missingCode) missing++;
      else if (code > most) most = code;
    }
    seen[0] = least;
    seen[1] = most;
    seen[2] = missing;
  }

  /** The same with values. */
  function gatherValues(values: Float64Array, rows: Uint32Array, base: number, start: number, count: number): void {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    let missing = 0;
    for (let i = 0; i < count; i++) {
      const value = values[base + rows[start + i]!]!;
      local[i] = value;
      if (value < least) least = value;
      if (value > most) most = value;
      if (Number.isNaN(value)) missing++;
    }
    seen[0] = least;
    seen[1] = most;
    seen[2] = missing;
  }

  function tryColumn(column: number): boolean {
    const count = node.end - node.start;
    const { codes, values } = node;
    const base = column * node.columnStride;
    if (values) gatherValues(values, node.rows, base, node.start, count);
    else gatherCodes(codes, node.rows, base, node.start, count);
    const least = seen[0]!;
    const most = seen[1]!;
    const missing = seen[2]!;
    if (missing === count || (least === most && missing === 0)) return true;
    const from = greatestAt[column]!;
    const low = values ? least : greatest[from + least]!;
    const high = values ? most : greatest[from + most]!;
    let threshold = low + (high - low) * node.draws.uniform();
    if (!(threshold < high)) threshold = low;
    let cut = threshold;
    if (!values) {
      cut = lastCodeUpTo(threshold, from, least, most);
      if (coarse[column] === 1) threshold = greatest[from + cut]!;
    }
    const missingLeft = missing > 0 && node.draws.uniform() < 0.5;
    if (missing > 0) placeMissing(count, values !== undefined, missingLeft ? least : Number.POSITIVE_INFINITY);
    if (tryCut(cut, missing > 0, missingLeft)) {
      split.feature = column;
      split.leftCode = cut;
      split.threshold = threshold;
    }
    return false;
  }

  /** Gives missing values the number that takes them to their side. */
  function placeMissing(count: number, byValue: boolean, as: number): void {
    for (let i = 0; i < count; i++) {
      if (byValue ? Number.isNaN(local[i]!) : local[i] === missingCode) local[i] = as;
    }
  }

  /** The last code from `low` on whose values are all at most the threshold. */
  function lastCodeUpTo(threshold: number, from: number, low: number, high: number): number {
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (greatest[from + middle]! <= threshold) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Tries a cut of what was gathered; true where it is the best so far. */
  function tryCut(cut: number, missing: boolean, missingLeft: boolean): boolean {
    const { weights, targets, weight, sums } = node;
    const count = node.end - node.start;
    let left = 0;
    let leftWeight = 0;
    let leftSum = 0;
    // Whether a row goes left cannot be foreseen: `| 0` makes a number of the comparison without a branch.
    if (node.plain) {
      const { ones } = node;
      for (let i = 0; i < count; i++) {
        const goes = ((local[i]! <= cut) as unknown as number) | 0;
        left += goes;
        leftSum += goes & ones[i]!;
      }
      leftWeight = left;
    } else if (bySums) {
      for (let i = 0; i < count; i++) {
        const goes = ((local[i]! <= cut) as unknown as number) | 0;
        const w = goes * weights[i]!;
        left += goes;
        leftWeight += w;
        leftSum += w * targets[i]!;
      }
    } else {
      leftSums.fill(0);
      for (let i = 0; i < count; i++) {
        if (local[i]! > cut) continue;
        left++;
        leftWeight += weights[i]!;
        leftSums[targets[i]! | 0]! += weights[i]!;
      }
    }
    const right = count - left;
    if (left < minSamplesLeaf || right < minSamplesLeaf || left === 0 || right === 0) return false;
    const rightWeight = weight - leftWeight;
    const { minWeightLeaf } = node;
    if (leftWeight < minWeightLeaf || rightWeight < minWeightLeaf) return false;
    const rest = sums[0]! - leftSum;
    const purer = bySums
      ? (leftSum * leftSum) / leftWeight + (rest * rest) / rightWeight
      : classPurity(leftSums, sums, leftWeight, rightWeight, byGini);
    if (!(purer > best)) return false;
    best = purer;
    split.missingLeft = missing ? missingLeft : left > right;
    return true;
  }
  const recordConstants = (constants: number) => {
    split.constants = constants;
  };

  return (view) => {
    node = view;
    best = Number.NEGATIVE_INFINITY;
    split.feature = -1;
    draw(view, tryColumn, recordConstants);
    if (split.feature >= 0) split.decrease = best;
    return split;
  };
}
