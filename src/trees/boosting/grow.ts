// Grows one tree leaf by leaf: always the leaf whose best split gains most. Knows no objective: pairs are given.
import type { Tree } from "../ensemble.ts";
import type { Kernel } from "../wasm/index.ts";
import { args, LEAF_BYTES, leafFields, RECORD_BYTES, recordFields, SLOT_BYTES, slotFields } from "../wasm/layout.ts";
import type { BoostingSettings } from "./options.ts";
import { boundedSplit, categoricalSplit, leafGain, leafOutput, type Split, type Units } from "./split.ts";
import type { BinnedTable, TableColumn } from "./table.ts";

/** Rows of one item of a partition. */
export const PARTITION_ROWS = 8192;

/** The room a grower works in, all addresses of the kernel's memory. */
export interface Room {
  /** Rows by leaf; each leaf's are a run of it. */
  readonly rows: number;
  readonly leftRows: number;
  readonly rightRows: number;
  readonly chunkCounts: number;
  readonly pairs: number;
  readonly ordered: number;
  readonly histograms: number;
  readonly records: number;
  readonly goesLeft: number;
}

export function makeRoom(kernel: Kernel, table: BinnedTable, numLeaves: number): Room {
  const { rows } = table;
  return {
    rows: kernel.allocate(rows * 4),
    leftRows: kernel.allocate(rows * 4),
    rightRows: kernel.allocate(rows * 4),
    chunkCounts: kernel.allocate(Math.ceil(rows / PARTITION_ROWS) * 4),
    pairs: kernel.allocate(rows * 16),
    ordered: kernel.allocate(rows * 16),
    histograms: kernel.allocate(numLeaves * table.histogramBytes),
    records: kernel.allocate(2 * table.slots * RECORD_BYTES),
    goesLeft: kernel.allocate(256),
  };
}

/** A leaf of the tree being grown. */
export interface GrownLeaf {
  node: number;
  begin: number;
  count: number;
  depth: number;
  gradient: bigint;
  hessian: bigint;
  sumGradient: number;
  sumHessian: number;
  leastGain: number;
  lowest: number;
  highest: number;
  output: number;
  histogram: number;
  /** Columns looked at: those that had a cut worth it in the parent, as in LightGBM. */
  columns: readonly TableColumn[];
  best: Split | undefined;
}

/** A split as it was made: what routing other rows needs. */
export interface GrownSplit {
  readonly node: number;
  readonly left: number;
  readonly right: number;
  readonly split: Split;
  readonly goesLeft: Uint8Array;
}

export interface GrownTree {
  readonly leaves: GrownLeaf[];
  readonly splits: GrownSplit[];
}

export interface GrowInput {
  readonly kernel: Kernel;
  readonly table: BinnedTable;
  readonly room: Room;
  readonly settings: BoostingSettings;
  readonly units: Units;
  /** Rows in hand: the first so many of `room.rows`. */
  readonly count: number;
  /** True: they are all rows in order. */
  readonly allRows: boolean;
  /** Columns that may be split on. */
  readonly columns: readonly TableColumn[];
}

/** Grows a tree on the pairs in `room.pairs`. A tree of one leaf means that no split was worth it. */
export function growTree(input: GrowInput): GrownTree {
  const { kernel, table, room, settings, count, allRows } = input;
  const grower = new Grower(input);
  writeSettings(input);
  if (!allRows) {
    kernel.i32[args.rows / 4] = room.rows;
    kernel.i32[args.count / 4] = count;
    kernel.i32[args.chunkRows / 4] = PARTITION_ROWS;
    kernel.i32[args.pairs / 4] = room.pairs;
    kernel.i32[args.ordered / 4] = room.ordered;
    kernel.run("gather", Math.ceil(count / PARTITION_ROWS));
  }
  const [gradient, hessian] = kernel.sum(allRows ? room.pairs : room.ordered, count);
  const root = grower.leafOf(0, 0, count, 0, gradient, hessian);
  root.histogram = room.histograms;
  const leaves = [root];
  const splits: GrownSplit[] = [];
  if (grower.splittable(root)) grower.examine(root, undefined, allRows);
  while (leaves.length < settings.numLeaves) {
    let best: GrownLeaf | undefined;
    for (const leaf of leaves) if (leaf.best && leaf.best.gain > (best?.best?.gain ?? 0)) best = leaf;
    if (!best) break;
    const spare = room.histograms + leaves.length * table.histogramBytes;
    splits.push(grower.divide(best, leaves, splits.length, spare));
  }
  return { leaves, splits };
}

