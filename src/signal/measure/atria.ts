// What the atria do beside the P waves before beats: flutter waves, and P waves that no QRS complex follows. By rules with named limits.

import type { WaveTimes } from "../delineate/fiducials.ts";
import { type PreparedEcg, SAMPLE_MS } from "../delineate/prepare.ts";
import { medianOf } from "../statistics.ts";

/** Flutter waves come at 220 to 350 a minute (ACC/AHA/HRS 2015, Page et al.: 250 to 330 typically): their period in samples of 2 ms. */
const FLUTTER_PERIOD = { from: 86, to: 136 } as const;
/** In one lead slopes one and two periods apart, QRS complexes left out, agree at least so well (correlation) … */
const FLUTTER_ALIKE = 0.65;
/** … and in a second lead. */
const FLUTTER_SECOND = 0.5;
/** So much of the record at least lies one period from another sample outside QRS complexes. */
const FLUTTER_SEEN = 0.3;
/** Flutter's slopes are compared every eighth sample, which will do at 4 to 13 Hz, its period found to 8 ms. */
const FLUTTER_STEP = 8;
const FLUTTER_LAG_STEP = 4;
/** A lag beside the best agrees at least by this part as well. */
const ROUGHLY = 0.8;
/** Left out around a QRS complex, samples. */
const QRS_MARGIN = 8;
/** A P wave's shape is compared from so long before its peak to so long after, samples, every `STEP`. */
const P_REACH = 32;
const STEP = 4;
/** A lone P wave is at least so like the others (correlation over all leads) and of this part of their size. */
const P_ALIKE = 0.75;
const P_SIZE = { least: 0.5, most: 1.8 } as const;
/** Before a beat without a P wave of its own, it is looked for only in intervals longer than the usual by this factor. */
const LONG_RR = 1.3;
/** It lies so far from QRS complexes, T waves' ends and other P waves, ms. */
const AFTER_T_MS = 30;
const APART_MS = 180;

export interface AtrialActivity {
  /** Periodic waves at 220 to 350 a minute between the complexes. */
  flutterLikely: boolean;
  /** Their rate, where likely. */
  flutterPerMinute: number;
  /** Peaks of P waves that no complex follows, ms. */
  lonePMs: number[];
}

/** @param times Of all leads together, P waves as they were found. */
export function atrialActivity(ecg: PreparedEcg, times: WaveTimes): AtrialActivity {
  const flutter = flutterOf(ecg, times);
  return {
    flutterLikely: flutter > 0,
    flutterPerMinute: flutter,
    lonePMs: flutter > 0 ? [] : lonePWaves(ecg, times),
  };
}

