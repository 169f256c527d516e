// A first guess of where each beat's waves lie, from the slopes and curvature of all leads together.

import type { PreparedEcg } from "./prepare.ts";

/** Half the distance over which curvature is taken, in samples of 2 ms: a P wave's and a T wave's half width. */
const P_BEND = 18;
const T_BEND = 30;

/** First guesses for the beats, in samples at 500 a second. */
export interface RoughWaves {
  qrsOnset: Int32Array;
  qrsEnd: Int32Array;
  /** The most curved point where a P wave may lie; −1 where there is no room. */
  pPeak: Int32Array;
  /** The most curved point where a T wave may lie; −1 where there is no room. */
  tPeak: Int32Array;
}

export function roughWaves(ecg: PreparedEcg): RoughWaves {
  const { beats } = ecg;
  const rough: RoughWaves = {
    qrsOnset: new Int32Array(beats.length),
    qrsEnd: new Int32Array(beats.length),
    pPeak: new Int32Array(beats.length).fill(-1),
    tPeak: new Int32Array(beats.length).fill(-1),
  };
  for (let b = 0; b < beats.length; b++) roughQrs(ecg, b, rough);
  for (let b = 0; b < beats.length; b++) {
    const next = b + 1 < beats.length ? rough.qrsOnset[b + 1]! : ecg.length;
    const [from, to] = tWindow(rough.qrsEnd[b]!, beats[b]!, next, b + 1 < beats.length);
    rough.tPeak[b] = mostCurved(ecg, from, to, T_BEND);
  }
  for (let b = 0; b < beats.length; b++) {
    const before = b > 0 ? (rough.tPeak[b - 1]! >= 0 ? rough.tPeak[b - 1]! + 30 : rough.qrsEnd[b - 1]! + 40) : 0;
    rough.pPeak[b] = mostCurved(ecg, Math.max(before, rough.qrsOnset[b]! - 150), rough.qrsOnset[b]! - 14, P_BEND);
  }
  return rough;
}

/** Where a T wave's peak may lie. */
export function tWindow(qrsEnd: number, beat: number, nextOnset: number, hasNext: boolean): [number, number] {
  const gap = nextOnset - beat;
  const latest = hasNext ? beat + Math.min(290, Math.round(0.72 * gap)) : Math.min(nextOnset, beat + 250);
  return [qrsEnd + 24, Math.min(latest, nextOnset - 10)];
}

/** Sum over the leads of |slope|, weighted, at level 2 around a beat: onset and end where it falls to a share of its top. */
function roughQrs(ecg: PreparedEcg, b: number, rough: RoughWaves): void {
  const beat = ecg.beats[b]!;
  const from = Math.max(0, beat - 75);
  const to = Math.min(ecg.length - 1, beat + 100);
  const before = b > 0 ? ecg.beats[b - 1]! + 30 : 0;
  const slope = new Float32Array(to - from + 1);
  for (let l = 0; l < ecg.signals.length; l++) {
    const weight = ecg.weights[l]!;
    const detail = ecg.wavelets[l]!.detail[2]!;
    if (weight > 0) for (let i = from; i <= to; i++) slope[i - from]! += weight * Math.abs(detail[i]!);
  }
  const middle = beat - from;
  let top = 0;
  for (let i = Math.max(0, middle - 30); i < Math.min(slope.length, middle + 31); i++) top = Math.max(top, slope[i]!);
  const quiet = 0.1 * top;
  const still = 7;
  let on = middle;
  for (let run = 0; on > 0 && run < still; on--) run = slope[on]! < quiet ? run + 1 : 0;
  let off = middle;
  for (let run = 0; off < slope.length - 1 && run < still; off++) run = slope[off]! < quiet ? run + 1 : 0;
  rough.qrsOnset[b] = Math.min(Math.max(from + on + still, before), beat - 6);
  rough.qrsEnd[b] = Math.max(from + off - still, beat + 6);
}

/** The point between `from` and `to` at which the leads together bend most over 2 × `bend` samples; −1 where there is no room. */
function mostCurved(ecg: PreparedEcg, from: number, to: number, bend: number): number {
  from = Math.max(bend, from);
  to = Math.min(ecg.length - 1 - bend, to);
  if (to - from < 8) return -1;
  const sum = new Float32Array(((to - from) >> 1) + 1);
  for (let l = 0; l < ecg.signals.length; l++) {
    if (!(ecg.weights[l]! > 0)) continue;
    const lead = ecg.wavelets[l]!.smooth[4]!;
    for (let i = from, j = 0; i <= to; i += 2, j++) {
      const curve = lead[i - bend]! - 2 * lead[i]! + lead[i + bend]!;
      sum[j]! += curve * curve;
    }
  }
  let best = 0;
  for (let j = 1; j < sum.length; j++) if (sum[j]! > sum[best]!) best = j;
  return from + 2 * best;
}