class Grower {
  private readonly input: GrowInput;
  private readonly constrained: boolean;
  private scanned: readonly TableColumn[] | undefined;

  constructor(input: GrowInput) {
    this.input = input;
    this.constrained = input.settings.monotone?.some((way) => way !== 0) ?? false;
  }

  leafOf(node: number, begin: number, count: number, depth: number, gradient: bigint, hessian: bigint): GrownLeaf {
    const { units, settings } = this.input;
    const sumGradient = Number(gradient) * units.gradient;
    const sumHessian = Number(hessian & ((1n << BigInt(units.countShift)) - 1n)) * units.hessian;
    return {
      node,
      begin,
      count,
      depth,
      gradient,
      hessian,
      sumGradient,
      sumHessian,
      leastGain: leafGain(sumGradient, sumHessian, settings.lambdaL1, settings.lambdaL2) + settings.minGainToSplit,
      lowest: Number.NEGATIVE_INFINITY,
      highest: Number.POSITIVE_INFINITY,
      output: 0,
      histogram: 0,
      columns: this.input.columns,
      best: undefined,
    };
  }

  splittable(leaf: GrownLeaf): boolean {
    const { maxDepth, minDataInLeaf, minSumHessian } = this.input.settings;
    if (maxDepth > 0 && leaf.depth >= maxDepth) return false;
    return leaf.count >= 2 * minDataInLeaf && leaf.sumHessian >= 2 * minSumHessian;
  }

  /** Counts `leaf` and finds its best split, and its sibling's, whose histograms are the parent's until then. */
  examine(leaf: GrownLeaf, sibling: GrownLeaf | undefined, allRows: boolean): void {
    const { kernel, table, room } = this.input;
    this.scanColumns(leaf.columns);
    const words = kernel.i32;
    words[args.rows / 4] = room.rows + leaf.begin * 4;
    words[args.count / 4] = leaf.count;
    words[args.ordered / 4] = allRows ? room.pairs : room.ordered;
    words[args.allRows / 4] = allRows ? 1 : 0;
    words[args.histogram / 4] = leaf.histogram;
    words[args.sibling / 4] = sibling ? sibling.histogram : 0;
    this.describe(0, leaf);
    if (sibling) this.describe(1, sibling);
    kernel.run("leaf", table.blocks);
    this.choose(0, leaf);
    if (sibling) this.choose(1, sibling);
  }

  /** Says which slots the kernel scans. */
  private scanColumns(columns: readonly TableColumn[]): void {
    if (this.scanned === columns) return;
    const { kernel, table } = this.input;
    const at = (slot: number) => (table.slotTable + slot * SLOT_BYTES + slotFields.scan) / 4;
    for (let slot = 0; slot < table.slots; slot++) kernel.i32[at(slot)] = 0;
    for (const { slot, codes } of columns) if (!codes) kernel.i32[at(slot)] = 1;
    this.scanned = columns;
  }

  private describe(which: number, leaf: GrownLeaf): void {
    const { kernel, units } = this.input;
    const at = args.leaf + which * LEAF_BYTES;
    kernel.i64[(at + leafFields.gradient) / 8] = leaf.gradient;
    kernel.i64[(at + leafFields.hessian) / 8] = leaf.hessian;
    kernel.f64[(at + leafFields.sumGradient) / 8] = leaf.sumGradient / units.gradient;
    kernel.f64[(at + leafFields.sumHessian) / 8] = leaf.sumHessian / units.hessian;
    kernel.f64[(at + leafFields.leastGain) / 8] = leaf.leastGain / gainUnit(units);
    kernel.i32[(at + leafFields.count) / 4] = leaf.count;
    kernel.i32[(at + leafFields.scan) / 4] = this.splittable(leaf) && !this.constrained ? 1 : 0;
  }

