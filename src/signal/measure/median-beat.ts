// The median of the beats of the usual shape, lead by lead, each beat's level before its QRS complex taken as zero.

import type { Delineation } from "../delineate/fiducials.ts";
import { type PreparedEcg, SAMPLE_MS, WORK_HZ } from "../delineate/prepare.ts";

/** From this long before R … */
export const BEFORE_R_MS = 400;
/** … to this long after. */
export const AFTER_R_MS = 600;
/** At most this many beats, evenly spread, go into a median. */
const MOST_BEATS = 100;
/** The level before QRS: the mean from 20 to 4 ms before its onset. */
const LEVEL_FROM_MS = 20;
const LEVEL_TO_MS = 4;

export interface MedianBeat {
  /** Samples a second. */
  rateHz: number;
  /** Sample at which R stands. */
  rSample: number;
  /** Beats that went in. */
  beats: number;
  /** By lead, mV above the level before QRS. */
  signals: Float32Array[];
}

/** @param chosen Which beats count. Beats too near the record's ends are left out, unless there is no other. */
export function medianBeat(ecg: PreparedEcg, { global }: Delineation, chosen: readonly boolean[]): MedianBeat {
  const before = BEFORE_R_MS / SAMPLE_MS;
  const width = before + AFTER_R_MS / SAMPLE_MS;
  const all = chosen.flatMap((take, b) => (take ? [b] : []));
  const whole = all.filter((b) => ecg.beats[b]! >= before && ecg.beats[b]! + width - before <= ecg.length);
  const pool = whole.length ? whole : all;
  const step = Math.max(1, pool.length / MOST_BEATS);
  const used: number[] = [];
  for (let i = 0; i < pool.length; i += step) used.push(pool[Math.floor(i)]!);
  const rows = used.map(() => new Float32Array(width));
  const bits = rows.map((row) => new Int32Array(row.buffer));
  const exchanges = sortingNetwork(used.length);
  const middle = used.length >> 1;
  const signals = ecg.signals.map((lead) => {
    used.forEach((b, k) => {
      const level = levelBeforeQrs(lead, global.qrsOnset[b]! / SAMPLE_MS);
      const row = rows[k]!;
      const from = ecg.beats[b]! - before;
      const isWhole = from >= 0 && from + width <= ecg.length;
      for (let i = 0; i < width; i++) {
        const at = from + i;
        row[i] = lead[isWhole ? at : Math.max(0, Math.min(ecg.length - 1, at))]! - level;
      }
      toOrdered(bits[k]!);
    });
    for (const [a, b] of exchanges) exchange(bits[a]!, bits[b]!);
    if (!used.length) return new Float32Array(width);
    toOrdered(bits[middle]!);
    if (used.length % 2) return rows[middle]!.slice();
    toOrdered(bits[middle - 1]!);
    const above = rows[middle]!;
    return rows[middle - 1]!.map((value, i) => (value + above[i]!) / 2);
  });
  return { rateHz: WORK_HZ, rSample: before, beats: used.length, signals };
}

/** The bits of 32-bit floating-point numbers made whole numbers in the same order, or back: whole numbers are compared without a branch. */
function toOrdered(bits: Int32Array): void {
  for (let i = 0; i < bits.length; i++) bits[i]! ^= (bits[i]! >> 31) & 0x7fffffff;
}

/** Puts the lesser of each two values into `low`. */
function exchange(low: Int32Array, high: Int32Array): void {
  for (let i = 0; i < low.length; i++) {
    const one = low[i]!;
    const other = high[i]!;
    low[i] = Math.min(one, other);
    high[i] = Math.max(one, other);
  }
}

/** Which places are compared, one pair after another, to put any `count` values in order: Batcher's merge exchange (1968). */
function sortingNetwork(count: number): [number, number][] {
  const pairs: [number, number][] = [];
  const half = 2 ** (Math.ceil(Math.log2(Math.max(2, count))) - 1);
  for (let p = half; p >= 1; p /= 2) {
    let [q, r, d] = [half, 0, p];
    for (;;) {
      for (let i = 0; i < count - d; i++) if ((i & p) === r) pairs.push([i, i + d]);
      if (q === p) break;
      [d, q, r] = [q - p, q / 2, p];
    }
  }
  return pairs;
}

/** The isoelectric level of a beat in a lead: the PR segment's end. */
export function levelBeforeQrs(lead: Float32Array, qrsOnset: number): number {
  const to = Math.max(0, Math.round(qrsOnset) - LEVEL_TO_MS / SAMPLE_MS);
  const from = Math.max(0, Math.round(qrsOnset) - LEVEL_FROM_MS / SAMPLE_MS);
  let sum = 0;
  for (let i = from; i <= to; i++) sum += lead[i]!;
  return sum / (to - from + 1);
}
