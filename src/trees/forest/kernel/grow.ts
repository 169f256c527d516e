// Grows one tree, depth first or best first. Stands alone: its text is sent to other threads, so it uses nothing but its
// arguments.
import type { Kernel } from "./index.ts";
import type { GrownTree, GrowSettings, GrowTable, GrowTask, NodeView, Split } from "./shapes.ts";

/** Grows the tree of a task. The rows of the task are brought into the order of the leaves. */
export type Grower = (task: GrowTask) => GrownTree;

/** Makes a grower for the table: its room is used again for every tree. */
export function treeGrower(table: GrowTable, settings: GrowSettings, kernel: Kernel): Grower {
  /** Codes that fit the processor's second cache beside the rest. */
  const NEAR_BYTES = 800_000;
  const { criterion, outputs, doubled, maxDepth, maxLeafNodes, minSamplesSplit, minSamplesLeaf, missingCode } =
    settings;
  const bySums = criterion === "sums";
  const kinds = bySums ? 1 : settings.classes;
  const findSplit = (settings.splitter === "best" ? kernel.bestSplitter : kernel.randomSplitter)(
    table,
    settings,
    kernel,
  );
  const byValue = settings.splitter === "random";
  const rowCount = table.rows;
  const aside = new Uint32Array(rowCount);
  // Small nodes scatter over the table: their rows are copied together once and the subtree is grown on the copy.
  const nearRows = Math.min(rowCount, Math.max(32, Math.floor(NEAR_BYTES / (byValue ? 8 : 2) / table.columns)));
  const near = {
    codes: new Uint16Array(byValue ? 0 : nearRows * table.columns),
    values: byValue ? new Float64Array(nearRows * table.columns) : undefined,
    weights: new Float64Array(nearRows),
    targets: new Float64Array(nearRows),
  };
  const far = { codes: table.codes, weights: new Float64Array(rowCount), targets: table.targets };
  let nearEnd = 0;
  let rows: Uint32Array;
  let rowWeights = far.weights;
  let rowTargets = far.targets;
  let treeWeight = 0;
  const view: NodeView = {
    codes: table.codes,
    values: undefined,
    columnStride: rowCount,
    rows: new Uint32Array(0),
    start: 0,
    end: 0,
    weights: new Float64Array(rowCount),
    targets: new Float64Array(rowCount),
    plain: false,
    ones: new Uint8Array(doubled ? rowCount : 0),
    weight: 0,
    sums: new Float64Array(kinds),
    minWeightLeaf: 0,
    draws: new kernel.RandomStream(0, 0, 0),
    isRoot: true,
    knownConstants: 0,
  };

  /** Copies the rows of a node together and numbers them from 0. */
  function comeNear(start: number, end: number): void {
    const { columns } = table;
    const from = (byValue ? table.values : table.codesByRow)!;
    const to = near.values ?? near.codes;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      const local = i - start;
      near.weights[local] = far.weights[row]!;
      near.targets[local] = far.targets[row]!;
      for (let j = 0, at = row * columns, put = local; j < columns; j++, put += nearRows) to[put] = from[at + j]!;
      rows[i] = local;
    }
    nearEnd = end;
    view.codes = near.codes;
    view.values = near.values;
    view.columnStride = nearRows;
    rowWeights = near.weights;
    rowTargets = near.targets;
  }

  function goFar(): void {
    nearEnd = 0;
    view.codes = far.codes;
    view.values = undefined;
    view.columnStride = rowCount;
    rowWeights = far.weights;
    rowTargets = far.targets;
  }

  let capacity = 256;
  let count = 0;
  let feature = new Int32Array(capacity);
  let threshold = new Float64Array(capacity);
  let leftCode = new Int32Array(capacity);
  let rightCode = new Int32Array(capacity);
  let missingLeft = new Uint8Array(capacity);
  let left = new Int32Array(capacity);
  let right = new Int32Array(capacity);
  let value = new Float64Array(capacity * outputs);
  let cover = new Float64Array(capacity);
  let gain = new Float64Array(capacity);

  function addNode(): number {
    if (count === capacity) {
      capacity *= 2;
      const larger = <T extends Int32Array | Float64Array | Uint8Array>(old: T, into: T): T => {
        into.set(old as never);
        return into;
      };
      feature = larger(feature, new Int32Array(capacity));
      threshold = larger(threshold, new Float64Array(capacity));
      leftCode = larger(leftCode, new Int32Array(capacity));
      rightCode = larger(rightCode, new Int32Array(capacity));
      missingLeft = larger(missingLeft, new Uint8Array(capacity));
      left = larger(left, new Int32Array(capacity));
      right = larger(right, new Int32Array(capacity));
      value = larger(value, new Float64Array(capacity * outputs));
      cover = larger(cover, new Float64Array(capacity));
      gain = larger(gain, new Float64Array(capacity));
    }
    feature[count] = -1;
    threshold[count] = 0;
    missingLeft[count] = 0;
    left[count] = -1;
    right[count] = -1;
    gain[count] = 0;
    return count++;
  }

  /** Gathers the node's rows and sums into the view and writes its value. True when all targets are equal. */
  function look(node: number, start: number, end: number): boolean {
    const { weights, targets, sums, plain, ones } = view;
    view.start = start;
    view.end = end;
    sums.fill(0);
    const first = rowTargets[rows[start]!]!;
    let pure = true;
    let weight = 0;
    let sum = 0;
    for (let i = start, local = 0; i < end; i++, local++) {
      const row = rows[i]!;
      const w = rowWeights[row]!;
      const target = rowTargets[row]!;
      weights[local] = w;
      targets[local] = target;
      weight += w;
      if (plain) ones[local] = target;
      if (bySums) sum += w * target;
      else sums[target | 0]! += w;
      if (target !== first) pure = false;
    }
    view.weight = weight;
    cover[node] = weight;
    if (!bySums) {
      if (outputs === 1) value[node] = sums[1]! / weight;
      else for (let k = 0; k < outputs; k++) value[node * outputs + k] = sums[k]! / weight;
      return pure;
    }
    const mean = pure ? first : sum / weight;
    value[node] = mean;
    sums[0] = sum;
    if (!doubled && !pure) {
      // Regression: sums about the node's mean do not lose the small differences of large targets.
      sum = 0;
      for (let local = 0; local < end - start; local++) {
        targets[local]! -= mean;
        sum += weights[local]! * targets[local]!;
      }
      sums[0] = sum;
    }
    return pure;
  }

  /** What the node's impurity times its weight lacks to its greatest: the decrease of a split is counted from here. */
  function unsplit(): number {
    const { sums, weight } = view;
    let total = 0;
    for (let k = 0; k < kinds; k++) {
      const s = sums[k]!;
      if (criterion !== "entropy") total += (s * s) / weight;
      else if (s > 0) total += s * Math.log(s / weight);
    }
    return total;
  }
  const scale = doubled ? 2 : criterion === "entropy" ? 1 / Math.LN2 : 1;

  /** Brings the rows that go left to the front, each side in its old order; returns where the right side starts. */
  function partition(start: number, end: number, split: Split): number {
    const { codes, values } = view;
    const base = split.feature * view.columnStride;
    const last = split.leftCode;
    const withMissing = split.missingLeft ? missingCode : -1;
    let at = start;
    if (values) return partitionValues(values, start, end, split);
    let put = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      const code = codes[base + row]!;
      // Written to both sides, and one side's end moves on: no branch to guess.
      const goes = ((code <= last) as unknown as number) | ((code === withMissing) as unknown as number);
      rows[at] = row;
      aside[put] = row;
      at += goes;
      put += 1 - goes;
    }
    for (let i = 0; i < put; i++) rows[at + i] = aside[i]!;
    return at;
  }

  function partitionValues(values: Float64Array, start: number, end: number, split: Split): number {
    const base = split.feature * view.columnStride;
    const { threshold: cut } = split;
    const withMissing = split.missingLeft ? 1 : 0;
    let at = start;
    let put = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      const here = values[base + row]!;
      // Written to both sides, and one side's end moves on: no branch to guess.
      const goes = ((here <= cut) as unknown as number) | ((Number.isNaN(here) as unknown as number) & withMissing);
      rows[at] = row;
      aside[put] = row;
      at += goes;
      put += 1 - goes;
    }
    for (let i = 0; i < put; i++) rows[at + i] = aside[i]!;
    return at;
  }

  /**
   * Studies the node and splits its rows where that is worth it; returns where the right side starts, or −1 at a leaf.
   * `knownConstants` becomes that of the children.
   */
  let knownConstants = 0;
  function splitNode(node: number, start: number, end: number, depth: number): number {
    const pure = look(node, start, end);
    const size = end - start;
    if (pure || depth >= maxDepth || size < minSamplesSplit || size < 2 * minSamplesLeaf) return -1;
    if (view.weight < 2 * view.minWeightLeaf) return -1;
    view.knownConstants = knownConstants;
    const split = findSplit(view);
    view.isRoot = false;
    knownConstants = split.constants;
    if (split.feature < 0) return -1;
    const improvement = Math.max(0, ((split.decrease - unsplit()) * scale) / treeWeight);
    if (improvement + Number.EPSILON < settings.minImpurityDecrease) return -1;
    const middle = partition(start, end, split);
    leftCode[node] = split.leftCode;
    rightCode[node] = split.rightCode;
    threshold[node] = split.threshold;
    feature[node] = split.feature;
    missingLeft[node] = split.missingLeft ? 1 : 0;
    gain[node] = improvement;
    return middle;
  }

  function growDepthFirst(): void {
    // Five numbers a waiting node: start, end, depth, constants known, parent (times two, plus one for a right child).
    const stack: number[] = [0, rows.length, 0, 0, -1];
    while (stack.length > 0) {
      const parent = stack.pop()!;
      knownConstants = stack.pop()!;
      const depth = stack.pop()!;
      const end = stack.pop()!;
      const start = stack.pop()!;
      if (start >= nearEnd) {
        if (nearEnd > 0) goFar();
        if (end - start <= nearRows) comeNear(start, end);
      }
      const node = addNode();
      if (parent >= 0) {
        if (parent & 1) right[parent >> 1] = node;
        else left[parent >> 1] = node;
      }
      const middle = splitNode(node, start, end, depth);
      if (middle < 0) continue;
      stack.push(middle, end, depth + 1, knownConstants, node * 2 + 1);
      stack.push(start, middle, depth + 1, knownConstants, node * 2);
    }
  }

  /** The waiting node whose split gains most is opened next, the earlier one on a tie, until there are leaves enough. */
  function growBestFirst(): void {
    const waiting: { node: number; start: number; middle: number; end: number; depth: number }[] = [];
    const place = (start: number, end: number, depth: number): number => {
      const node = addNode();
      knownConstants = 0;
      const middle = splitNode(node, start, end, depth);
      if (middle >= 0) {
        let at = waiting.length;
        waiting.push({ node, start, middle, end, depth });
        // Kept in order of gain, least first; of equal ones the later node stands first.
        for (; at > 0 && gain[waiting[at - 1]!.node]! >= gain[node]!; at--) {
          const held = waiting[at - 1]!;
          waiting[at - 1] = waiting[at]!;
          waiting[at] = held;
        }
      }
      return node;
    };
    place(0, rows.length, 0);
    for (let leaves = 1; leaves < maxLeafNodes && waiting.length > 0; leaves++) {
      const { node, start, middle, end, depth } = waiting.pop()!;
      const leftChild = place(start, middle, depth + 1);
      const rightChild = place(middle, end, depth + 1);
      left[node] = leftChild;
      right[node] = rightChild;
    }
    for (const { node } of waiting) {
      feature[node] = -1;
      gain[node] = 0;
      missingLeft[node] = 0;
      threshold[node] = 0;
    }
  }

  return (task) => {
    rows = task.rows;
    view.rows = rows;
    view.draws = new kernel.RandomStream(task.seeds[0], task.seeds[1], task.seeds[2]);
    treeWeight = 0;
    let allOne = true;
    for (let i = 0; i < rows.length; i++) {
      far.weights[rows[i]!] = task.weights[i]!;
      treeWeight += task.weights[i]!;
      if (task.weights[i] !== 1) allOne = false;
    }
    view.plain = doubled && allOne;
    view.minWeightLeaf = settings.minWeightFractionLeaf * treeWeight;
    count = 0;
    view.isRoot = true;
    goFar();
    if (maxLeafNodes === Number.POSITIVE_INFINITY) growDepthFirst();
    else growBestFirst();
    return grown(task.tree);
  };

  function grown(tree: number): GrownTree {
    return {
      tree,
      feature: feature.slice(0, count),
      threshold: threshold.slice(0, count),
      leftCode: leftCode.slice(0, count),
      rightCode: rightCode.slice(0, count),
      missingLeft: missingLeft.slice(0, count),
      left: left.slice(0, count),
      right: right.slice(0, count),
      value: value.slice(0, count * outputs),
      cover: cover.slice(0, count),
      gain: gain.slice(0, count),
    };
  }
}
