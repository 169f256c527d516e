// What the small networks of delineation look at: stretches of wavelet slopes, scaled, around a place. Knows no weights.

import type { Channels } from "./channels.ts";
import type { Coherence } from "./coherence.ts";
import type { PreparedEcg } from "./prepare.ts";

/** The limits that are learned. */
export const LIMITS = ["pOnset", "pEnd", "qrsOnset", "qrsEnd", "tOnset", "tEnd"] as const;
export type Limit = (typeof LIMITS)[number];

/** A stretch of samples (2 ms) relative to a place, every `step`. */
interface Stretch {
  from: number;
  to: number;
  step: number;
}
const points = ({ from, to, step }: Stretch) => Math.floor((to - from) / step) + 1;

/** Looked at around a place where a wave's peak may be. */
const PEAK: Record<"P" | "T", Stretch> = {
  P: { from: -48, to: 48, step: 4 },
  T: { from: -80, to: 80, step: 8 },
};
/** Looked at for a limit by all leads together, around the wave's peak (QRS: around the first guess). */
const TOGETHER: Record<Limit, Stretch & { fine: "slope2" | "slope3"; coarse: "slope3" | "slope4" }> = {
  pOnset: { from: -56, to: 16, step: 4, fine: "slope3", coarse: "slope4" },
  pEnd: { from: -16, to: 56, step: 4, fine: "slope3", coarse: "slope4" },
  qrsOnset: { from: -32, to: 32, step: 2, fine: "slope2", coarse: "slope3" },
  qrsEnd: { from: -36, to: 44, step: 2, fine: "slope2", coarse: "slope3" },
  tOnset: { from: -128, to: 16, step: 8, fine: "slope3", coarse: "slope4" },
  tEnd: { from: -16, to: 128, step: 8, fine: "slope3", coarse: "slope4" },
};
/** Looked at for a limit in one lead, around the limit of all leads; `outside` tells on which side the line is calm. */
const ALONE: Record<Limit, Stretch & { level: number; outside: -1 | 1 }> = {
  pOnset: { from: -40, to: 40, step: 4, level: 3, outside: -1 },
  pEnd: { from: -40, to: 40, step: 4, level: 3, outside: 1 },
  qrsOnset: { from: -30, to: 30, step: 3, level: 2, outside: -1 },
  qrsEnd: { from: -30, to: 30, step: 3, level: 2, outside: 1 },
  tOnset: { from: -64, to: 64, step: 8, level: 4, outside: -1 },
  tEnd: { from: -64, to: 64, step: 8, level: 4, outside: 1 },
};
const PLACE_INPUTS = 4;
/** Places around a P wave's peak at which the likeness of the beats is looked at. */
const ALIKE_AT = [-24, -12, 0, 12, 24] as const;

/** Number of inputs of each kind. */
export const peakInputs = (wave: "P" | "T"): number =>
  2 * points(PEAK[wave]) + PLACE_INPUTS + 2 + (wave === "P" ? 2 * ALIKE_AT.length : 0);
export const togetherInputs = (limit: Limit): number => 2 * points(TOGETHER[limit]) + PLACE_INPUTS;
export const aloneInputs = (limit: Limit): number => 3 * points(ALONE[limit]) + 2;

/** Where a beat's neighbours lie, in samples. */
export interface Place {
  qrsOnset: number;
  qrsEnd: number;
  /** The onset of the next beat's QRS complex; the record's end without one. */
  next: number;
  /** The peak of the T wave before, or the end of the QRS complex before; −200 samples without one. */
  before: number;
  /** RR intervals before and after, samples. */
  rrBefore: number;
  rrAfter: number;
}

/** Scale of a wave in its search window: the tops of slope and curvature there, and the QRS complex's. */
export interface WaveScale {
  slope: number;
  bend: number;
  qrs: number;
}

export function waveScale(channels: Channels, from: number, to: number, place: Place): WaveScale {
  return {
    slope: top(channels.slope4, from, to),
    bend: top(channels.bend, from, to),
    qrs: top(channels.slope3, place.qrsOnset, place.qrsEnd),
  };
}

