// P, QRS and T of every beat, in each lead and in all together: candidates and limits on wavelet slopes, judged by small networks.

import { medianOf } from "../statistics.ts";
import { type Channels, channelsOf } from "./channels.ts";
import { type Coherence, coherenceOf } from "./coherence.ts";
import { type Delineation, noTimes, type WaveTimes } from "./fiducials.ts";
import { aloneInputsAt, LIMITS, type Limit, type Place, peakInputsAt, togetherInputsAt, waveScale } from "./inputs.ts";
import { networks, runNetwork } from "./networks.ts";
import { placeOf, SEARCH_STEP, searchWindow } from "./places.ts";
import { type EcgRecord, type PreparedEcg, prepareEcg, SAMPLE_MS } from "./prepare.ts";
import { roughQrs } from "./rough.ts";

/** A T wave is there where its network's best output (log odds) is above this; chosen, as all here, on the training half of the data. */
const T_PRESENT = -1.5;
/** A P wave is there where its own log odds and this share of its neighbours' median are together above the limit, … */
const P_PRESENT = -0.5;
/** … which is lower for fewer than so many leads: each shows less of it. */
const P_PRESENT_FEW = -1;
const FEW_LEADS = 6;
const P_NEIGHBOURS_SAY = 0.6;
/** Beats on either side that are a beat's neighbours. */
const NEIGHBOURS = 10;

export interface DelineateOptions {
  /** Beats that are known already, ms from the record's start; found where left out. */
  rPeaksMs?: ArrayLike<number>;
}

/**
 * Finds onset, peak and end of P, QRS and T of every beat, for all leads together and for each lead. A wave is judged present
 * or not by all leads together; NaN where it is not. The limits of all leads together are the medians of the leads' own.
 * @param record Signals in mV, at least 100 samples a second.
 * @throws BedsideError `signal/leads`, `signal/rates`
 */
export function delineate(record: EcgRecord, options: DelineateOptions = {}): Delineation {
  return delineatePrepared(prepareEcg(record, options));
}

/** `delineate` for a record whose wavelets are at hand. */
export function delineatePrepared(ecg: PreparedEcg): Delineation {
  const { beats } = ecg;
  const count = beats.length;
  const channels = channelsOf(ecg);
  const nets = networks();
  const x = new Float32Array(128);
  const rough = roughQrs(ecg);
  const global = noTimes(count);
  const at = Object.fromEntries(LIMITS.map((limit) => [limit, new Float64Array(count).fill(Number.NaN)])) as Record<
    Limit,
    Float64Array
  >;
  const limitNear = (limit: Limit, anchor: number, place: Place) => {
    togetherInputsAt(x, channels, limit, anchor, place);
    return anchor + runNetwork(nets.together[limit], x);
  };
  for (let b = 0; b < count; b++) {
    const place = placeOf(b, ecg.length, beats, rough.onset, rough.end, -1);
    at.qrsOnset[b] = limitNear("qrsOnset", rough.onset[b]!, place);
    at.qrsEnd[b] = Math.max(limitNear("qrsEnd", rough.end[b]!, place), at.qrsOnset[b]! + 10);
    global.rPeak[b] = beats[b]! * SAMPLE_MS;
  }
  const onset = Int32Array.from(at.qrsOnset, Math.round);
  const end = Int32Array.from(at.qrsEnd, Math.round);
  const coherence = coherenceOf(ecg, onset);
  const places: Place[] = [];
  const p = { at: new Int32Array(count), odds: new Float64Array(count) };
  let tBefore = -1;
  for (let b = 0; b < count; b++) {
    const place = placeOf(b, ecg.length, beats, onset, end, tBefore);
    places.push(place);
    const t = likeliest(channels, "T", place, x, b, coherence);
    const isThere = t.odds > T_PRESENT;
    tBefore = isThere ? t.at : -1;
    if (isThere) {
      at.tOnset[b] = Math.max(Math.min(limitNear("tOnset", t.at, place), t.at - 6), end[b]!);
      at.tEnd[b] = Math.max(limitNear("tEnd", t.at, place), t.at + 6);
      global.tPeak[b] = t.at * SAMPLE_MS;
    }
    ({ at: p.at[b], odds: p.odds[b] } = likeliest(channels, "P", place, x, b, coherence));
  }
  const least = ecg.weights.filter((weight) => weight > 0).length < FEW_LEADS ? P_PRESENT_FEW : P_PRESENT;
  for (let b = 0; b < count; b++) {
    const around = medianOf(p.odds.subarray(Math.max(0, b - NEIGHBOURS), b + NEIGHBOURS + 1));
    if (!(p.odds[b]! + P_NEIGHBOURS_SAY * Math.max(-3, Math.min(3, around)) > least)) continue;
    at.pOnset[b] = Math.min(limitNear("pOnset", p.at[b]!, places[b]!), p.at[b]! - 4);
    at.pEnd[b] = Math.min(Math.max(limitNear("pEnd", p.at[b]!, places[b]!), p.at[b]! + 4), onset[b]!);
    global.pPeak[b] = p.at[b]! * SAMPLE_MS;
  }
  const byLead = ecg.signals.map((_, l) => limitsOfLead(ecg, channels, l, at, x));
  const usable = byLead.filter((_, l) => ecg.weights[l]! > 0);
  const values = new Float64Array(usable.length);
  for (const limit of LIMITS) {
    for (let b = 0; b < count; b++) {
      for (let l = 0; l < usable.length; l++) values[l] = usable[l]![limit][b]!;
      global[limit][b] = usable.length ? middleOf(values) : at[limit][b]! * SAMPLE_MS;
    }
  }
  return { beats: count, leads: ecg.leads, global, byLead };
}

