// Where a column is cut into bins: cuts of numbers by quantiles, categories by frequency. Knows no rows' order and no trees.

/** How one column's values become bins. Bins 0 … valueBins − 1 hold values, the next one the missing (and rare) ones. */
export interface ColumnBins {
  readonly column: number;
  readonly valueBins: number;
  readonly hasMissing: boolean;
  /** Numbers: upper end of each value bin, itself inside; the last is Infinity. */
  readonly bounds?: Float64Array | undefined;
  /** Categories: the code of each value bin, the most frequent first. */
  readonly codes?: Int32Array | undefined;
}

/**
 * Upper ends of at most `maxBins` bins over sorted values, the last Infinity: with few distinct values a bin each (at
 * least `minDataInBin` values), else bins of about equal counts in which a value more frequent than that stands alone.
 * The rule of LightGBM's GreedyFindBin (src/io/bin.cpp), without its special bin for zero.
 */
export function greedyBounds(sorted: Float64Array, maxBins: number, minDataInBin: number): Float64Array {
  const { values, counts } = distinct(sorted);
  const bounds =
    values.length <= maxBins
      ? boundsOfFew(values, counts, minDataInBin)
      : boundsOfMany(values, counts, sorted.length, maxBins, minDataInBin);
  bounds.push(Number.POSITIVE_INFINITY);
  return Float64Array.from(bounds);
}

function distinct(sorted: Float64Array): { values: Float64Array; counts: Uint32Array } {
  const values = new Float64Array(sorted.length);
  const counts = new Uint32Array(sorted.length);
  let last = -1;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i]!;
    if (last < 0 || value !== values[last]) values[++last] = value;
    counts[last]!++;
  }
  return { values: values.subarray(0, last + 1), counts: counts.subarray(0, last + 1) };
}

function boundsOfFew(values: Float64Array, counts: Uint32Array, minDataInBin: number): number[] {
  const bounds: number[] = [];
  let inBin = 0;
  for (let i = 0; i + 1 < values.length; i++) {
    inBin += counts[i]!;
    if (inBin < minDataInBin) continue;
    bounds.push(between(values[i]!, values[i + 1]!));
    inBin = 0;
  }
  return bounds;
}

function boundsOfMany(
  values: Float64Array,
  counts: Uint32Array,
  total: number,
  maxBins: number,
  minDataInBin: number,
): number[] {
  const bins = Math.max(1, Math.min(maxBins, Math.floor(total / minDataInBin)));
  let meanSize = total / bins;
  let restBins = bins;
  let rest = total;
  const bigSize = meanSize;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i]! < bigSize) continue;
    restBins--;
    rest -= counts[i]!;
  }
  meanSize = rest / restBins;
  const bounds: number[] = [];
  let inBin = 0;
  for (let i = 0; i + 1 < values.length && bounds.length < bins - 1; i++) {
    const big = counts[i]! >= bigSize;
    if (!big) rest -= counts[i]!;
    inBin += counts[i]!;
    if (!(big || inBin >= meanSize || (counts[i + 1]! >= bigSize && inBin >= Math.max(1, meanSize * 0.5)))) continue;
    bounds.push(between(values[i]!, values[i + 1]!));
    inBin = 0;
    if (!big) {
      restBins--;
      meanSize = rest / restBins;
    }
  }
  return bounds;
}

/** A cut between two neighbouring values: at or above the lower one, below the upper. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle : low;
}

/** The codes that get a bin: the most frequent, equal ones by code; rare ones (fewer than `minDataInBin` rows) get none, save the first two. */
export function frequentCodes(counts: ReadonlyMap<number, number>, maxBins: number, minDataInBin: number): Int32Array {
  const sorted = [...counts].sort(([codeA, a], [codeB, b]) => b - a || codeA - codeB);
  const kept = sorted.slice(0, maxBins).filter(([, count], k) => count >= minDataInBin || k < 2);
  return Int32Array.from(kept, ([code]) => code);
}