/** Inputs for “is here the peak of the P (T) wave?”. */
export function peakInputsAt(
  out: Float32Array,
  channels: Channels,
  wave: "P" | "T",
  at: number,
  place: Place,
  scale: WaveScale,
  beat: number,
  coherence: Coherence,
): void {
  const stretch = PEAK[wave];
  let k = copy(out, 0, channels.slope4, at, stretch, 1 / scale.slope);
  k = copy(out, k, channels.bend, at, stretch, 1 / scale.bend);
  k = putPlace(out, k, wave, at, place);
  out[k++] = 0.3 * Math.log(scale.slope / scale.qrs + 1e-4);
  out[k++] = channels.bend[at]! / scale.bend;
  if (wave !== "P") return;
  for (const move of ALIKE_AT) {
    const lag = place.qrsOnset - at - move;
    out[k++] = coherence.ratio(beat, lag);
    out[k++] = coherence.profile(beat, lag);
  }
}

/** Inputs for a limit by all leads, around `anchor`. */
export function togetherInputsAt(
  out: Float32Array,
  channels: Channels,
  limit: Limit,
  anchor: number,
  place: Place,
): void {
  const stretch = TOGETHER[limit];
  const fine = channels[stretch.fine];
  const coarse = channels[stretch.coarse];
  let k = copy(out, 0, fine, anchor, stretch, 1 / top(fine, anchor + stretch.from, anchor + stretch.to));
  k = copy(out, k, coarse, anchor, stretch, 1 / top(coarse, anchor + stretch.from, anchor + stretch.to));
  putPlace(out, k, limit[0] === "p" ? "P" : "T", anchor, place);
}

/** Inputs for a limit in one lead, around the limit of all leads. */
export function aloneInputsAt(
  out: Float32Array,
  ecg: PreparedEcg,
  channels: Channels,
  lead: number,
  limit: Limit,
  anchor: number,
): void {
  const stretch = ALONE[limit];
  const { from, to, step, level, outside } = stretch;
  const slope = ecg.wavelets[lead]!.detail[level]!;
  const line = ecg.wavelets[lead]!.smooth[Math.min(3, level)]!;
  const last = ecg.length - 1;
  const edge = anchor + (outside < 0 ? from : to);
  const zero = line[edge < 0 ? 0 : Math.min(edge, last)]!;
  const count = points(stretch);
  let slopeTop = 1e-4;
  let lineTop = 1e-4;
  for (let j = 0, i = anchor + from; j < count; j++, i += step) {
    const at = i < 0 ? 0 : Math.min(i, last);
    const steep = Math.abs(slope[at]!);
    const away = Math.abs(line[at]! - zero);
    if (steep > slopeTop) slopeTop = steep;
    if (away > lineTop) lineTop = away;
    out[j] = steep;
    out[count + j] = away;
  }
  for (let j = 0; j < count; j++) {
    out[j]! /= slopeTop;
    out[count + j]! /= lineTop;
  }
  const shared = channels[limit[0] === "q" ? "slope2" : limit[0] === "p" ? "slope3" : "slope4"];
  const sharedTop = top(shared, anchor + from, anchor + to);
  const k = copy(out, 2 * count, shared, anchor, stretch, 1 / sharedTop);
  out[k] = 0.3 * Math.log(slopeTop / sharedTop);
  out[k + 1] = 0.3 * Math.log(lineTop / 0.1);
}

function copy(
  out: Float32Array,
  k: number,
  curve: Float32Array,
  at: number,
  { from, to, step }: Stretch,
  factor: number,
): number {
  const last = curve.length - 1;
  for (let i = at + from; i <= at + to; i += step) out[k++] = factor * curve[i < 0 ? 0 : Math.min(i, last)]!;
  return k;
}

const near = (samples: number) => Math.max(-1, Math.min(2, samples / 100));

function putPlace(out: Float32Array, k: number, wave: "P" | "T", at: number, place: Place): number {
  if (wave === "P") {
    out[k++] = near(place.qrsOnset - at);
    out[k++] = near(at - place.before);
    out[k++] = Math.min(3, place.rrBefore / 400);
    out[k++] = 1 - near(place.qrsEnd - place.qrsOnset);
  } else {
    out[k++] = near(at - place.qrsEnd);
    out[k++] = near(place.next - at);
    out[k++] = Math.min(3, place.rrAfter / 400);
    out[k++] = (at - place.qrsOnset) / Math.max(100, Math.min(place.rrAfter, 600));
  }
  return k;
}

/** The highest value between two places. */
export function top(curve: Float32Array, from: number, to: number): number {
  let best = 1e-4;
  from = Math.max(0, from);
  to = Math.min(curve.length - 1, to);
  for (let i = from; i <= to; i++) if (curve[i]! > best) best = curve[i]!;
  return best;
}
