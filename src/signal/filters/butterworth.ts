// Butterworth filters designed as second-order sections. Knows no signal.

import { BedsideError } from "../../core/errors.ts";

/** Second-order sections, six numbers each: b0 b1 b2 a0 a1 a2, with a0 = 1. */
export type Sections = Float64Array;

/** What passes: below or above one frequency, between two, or all but between two. */
export type Band = "lowpass" | "highpass" | "bandpass" | "bandstop";

type Complex = readonly [re: number, im: number];

const add = (a: Complex, b: Complex): Complex => [a[0] + b[0], a[1] + b[1]];
const multiply = (a: Complex, b: Complex): Complex => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
const scale = (a: Complex, k: number): Complex => [a[0] * k, a[1] * k];
function divide(a: Complex, b: Complex): Complex {
  const size = b[0] * b[0] + b[1] * b[1];
  return [(a[0] * b[0] + a[1] * b[1]) / size, (a[1] * b[0] - a[0] * b[1]) / size];
}
function squareRoot([re, im]: Complex): Complex {
  const size = Math.hypot(re, im);
  const root = Math.sqrt((size + Math.abs(re)) / 2);
  if (root === 0) return [0, 0];
  const other = im / (2 * root);
  return re >= 0 ? [root, other] : [Math.abs(other), im < 0 ? -root : root];
}

/**
 * A digital Butterworth filter by the bilinear transform with prewarping: the same filter as SciPy's
 * `butter(order, cutoffHz, type, fs=rateHz, output="sos")`, though the sections may stand in another order.
 * @param order 1 to 12; a band filter has twice as many poles.
 * @param cutoffHz One frequency, or two for a band, above 0 and below half the rate.
 * @throws BedsideError `signal/filter` where the order or a frequency is out of range.
 */
export function butterworth(
  order: number,
  cutoffHz: number | readonly [number, number],
  { type, rateHz }: { type: Band; rateHz: number },
): Sections {
  const edges = typeof cutoffHz === "number" ? [cutoffHz] : [...cutoffHz];
  const isBand = type === "bandpass" || type === "bandstop";
  const rising = edges.every((edge, i) => edge > (i ? edges[i - 1]! : 0) && edge < rateHz / 2);
  if (!Number.isInteger(order) || order < 1 || order > 12 || edges.length !== (isBand ? 2 : 1) || !rising) {
    throw new BedsideError({
      code: "signal/filter",
      what: "The filter cannot be made",
      where: `${type} of order ${order} at ${edges.join(" and ")} Hz, ${rateHz} samples a second`,
      why: "the order must be 1 to 12 and every frequency above 0, below half the rate and in rising order",
      fix: "Choose frequencies below half the sampling rate",
    });
  }
  // The bilinear transform at 2 samples a unit of time, as SciPy does: s = 4 (z − 1) / (z + 1).
  const warped = edges.map((edge) => 4 * Math.tan((Math.PI * edge) / rateHz));
  const centre = isBand ? Math.sqrt(warped[0]! * warped[1]!) : warped[0]!;
  const width = isBand ? warped[1]! - warped[0]! : 0;
  const pairs: (readonly [Complex, Complex?])[] = [];
  let gain = 1;
  /** A pole of the analogue filter becomes one of the digital; `again` is its partner. */
  const place = (pole: Complex, again?: Complex) =>
    pairs.push(again ? [digital(pole), digital(again)] : [digital(pole)]);
  for (let m = 1 - order; m <= 0; m += 2) {
    const angle = (Math.PI * m) / (2 * order);
    const pole: Complex = [-Math.cos(angle), -Math.sin(angle)];
    const conjugate: Complex = [pole[0], -pole[1]];
    const isReal = m === 0;
    if (!isBand) {
      const moved = type === "lowpass" ? scale(pole, centre) : divide([centre, 0], pole);
      if (isReal) place([moved[0], 0]);
      else place(moved, [moved[0], -moved[1]]);
      continue;
    }
    for (const one of isReal ? [pole] : [pole, conjugate]) {
      const half = type === "bandpass" ? scale(one, width / 2) : divide([width / 2, 0], one);
      const root = squareRoot(add(multiply(half, half), [-centre * centre, 0]));
      const up = add(half, root);
      const down = add(half, scale(root, -1));
      if (isReal) place(up, down);
      else if (one === pole) {
        place(up, [up[0], -up[1]]);
        place(down, [down[0], -down[1]]);
      }
    }
  }
  const sections = new Float64Array(pairs.length * 6);
  const notchAngle = 2 * Math.atan(centre / 4);
  // The gain is 1 at the middle of what passes: at z = 1, z = −1 or the band's centre.
  const at: Complex =
    type === "highpass" ? [-1, 0] : type === "bandpass" ? [Math.cos(notchAngle), Math.sin(notchAngle)] : [1, 0];
  pairs.forEach(([one, two], i) => {
    const poles: [number, number] = two ? [-(one[0] + two[0]), multiply(one, two)[0]] : [-one[0], 0];
    const zeros: [number, number] = !two
      ? [type === "highpass" ? -1 : 1, 0]
      : type === "lowpass"
        ? [2, 1]
        : type === "highpass"
          ? [-2, 1]
          : type === "bandpass"
            ? [0, -1]
            : [-2 * Math.cos(notchAngle), 1];
    sections.set([1, ...zeros, 1, ...poles], i * 6);
    gain *= magnitude(at, 1, ...poles) / magnitude(at, 1, ...zeros);
  });
  for (let i = 0; i < 3; i++) sections[i]! *= gain;
  return sections;
}

function digital(pole: Complex): Complex {
  return divide(add([4, 0], pole), add([4, 0], scale(pole, -1)));
}

/** |c0 + c1 z⁻¹ + c2 z⁻²| on the unit circle. */
function magnitude(z: Complex, c0: number, c1: number, c2: number): number {
  const back: Complex = [z[0], -z[1]];
  const value = add(add([c0, 0], scale(back, c1)), scale(multiply(back, back), c2));
  return Math.hypot(value[0], value[1]);
}

/**
 * A notch of second order: SciPy's `iirnotch(frequencyHz, quality, fs=rateHz)`.
 * @param quality Frequency by the width at −3 dB; default 30.
 */
export function notch(frequencyHz: number, { rateHz, quality = 30 }: { rateHz: number; quality?: number }): Sections {
  const angle = (2 * Math.PI * frequencyHz) / rateHz;
  const gain = 1 / (1 + Math.tan(angle / quality / 2));
  const middle = -2 * Math.cos(angle);
  return Float64Array.of(gain, gain * middle, gain, 1, gain * middle, 2 * gain - 1);
}
