// The filters an ECG is usually given, by name: baseline, mains, muscle. Zero phase; gaps are bridged first.

import { butterworth, notch } from "./butterworth.ts";
import { filterZeroPhase } from "./sections.ts";

/** Below this the baseline wanders: 0.5 Hz is the monitoring limit (AHA/ACC/HRS 2007, Kligfield et al.). It moves the ST segment. */
export const BASELINE_HZ = 0.5;
/** Median windows of de Chazal et al. 2004 (IEEE TBME 51:1196): 200 ms takes off P and QRS, 600 ms the T wave. */
export const MEDIAN_WINDOWS_SECONDS = [0.2, 0.6] as const;

/** A copy without NaN or infinity: straight lines between the neighbours, the nearest value at the ends, 0 where nothing is known. */
export function fillGaps(signal: ArrayLike<number>): Float64Array {
  const out = Float64Array.from(signal);
  let before = -1;
  for (let i = 0; i < out.length; i++) {
    if (!Number.isFinite(out[i]!)) continue;
    if (before < i - 1) {
      const left = before < 0 ? out[i]! : out[before]!;
      for (let j = before + 1; j < i; j++) out[j] = left + ((out[i]! - left) * (j - before)) / (i - before);
    }
    before = i;
  }
  out.fill(before < 0 ? 0 : out[before]!, before + 1);
  return out;
}

/** Takes off the baseline with a zero-phase Butterworth high-pass of order 2 (each way); moves the ST segment slightly. */
export function removeBaseline(
  signal: ArrayLike<number>,
  { rateHz, cutoffHz = BASELINE_HZ }: { rateHz: number; cutoffHz?: number },
): Float64Array {
  return filterZeroPhase(butterworth(2, cutoffHz, { type: "highpass", rateHz }), fillGaps(signal));
}

/** Takes off the baseline found by two running medians (200 and 600 ms); keeps the ST segment better than a high-pass. */
export function removeMedianBaseline(signal: ArrayLike<number>, { rateHz }: { rateHz: number }): Float64Array {
  const filled = fillGaps(signal);
  let baseline = filled;
  for (const seconds of MEDIAN_WINDOWS_SECONDS) {
    baseline = runningMedian(baseline, 2 * Math.round((seconds * rateHz) / 2) + 1);
  }
  return filled.map((value, i) => value - baseline[i]!);
}

/** Takes off the mains hum: a zero-phase notch of quality 30. */
export function removeMains(
  signal: ArrayLike<number>,
  { rateHz, mainsHz }: { rateHz: number; mainsHz: 50 | 60 },
): Float64Array {
  return filterZeroPhase(notch(mainsHz, { rateHz }), fillGaps(signal));
}

/** Takes off what is faster than `cutoffHz` (default 40): zero-phase Butterworth of order 4. */
export function lowPass(
  signal: ArrayLike<number>,
  { rateHz, cutoffHz = 40 }: { rateHz: number; cutoffHz?: number },
): Float64Array {
  return filterZeroPhase(butterworth(4, cutoffHz, { type: "lowpass", rateHz }), fillGaps(signal));
}

/** The median of `width` (odd) samples around each; the ends repeat the outermost sample. SciPy's `median_filter(…, mode="nearest")`. */
export function runningMedian(signal: ArrayLike<number>, width: number): Float64Array {
  const n = signal.length;
  const half = width >> 1;
  const out = new Float64Array(n);
  const sorted = new Float64Array(2 * half + 1);
  const at = (i: number) => signal[i < 0 ? 0 : i >= n ? n - 1 : i]!;
  for (let i = -half; i <= half; i++) sorted[i + half] = at(i);
  sorted.sort();
  for (let i = 0; i < n; i++) {
    out[i] = sorted[half]!;
    const gone = place(sorted, at(i - half));
    const come = at(i + half + 1);
    let j = gone;
    while (j + 1 < sorted.length && sorted[j + 1]! < come) {
      sorted[j] = sorted[j + 1]!;
      j++;
    }
    while (j > 0 && sorted[j - 1]! > come) {
      sorted[j] = sorted[j - 1]!;
      j--;
    }
    sorted[j] = come;
  }
  return out;
}

function place(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
