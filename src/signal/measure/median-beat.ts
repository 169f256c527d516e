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
  const values = new Float32Array(used.length);
  const levels = new Float32Array(used.length);
  const signals = ecg.signals.map((lead) => {
    const out = new Float32Array(width);
    used.forEach((b, k) => {
      levels[k] = levelBeforeQrs(lead, global.qrsOnset[b]! / SAMPLE_MS);
    });
    for (let i = 0; i < width; i++) {
      for (let k = 0; k < used.length; k++) {
        const at = ecg.beats[used[k]!]! - before + i;
        const value = lead[at < 0 ? 0 : at >= ecg.length ? ecg.length - 1 : at]! - levels[k]!;
        let j = k;
        for (; j > 0 && values[j - 1]! > value; j--) values[j] = values[j - 1]!;
        values[j] = value;
      }
      const middle = used.length >> 1;
      out[i] = used.length % 2 ? values[middle]! : used.length ? (values[middle - 1]! + values[middle]!) / 2 : 0;
    }
    return out;
  });
  return { rateHz: WORK_HZ, rSample: before, beats: used.length, signals };
}

/** The isoelectric level of a beat in a lead: the PR segment's end. */
export function levelBeforeQrs(lead: Float32Array, qrsOnset: number): number {
  const to = Math.max(0, Math.round(qrsOnset) - LEVEL_TO_MS / SAMPLE_MS);
  const from = Math.max(0, Math.round(qrsOnset) - LEVEL_FROM_MS / SAMPLE_MS);
  let sum = 0;
  for (let i = from; i <= to; i++) sum += lead[i]!;
  return sum / (to - from + 1);
}