  /** The best of the columns' splits; the first column among equals. */
  private choose(which: number, leaf: GrownLeaf): void {
    if (!this.splittable(leaf)) return;
    const { kernel, table, room, settings, units } = this.input;
    let bestGain = 0;
    let bestRecord: TableColumn | undefined;
    let best: Split | undefined;
    const recordAt = (column: TableColumn) => room.records + (which * table.slots + column.slot) * RECORD_BYTES;
    const worthIt = leaf.columns.filter((column) => {
      let gain: number;
      let split: Split | undefined;
      if (column.codes) {
        split = categoricalSplit(kernel, leaf.histogram, column, leaf, settings, units, this.constrained);
        gain = split?.gain ?? Number.NEGATIVE_INFINITY;
      } else if (this.constrained) {
        const way = settings.monotone![column.column]!;
        split = boundedSplit(kernel, leaf.histogram, column, leaf, settings, units, way);
        gain = split?.gain ?? Number.NEGATIVE_INFINITY;
      } else {
        gain = kernel.f64[(recordAt(column) + recordFields.gain) / 8]! * gainUnit(units);
      }
      if (gain > bestGain) {
        bestGain = gain;
        best = split;
        bestRecord = split ? undefined : column;
      }
      return gain > Number.NEGATIVE_INFINITY;
    });
    // Kept as it is when nothing fell away, so that the kernel need not be told anew.
    if (worthIt.length < leaf.columns.length) leaf.columns = worthIt;
    leaf.best = bestRecord ? this.readRecord(recordAt(bestRecord), bestRecord) : best;
  }

  private readRecord(at: number, column: TableColumn): Split {
    const { kernel, settings, units } = this.input;
    return {
      gain: kernel.f64[(at + recordFields.gain) / 8]! * gainUnit(units),
      column,
      threshold: kernel.i32[(at + recordFields.threshold) / 4]!,
      missingLeft: kernel.i32[(at + recordFields.missingLeft) / 4] === 1,
      leftBins: undefined,
      gradient: kernel.i64[(at + recordFields.gradient) / 8]!,
      hessian: kernel.i64[(at + recordFields.hessian) / 8]!,
      l2: settings.lambdaL2,
    };
  }

  /** Makes the leaf's best split: the left child takes the leaf's place in the list, the right one comes last. */
  divide(leaf: GrownLeaf, leaves: GrownLeaf[], splitsMade: number, spare: number): GrownSplit {
    const { units, settings } = this.input;
    const split = leaf.best!;
    const nodes = 2 * splitsMade + 1;
    const leftCount = Number(split.hessian >> BigInt(units.countShift));
    const left = this.leafOf(nodes, leaf.begin, leftCount, leaf.depth + 1, split.gradient, split.hessian);
    const right = this.leafOf(
      nodes + 1,
      leaf.begin + leftCount,
      leaf.count - leftCount,
      leaf.depth + 1,
      leaf.gradient - split.gradient,
      leaf.hessian - split.hessian,
    );
    for (const child of [left, right]) {
      child.columns = leaf.columns;
      child.lowest = leaf.lowest;
      child.highest = leaf.highest;
      child.output = leafOutput(
        child.sumGradient,
        child.sumHessian,
        settings.lambdaL1,
        split.l2,
        leaf.lowest,
        leaf.highest,
      );
    }
    const way = split.leftBins ? 0 : (settings.monotone?.[split.column.column] ?? 0);
    if (way !== 0) {
      const middle = (left.output + right.output) / 2;
      const [lower, upper] = way > 0 ? [left, right] : [right, left];
      lower.highest = Math.min(lower.highest, middle);
      upper.lowest = Math.max(upper.lowest, middle);
    }
    const goesLeft = leftTable(split, leftCount >= right.count);
    const [small, large] = leftCount < right.count ? [left, right] : [right, left];
    const more = leaves.length + 1 < settings.numLeaves && (this.splittable(small) || this.splittable(large));
    this.partition(leaf, split.column, goesLeft, leftCount, more ? (small === left ? 1 : 2) : 0);
    leaves[leaves.indexOf(leaf)] = left;
    leaves.push(right);
    if (more) {
      small.histogram = spare;
      large.histogram = leaf.histogram;
      this.examine(small, large, false);
    }
    return { node: leaf.node, left: nodes, right: nodes + 1, split, goesLeft };
  }

