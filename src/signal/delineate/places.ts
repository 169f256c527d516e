// Where each beat's neighbours lie and where its P and T waves may be. Finds no waves.

import type { Place } from "./inputs.ts";

/** A P wave's peak lies at most this long before the QRS complex's onset (samples of 2 ms), and at least so long. */
const P_EARLIEST = 170;
const P_LATEST = 12;
/** A T wave's peak lies at least this long after the QRS complex's end. */
const T_EARLIEST = 20;
/** Candidates lie this many samples apart. */
export const SEARCH_STEP = { P: 4, T: 8 } as const;

/** @param tPeak Peak of the T wave before; negative where there is none. */
export function placeOf(
  b: number,
  length: number,
  beats: Int32Array,
  qrsOnset: ArrayLike<number>,
  qrsEnd: ArrayLike<number>,
  tPeak: number,
): Place {
  const hasNext = b + 1 < beats.length;
  const rrBefore = b > 0 ? beats[b]! - beats[b - 1]! : hasNext ? beats[b + 1]! - beats[b]! : 400;
  return {
    qrsOnset: qrsOnset[b]!,
    qrsEnd: qrsEnd[b]!,
    next: hasNext ? qrsOnset[b + 1]! : length,
    before: b > 0 ? Math.max(qrsEnd[b - 1]!, tPeak) : -200,
    rrBefore,
    rrAfter: hasNext ? beats[b + 1]! - beats[b]! : rrBefore,
  };
}

/** First and last sample at which the wave's peak may lie; the last is before the first where there is no room. */
export function searchWindow(wave: "P" | "T", place: Place): [from: number, to: number] {
  if (wave === "P") {
    return [Math.max(8, place.before + 16, place.qrsOnset - P_EARLIEST), place.qrsOnset - P_LATEST];
  }
  const latest = Math.min(300, Math.round(0.75 * place.rrAfter) + 20);
  return [place.qrsEnd + T_EARLIEST, Math.min(place.qrsOnset + latest, place.next - 12)];
}