/**
 * The limits of the QRS complex of a record's only beat, for all leads together and by lead: samples, NaN for a lead without beats.
 * @param rr RR interval around the beat, samples.
 */
export function delineateOneQrs(
  ecg: PreparedEcg,
  rr: number,
): { together: [onset: number, end: number]; byLead: [onset: number, end: number][] } {
  const channels = channelsOf(ecg);
  const nets = networks();
  const x = new Float32Array(128);
  const rough = roughQrs(ecg);
  const place = { ...placeOf(0, ecg.length, ecg.beats, rough.onset, rough.end, -1), rrBefore: rr, rrAfter: rr };
  place.next = Math.max(place.next, rough.onset[0]! + rr);
  const near = (limit: "qrsOnset" | "qrsEnd", anchor: number) => {
    togetherInputsAt(x, channels, limit, anchor, place);
    return anchor + runNetwork(nets.together[limit], x);
  };
  const onset = near("qrsOnset", rough.onset[0]!);
  const end = Math.max(near("qrsEnd", rough.end[0]!), onset + 10);
  const ofLead = (lead: number, limit: "qrsOnset" | "qrsEnd", anchor: number) => {
    if (!(ecg.weights[lead]! > 0)) return Number.NaN;
    aloneInputsAt(x, ecg, channels, lead, limit, Math.round(anchor));
    return Math.round(anchor) + runNetwork(nets.alone[limit], x);
  };
  const byLead = ecg.signals.map((_, l): [number, number] => [ofLead(l, "qrsOnset", onset), ofLead(l, "qrsEnd", end)]);
  return { together: [medianOf(byLead.map(([from]) => from)), medianOf(byLead.map(([, to]) => to))], byLead };
}

/** The likeliest place of a wave's peak, in samples, and the log odds that it is there; −∞ where there is no room. */
function likeliest(
  channels: Channels,
  wave: "P" | "T",
  place: Place,
  x: Float32Array,
  beat: number,
  coherence: Coherence,
): { at: number; odds: number } {
  const best = { at: -1, odds: Number.NEGATIVE_INFINITY };
  const [from, to] = searchWindow(wave, place);
  if (to - from < 4) return best;
  const network = networks().peak[wave];
  const scale = waveScale(channels, from, to, place);
  for (let c = from; c <= to; c += SEARCH_STEP[wave]) {
    peakInputsAt(x, channels, wave, c, place, scale, beat, coherence);
    const odds = runNetwork(network, x);
    if (odds > best.odds) {
      best.odds = odds;
      best.at = c;
    }
  }
  return best;
}

/** The median of values without NaN among numbers (or all NaN), which are put in order. */
function middleOf(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

/** A lead's own limits near those of all leads, and its own peaks between them. */
function limitsOfLead(
  ecg: PreparedEcg,
  channels: Channels,
  lead: number,
  at: Record<Limit, Float64Array>,
  x: Float32Array,
): WaveTimes {
  const count = ecg.beats.length;
  const times = noTimes(count);
  if (!(ecg.weights[lead]! > 0)) return times;
  const nets = networks().alone;
  for (const limit of LIMITS) {
    for (let b = 0; b < count; b++) {
      const near = at[limit][b]!;
      if (Number.isNaN(near)) continue;
      const anchor = Math.round(near);
      aloneInputsAt(x, ecg, channels, lead, limit, anchor);
      const found = anchor + runNetwork(nets[limit], x);
      times[limit][b] = Math.max(0, Math.min(ecg.length - 1, found)) * SAMPLE_MS;
    }
  }
  for (const [onset, peak, end] of [
    ["pOnset", "pPeak", "pEnd"],
    ["qrsOnset", "rPeak", "qrsEnd"],
    ["tOnset", "tPeak", "tEnd"],
  ] as const) {
    for (let b = 0; b < count; b++) {
      const from = times[onset][b]! / SAMPLE_MS;
      times[peak][b] =
        largest(ecg.wavelets[lead]!.smooth[1]!, from, times[end][b]! / SAMPLE_MS, peak === "rPeak") * SAMPLE_MS;
    }
  }
  return times;
}

/** An R wave is a QRS complex's peak where it is at least this share of the deepest Q or S; else that is. */
const R_SHARE = 0.5;

/**
 * The sample between two that lies furthest from the line between the signal there; NaN where there is none.
 * @param upward Prefer the highest to the lowest, as for R.
 */
function largest(signal: Float32Array, from: number, to: number, upward: boolean): number {
  if (!(to > from)) return Number.NaN;
  from = Math.max(0, Math.round(from));
  to = Math.min(signal.length - 1, Math.round(to));
  const start = signal[from]!;
  const rise = (signal[to]! - start) / Math.max(1, to - from);
  let high = 0;
  let low = 0;
  let highAt = from;
  let lowAt = from;
  for (let i = from; i <= to; i++) {
    const away = signal[i]! - start - rise * (i - from);
    if (away > high) {
      high = away;
      highAt = i;
    } else if (away < low) {
      low = away;
      lowAt = i;
    }
  }
  return high >= (upward ? R_SHARE : 1) * -low ? highAt : lowAt;
}
