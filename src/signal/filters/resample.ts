// A signal at another sampling rate, by polyphase filtering. Knows nothing of ECG.

import { BedsideError } from "../../core/errors.ts";

/** Shape of the Kaiser window, as SciPy's default. */
const KAISER_BETA = 5;
/** Half the filter's length in samples of the slower rate, as SciPy's default. */
const HALF_LENGTH = 10;
/** Ratios of rates are looked for among whole numbers up to this. */
const LARGEST_TERM = 2000;

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-18; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** The low-pass filter of `resample` for a ratio: a windowed sinc of unit gain times `up`. */
function antiAlias(up: number, down: number): Float64Array {
  const slower = Math.max(up, down);
  const half = HALF_LENGTH * slower;
  const taps = new Float64Array(2 * half + 1);
  let sum = 0;
  for (let i = 0; i < taps.length; i++) {
    const at = i - half;
    const sinc = at === 0 ? 1 : Math.sin((Math.PI * at) / slower) / ((Math.PI * at) / slower);
    const window = bessel0(KAISER_BETA * Math.sqrt(Math.max(0, 1 - (at / half) ** 2))) / bessel0(KAISER_BETA);
    taps[i] = sinc * window;
    sum += taps[i]!;
  }
  for (let i = 0; i < taps.length; i++) taps[i] = (taps[i]! / sum) * up;
  return taps;
}

/** The ratio of two rates in lowest whole terms: 360 to 500 is 25 to 18. */
export function rateRatio(fromHz: number, toHz: number): { up: number; down: number } {
  const ratio = toHz / fromHz;
  for (let down = 1; down <= LARGEST_TERM; down++) {
    const up = Math.round(ratio * down);
    if (up > 0 && Math.abs(up / down - ratio) < 1e-9 * ratio) return { up, down };
  }
  throw new BedsideError({
    code: "signal/rates",
    what: "The two sampling rates have no simple ratio",
    where: `${fromHz} to ${toHz} a second`,
    fix: `Choose a rate whose ratio to the first has terms of at most ${LARGEST_TERM}`,
  });
}

const filters = new Map<string, Float64Array>();

/**
 * Resamples by `up`/`down`: SciPy's `resample_poly(signal, up, down)` with its defaults (the signal is 0 beyond its ends, so
 * take off its mean first where that matters). Sample i of the result lies at i × down / up of the input.
 * @returns ceil(length × up / down) samples.
 */
export function resample(signal: ArrayLike<number>, up: number, down: number): Float64Array {
  const n = signal.length;
  const length = Math.ceil((n * up) / down);
  const out = new Float64Array(length);
  const key = `${up}/${down}`;
  let taps = filters.get(key);
  if (!taps) {
    taps = antiAlias(up, down);
    filters.set(key, taps);
  }
  const half = (taps.length - 1) / 2;
  for (let i = 0; i < length; i++) {
    // out[i] = Σ signal[j] taps[i down + half − j up]
    const at = i * down + half;
    const last = Math.min(n - 1, Math.floor(at / up));
    const first = Math.max(0, Math.ceil((at - taps.length + 1) / up));
    let sum = 0;
    for (let j = first, tap = at - first * up; j <= last; j++, tap -= up) sum += signal[j]! * taps[tap]!;
    out[i] = sum;
  }
  return out;
}

/**
 * A signal at another rate; the signal's first value is taken off before and put back after, so that its ends do not ring.
 * @throws BedsideError `signal/rates` where the rates have no simple ratio.
 */
export function toRate(signal: Float32Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return signal;
  const { up, down } = rateRatio(fromHz, toHz);
  const level = signal[0] ?? 0;
  const out = resample(
    Float64Array.from(signal, (value) => value - level),
    up,
    down,
  );
  return Float32Array.from(out, (value) => value + level);
}
