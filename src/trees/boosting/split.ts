// Splits weighed in plain JavaScript: categorical columns, and numeric ones under monotone constraints. Knows no rows.
import type { Kernel } from "../wasm/index.ts";
import type { BoostingSettings } from "./options.ts";
import type { TableColumn } from "./table.ts";

/** The best split of a leaf so far. Sums are the kernel's fixed-point numbers, so that they stay exact. */
export interface Split {
  gain: number;
  column: TableColumn;
  /** Numeric: bins up to this one go left. Categorical: −1. */
  threshold: number;
  missingLeft: boolean;
  /** Categorical: the bins that go left. */
  leftBins: readonly number[] | undefined;
  /** Sums of the left side: gradient; row count and hessian. */
  gradient: bigint;
  hessian: bigint;
  /** L2 penalty of the two outputs. */
  l2: number;
}

/** What fixed-point sums mean. */
export interface Units {
  readonly gradient: number;
  readonly hessian: number;
  /** Bits of the hessian below the row count; 32 or more. */
  readonly countShift: number;
}

/** A leaf as a split is weighed. */
export interface LeafSums {
  readonly sumGradient: number;
  readonly sumHessian: number;
  readonly count: number;
  readonly leastGain: number;
  readonly lowest: number;
  readonly highest: number;
}

export const shrunk = (gradient: number, l1: number): number =>
  Math.sign(gradient) * Math.max(0, Math.abs(gradient) - l1);

/** The output that lowers the leaf's loss most. */
export function leafOutput(
  gradient: number,
  hessian: number,
  l1: number,
  l2: number,
  lowest: number,
  highest: number,
): number {
  const output = hessian + l2 > 0 ? -shrunk(gradient, l1) / (hessian + l2) : 0;
  return Math.min(highest, Math.max(lowest, output)) + 0;
}

export function leafGain(gradient: number, hessian: number, l1: number, l2: number): number {
  return hessian + l2 > 0 ? shrunk(gradient, l1) ** 2 / (hessian + l2) : 0;
}

function boundedGain(gradient: number, hessian: number, l1: number, l2: number, output: number): number {
  return -(2 * shrunk(gradient, l1) * output + (hessian + l2) * output * output);
}

interface Cells {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  /** Rows, estimated from the hessian as LightGBM does. */
  readonly count: Float64Array;
}

/** A column's histogram as numbers; the missing bin, where there is one, comes last. */
function readCells(kernel: Kernel, histogram: number, column: TableColumn, leaf: LeafSums, units: Units): Cells {
  const bins = column.valueBins + (column.hasMissing ? 1 : 0);
  const cells: Cells = {
    gradient: new Float64Array(bins),
    hessian: new Float64Array(bins),
    count: new Float64Array(bins),
  };
  const words = kernel.i32;
  const highBits = units.countShift - 32;
  for (let bin = 0; bin < bins; bin++) {
    const at = (histogram + column.histogram) / 4 + bin * 4;
    cells.gradient[bin] = (words[at + 1]! * 2 ** 32 + (words[at]! >>> 0)) * units.gradient;
    const high = words[at + 3]! >>> 0;
    cells.hessian[bin] = ((high & (2 ** highBits - 1)) * 2 ** 32 + (words[at + 2]! >>> 0)) * units.hessian;
    cells.count[bin] = Math.floor(cells.hessian[bin]! * (leaf.count / leaf.sumHessian) + 0.5);
  }
  return cells;
}

/** The exact sums of some bins. */
function sumBins(kernel: Kernel, histogram: number, column: TableColumn, bins: Iterable<number>): [bigint, bigint] {
  let gradient = 0n;
  let hessian = 0n;
  for (const bin of bins) {
    const at = (histogram + column.histogram) / 8 + bin * 2;
    gradient += kernel.i64[at]!;
    hessian += kernel.i64[at + 1]!;
  }
  return [gradient, hessian];
}

function pairGain(
  leaf: LeafSums,
  settings: BoostingSettings,
  l2: number,
  gradient: number,
  hessian: number,
  way: number,
  bounded: boolean,
): number {
  const l1 = settings.lambdaL1;
  const restGradient = leaf.sumGradient - gradient;
  const restHessian = leaf.sumHessian - hessian;
  if (!bounded) return leafGain(gradient, hessian, l1, l2) + leafGain(restGradient, restHessian, l1, l2);
  const left = leafOutput(gradient, hessian, l1, l2, leaf.lowest, leaf.highest);
  const right = leafOutput(restGradient, restHessian, l1, l2, leaf.lowest, leaf.highest);
  if ((way > 0 && left > right) || (way < 0 && left < right)) return Number.NEGATIVE_INFINITY;
  return boundedGain(gradient, hessian, l1, l2, left) + boundedGain(restGradient, restHessian, l1, l2, right);
}

/**
 * The best cut of a numeric column when outputs are bounded: as the kernel's scan, with each side's output kept between
 * the leaf's bounds, and no cut whose sides run against `way` (1 rising, −1 falling, 0 free). LightGBM's method `basic`.
 */
