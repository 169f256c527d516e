// The ascending order of a column of numbers, by counting over their bits. Knows no trees.

/** Digits of 11 bits: two in each half of a number, and one of 10. */
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const SHIFTS = [0, 11, 22] as const;

/** Room for ordering columns of up to `rows` numbers, used again for every column. */
export interface OrderRoom {
  high: Uint32Array;
  low: Uint32Array;
  rows: Uint32Array;
  otherHigh: Uint32Array;
  otherLow: Uint32Array;
  otherRows: Uint32Array;
  counts: Uint32Array;
}

/** Makes the room. */
export function orderRoom(rows: number): OrderRoom {
  const words = () => new Uint32Array(rows);
  return {
    high: words(),
    low: words(),
    rows: words(),
    otherHigh: words(),
    otherLow: words(),
    otherRows: words(),
    counts: new Uint32Array(DIGITS),
  };
}

/**
 * The rows of a column's numbers in ascending order of value, rows with NaN left out; equal values keep their order, and
 * −0 equals 0. The result lives in the room and is overwritten by the next call.
 */
export function ascendingRows(column: Float64Array, room: OrderRoom): Uint32Array {
  let n = 0;
  const clean = new Float64Array(1);
  const bits = new Uint32Array(clean.buffer);
  const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
  const lowAt = littleEndian ? 0 : 1;
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    if (Number.isNaN(value)) continue;
    clean[0] = value + 0;
    const high = bits[1 - lowAt]!;
    // As unsigned numbers these stand in the order of the values.
    const negative = high >>> 31 === 1;
    room.high[n] = negative ? ~high : high ^ 0x80000000;
    room.low[n] = negative ? ~bits[lowAt]! : bits[lowAt]!;
    room.rows[n++] = i;
  }
  for (const half of ["low", "high"] as const) for (const shift of SHIFTS) pass(room, n, half, shift);
  return room.rows.subarray(0, n);
}

/** Orders by one digit, keeping the order of equal ones; does nothing where all rows share the digit. */
function pass(room: OrderRoom, n: number, half: "low" | "high", shift: number): void {
  const { counts, high, low, rows, otherHigh, otherLow, otherRows } = room;
  const keys = room[half];
  counts.fill(0);
  for (let i = 0; i < n; i++) counts[(keys[i]! >>> shift) & (DIGITS - 1)]!++;
  if (n === 0 || counts[(keys[0]! >>> shift) & (DIGITS - 1)] === n) return;
  for (let d = 0, from = 0; d < DIGITS; d++) {
    const count = counts[d]!;
    counts[d] = from;
    from += count;
  }
  for (let i = 0; i < n; i++) {
    const at = counts[(keys[i]! >>> shift) & (DIGITS - 1)]!++;
    otherHigh[at] = high[i]!;
    otherLow[at] = low[i]!;
    otherRows[at] = rows[i]!;
  }
  room.high = otherHigh;
  room.low = otherLow;
  room.rows = otherRows;
  room.otherHigh = high;
  room.otherLow = low;
  room.otherRows = rows;
}
