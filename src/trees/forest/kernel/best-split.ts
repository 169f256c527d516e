// The best split of a node over randomly drawn columns, as scikit-learn searches it. Stands alone: its text is sent to
// other threads, so it uses nothing but its arguments.
import type { Kernel } from "./index.ts";
import type { GrowSettings, GrowTable, NodeView, Split, SplitFinder } from "./shapes.ts";

/**
 * A finder that looks at every cut between two neighbouring values of the drawn columns. Rows with a missing value are
 * tried on the right (there also alone) and then on the left; where none is missing in the node, missing values will go
 * the way of the greater number of rows.
 *
 * A column's rows are first summed by code: in a table over all codes where the node has many rows, else by sorting.
 */
export function bestSplitter(
  table: GrowTable,
  settings: GrowSettings,
  { drawColumns, sortByUpperHalf, classPurity }: Kernel,
): SplitFinder {
  const { criterion, minSamplesLeaf, missingCode } = settings;
  const kinds = criterion === "sums" ? 1 : settings.classes;
  const bySums = criterion === "sums";
  const byGini = criterion === "gini";
  /** Numbers kept for a code: rows, weight, sums. */
  const stride = 2 + kinds;
  const { codeCounts } = table;
  let mostCodes = 1;
  for (let j = 0; j < table.columns; j++) mostCodes = Math.max(mostCodes, codeCounts[j]!);

  const sortLimit = Math.min(table.rows, 65536);
  const keys = new Uint32Array(sortLimit);
  const scratch = new Uint32Array(sortLimit);
  const counters = new Uint32Array(512);
  const histogram = new Float64Array(mostCodes * stride);
  const groups = new Float64Array(mostCodes * stride);
  const groupCodes = new Int32Array(mostCodes);
  const missing = new Float64Array(stride);
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

  /** Sums by code over the whole range of codes. */
  function groupByTable(base: number, codeCount: number): number {
    const { codes, rows, start, end, weights, targets } = node;
    for (let i = start, local = 0; i < end; i++, local++) {
      const code = codes[base + rows[i]!]!;
      const into = code === missingCode ? missing : histogram;
      const at = code === missingCode ? 0 : code * stride;
      const weight = weights[local]!;
      into[at]!++;
      into[at + 1]! += weight;
      if (bySums) into[at + 2]! += weight * targets[local]!;
      else into[at + 2 + (targets[local]! | 0)]! += weight;
    }
    let count = 0;
    for (let code = 0, from = 0; code < codeCount; code++, from += stride) {
      if (histogram[from] === 0) continue;
      const to = count * stride;
      for (let k = 0; k < stride; k++) {
        groups[to + k] = histogram[from + k]!;
        histogram[from + k] = 0;
      }
      groupCodes[count++] = code;
    }
    return count;
  }

  /** Sums by code, the codes brought into order by sorting. */
  function groupBySorting(base: number): number {
    const { codes, rows, start, end, weights, targets } = node;
    let n = 0;
    for (let i = start, local = 0; i < end; i++, local++) {
      const code = codes[base + rows[i]!]!;
      if (code !== missingCode) {
        keys[n++] = (code << 16) | local;
      } else {
        missing[0]!++;
        missing[1]! += weights[local]!;
        if (bySums) missing[2]! += weights[local]! * targets[local]!;
        else missing[2 + (targets[local]! | 0)]! += weights[local]!;
      }
    }
    sortByUpperHalf(keys, n, scratch, counters);
    let count = -1;
    let last = -1;
    for (let i = 0, to = -stride; i < n; i++) {
      const key = keys[i]!;
      const code = key >>> 16;
      const local = key & 65535;
      const weight = weights[local]!;
      if (code !== last) {
        last = code;
        to += stride;
        groupCodes[++count] = code;
        groups[to] = 0;
        groups[to + 1] = 0;
        for (let k = 2; k < stride; k++) groups[to + k] = 0;
      }
      groups[to]!++;
      groups[to + 1]! += weight;
      if (bySums) groups[to + 2]! += weight * targets[local]!;
      else groups[to + 2 + (targets[local]! | 0)]! += weight;
    }
    return count + 1;
  }

  function accept(column: number, group: number, groupCount: number, missingLeft: boolean, purer: number): void {
    best = purer;
    split.feature = column;
    split.leftCode = groupCodes[group]!;
    split.rightCode = group + 1 < groupCount ? groupCodes[group + 1]! : -1;
    split.missingLeft = missingLeft;
  }

  /** Tries every cut of the grouped column, the missing rows on the side named. */
  function scan(column: number, groupCount: number, missingLeft: boolean): void {
    const rows = node.end - node.start;
    const missingRows = missing[0]!;
    const cuts = missingRows > 0 && !missingLeft ? groupCount : groupCount - 1;
    const total = node.sums[0]!;
    const { weight, minWeightLeaf } = node;
    let left = missingLeft ? missingRows : 0;
    let leftWeight = missingLeft ? missing[1]! : 0;
    let leftSum = missingLeft && bySums ? missing[2]! : 0;
    if (!bySums) for (let k = 0; k < kinds; k++) leftSums[k] = missingLeft ? missing[2 + k]! : 0;
    for (let group = 0, at = 0; group < cuts; group++, at += stride) {
      left += groups[at]!;
      leftWeight += groups[at + 1]!;
      if (bySums) leftSum += groups[at + 2]!;
      else for (let k = 0; k < kinds; k++) leftSums[k]! += groups[at + 2 + k]!;
      if (left < minSamplesLeaf) continue;
      if (rows - left < minSamplesLeaf) break;
      const rightWeight = weight - leftWeight;
      if (leftWeight < minWeightLeaf || rightWeight < minWeightLeaf) continue;
      const rest = total - leftSum;
      const purer = bySums
        ? (leftSum * leftSum) / leftWeight + (rest * rest) / rightWeight
        : classPurity(leftSums, node.sums, leftWeight, rightWeight, byGini);
      if (purer > best) {
        accept(column, group, groupCount, missingRows > 0 ? missingLeft : left > rows - left, purer);
      }
    }
  }

  function tryColumn(column: number): boolean {
    const base = column * node.columnStride;
    const codeCount = codeCounts[column]!;
    const rows = node.end - node.start;
    missing.fill(0);
    const groupCount = codeCount <= 2 * rows || rows > sortLimit ? groupByTable(base, codeCount) : groupBySorting(base);
    if (groupCount === 0 || (groupCount === 1 && missing[0] === 0)) return true;
    scan(column, groupCount, false);
    if (missing[0]! > 0) scan(column, groupCount, true);
    return false;
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
