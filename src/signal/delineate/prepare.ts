// What delineation and measurement share of a record: leads at 500 a second without gaps, their wavelets, their beats.

import { beatEnvelope, leadWeight, steepnessOf } from "../beats/envelope.ts";
import { findHumps } from "../beats/peaks.ts";
import { bridgePulses, findPulses, LEAST_PULSE_HZ } from "../beats/pulses.ts";
import { alignToPeaks, checkLeads } from "../beats/r-peaks.ts";
import { toRate } from "../filters/resample.ts";
import { splineWavelets, type Wavelets } from "../wavelets.ts";

/** Delineation works at this rate; other records are resampled. */
export const WORK_HZ = 500;
/** Milliseconds of a sample at that rate. */
export const SAMPLE_MS = 1000 / WORK_HZ;
/** Wavelet levels that are made: up to about 4–13 Hz. */
export const LEVELS = 4;
/** The level in which QRS complexes are found (8–27 Hz). */
const QRS_LEVEL = 3;

/** A recording. */
export interface EcgRecord {
  /** Names: I, II, III, aVR, aVL, aVF, V1 … V6, or any others; upper or lower case. */
  leads: readonly string[];
  /** Samples a second, at least 100. */
  rateHz: number;
  /** One array a lead, in mV, all of one length; NaN where nothing was recorded. */
  signals: readonly Float32Array[];
}

export interface PreparedEcg {
  leads: readonly string[];
  /** Samples at 500 a second. */
  length: number;
  /** In mV at 500 a second, gaps and a pacemaker's pulses bridged. */
  signals: Float32Array[];
  wavelets: Wavelets[];
  /** Share of samples given as numbers, by lead. */
  known: Float64Array;
  /** Share of each lead in sums over leads, 1/mV; 0 for a lead that is flat or unknown. */
  weights: Float64Array;
  /** Samples of the beats, at the largest deflection of all leads. */
  beats: Int32Array;
  /** Times of the pulses that may be a pacemaker's; left out where the rate is too low to see them. */
  pulsesMs?: Float64Array;
}

/**
 * @param rPeaksMs Beats that are known already, ms from the record's start; found where left out.
 * @throws BedsideError `signal/leads`, `signal/rates`
 */
export function prepareEcg(record: EcgRecord, { rPeaksMs }: { rPeaksMs?: ArrayLike<number> } = {}): PreparedEcg {
  checkLeads(record.signals);
  const count = record.signals.length;
  const known = new Float64Array(count);
  const whole = record.signals.map((signal, l) => {
    let missing = 0;
    // A number less itself is 0, but for NaN and infinity.
    for (let i = 0; i < signal.length; i++) if (signal[i]! - signal[i]! !== 0) missing++;
    known[l] = 1 - missing / signal.length;
    return missing ? bridge(signal) : signal;
  });
  const { rateHz } = record;
  const pulses = findPulses(
    whole.filter((_, l) => known[l]! >= 0.5),
    rateHz,
  );
  const signals = whole.map((signal) => toRate(bridgePulses(signal, pulses, rateHz), rateHz, WORK_HZ));
  const wavelets = signals.map((signal) => splineWavelets(signal, LEVELS, { lowest: 2 }));
  const slopes = wavelets.map(({ detail }) => detail[QRS_LEVEL]!);
  const weights = Float64Array.from(slopes, (slope, l) => (known[l]! < 0.5 ? 0 : leadWeight(slope, WORK_HZ)));
  const length = signals[0]!.length;
  const steepness = steepnessOf(
    wavelets.map(({ detail }) => detail[QRS_LEVEL - 1]!),
    weights,
    WORK_HZ,
  );
  const beats = rPeaksMs
    ? Int32Array.from(rPeaksMs, (ms) => Math.min(length - 1, Math.max(0, Math.round(ms / SAMPLE_MS))))
    : alignToPeaks(
        signals,
        weights,
        findHumps(beatEnvelope(slopes, weights, WORK_HZ), { rateHz: WORK_HZ, steepness }),
        WORK_HZ,
      );
  const pulsesMs = Float64Array.from(pulses, ({ sample }) => (1000 * sample) / rateHz);
  return {
    leads: record.leads,
    length,
    signals,
    wavelets,
    known,
    weights,
    beats,
    ...(rateHz >= LEAST_PULSE_HZ ? { pulsesMs } : {}),
  };
}

/** `fillGaps` in single precision. */
function bridge(signal: Float32Array): Float32Array {
  const out = signal.slice();
  let before = -1;
  for (let i = 0; i < out.length; i++) {
    if (!(Math.abs(out[i]!) < Number.POSITIVE_INFINITY)) continue;
    const left = before < 0 ? out[i]! : out[before]!;
    for (let j = before + 1; j < i; j++) out[j] = left + ((out[i]! - left) * (j - before)) / (i - before);
    before = i;
  }
  out.fill(before < 0 ? 0 : out[before]!, before + 1);
  return out;
}
