// What electrodes pick up beside the heart: breathing, mains, muscle. Knows no beat.
import type { RandomStream } from "../../../core/random.ts";
import { gauss } from "../draws.ts";
import { ELECTRODE_COUNT, ELECTRODE_WEIGHTS, LEAD_COUNT } from "./leads.ts";

/** How the power of the noise is made up; shares need not add up to one. */
export interface NoiseMix {
  /** Baseline wander below 0.5 Hz. */
  wander: number;
  /** Hum of the mains, with a third harmonic. */
  mains: number;
  /** Muscle: broad noise, most of it between 20 and 150 Hz. */
  muscle: number;
}

export const USUAL_MIX: NoiseMix = { wander: 0.35, mains: 0.15, muscle: 0.5 };

/** Noise on nine electrodes, as it comes out in twelve leads, scaled to a mean power of 1 mV² over the leads. */
export function drawNoise(
  stream: RandomStream,
  { samples, rateHz, mainsHz, mix }: { samples: number; rateHz: number; mainsHz: number; mix: NoiseMix },
): Float32Array[] {
  const total = mix.wander + mix.mains + mix.muscle;
  const leads = Array.from({ length: LEAD_COUNT }, () => new Float32Array(samples));
  for (const kind of ["wander", "mains", "muscle"] as const) {
    const share = mix[kind] / total;
    if (!(share > 0)) continue;
    const electrodes = Array.from({ length: ELECTRODE_COUNT }, () => new Float32Array(samples));
    for (const track of electrodes) {
      const size = Math.exp(0.4 * gauss(stream));
      if (kind === "wander") wander(stream, track, size, rateHz);
      else if (kind === "mains") mains(stream, track, size, mainsHz / rateHz);
      else muscle(stream, track, size);
    }
    const part = asLeads(electrodes, samples);
    const factor = Math.sqrt(share / Math.max(meanPower(part), 1e-30));
    part.forEach((track, lead) => {
      const into = leads[lead]!;
      for (let i = 0; i < samples; i++) into[i] = into[i]! + factor * track[i]!;
    });
  }
  return leads;
}

/** Breathing, and three slower swings. */
function wander(stream: RandomStream, track: Float32Array, size: number, rateHz: number): void {
  for (const [low, high, part] of [
    [0.2, 0.35, 1],
    [0.05, 0.15, 0.8],
    [0.1, 0.5, 0.4],
  ] as const) {
    addSine(track, (low + (high - low) * stream.uniform()) / rateHz, stream.uniform(), size * part);
  }
}

function mains(stream: RandomStream, track: Float32Array, size: number, cycles: number): void {
  addSine(track, cycles, stream.uniform(), size);
  addSine(track, 3 * cycles, stream.uniform(), 0.15 * size);
}

/** Adds a sine of so many cycles a sample, by rotation: two products a sample. */
function addSine(track: Float32Array, cycles: number, phase: number, size: number): void {
  const [c, s] = [Math.cos(2 * Math.PI * cycles), Math.sin(2 * Math.PI * cycles)];
  let [re, im] = [size * Math.cos(2 * Math.PI * phase), size * Math.sin(2 * Math.PI * phase)];
  for (let i = 0; i < track.length; i++) {
    track[i] = track[i]! + im;
    [re, im] = [c * re - s * im, s * re + c * im];
  }
}

/** White noise through a two-pole low-pass, less what is slow; its strength swells and fades. */
function muscle(stream: RandomStream, track: Float32Array, size: number): void {
  const swell = new Float32Array(track.length);
  addSine(swell, (0.1 + 0.3 * stream.uniform()) / 500, stream.uniform(), 0.4);
  let [one, two, slow] = [0, 0, 0];
  for (let i = 0; i < track.length; i++) {
    const value = gauss(stream) + 0.55 * one - 0.25 * two;
    two = one;
    one = value;
    slow += 0.12 * (value - slow);
    track[i] = size * (1 + swell[i]!) * (value - slow);
  }
}

function asLeads(electrodes: readonly Float32Array[], samples: number): Float32Array[] {
  return Array.from({ length: LEAD_COUNT }, (_, lead) => {
    const out = new Float32Array(samples);
    electrodes.forEach((track, e) => {
      const weight = ELECTRODE_WEIGHTS[lead * ELECTRODE_COUNT + e]!;
      if (weight === 0) return;
      for (let i = 0; i < samples; i++) out[i] = out[i]! + weight * track[i]!;
    });
    return out;
  });
}

/** The mean over leads of a signal's variance, mV². */
export function meanPower(leads: readonly ArrayLike<number>[]): number {
  let power = 0;
  for (const lead of leads) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < lead.length; i++) {
      sum += lead[i]!;
      squares += lead[i]! ** 2;
    }
    power += squares / lead.length - (sum / lead.length) ** 2;
  }
  return power / leads.length;
}
