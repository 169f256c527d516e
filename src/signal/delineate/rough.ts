// A first guess of each QRS complex's limits, from the slopes of all leads together.

import type { PreparedEcg } from "./prepare.ts";

/** The complex ends where slopes fall below this share of its steepest … */
const QUIET_SHARE = 0.1;
/** … for this many samples of 2 ms. */
const QUIET_SAMPLES = 7;

export interface RoughQrs {
  /** Samples at 500 a second. */
  onset: Int32Array;
  end: Int32Array;
}

export function roughQrs(ecg: PreparedEcg): RoughQrs {
  const { beats } = ecg;
  const rough = { onset: new Int32Array(beats.length), end: new Int32Array(beats.length) };
  const slope = new Float32Array(176);
  for (let b = 0; b < beats.length; b++) {
    const beat = beats[b]!;
    const from = Math.max(0, beat - 75);
    const to = Math.min(ecg.length - 1, beat + 100);
    slope.fill(0);
    for (let l = 0; l < ecg.signals.length; l++) {
      const weight = ecg.weights[l]!;
      const detail = ecg.wavelets[l]!.detail[2]!;
      if (weight > 0) for (let i = from; i <= to; i++) slope[i - from]! += weight * Math.abs(detail[i]!);
    }
    const middle = beat - from;
    const last = to - from;
    let top = 0;
    for (let i = Math.max(0, middle - 30); i <= Math.min(last, middle + 30); i++) top = Math.max(top, slope[i]!);
    const quiet = QUIET_SHARE * top;
    let on = middle;
    for (let run = 0; on > 0 && run < QUIET_SAMPLES; on--) run = slope[on]! < quiet ? run + 1 : 0;
    let end = middle;
    for (let run = 0; end < last && run < QUIET_SAMPLES; end++) run = slope[end]! < quiet ? run + 1 : 0;
    const before = b > 0 ? beats[b - 1]! + 30 : 0;
    rough.onset[b] = Math.min(Math.max(from + on + QUIET_SAMPLES, before), beat - 6);
    rough.end[b] = Math.max(from + end - QUIET_SAMPLES, beat + 6);
  }
  return rough;
}
