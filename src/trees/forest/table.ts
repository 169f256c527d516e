// Lays the training table out by columns: as codes in the order of the values for best splits, as values for random ones.
import type { Matrix } from "../../core/matrix.ts";
import type { GrowTable } from "./kernel/index.ts";
import { ascendingRows, orderRoom } from "./order.ts";

/** The code of a missing value. */
export const MISSING_CODE = 65535;
/** Most codes a column can have. */
export const MOST_CODES = 65534;

/** Columns copied out of the rows at a time. */
const COLUMNS_AT_ONCE = 16;

/**
 * Lays the table out. With at most `maxCodes` distinct values a column loses nothing; with more, neighbouring values
 * share a code so that codes hold about equally many rows.
 */
export function layOut(
  x: Matrix,
  targets: Float64Array,
  splitter: "best" | "random",
  maxCodes = MOST_CODES,
): GrowTable {
  const { rows, columns, data } = x;
  const codes = new Uint16Array(shareable(rows * columns * 2));
  const greatest: Float64Array[] = [];
  const block = Array.from({ length: Math.min(COLUMNS_AT_ONCE, columns) }, () => new Float64Array(rows));
  const room = orderRoom(rows);
  const coarse = new Uint8Array(columns);
  for (let first = 0; first < columns; first += COLUMNS_AT_ONCE) {
    const width = Math.min(COLUMNS_AT_ONCE, columns - first);
    for (let i = 0; i < rows; i++) {
      for (let j = 0, k = i * columns + first; j < width; j++, k++) block[j]![i] = data[k]!;
    }
    for (let j = first; j < first + width; j++) {
      const column = block[j - first]!;
      const order = ascendingRows(column, room);
      const coded = codeColumn(column, order, maxCodes, codes.subarray(j * rows, (j + 1) * rows));
      greatest.push(Float64Array.from(coded.greatest));
      coarse[j] = coded.coarse ? 1 : 0;
    }
  }
  const table: GrowTable = {
    rows,
    columns,
    codes,
    codesByRow: splitter === "best" ? turned(codes, rows, columns) : undefined,
    values: splitter === "random" ? shared(data) : undefined,
    codeCounts: Int32Array.from(greatest, (values) => values.length),
    greatest: new Float64Array(shareable(greatest.reduce((sum, values) => sum + values.length, 0) * 8)),
    greatestAt: new Int32Array(columns),
    coarse,
    targets: new Float64Array(shareable(rows * 8)),
  };
  table.targets.set(targets);
  for (let j = 0, at = 0; j < columns; j++) {
    table.greatestAt[j] = at;
    table.greatest.set(greatest[j]!, at);
    at += greatest[j]!.length;
  }
  return table;
}

/** The same numbers in memory that threads can share. */
function shared(data: Float64Array | Float32Array): Float64Array | Float32Array {
  if (typeof SharedArrayBuffer === "undefined" || data.buffer instanceof SharedArrayBuffer) return data;
  const room = shareable(data.byteLength);
  const copy = data instanceof Float32Array ? new Float32Array(room) : new Float64Array(room);
  copy.set(data);
  return copy;
}

/** Codes by row of codes by column. */
function turned(codes: Uint16Array, rows: number, columns: number): Uint16Array {
  const byRow = new Uint16Array(shareable(rows * columns * 2));
  for (let first = 0; first < columns; first += COLUMNS_AT_ONCE) {
    const last = Math.min(first + COLUMNS_AT_ONCE, columns);
    for (let i = 0; i < rows; i++) {
      for (let j = first, from = first * rows + i; j < last; j++, from += rows) byRow[i * columns + j] = codes[from]!;
    }
  }
  return byRow;
}

/** Writes the codes of a column whose rows with a value are given in ascending order; returns each code's greatest value. */
function codeColumn(column: Float64Array, order: Uint32Array, maxCodes: number, codes: Uint16Array) {
  codes.fill(MISSING_CODE);
  let distinct = 0;
  let before = Number.NaN;
  for (let i = 0; i < order.length; i++) {
    const value = column[order[i]!]!;
    if (value !== before) distinct++;
    before = value;
  }
  const coarse = distinct > maxCodes;
  const greatest: number[] = [];
  let held = 0;
  let share = coarse ? order.length / maxCodes : 1;
  for (let i = 0; i < order.length; i++) {
    const value = column[order[i]!]!;
    if (i > 0 && value !== before && held >= share && (!coarse || greatest.length < maxCodes - 1)) {
      greatest.push(coarse ? between(before, value) : before);
      held = 0;
      if (coarse) share = (order.length - i) / (maxCodes - greatest.length);
    }
    codes[order[i]!] = greatest.length;
    before = value;
    held++;
  }
  if (order.length > 0) greatest.push(before);
  return { greatest, coarse };
}

/** A number t with low ≤ t < high, midway where there is room. */
export function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle : low;
}

/** Memory that threads can share, where there is such. */
function shareable(bytes: number): ArrayBuffer {
  // Typed arrays take both kinds; the types of the library tell them apart.
  if (typeof SharedArrayBuffer === "undefined") return new ArrayBuffer(bytes);
  return new SharedArrayBuffer(bytes) as unknown as ArrayBuffer;
}
