// Limits of waves by thresholds on slopes, as Martínez et al. 2004: what the learned limits start from.

import type { PreparedEcg } from "./prepare.ts";

/** Slope at a limit as a share of the wave's steepest: Martínez et al. 2004, their table of thresholds, between P and T. */
const SHARE = { P: 0.35, T: 0.3 };

/** Onset and end of a wave around its peak, all leads together. */
export function waveLimits(
  ecg: PreparedEcg,
  peak: number,
  { from, to, wave }: { from: number; to: number; wave: "P" | "T" },
): [onset: number, end: number] {
  from = Math.max(0, from);
  to = Math.min(ecg.length - 1, to);
  const slope = new Float32Array(Math.max(1, to - from + 1));
  for (let l = 0; l < ecg.signals.length; l++) {
    if (!(ecg.weights[l]! > 0)) continue;
    const detail = ecg.wavelets[l]!.detail[4]!;
    for (let i = from; i <= to; i++) slope[i - from]! += detail[i]! * detail[i]!;
  }
  const middle = peak - from;
  const share = SHARE[wave] ** 2;
  let steepest = middle;
  for (let i = middle; i >= 0 && middle - i < 60; i--) if (slope[i]! > slope[steepest]!) steepest = i;
  let on = steepest;
  while (on > 0 && slope[on]! > share * slope[steepest]!) on--;
  steepest = middle;
  for (let i = middle; i < slope.length && i - middle < 70; i++) if (slope[i]! > slope[steepest]!) steepest = i;
  let off = steepest;
  while (off < slope.length - 1 && slope[off]! > share * slope[steepest]!) off++;
  return [from + on, from + off];
}