  private partition(
    leaf: GrownLeaf,
    column: TableColumn,
    goesLeft: Uint8Array,
    leftCount: number,
    gather: number,
  ): void {
    const { kernel, room } = this.input;
    kernel.u8.set(goesLeft, room.goesLeft);
    const words = kernel.i32;
    words[args.rows / 4] = room.rows + leaf.begin * 4;
    words[args.count / 4] = leaf.count;
    words[args.leftRows / 4] = room.leftRows;
    words[args.rightRows / 4] = room.rightRows;
    words[args.chunkCounts / 4] = room.chunkCounts;
    words[args.chunkRows / 4] = PARTITION_ROWS;
    words[args.column / 4] = column.bins;
    words[args.goesLeft / 4] = room.goesLeft;
    words[args.pairs / 4] = room.pairs;
    words[args.ordered / 4] = room.ordered;
    words[args.gather / 4] = gather;
    words[args.leftTotal / 4] = leftCount;
    const chunks = Math.ceil(leaf.count / PARTITION_ROWS);
    kernel.run("partition", chunks, chunks === 1);
    kernel.run("settle", chunks, chunks === 1);
  }
}

/** The unit of a gain: of gradient² / hessian. */
function gainUnit({ gradient, hessian }: Units): number {
  return gradient ** 2 / hessian;
}

/** By bin, 1 where it goes left. What was never missing in training follows the larger side. */
function leftTable({ column, threshold, missingLeft, leftBins }: Split, leftLarger: boolean): Uint8Array {
  const goes = new Uint8Array(256);
  if (leftBins) {
    for (const bin of leftBins) goes[bin] = 1;
    return goes;
  }
  goes.fill(1, 0, threshold + 1);
  goes[column.valueBins] = (column.hasMissing ? missingLeft : leftLarger) ? 1 : 0;
  return goes;
}

function writeSettings({ kernel, table, room, settings, units }: GrowInput): void {
  kernel.i32[args.blocks / 4] = table.blockTable;
  kernel.i32[args.groups / 4] = table.groupTable;
  kernel.i32[args.slots / 4] = table.slotTable;
  kernel.i32[args.slotCount / 4] = table.slots;
  kernel.i32[args.records / 4] = room.records;
  kernel.i32[args.minData / 4] = settings.minDataInLeaf;
  kernel.i64[args.countShift / 8] = BigInt(units.countShift);
  kernel.i64[args.hessianMask / 8] = (1n << BigInt(units.countShift)) - 1n;
  kernel.f64[args.l1 / 8] = settings.lambdaL1 / units.gradient;
  kernel.f64[args.l2 / 8] = settings.lambdaL2 / units.hessian;
  kernel.f64[args.minHessian / 8] = settings.minSumHessian / units.hessian;
}

/** The grown tree as every reader of trees takes it; leaf outputs are multiplied by the learning rate. */
export function treeOf({ leaves, splits }: GrownTree, learningRate: number): Tree {
  const nodes = leaves.length + splits.length;
  const tree: Tree = {
    feature: new Int32Array(nodes).fill(-1),
    threshold: new Float64Array(nodes),
    missingLeft: new Uint8Array(nodes),
    left: new Int32Array(nodes).fill(-1),
    right: new Int32Array(nodes).fill(-1),
    categories: splits.some(({ split }) => split.leftBins) ? new Array(nodes).fill(undefined) : undefined,
    value: new Float64Array(nodes),
    cover: new Float64Array(nodes),
    gain: new Float64Array(nodes),
  };
  for (const { node, output, count } of leaves) {
    tree.value[node] = output * learningRate;
    tree.cover[node] = count;
  }
  for (let k = splits.length - 1; k >= 0; k--) {
    const { node, left, right, split, goesLeft } = splits[k]!;
    const { column, threshold, leftBins, gain } = split;
    tree.feature[node] = column.column;
    tree.left[node] = left;
    tree.right[node] = right;
    tree.gain[node] = gain;
    tree.cover[node] = tree.cover[left]! + tree.cover[right]!;
    tree.missingLeft[node] = goesLeft[column.valueBins]!;
    // Infinity has no place in JSON; no finite value is above the largest number.
    if (leftBins) tree.categories![node] = codeSet(leftBins.map((bin) => column.codes![bin]!));
    else tree.threshold[node] = Math.min(Number.MAX_VALUE, column.bounds![threshold]!);
  }
  return tree;
}

function codeSet(codes: readonly number[]): Uint32Array {
  const set = new Uint32Array((Math.max(...codes) >>> 5) + 1);
  for (const code of codes) set[code >>> 5] = (set[code >>> 5]! | (1 << (code & 31))) >>> 0;
  return set;
}