/** The rate of flutter waves a minute; 0 where there are none. */
function flutterOf(ecg: PreparedEcg, { qrsOnset, qrsEnd }: WaveTimes): number {
  const { length } = ecg;
  const between = new Uint8Array(length).fill(1);
  for (let b = 0; b < qrsOnset.length; b++) {
    between.fill(
      0,
      Math.max(0, Math.round(qrsOnset[b]! / SAMPLE_MS) - QRS_MARGIN),
      Math.max(0, Math.round(qrsEnd[b]! / SAMPLE_MS) + QRS_MARGIN),
    );
  }
  // A minute of it is enough.
  const last = Math.min(length, 30_000);
  const slope = new Float32Array(last);
  // Without a branch, as the sums are the same where a factor is 0.
  const alike = (lag: number) => {
    let both = 0;
    let one = 1e-12;
    let other = 1e-12;
    let pairs = 0;
    for (let i = 0; i + lag < last; i += FLUTTER_STEP) {
      const a = slope[i]!;
      const b = slope[i + lag]!;
      const hasOne = between[i]!;
      const hasOther = between[i + lag]!;
      both += a * b;
      one += a * a * hasOther;
      other += b * b * hasOne;
      pairs += hasOne & hasOther;
    }
    return pairs * FLUTTER_STEP < FLUTTER_SEEN * last ? 0 : both / Math.sqrt(one * other);
  };
  const found: { likeness: number; lag: number }[] = [];
  ecg.wavelets.forEach(({ detail }, l) => {
    if (!(ecg.weights[l]! > 0)) return;
    const from = detail[4]!;
    for (let i = 0; i < last; i++) slope[i] = from[i]! * between[i]!;
    // Every other lag first, then those beside the best.
    let [best, most] = [0, FLUTTER_SECOND * ROUGHLY];
    const consider = (lag: number) => {
      if (lag < FLUTTER_PERIOD.from || lag > FLUTTER_PERIOD.to) return;
      const value = alike(lag);
      if (value > most) [best, most] = [lag, value];
    };
    for (let lag = FLUTTER_PERIOD.from; lag <= FLUTTER_PERIOD.to; lag += 2 * FLUTTER_LAG_STEP) consider(lag);
    if (!best) return;
    for (const lag of [best - FLUTTER_LAG_STEP, best + FLUTTER_LAG_STEP]) consider(lag);
    if (!(most > FLUTTER_SECOND)) return;
    found.push({ likeness: Math.min(most, alike(2 * best)), lag: best });
  });
  found.sort((a, b) => b.likeness - a.likeness);
  const [first, second] = found;
  if (!first || first.likeness < FLUTTER_ALIKE) return 0;
  if (ecg.leads.length > 1 && !(second && second.likeness >= FLUTTER_SECOND)) return 0;
  return 60_000 / (first.lag * SAMPLE_MS);
}

/** P waves between the T wave of a beat and the P wave of the next, like those before beats. */
function lonePWaves(ecg: PreparedEcg, times: WaveTimes): number[] {
  const { pPeak, qrsOnset, qrsEnd, tEnd, rPeak } = times;
  const usualRr = medianOf(rPeak.map((at, b) => (b ? at - rPeak[b - 1]! : Number.NaN)));
  const known = [...pPeak].filter(Number.isFinite);
  if (known.length < 2) return [];
  const leads = ecg.wavelets.flatMap(({ detail }, l) => (ecg.weights[l]! > 0 ? [detail[4]!] : []));
  const points = (2 * P_REACH) / STEP + 1;
  const template = new Float64Array(points * leads.length);
  for (const peak of known) addShape(template, leads, Math.round(peak / SAMPLE_MS), points);
  const size = norm(template) / known.length;
  const shape = new Float64Array(template.length);
  const found: number[] = [];
  for (let b = 0; b < qrsOnset.length; b++) {
    const after = Number.isFinite(tEnd[b]!) ? tEnd[b]! : qrsEnd[b]! + 200;
    const next = b + 1 < qrsOnset.length ? qrsOnset[b + 1]! : ecg.length * SAMPLE_MS;
    const own = b + 1 < pPeak.length ? pPeak[b + 1]! : Number.NaN;
    if (!Number.isFinite(own) && !(next - qrsOnset[b]! > LONG_RR * usualRr)) continue;
    const from = after + AFTER_T_MS + P_REACH;
    const to = (Number.isFinite(own) ? own : next) - APART_MS;
    let best = P_ALIKE;
    let at = Number.NaN;
    for (let ms = from; ms <= to; ms += STEP * SAMPLE_MS) {
      shape.fill(0);
      addShape(shape, leads, Math.round(ms / SAMPLE_MS), points);
      const here = norm(shape);
      if (here < P_SIZE.least * size || here > P_SIZE.most * size) continue;
      const value = product(shape, template) / (here * size * known.length);
      if (value > best) [best, at] = [value, ms];
    }
    if (Number.isFinite(at)) found.push(at);
  }
  return found;
}

function addShape(into: Float64Array, leads: readonly Float32Array[], at: number, points: number): void {
  leads.forEach((lead, l) => {
    for (let j = 0; j < points; j++) {
      into[l * points + j]! += lead[Math.max(0, Math.min(lead.length - 1, at - P_REACH + j * STEP))]!;
    }
  });
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
const norm = (a: Float64Array) => Math.sqrt(product(a, a));
