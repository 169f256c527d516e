// How well a lead was recorded. Knows no beats but those it is given.

import { detectRPeaks } from "./beats/r-peaks.ts";
import { fillGaps } from "./filters/clean.ts";
import { bandPower, welch } from "./fourier.ts";

/** Quality of one lead. Shares are 0 to 1. */
export interface LeadQuality {
  missingShare: number;
  /** Samples in runs of at least 200 ms without a change. */
  flatShare: number;
  /** Samples in runs of at least 3 at the very highest or lowest value. */
  saturatedShare: number;
  /** Kurtosis less 3: high where beats stand out of a calm line (kSQI; Li, Mark & Clifford, Physiol Meas 2008;29:15). */
  kurtosis: number;
  /** Power 5–15 Hz of that 5–40 Hz (pSQI, the same). */
  qrsPowerShare: number;
  /** 1 less the power below 1 Hz of that below 40 Hz (basSQI; Clifford et al., Physiol Meas 2012;33:1419). */
  baselineShare: number;
  /** Agreement of the two R-peak detectors: beats found by both (within 150 ms) of all found (bSQI; Li et al. 2008). */
  detectorAgreement: number;
  /** Power within 1 Hz of the mains frequency of that from 1 Hz up. */
  mainsShare: number;
  /** Whether beats and waves can be measured on it. */
  usable: boolean;
}

/** Limits of `usable`: a lead beyond any of them is not measured. */
export const QUALITY_LIMITS = {
  missingShare: 0.3,
  flatShare: 0.5,
  saturatedShare: 0.1,
  /** Li et al. 2008 ask for a kurtosis of more than 5, that is 2 above a normal distribution's. */
  kurtosis: 2,
  detectorAgreement: 0.8,
} as const;

/** A run without change of this long is flat. */
export const FLAT_SECONDS = 0.2;
/** Detectors agree within this time. */
const SAME_BEAT_SECONDS = 0.15;

/** Quality of a lead by all indices. For a quick subset within a measurement see `EcgMeasurement.byLead[].quality`. */
export function leadQuality(
  lead: Float32Array,
  { rateHz, mainsHz = 60 }: { rateHz: number; mainsHz?: 50 | 60 },
): LeadQuality {
  const marks = lineFaults(lead, rateHz);
  const filled = Float32Array.from(fillGaps(lead));
  const length = 2 ** Math.ceil(Math.log2(4 * rateHz));
  const spectrum = welch(filled, rateHz, length);
  const half = rateHz / 2;
  const one = detectRPeaks(filled, { rateHz });
  const other = detectRPeaks(filled, { rateHz, method: "pan-tompkins" });
  const quality = {
    ...marks,
    kurtosis: kurtosisOf(filled),
    qrsPowerShare: bandPower(spectrum, 5, 15) / bandPower(spectrum, 5, Math.min(40, half)),
    baselineShare: 1 - bandPower(spectrum, 0, 1) / bandPower(spectrum, 0, Math.min(40, half)),
    detectorAgreement: agreement(one, other, SAME_BEAT_SECONDS * rateHz),
    mainsShare:
      mainsHz + 1 < half ? bandPower(spectrum, mainsHz - 1, mainsHz + 1) / bandPower(spectrum, 1, half) : Number.NaN,
  };
  const usable =
    quality.missingShare <= QUALITY_LIMITS.missingShare &&
    quality.flatShare <= QUALITY_LIMITS.flatShare &&
    quality.saturatedShare <= QUALITY_LIMITS.saturatedShare &&
    quality.kurtosis >= QUALITY_LIMITS.kurtosis &&
    quality.detectorAgreement >= QUALITY_LIMITS.detectorAgreement;
  return { ...quality, usable };
}

/** Shares of samples that are missing, do not change, or stand at a rail. */
export function lineFaults(
  lead: Float32Array,
  rateHz: number,
): Pick<LeadQuality, "missingShare" | "flatShare" | "saturatedShare"> {
  const n = lead.length;
  const longest = Math.max(2, Math.round(FLAT_SECONDS * rateHz));
  let missing = 0;
  let flat = 0;
  let high = Number.NEGATIVE_INFINITY;
  let low = Number.POSITIVE_INFINITY;
  let before = Number.NaN;
  let run = 1;
  /** Samples in shorter runs of at least 3 at the highest and lowest value so far. */
  let atHigh = 0;
  let atLow = 0;
  const close = () => {
    if (run >= longest) flat += run;
    else if (run >= 3) {
      if (before === high) atHigh += run;
      if (before === low) atLow += run;
    }
    run = 1;
  };
  for (let i = 0; i < n; i++) {
    const value = lead[i]!;
    if (value === before) {
      run++;
      continue;
    }
    if (run > 1) close();
    before = value;
    if (value > high) {
      high = value;
      atHigh = 0;
    }
    if (value < low) {
      low = value;
      atLow = 0;
    }
    if (value - value !== 0) missing++;
  }
  close();
  return { missingShare: missing / n, flatShare: flat / n, saturatedShare: (atHigh + atLow) / n };
}

/** Fourth central moment by squared variance, less 3, of every `step`th value; 0 for a constant. */
export function kurtosisOf(values: Float32Array, step = 1): number {
  const n = Math.ceil(values.length / step);
  let mean = 0;
  for (let i = 0; i < values.length; i += step) mean += values[i]!;
  mean /= n;
  let second = 0;
  let fourth = 0;
  for (let i = 0; i < values.length; i += step) {
    const square = (values[i]! - mean) ** 2;
    second += square;
    fourth += square * square;
  }
  return second > 0 ? (n * fourth) / (second * second) - 3 : 0;
}

/** Beats of both lists that lie within `near` of each other, as a share of all different beats; 1 where both are empty. */
export function agreement(one: ArrayLike<number>, other: ArrayLike<number>, near: number): number {
  let i = 0;
  let j = 0;
  let both = 0;
  while (i < one.length && j < other.length) {
    const gap = one[i]! - other[j]!;
    if (Math.abs(gap) <= near) {
      both++;
      i++;
      j++;
    } else if (gap < 0) i++;
    else j++;
  }
  const all = one.length + other.length - both;
  return all ? both / all : 1;
}
