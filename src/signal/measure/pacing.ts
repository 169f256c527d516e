// Which beats a pacemaker began: pulses at one time before many complexes. Judges no capture.

import type { WaveTimes } from "../delineate/fiducials.ts";
import type { PreparedEcg } from "../delineate/prepare.ts";

/** Pulses of one kind lie this far from the QRS onset, ms: of the ventricle … */
const VENTRICLE = { from: -70, to: 30 } as const;
/** … and of the atrium. */
const ATRIUM = { from: -320, to: -71 } as const;
/** A stimulus precedes its complexes by the same time: pulses within this of the commonest count. */
const SAME_TIME_MS = 14;
/** So many beats and this share of all have one, or none is told. */
const LEAST_BEATS = 2;
const LEAST_SHARE = 0.15;

export interface Pacing {
  /** Beats with a pulse at their beginning. */
  ventricular: boolean[];
  /** Beats with a pulse before their P wave. */
  atrial: boolean[];
}

/**
 * Beats that begin with a pacemaker's pulse; undefined where the sampling rate is too low to see one.
 * Pulses that the recorder or its filters removed are not found.
 */
export function findPacing({ pulsesMs }: PreparedEcg, { qrsOnset }: WaveTimes): Pacing | undefined {
  if (!pulsesMs) return undefined;
  return { ventricular: timed(pulsesMs, qrsOnset, VENTRICLE), atrial: timed(pulsesMs, qrsOnset, ATRIUM) };
}

/** By beat, whether a pulse stands at the time at which most do. */
function timed(
  pulses: ArrayLike<number>,
  qrsOnset: Float64Array,
  { from, to }: { from: number; to: number },
): boolean[] {
  let next = 0;
  const lags = Array.from(qrsOnset, (onset) => {
    const list: number[] = [];
    while (next < pulses.length && pulses[next]! < onset + from) next++;
    for (let i = next; i < pulses.length && pulses[i]! <= onset + to; i++) list.push(pulses[i]! - onset);
    return list;
  });
  const sorted = lags.flat().sort((a, b) => a - b);
  let middle = Number.NaN;
  let most = 0;
  for (let i = 0, low = 0, high = 0; i < sorted.length; i++) {
    while (sorted[low]! < sorted[i]! - SAME_TIME_MS) low++;
    while (high < sorted.length && sorted[high]! <= sorted[i]! + SAME_TIME_MS) high++;
    if (high - low > most) [middle, most] = [sorted[i]!, high - low];
  }
  const found = lags.map((list) => list.some((lag) => Math.abs(lag - middle) <= SAME_TIME_MS));
  const count = found.filter(Boolean).length;
  return count >= LEAST_BEATS && count >= LEAST_SHARE * found.length ? found : found.map(() => false);
}
