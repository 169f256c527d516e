// Pacemaker pulses: jumps within a sample or two, out of a calm line, in several leads at once. Knows no beat.

import { medianOf } from "../statistics.ts";

/** Slower recordings smear a pulse of 0.5 to 2 ms beyond recognition (AHA/ACC/HRS 2007, Kligfield et al., ask for 500 samples a second). */
export const LEAST_PULSE_HZ = 240;
/** A pulse bends the leads within ± 1 sample by at least this much, mV (root mean square), … */
const LEAST_MV = 0.05;
/** … this many times the record's usual bend, this many times the most from 40 to 8 ms before it, and twice that from 10 to 60 ms after it. */
const ABOVE_USUAL = 8;
const ABOVE_BEFORE = 5;
const ABOVE_AFTER = 2;
const CALM_FROM_MS = 40;
const CALM_TO_MS = 8;
const AFTER_FROM_MS = 10;
const AFTER_TO_MS = 60;
/** Pulses this high would be taken for a QRS complex; they are bridged from so long before to so long after. */
const BRIDGED_MV = 0.1;
const BRIDGE_BEFORE_MS = 4;
const BRIDGE_AFTER_MS = 8;

export interface Pulse {
  sample: number;
  /** Root mean square over the leads of the bend, mV. */
  sizeMv: number;
}

/**
 * All pulses of a record, of a pacemaker or not; none below 240 samples a second.
 * @param signals Leads of one length in mV without NaN.
 */
export function findPulses(signals: readonly Float32Array[], rateHz: number): Pulse[] {
  const n = signals[0]?.length ?? 0;
  if (rateHz < LEAST_PULSE_HZ || !signals.length) return [];
  const bend = new Float32Array(n);
  for (const signal of signals) {
    for (let i = 1; i < n - 1; i++) {
      const value = signal[i - 1]! - 2 * signal[i]! + signal[i + 1]!;
      bend[i]! += value * value;
    }
  }
  const step = Math.max(1, n >> 10);
  const some: number[] = [];
  for (let i = 0; i < n; i += step) some.push(bend[i]!);
  const share = 1 / signals.length;
  const square = share * Math.max(LEAST_MV ** 2 / share, ABOVE_USUAL ** 2 * medianOf(some));
  const ms = 1000 / rateHz;
  const samples = (time: number) => Math.round(time / ms);
  const [far, near, soon, late] = [CALM_FROM_MS, CALM_TO_MS, AFTER_FROM_MS, AFTER_TO_MS].map(samples) as [
    number,
    number,
    number,
    number,
  ];
  const most = (from: number, to: number) => {
    let top = 0;
    for (let i = Math.max(0, from); i <= Math.min(n - 1, to); i++) if (bend[i]! > top) top = bend[i]!;
    return top;
  };
  const pulses: Pulse[] = [];
  for (let i = 1; i < n - 1; i++) {
    const here = bend[i]!;
    if (here * share < square || here < bend[i - 1]! || here <= bend[i + 1]!) continue;
    if (here < ABOVE_BEFORE ** 2 * most(i - far, i - near) || here < ABOVE_AFTER ** 2 * most(i + soon, i + late))
      continue;
    pulses.push({ sample: i, sizeMv: Math.sqrt(here * share) });
  }
  return pulses;
}

/** A copy of the lead with straight lines in place of its high pulses; the lead itself where there is none. */
export function bridgePulses(signal: Float32Array, pulses: readonly Pulse[], rateHz: number): Float32Array {
  const high = pulses.filter(({ sizeMv }) => sizeMv >= BRIDGED_MV);
  if (!high.length) return signal;
  const out = signal.slice();
  for (const { sample } of high) {
    const from = Math.max(0, sample - Math.round((BRIDGE_BEFORE_MS * rateHz) / 1000));
    const to = Math.min(out.length - 1, sample + Math.round((BRIDGE_AFTER_MS * rateHz) / 1000));
    for (let i = from + 1; i < to; i++)
      out[i] = signal[from]! + ((signal[to]! - signal[from]!) * (i - from)) / (to - from);
  }
  return out;
}
