// A window of a signal as its least and greatest value a pixel, exactly, whatever the length. Knows no picture.

import { BedsideError } from "../core/errors.ts";

/** Samples in a block of the lowest level, and blocks in one of the next. */
const FIRST_STEP = 64;
const FACTOR = 8;

/** Least and greatest values of blocks of a signal, coarser from level to level; NaN where a block has no number. */
export interface Pyramid {
  levels: { step: number; low: Float32Array; high: Float32Array }[];
}

/** Least and greatest value of each pixel column; NaN where it has no number. */
export interface Columns {
  low: Float32Array;
  high: Float32Array;
}

/** Prepares a signal for `decimate`; takes 1/28 of the signal's memory. Make it once a record. */
export function buildPyramid(signal: Float32Array): Pyramid {
  const levels: Pyramid["levels"] = [];
  let low = signal;
  let high = signal;
  for (let step = FIRST_STEP, group = FIRST_STEP; low.length > group; step *= FACTOR, group = FACTOR) {
    const blocks = Math.ceil(low.length / group);
    const level = { step, low: new Float32Array(blocks), high: new Float32Array(blocks) };
    for (let b = 0; b < blocks; b++) {
      const range = extremes(low, high, b * group, Math.min(low.length, (b + 1) * group));
      level.low[b] = range[0];
      level.high[b] = range[1];
    }
    levels.push(level);
    ({ low, high } = level);
  }
  return { levels };
}

/**
 * The samples from `from` up to, not including, `to` in `width` columns of equal time: the very extremes of each column, so no
 * spike is lost. A column narrower than a sample holds the sample in it.
 * @param pyramid From `buildPyramid` of the same signal; without it every sample of the window is looked at.
 * @throws BedsideError `signal/window` where the window or the width is not a stretch of the signal.
 */
export function decimate(
  signal: Float32Array,
  {
    width,
    from = 0,
    to = signal.length,
    pyramid = { levels: [] },
  }: { width: number; from?: number; to?: number; pyramid?: Pyramid },
): Columns {
  if (!(from >= 0 && to > from && to <= signal.length && Number.isInteger(width) && width > 0)) {
    throw new BedsideError({
      code: "signal/window",
      what: "The window cannot be drawn",
      where: `samples ${from} to ${to} of ${signal.length}, ${width} columns`,
      why: "a window begins at 0 or later, ends after it begins and within the signal, and has at least one column",
      fix: "Ask for a window within the signal",
    });
  }
  const columns = { low: new Float32Array(width), high: new Float32Array(width) };
  const samples = (to - from) / width;
  for (let x = 0; x < width; x++) {
    const first = Math.min(Math.floor(from + x * samples), Math.ceil(to) - 1);
    const last = Math.max(first + 1, Math.min(Math.ceil(to), Math.floor(from + (x + 1) * samples)));
    const range = rangeOf(signal, pyramid, first, last);
    columns.low[x] = range[0];
    columns.high[x] = range[1];
  }
  return columns;
}

/** Extremes of samples `from` to `to`: whole blocks from the coarsest level that fits, the rest from finer ones. */
function rangeOf(
  signal: Float32Array,
  { levels }: Pyramid,
  from: number,
  to: number,
  top = levels.length - 1,
): [number, number] {
  for (let l = top; l >= 0; l--) {
    const { step, low, high } = levels[l]!;
    const first = Math.ceil(from / step);
    const last = Math.floor(to / step);
    if (last <= first) continue;
    const whole = extremes(low, high, first, last);
    const before = from < first * step ? rangeOf(signal, { levels }, from, first * step, l - 1) : NOTHING;
    const after = last * step < to ? rangeOf(signal, { levels }, last * step, to, l - 1) : NOTHING;
    return [least(least(whole[0], before[0]), after[0]), greatest(greatest(whole[1], before[1]), after[1])];
  }
  return extremes(signal, signal, from, to);
}

const NOTHING: [number, number] = [Number.NaN, Number.NaN];
const least = (a: number, b: number) => (a < b || Number.isNaN(b) ? a : b);
const greatest = (a: number, b: number) => (a > b || Number.isNaN(b) ? a : b);

function extremes(low: Float32Array, high: Float32Array, from: number, to: number): [number, number] {
  let bottom = Number.NaN;
  let top = Number.NaN;
  for (let i = from; i < to; i++) {
    const a = low[i]!;
    const b = high[i]!;
    // Comparisons with NaN are false: the first number replaces it, and none is replaced by it.
    if (a < bottom || (Number.isNaN(bottom) && !Number.isNaN(a))) bottom = a;
    if (b > top || (Number.isNaN(top) && !Number.isNaN(b))) top = b;
  }
  return [bottom, top];
}
