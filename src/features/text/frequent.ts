// The buckets of hashed texts that many training rows have, as columns a tree can split. Knows no label and no text.
import type { Matrix } from "../../core/matrix.ts";
import { smallCellLimit } from "../../core/small-cells.ts";
import type { SparseCounts } from "./hashing.ts";

export interface FrequentOptions {
  /** Columns at most. Default 400. */
  most?: number;
  /** Training rows that have the bucket, at least. Default: one more than a small cell. */
  least?: number;
}

const MOST_COLUMNS = 400;

/**
 * The buckets that most training rows have, ascending. Of buckets that no training row tells apart (a word and the
 * characters in it) only the first is kept: they have the same rows and the same counts but for the sign.
 * @param textOf the text (row of `counts`) of each row; -1 for a row without
 */
export function frequentBuckets(
  counts: SparseCounts,
  textOf: Int32Array,
  trainRows: ArrayLike<number>,
  { most = MOST_COLUMNS, least = smallCellLimit + 1 }: FrequentOptions = {},
): number[] {
  const visits = new Float64Array(counts.rows);
  for (let i = 0; i < trainRows.length; i++) {
    const text = textOf[trainRows[i]!]!;
    if (text >= 0) visits[text]!++;
  }
  const frequency = new Map<number, number>();
  const traces = new Map<number, number>();
  for (let text = 0; text < counts.rows; text++) {
    const own = visits[text]!;
    if (own === 0) continue;
    const mark = markOf(text);
    for (let k = counts.offsets[text]!; k < counts.offsets[text + 1]!; k++) {
      const bucket = counts.indices[k]!;
      frequency.set(bucket, (frequency.get(bucket) ?? 0) + own);
      traces.set(bucket, (traces.get(bucket) ?? 0) + mark * Math.abs(counts.values[k]!));
    }
  }
  const seen = new Set<number>();
  return [...frequency]
    .filter(([, rows]) => rows >= least)
    .sort(([a, rowsOfA], [b, rowsOfB]) => rowsOfB - rowsOfA || a - b)
    .filter(([bucket]) => {
      const trace = traces.get(bucket)!;
      return !seen.has(trace) && seen.add(trace);
    })
    .slice(0, most)
    .map(([bucket]) => bucket)
    .sort((a, b) => a - b);
}

/** A scattered whole number for a text, so that the sum over a set of texts stands for the set; sums stay exact. */
function markOf(text: number): number {
  let x = (text + 0x9e3779b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** The counts of the chosen buckets, a row each; without a text all are 0. */
export function bucketColumns(
  counts: SparseCounts,
  textOf: Int32Array,
  rows: ArrayLike<number>,
  buckets: readonly number[],
): Matrix {
  const place = new Map(buckets.map((bucket, column) => [bucket, column]));
  const data = new Float32Array(rows.length * buckets.length);
  for (let i = 0; i < rows.length; i++) {
    const text = textOf[rows[i]!]!;
    if (text < 0) continue;
    for (let k = counts.offsets[text]!; k < counts.offsets[text + 1]!; k++) {
      const column = place.get(counts.indices[k]!);
      if (column !== undefined) data[i * buckets.length + column] = counts.values[k]!;
    }
  }
  return { rows: rows.length, columns: buckets.length, data };
}
