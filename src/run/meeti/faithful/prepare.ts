// A lead as the original prepares it: linear resampling, a moving average taken off, a scale from the histogram. Faults included.
import { butterworth, fillGaps, filterZeroPhase } from "../../../signal/index.ts";

/** The original's rate. */
export const RATE_HZ = 500;
/** Samples on either side of its moving average: 7 in all, 14 ms, which leaves little of P and T. */
const RADIUS = 3;
const BINS = 100;
const TAIL = 0.01;
/** Band in which beats are averaged. */
const BEAT_BAND_HZ = [0.75, 35] as const;

/** A lead at 500 a second, sharpened and scaled: no millivolts any more. */
export function prepareLead(signal: Float32Array, rateHz: number): Float64Array {
  return scaleByHistogram(lessMovingAverage(linear(fillGaps(signal), rateHz, RATE_HZ), RADIUS));
}

/** The band-passed lead that beats are cut from. */
export function beatBand(prepared: Float64Array): Float64Array {
  return filterZeroPhase(butterworth(4, BEAT_BAND_HZ, { type: "bandpass", rateHz: RATE_HZ }), prepared);
}

/** Straight lines between samples. */
export function linear(signal: Float64Array, fromHz: number, toHz: number): Float64Array {
  if (fromHz === toHz) return signal;
  const length = Math.floor((signal.length * toHz) / fromHz);
  const step = length > 1 ? (signal.length - 1) / (length - 1) : 0;
  return Float64Array.from({ length }, (_, i) => {
    const at = i * step;
    const left = Math.min(signal.length - 1, Math.floor(at));
    const right = Math.min(signal.length - 1, left + 1);
    return signal[left]! + (signal[right]! - signal[left]!) * (at - left);
  });
}

/** Each sample less the mean of those within `radius` of it; fewer at the ends. */
export function lessMovingAverage(signal: Float64Array, radius: number): Float64Array {
  const n = signal.length;
  if (n <= 2 * radius + 1) return signal;
  const sums = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) sums[i + 1] = sums[i]! + signal[i]!;
  return signal.map((value, i) => {
    const [from, to] = [Math.max(0, i - radius), Math.min(n, i + radius + 1)];
    return value - (sums[to]! - sums[from]!) / (to - from);
  });
}

/** Divided by the distance of the bins that cut off 1 % at either end of a histogram of 100 bins. */
export function scaleByHistogram(signal: Float64Array): Float64Array {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of signal) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) return signal;
  const width = (high - low) / BINS;
  const counts = new Float64Array(BINS);
  for (const value of signal) counts[Math.min(BINS - 1, Math.floor((value - low) / width))]!++;
  let [sum, first, last] = [0, -1, -1];
  for (let bin = 0; bin < BINS; bin++) {
    sum += counts[bin]! / signal.length;
    if (first < 0 && sum > TAIL) first = bin;
    if (sum < 1 - TAIL) last = bin;
  }
  const range = (last - first) * width;
  return last < 0 || range === 0 ? signal : signal.map((value) => value / range);
}
