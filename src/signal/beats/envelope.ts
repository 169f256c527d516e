// One curve for all leads that is high in every QRS complex: the weighted sum of their wavelet slopes.

import { typicalHeight } from "./peaks.ts";

/** The wavelet step for QRS complexes is as near as can be to 16 ms: a band of about 8 to 27 Hz (Martínez et al. 2004). */
const QRS_STEP_SECONDS = 0.016;
/** Slopes are averaged over this time: the width of a narrow QRS complex. */
const SMOOTHING_SECONDS = 0.1;
/** A lead whose beats rise this many times above its middle is noise alone; from `CLEAR` on it counts fully. */
const NOISY = 5;
const CLEAR = 15;

/** The level of the wavelet transform in which QRS complexes stand out. */
export function qrsLevel(rateHz: number): number {
  return Math.max(1, Math.round(Math.log2(QRS_STEP_SECONDS * rateHz)));
}

/** The share that a lead has in the sum, by 1 / mV: how clearly beats rise above what lies between. */
export function leadWeight(slope: Float32Array, rateHz: number): number {
  const n = slope.length;
  const top = typicalHeight(slope, rateHz);
  if (!(top > 0)) return 0;
  const step = Math.max(1, n >> 9);
  const some = new Float32Array(Math.ceil(n / step));
  for (let i = 0; i < some.length; i++) some[i] = Math.abs(slope[i * step]!);
  const middle = some.sort()[some.length >> 1]!;
  const clearness = (top / Math.max(middle, top * 1e-3) - NOISY) / (CLEAR - NOISY);
  return Math.min(1, Math.max(0.02, clearness)) / top;
}

/** The weighted sum of |slope| over the leads, smoothed over 100 ms. */
export function beatEnvelope(
  slopes: readonly Float32Array[],
  weights: ArrayLike<number>,
  rateHz: number,
): Float32Array {
  const n = slopes[0]?.length ?? 0;
  const sum = new Float32Array(n);
  for (let l = 0; l < slopes.length; l++) {
    const slope = slopes[l]!;
    const weight = weights[l]!;
    if (weight > 0) for (let i = 0; i < n; i++) sum[i]! += weight * Math.abs(slope[i]!);
  }
  return boxcar(sum, Math.round(SMOOTHING_SECONDS * rateHz));
}

/** Half the time around a hump in which its steepest slope is looked for. */
const STEEP_SECONDS = 0.06;

/**
 * The greatest weighted sum of |slope| over the leads near a sample. Of slopes one level finer than the curve's, it tells a T wave,
 * which has hardly any there, from a wide QRS complex.
 */
export function steepnessOf(
  slopes: readonly Float32Array[],
  weights: ArrayLike<number>,
  rateHz: number,
): (sample: number) => number {
  const n = slopes[0]?.length ?? 0;
  const reach = Math.round(STEEP_SECONDS * rateHz);
  return (sample) => {
    let most = 0;
    for (let i = Math.max(0, sample - reach); i <= Math.min(n - 1, sample + reach); i++) {
      let sum = 0;
      for (let l = 0; l < slopes.length; l++) if (weights[l]! > 0) sum += weights[l]! * Math.abs(slopes[l]![i]!);
      if (sum > most) most = sum;
    }
    return most;
  };
}

/** The mean over a window of about `width` samples around each; short at the ends. */
export function boxcar(signal: Float32Array, width: number): Float32Array {
  const n = signal.length;
  const out = new Float32Array(n);
  const half = Math.max(0, width >> 1);
  let sum = 0;
  for (let i = 0; i < Math.min(half, n); i++) sum += signal[i]!;
  for (let i = 0; i < n; i++) {
    if (i + half < n) sum += signal[i + half]!;
    if (i - half > 0) sum -= signal[i - half - 1]!;
    out[i] = sum / (2 * half + 1);
  }
  return out;
}
