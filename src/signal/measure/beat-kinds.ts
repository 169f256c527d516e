// What kind each beat is: of the usual shape, ventricular or atrial ectopic. By shape, width and prematurity.

import type { Delineation } from "../delineate/fiducials.ts";
import { type PreparedEcg, SAMPLE_MS } from "../delineate/prepare.ts";
import { medianOf } from "../statistics.ts";

/** `normal`: the usual shape in time; `atrial`: the usual shape too early; `ventricular`: another, wide shape; `other`: another, narrow. */
export type BeatKind = "normal" | "atrial" | "ventricular" | "other";

/** Shapes are compared from 60 ms before to 90 ms after R, every 4 ms. */
const SHAPE_FROM = -30;
const SHAPE_TO = 45;
const SHAPE_STEP = 2;
/** Correlation with the usual beat below which a beat has another shape. */
const SAME_SHAPE = 0.85;
/** A beat is moved by so many samples to be like the usual one; by more only where it is not like it by then. */
const USUAL_MOVE = 6;
const MOST_MOVE = 24;
/** A QRS of at least this width is wide (AHA/ACCF/HRS 2009, Surawicz et al.). */
export const WIDE_QRS_MS = 120;
/** RR below this share of the usual is premature: the convention of 20 % early for supraventricular ectopy. */
const PREMATURE = 0.8;
/** Beats among which the usual one is looked for. */
const COMPARED = 24;

export interface BeatKinds {
  kinds: BeatKind[];
  /** Correlation of each beat with the usual one, all leads together. */
  likeness: Float64Array;
  /** Whether the beat has the usual shape. */
  usual: boolean[];
  /** Times of the beats laid upon the usual one, ms: free of R peaks that jump between two summits. */
  alignedMs: Float64Array;
}

export function classifyBeats(ecg: PreparedEcg, { global }: Delineation): BeatKinds {
  const { beats } = ecg;
  const shapes = Array.from(beats, (beat) => shapeOf(ecg, beat));
  const likeness = new Float64Array(beats.length).fill(Number.NaN);
  const aligned = Int32Array.from(beats);
  const step = Math.max(1, Math.ceil(beats.length / COMPARED));
  let best = -1;
  let most = -2;
  for (let a = 0; a < beats.length; a += step) {
    if (!shapes[a]) continue;
    const alike: number[] = [];
    for (let b = 0; b < beats.length; b += step) if (b !== a && shapes[b]) alike.push(product(shapes[a]!, shapes[b]!));
    const middle = alike.length ? medianOf(alike) : 0;
    if (middle > most) {
      most = middle;
      best = a;
    }
  }
  if (best >= 0)
    for (let b = 0; b < beats.length; b++) {
      if (!shapes[b]) continue;
      const found = bestProduct(ecg, beats[b]!, shapes[best]!);
      likeness[b] = found.likeness;
      if (found.likeness >= SAME_SHAPE) aligned[b]! += found.move;
    }
  const usual = Array.from(likeness, (value) => !(value < SAME_SHAPE));
  const width = (b: number) => global.qrsEnd[b]! - global.qrsOnset[b]!;
  const usualWidth = medianOf(usual.flatMap((same, b) => (same ? [width(b)] : [])));
  const rr = Float64Array.from(aligned, (at, b) => (b ? at - aligned[b - 1]! : Number.NaN));
  const usualRr = (b: number) => medianOf(rr.subarray(Math.max(1, b - 8), b + 9));
  const kinds = Array.from(beats, (_, b): BeatKind => {
    const isWide = width(b) >= WIDE_QRS_MS || width(b) > 1.3 * usualWidth;
    if (!usual[b]) return isWide ? "ventricular" : "other";
    const isEarly = rr[b]! < PREMATURE * usualRr(b) && !(rr[b - 1]! < PREMATURE * usualRr(b));
    return isEarly ? "atrial" : "normal";
  });
  return { kinds, likeness, usual, alignedMs: Float64Array.from(aligned, (at) => at * SAMPLE_MS) };
}

/** The beat's samples in all leads, mean taken off by lead, of length 1; undefined at the record's ends. */
function shapeOf(ecg: PreparedEcg, beat: number): Float32Array | undefined {
  if (beat + SHAPE_FROM - 6 < 0 || beat + SHAPE_TO + 6 >= ecg.length) return undefined;
  const points = Math.floor((SHAPE_TO - SHAPE_FROM) / SHAPE_STEP) + 1;
  const shape = new Float32Array(points * ecg.signals.length);
  let size = 0;
  for (let l = 0; l < ecg.signals.length; l++) {
    const lead = ecg.wavelets[l]!.smooth[1]!;
    const weight = ecg.weights[l]! > 0 ? 1 : 0;
    let mean = 0;
    for (let j = 0; j < points; j++) mean += lead[beat + SHAPE_FROM + j * SHAPE_STEP]! / points;
    for (let j = 0; j < points; j++) {
      const value = weight * (lead[beat + SHAPE_FROM + j * SHAPE_STEP]! - mean);
      shape[l * points + j] = value;
      size += value * value;
    }
  }
  const factor = size > 0 ? 1 / Math.sqrt(size) : 0;
  for (let i = 0; i < shape.length; i++) shape[i]! *= factor;
  return shape;
}

/** The best likeness when the beat is moved by up to 48 ms, and that move in samples. */
function bestProduct(ecg: PreparedEcg, beat: number, template: Float32Array): { likeness: number; move: number } {
  const best = { likeness: -1, move: 0 };
  for (let size = 0; size <= MOST_MOVE; size += 2) {
    for (const move of size ? [-size, size] : [0]) {
      const shape = shapeOf(ecg, beat + move);
      const likeness = shape ? product(shape, template) : -1;
      if (likeness > best.likeness) Object.assign(best, { likeness, move });
    }
    if (best.likeness > 0.97 || (size >= USUAL_MOVE && best.likeness >= SAME_SHAPE)) break;
  }
  return best;
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