export function boundedSplit(
  kernel: Kernel,
  histogram: number,
  column: TableColumn,
  leaf: LeafSums,
  settings: BoostingSettings,
  units: Units,
  way: number,
): Split | undefined {
  const cells = readCells(kernel, histogram, column, leaf, units);
  const { minDataInLeaf, minSumHessian, lambdaL2 } = settings;
  let best = leaf.leastGain;
  let found: { threshold: number; missingLeft: boolean } | undefined;
  const sweep = (up: boolean) => {
    let gradient = 0;
    let hessian = 0;
    let count = 0;
    const last = up ? column.valueBins : 0;
    for (let bin = up ? 0 : column.valueBins - 1; bin !== last; bin += up ? 1 : -1) {
      if (cells.hessian[bin] === 0 && cells.gradient[bin] === 0) continue;
      gradient += cells.gradient[bin]!;
      hessian += cells.hessian[bin]!;
      count += cells.count[bin]!;
      if (count < minDataInLeaf || hessian < minSumHessian) continue;
      if (leaf.count - count < minDataInLeaf || leaf.sumHessian - hessian < minSumHessian) break;
      const [leftGradient, leftHessian] = up
        ? [gradient, hessian]
        : [leaf.sumGradient - gradient, leaf.sumHessian - hessian];
      const gain = pairGain(leaf, settings, lambdaL2, leftGradient, leftHessian, way, true);
      if (!(gain > best)) continue;
      best = gain;
      found = { threshold: up ? bin : bin - 1, missingLeft: !up };
    }
  };
  sweep(false);
  if (column.hasMissing) sweep(true);
  if (!found) return undefined;
  const { threshold, missingLeft } = found as { threshold: number; missingLeft: boolean };
  const left = Array.from({ length: threshold + 1 }, (_, bin) => bin);
  if (missingLeft && column.hasMissing) left.push(column.valueBins);
  const [gradient, hessian] = sumBins(kernel, histogram, column, left);
  return {
    gain: best - leaf.leastGain,
    column,
    threshold,
    missingLeft,
    leftBins: undefined,
    gradient,
    hessian,
    l2: lambdaL2,
  };
}

/**
 * The best split of a categorical column: one category against the rest where there are few, else the categories in the
 * order of gradient / (hessian + catSmooth), cut from either end (Fisher 1958; LightGBM's FindBestThresholdCategorical).
 * Missing, rare and unknown categories go right.
 */
export function categoricalSplit(
  kernel: Kernel,
  histogram: number,
  column: TableColumn,
  leaf: LeafSums,
  settings: BoostingSettings,
  units: Units,
  bounded: boolean,
): Split | undefined {
  const cells = readCells(kernel, histogram, column, leaf, units);
  const { minDataInLeaf, minSumHessian, lambdaL2, catL2, catSmooth, maxCatThreshold, minDataPerGroup } = settings;
  const single = column.valueBins + 1 <= settings.maxCatToOnehot;
  const l2 = single ? lambdaL2 : lambdaL2 + catL2;
  let best = leaf.leastGain;
  let leftBins: number[] | undefined;
  const weigh = (gradient: number, hessian: number, bins: () => number[]) => {
    const gain = pairGain(leaf, settings, l2, gradient, hessian, 0, bounded);
    if (!(gain > best)) return;
    best = gain;
    leftBins = bins();
  };
  if (single) {
    for (let bin = 0; bin < column.valueBins; bin++) {
      if (cells.count[bin]! < minDataInLeaf || cells.hessian[bin]! < minSumHessian) continue;
      if (leaf.count - cells.count[bin]! < minDataInLeaf || leaf.sumHessian - cells.hessian[bin]! < minSumHessian)
        continue;
      weigh(cells.gradient[bin]!, cells.hessian[bin]!, () => [bin]);
    }
  } else {
    const order: number[] = [];
    for (let bin = 0; bin < column.valueBins; bin++) if (cells.count[bin]! >= catSmooth) order.push(bin);
    const rank = (bin: number) => cells.gradient[bin]! / (cells.hessian[bin]! + catSmooth);
    order.sort((a, b) => rank(a) - rank(b) || a - b);
    const most = Math.min(maxCatThreshold, Math.floor((order.length + 1) / 2));
    for (const from of [1, -1]) {
      let gradient = 0;
      let hessian = 0;
      let count = 0;
      let group = 0;
      for (let k = 0; k < most; k++) {
        const bin = from > 0 ? order[k]! : order[order.length - 1 - k]!;
        gradient += cells.gradient[bin]!;
        hessian += cells.hessian[bin]!;
        count += cells.count[bin]!;
        group += cells.count[bin]!;
        if (count < minDataInLeaf || hessian < minSumHessian) continue;
        const rest = leaf.count - count;
        if (rest < minDataInLeaf || rest < minDataPerGroup || leaf.sumHessian - hessian < minSumHessian) break;
        if (group < minDataPerGroup) continue;
        group = 0;
        weigh(gradient, hessian, () => (from > 0 ? order.slice(0, k + 1) : order.slice(order.length - 1 - k)));
      }
    }
  }
  if (!leftBins) return undefined;
  const [gradient, hessian] = sumBins(kernel, histogram, column, leftBins);
  return { gain: best - leaf.leastGain, column, threshold: -1, missingLeft: false, leftBins, gradient, hessian, l2 };
}
