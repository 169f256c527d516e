// R peaks of one or several leads by two methods: wavelets, and Pan and Tompkins'.

import { BedsideError } from "../../core/errors.ts";
import { butterworth } from "../filters/butterworth.ts";
import { fillGaps } from "../filters/clean.ts";
import { filterForward, filterZeroPhase } from "../filters/sections.ts";
import { splineWavelets } from "../wavelets.ts";
import { beatEnvelope, boxcar, leadWeight, qrsLevel, steepnessOf } from "./envelope.ts";
import { findHumps } from "./peaks.ts";

/** How far from the middle of a QRS complex its highest point is looked for. */
const REACH_SECONDS = 0.06;
/** Passed by Pan and Tompkins' filter. */
const PAN_TOMPKINS_HZ = [5, 15] as const;
/** Pan and Tompkins' moving window. */
const PAN_TOMPKINS_WINDOW_SECONDS = 0.15;

export interface RPeakOptions {
  rateHz: number;
  /**
   * `wavelet` (default): slopes of the quadratic-spline wavelet at 8–27 Hz, summed over the leads (after Martínez et al. 2004).
   * `pan-tompkins`: band-pass 5–15 Hz, five-point slope, square, moving window (Pan & Tompkins 1985), summed over the leads.
   */
  method?: "wavelet" | "pan-tompkins";
}

/**
 * Samples of the R peaks (the largest deflection of each QRS complex, up or down, all leads together).
 * @param leads One lead or several of the same length, in mV (any unit will do); NaN are bridged.
 * @throws BedsideError `signal/leads` where there is none or their lengths differ.
 */
export function detectRPeaks(
  leads: Float32Array | readonly Float32Array[],
  { rateHz, method = "wavelet" }: RPeakOptions,
): Int32Array {
  const list = leads instanceof Float32Array ? [leads] : leads;
  checkLeads(list);
  const filled = list.map((lead) => Float32Array.from(fillGaps(lead)));
  const level = qrsLevel(rateHz);
  if (method === "wavelet") {
    const finer = Math.max(1, level - 1);
    const details = filled.map((lead) => splineWavelets(lead, level, { lowest: finer }).detail);
    const slopes = details.map((detail) => detail[level]!);
    const weights = slopes.map((slope) => leadWeight(slope, rateHz));
    const curve = beatEnvelope(slopes, weights, rateHz);
    const steepness = steepnessOf(
      details.map((detail) => detail[finer]!),
      weights,
      rateHz,
    );
    return alignToPeaks(filled, weights, findHumps(curve, { rateHz, steepness }), rateHz);
  }
  const n = filled[0]!.length;
  const curve = new Float32Array(n);
  const band = butterworth(1, PAN_TOMPKINS_HZ, { type: "bandpass", rateHz });
  const weights = filled.map((lead) => {
    const passed = n > 100 ? filterZeroPhase(band, lead) : filterForward(band, lead);
    const slope = new Float32Array(n);
    for (let i = 2; i < n - 2; i++) {
      slope[i] = (2 * (passed[i + 1]! - passed[i - 1]!) + passed[i + 2]! - passed[i - 2]!) / 8;
    }
    const weight = leadWeight(slope, rateHz);
    for (let i = 0; i < n; i++) curve[i]! += (weight * slope[i]!) ** 2;
    return weight;
  });
  const smoothed = boxcar(curve, Math.round(PAN_TOMPKINS_WINDOW_SECONDS * rateHz));
  // Squares spread the heights of beats too far for a running level: their roots are compared.
  for (let i = 0; i < n; i++) smoothed[i] = Math.sqrt(Math.max(0, smoothed[i]!));
  return alignToPeaks(filled, weights, findHumps(smoothed, { rateHz }), rateHz);
}

/** Moves each beat to the largest deflection nearby from the middle between the two sides, leads weighted. */
export function alignToPeaks(
  leads: readonly Float32Array[],
  weights: ArrayLike<number>,
  beats: Int32Array,
  rateHz: number,
): Int32Array {
  const reach = Math.round(REACH_SECONDS * rateHz);
  const n = leads[0]?.length ?? 0;
  const size = new Float64Array(2 * reach + 1);
  return beats.map((beat) => {
    const from = Math.max(0, beat - reach);
    const to = Math.min(n - 1, beat + reach);
    size.fill(0);
    for (let l = 0; l < leads.length; l++) {
      const lead = leads[l]!;
      const weight = weights[l]!;
      const level = (lead[from]! + lead[to]!) / 2;
      for (let i = from; i <= to; i++) size[i - from]! += weight * Math.abs(lead[i]! - level);
    }
    let best = beat - from;
    for (let i = 0; i <= to - from; i++) if (size[i]! > size[best]!) best = i;
    return from + best;
  });
}

/** Refuses no leads, empty leads and leads of different lengths. */
export function checkLeads(leads: readonly Float32Array[]): void {
  const n = leads[0]?.length ?? 0;
  if (n > 0 && leads.every((lead) => lead.length === n)) return;
  throw new BedsideError({
    code: "signal/leads",
    what: "The leads do not make a record",
    where: leads.length ? `lengths ${[...new Set(leads.map((lead) => lead.length))].join(", ")}` : "no lead",
    why: "a record has at least one lead, and all its leads have the same length of at least one sample",
    fix: "Give leads of the same length",
  });
}
