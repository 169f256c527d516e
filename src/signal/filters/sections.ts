// Second-order sections run over a signal, forward or forward and backward. Knows nothing of ECG.

import { BedsideError } from "../../core/errors.ts";
import type { Sections } from "./butterworth.ts";

/**
 * Filters forward once, from rest or from `state` (two numbers a section, changed in place): SciPy's `sosfilt`.
 * @returns A new array; pass `into` to write elsewhere, which may be the input.
 */
export function filterForward(
  sections: Sections,
  signal: ArrayLike<number>,
  { state = new Float64Array(sections.length / 3), into = new Float64Array(signal.length) } = {},
): Float64Array {
  if (into !== signal) into.set(signal as Float64Array);
  for (let s = 0; s < sections.length / 6; s++) {
    const b0 = sections[s * 6]!;
    const b1 = sections[s * 6 + 1]!;
    const b2 = sections[s * 6 + 2]!;
    const a1 = sections[s * 6 + 4]!;
    const a2 = sections[s * 6 + 5]!;
    let z0 = state[s * 2]!;
    let z1 = state[s * 2 + 1]!;
    for (let i = 0; i < into.length; i++) {
      const x = into[i]!;
      const y = b0 * x + z0;
      z0 = b1 * x - a1 * y + z1;
      z1 = b2 * x - a2 * y;
      into[i] = y;
    }
    state[s * 2] = z0;
    state[s * 2 + 1] = z1;
  }
  return into;
}

/** The state of sections that have seen a constant 1 for ever: SciPy's `sosfilt_zi`. */
export function steadyState(sections: Sections): Float64Array {
  const state = new Float64Array(sections.length / 3);
  let level = 1;
  for (let s = 0; s < sections.length / 6; s++) {
    const [b0, b1, b2, , a1, a2] = sections.subarray(s * 6, s * 6 + 6) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const out = (level * (b0 + b1 + b2)) / (1 + a1 + a2);
    state[s * 2 + 1] = b2 * level - a2 * out;
    state[s * 2] = out - b0 * level;
    level = out;
  }
  return state;
}

/**
 * Filters forward and backward, so that nothing is delayed; the ends are continued by odd reflection. Equal to SciPy's
 * `sosfiltfilt` with its defaults.
 * @param signal Must be longer than the continuation: three times (2 × sections + 1) samples at most. No NaN (see `fillGaps`).
 * @throws BedsideError `signal/short` where it is not.
 */
export function filterZeroPhase(sections: Sections, signal: ArrayLike<number>): Float64Array {
  const count = sections.length / 6;
  let firstOrderZeros = 0;
  let firstOrderPoles = 0;
  for (let s = 0; s < count; s++) {
    if (sections[s * 6 + 2] === 0) firstOrderZeros++;
    if (sections[s * 6 + 5] === 0) firstOrderPoles++;
  }
  const edge = 3 * (2 * count + 1 - Math.min(firstOrderZeros, firstOrderPoles));
  const n = signal.length;
  if (n <= edge) {
    throw new BedsideError({
      code: "signal/short",
      what: "The signal is too short to be filtered forward and backward",
      where: `${n} samples`,
      why: `the filter needs more than ${edge}`,
      fix: "Take a longer stretch or a filter of lower order",
    });
  }
  const long = new Float64Array(n + 2 * edge);
  long.set(signal as Float64Array, edge);
  const first = signal[0]!;
  const last = signal[n - 1]!;
  for (let i = 1; i <= edge; i++) {
    long[edge - i] = 2 * first - signal[i]!;
    long[edge + n - 1 + i] = 2 * last - signal[n - 1 - i]!;
  }
  const rest = steadyState(sections);
  filterForward(sections, long, { state: rest.map((z) => z * long[0]!), into: long });
  long.reverse();
  filterForward(sections, long, { state: rest.map((z) => z * long[0]!), into: long });
  long.reverse();
  return long.slice(edge, edge + n);
}
