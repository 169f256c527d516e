// P, QRS and T of every beat, in each lead and in all together.

import { waveLimits } from "./classic.ts";
import { type Delineation, noTimes, type WaveTimes } from "./fiducials.ts";
import { type EcgRecord, type PreparedEcg, prepareEcg, SAMPLE_MS } from "./prepare.ts";
import { roughWaves } from "./rough.ts";

/**
 * Finds onset, peak and end of P, QRS and T.
 * @param rPeaksMs Beats that are known already, ms; found where left out.
 * @throws BedsideError `signal/leads`, `signal/rates`
 */
export function delineate(record: EcgRecord, options: { rPeaksMs?: ArrayLike<number> } = {}): Delineation {
  return delineatePrepared(prepareEcg(record, options));
}

/** `delineate` for a record whose wavelets are at hand. */
export function delineatePrepared(ecg: PreparedEcg): Delineation {
  const count = ecg.beats.length;
  const rough = roughWaves(ecg);
  const global = noTimes(count);
  for (let b = 0; b < count; b++) {
    const on = rough.qrsOnset[b]!;
    const off = rough.qrsEnd[b]!;
    global.qrsOnset[b] = on * SAMPLE_MS;
    global.qrsEnd[b] = off * SAMPLE_MS;
    global.rPeak[b] = ecg.beats[b]! * SAMPLE_MS;
    const next = b + 1 < count ? rough.qrsOnset[b + 1]! : ecg.length;
    const t = rough.tPeak[b]!;
    if (t >= 0) put(global, b, "t", t, waveLimits(ecg, t, { from: off + 10, to: next - 10, wave: "T" }));
    const p = rough.pPeak[b]!;
    const before = b > 0 ? Math.max(0, rough.tPeak[b - 1]!, rough.qrsEnd[b - 1]!) : 0;
    if (p >= 0) put(global, b, "p", p, waveLimits(ecg, p, { from: before, to: on, wave: "P" }));
  }
  const byLead = ecg.signals.map((signal) => peaksOfLead(signal, global));
  return { beats: count, leads: ecg.leads, global, byLead };
}

function put(times: WaveTimes, b: number, wave: "p" | "t", peak: number, [on, off]: [number, number]): void {
  times[`${wave}Onset`][b] = on * SAMPLE_MS;
  times[`${wave}Peak`][b] = peak * SAMPLE_MS;
  times[`${wave}End`][b] = off * SAMPLE_MS;
}

/** A lead's times: its own peaks between the limits of all leads. */
function peaksOfLead(signal: Float32Array, global: WaveTimes): WaveTimes {
  const times = noTimes(global.rPeak.length);
  for (const [wave, peak] of [
    ["p", "pPeak"],
    ["qrs", "rPeak"],
    ["t", "tPeak"],
  ] as const) {
    const on = global[`${wave}Onset`];
    const off = global[`${wave}End`];
    times[`${wave}Onset`].set(on);
    times[`${wave}End`].set(off);
    for (let b = 0; b < on.length; b++)
      times[peak][b] = largest(signal, on[b]! / SAMPLE_MS, off[b]! / SAMPLE_MS) * SAMPLE_MS;
  }
  return times;
}

/** The sample between two furthest from the line that joins the signal at both; NaN where the ends are. */
export function largest(signal: Float32Array, from: number, to: number): number {
  if (!(to > from)) return Number.NaN;
  from = Math.max(0, Math.round(from));
  to = Math.min(signal.length - 1, Math.round(to));
  const start = signal[from]!;
  const rise = (signal[to]! - start) / (to - from);
  let best = from;
  let most = -1;
  for (let i = from; i <= to; i++) {
    const away = Math.abs(signal[i]! - start - rise * (i - from));
    if (away > most) {
      most = away;
      best = i;
    }
  }
  return best;
}
