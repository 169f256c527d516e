// What `measureEcg` returns: numbers with their units in their names, fit for JSON. Measures nothing.

import type { WavePoint } from "../delineate/fiducials.ts";
import type { LeadAmplitudes } from "./amplitudes.ts";
import type { BeatKind } from "./beat-kinds.ts";
import type { EcgRhythmMeasurement } from "./rhythm.ts";

/** Quality of a lead within a measurement: the indices that cost no more than a glance. */
export interface QuickQuality {
  missingShare: number;
  flatShare: number;
  saturatedShare: number;
  /** Kurtosis less 3 (kSQI). */
  kurtosis: number | null;
  /** Noise between beats: 1.48 × the median of the fastest wavelet's size, as µV. */
  noiseMicrovolts: number | null;
  /** Spread (90 % range) of the levels before QRS over the beats, mV. */
  baselineMv: number | null;
  /** Whether the lead entered the measurement. */
  usable: boolean;
}

/** Intervals of one lead, medians over the usual beats. */
export interface LeadIntervals {
  pMs: number | null;
  prMs: number | null;
  qrsMs: number | null;
  qtMs: number | null;
  stMs: number | null;
  tMs: number | null;
}

export interface LeadMeasurement extends LeadAmplitudes, LeadIntervals {
  lead: string;
  quality: QuickQuality;
}

/** One beat, all leads together. Times in ms from the record's start; null where the wave is not there. */
export interface BeatMeasurement extends Record<WavePoint, number | null> {
  kind: BeatKind;
  /** From the beat before. */
  rrMs: number | null;
}

/** Everything measured on one record. A number that could not be measured is null, and `reasons` says why by its path. */
export interface EcgMeasurement {
  durationSeconds: number;
  rateHz: number;
  leads: string[];
  beats: number;
  /** 60,000 / mean RR. */
  heartRatePerMinute: number | null;
  rrMs: {
    mean: number | null;
    median: number | null;
    least: number | null;
    most: number | null;
  };
  /** All leads together, medians over the usual beats. */
  intervals: {
    pMs: number | null;
    prMs: number | null;
    qrsMs: number | null;
    qtMs: number | null;
    jtMs: number | null;
    tPeakToEndMs: number | null;
    qtcBazettMs: number | null;
    qtcFridericiaMs: number | null;
    qtcFraminghamMs: number | null;
    qtcHodgesMs: number | null;
    /** Longest less shortest QT of the leads. */
    qtDispersionMs: number | null;
  };
  /** From net areas in I and aVF, −180 to 180. */
  axes: { pDegrees: number | null; qrsDegrees: number | null; tDegrees: number | null };
  voltages: {
    /** S in V1 + the higher R of V5 and V6 (Sokolow & Lyon 1949). */
    sokolowLyonMv: number | null;
    /** R in aVL + S in V3 (Casale et al. 1985). */
    cornellMv: number | null;
  };
  rhythm: EcgRhythmMeasurement;
  /** Of the intervals between normal beats. Ten seconds give SDNN and RMSSD only for orientation. */
  variability: { intervals: number; sdnnMs: number | null; rmssdMs: number | null; pnn50Percent: number | null };
  byLead: LeadMeasurement[];
  byBeat: BeatMeasurement[];
  reasons: Record<string, string>;
}
