// The points of a beat that delineation finds, and arrays of them. Finds nothing itself.

/** In the order of a beat. Peaks are those of the largest deflection. */
export const WAVE_POINTS = [
  "pOnset",
  "pPeak",
  "pEnd",
  "qrsOnset",
  "rPeak",
  "qrsEnd",
  "tOnset",
  "tPeak",
  "tEnd",
] as const;
export type WavePoint = (typeof WAVE_POINTS)[number];

/** For each point, one time a beat: ms from the record's start; NaN where the wave was not found or is not there. */
export type WaveTimes = Record<WavePoint, Float64Array>;

/** What `delineate` returns. */
export interface Delineation {
  /** Number of beats. */
  beats: number;
  leads: readonly string[];
  /** All leads together. */
  global: WaveTimes;
  /** By lead, in the record's order. */
  byLead: WaveTimes[];
}

/** Times of `beats` beats, all NaN. */
export function noTimes(beats: number): WaveTimes {
  return Object.fromEntries(WAVE_POINTS.map((point) => [point, new Float64Array(beats).fill(Number.NaN)])) as WaveTimes;
}
