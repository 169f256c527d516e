// The QRS complex of the mean of the usual beats: noise falls with the root of their number before its limits are looked for.

import { delineateOneQrs } from "../delineate/delineate.ts";
import { type PreparedEcg, SAMPLE_MS } from "../delineate/prepare.ts";
import { splineWavelets } from "../wavelets.ts";

/** The stretch that is averaged around R, samples of 2 ms: QRS with calm on both sides. */
const BEFORE = 110;
const AFTER = 160;
/** Beats are laid upon each other by their shape from so long before R to so long after, moved by at most `MOVE`. */
const SHAPE = 40;
const MOVE = 5;
/** A mean of fewer beats is no better than the beats. */
const LEAST_BEATS = 3;
/** At most this many beats, evenly spread, go into the mean. */
const MOST_BEATS = 100;
/** Wavelet levels that the limits of QRS are told from. */
const LEVELS = 4;

/** Limits in ms from R; NaN in a lead that is not measured. */
export interface MeanQrs {
  onsetMs: number;
  endMs: number;
  byLead: { onsetMs: number; endMs: number }[];
}

/**
 * The limits of QRS in the mean of the chosen beats; undefined where there are too few of them.
 * @param chosen Which beats count: those of the usual shape.
 */
export function meanQrs(ecg: PreparedEcg, chosen: readonly boolean[]): MeanQrs | undefined {
  const all = chosen.flatMap((take, b) => {
    const at = ecg.beats[b]!;
    return take && at >= BEFORE + MOVE && at + AFTER + MOVE < ecg.length ? [at] : [];
  });
  if (all.length < LEAST_BEATS) return undefined;
  const step = Math.max(1, all.length / MOST_BEATS);
  const beats: number[] = [];
  for (let i = 0; i < all.length; i += step) beats.push(all[Math.floor(i)]!);
  // Twice: the first mean is blurred by what R peaks are off.
  const first = meanOfBeats(ecg, beats);
  const moves = beats.map((at) => bestMove(ecg, at, first));
  const middle = moves.reduce((sum, move) => sum + move, 0) / moves.length;
  const signals = meanOfBeats(
    ecg,
    beats.map((at, i) => at + moves[i]!),
  );
  const rr = (beats.at(-1)! - beats[0]!) / (beats.length - 1);
  const { together, byLead } = delineateOneQrs(
    {
      ...ecg,
      length: BEFORE + AFTER,
      signals,
      wavelets: signals.map((signal) => splineWavelets(signal, LEVELS, { lowest: 2 })),
      beats: Int32Array.of(BEFORE),
    },
    rr,
  );
  const ms = (sample: number) => (sample - BEFORE + middle) * SAMPLE_MS;
  return {
    onsetMs: ms(together[0]),
    endMs: ms(together[1]),
    byLead: byLead.map(([onset, end]) => ({ onsetMs: ms(onset), endMs: ms(end) })),
  };
}

/** Lead by lead, the mean of the stretches around the beats. */
function meanOfBeats(ecg: PreparedEcg, beats: readonly number[]): Float32Array[] {
  return ecg.signals.map((signal, l) => {
    const mean = new Float32Array(BEFORE + AFTER);
    if (!(ecg.weights[l]! > 0)) return mean;
    for (const at of beats) {
      for (let i = 0, j = at - BEFORE; i < mean.length; i++, j++) mean[i]! += signal[j]!;
    }
    for (let i = 0; i < mean.length; i++) mean[i]! /= beats.length;
    return mean;
  });
}

/** The move of a beat, in samples, at which its slopes are most like the mean's, all leads together. */
function bestMove(ecg: PreparedEcg, at: number, mean: readonly Float32Array[]): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let move = -MOVE; move <= MOVE; move++) {
    let sum = 0;
    for (let l = 0; l < mean.length; l++) {
      const weight = ecg.weights[l]!;
      if (!(weight > 0)) continue;
      const one = mean[l]!;
      const signal = ecg.signals[l]!;
      let product = 0;
      for (let k = -SHAPE; k < SHAPE; k += 2) {
        product +=
          (one[BEFORE + k + 2]! - one[BEFORE + k - 2]!) * (signal[at + move + k + 2]! - signal[at + move + k - 2]!);
      }
      sum += weight * weight * product;
    }
    if (sum > most) {
      most = sum;
      best = move;
    }
  }
  return best;
}
