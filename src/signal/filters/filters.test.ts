import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { welch } from "../fourier.ts";
import { frequencyHrv, lombScargle, timeHrv } from "../measure/hrv.ts";
import { type Band, butterworth, notch } from "./butterworth.ts";
import { fillGaps, lowPass, removeBaseline, removeMains, removeMedianBaseline, runningMedian } from "./clean.ts";
import { rateRatio, resample, toRate } from "./resample.ts";
import { filterForward, filterZeroPhase } from "./sections.ts";

const golden = JSON.parse(readFileSync(new URL("../golden/filters.json", import.meta.url), "utf8"));
const EVERY = 7;
/** The signal of golden/make_filters.py. */
const signal = Float64Array.from(
  { length: 400 },
  (_, i) => Math.sin(0.05 * i) + 0.5 * Math.cos(0.9 * i + 1) + (0.1 * ((i * 7919) % 101)) / 101 + 0.002 * i,
);
const sine = (hz: number, rateHz: number, seconds = 10) =>
  Float64Array.from({ length: rateHz * seconds }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rateHz));
const size = (values: Float64Array) =>
  Math.max(...values.slice(values.length >> 2, -(values.length >> 2)).map(Math.abs));

function furthest(values: ArrayLike<number>, expected: number[], every = EVERY): number {
  expect(Math.ceil(values.length / every)).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - values[i * every]!)));
}

describe("filters equal SciPy's", () => {
  test.each(golden.filters as { order: number; cutoffHz: number | [number, number]; type: Band; rateHz: number }[])(
    "Butterworth of order $order, $type at $cutoffHz Hz of $rateHz, forward and zero-phase, to 1e-9",
    ({ order, cutoffHz, type, rateHz, ...expected }) => {
      const sections = butterworth(order, cutoffHz, { type, rateHz });
      const { forward, zeroPhase } = expected as unknown as { forward: number[]; zeroPhase: number[] };
      expect(furthest(filterForward(sections, signal), forward)).toBeLessThan(1e-9);
      expect(furthest(filterZeroPhase(sections, signal), zeroPhase)).toBeLessThan(1e-9);
    },
  );

  test("the notch, zero-phase", () => {
    const sections = notch(50, { rateHz: 500 });
    expect(furthest(sections.subarray(0, 3), golden.notch.b, 1)).toBeLessThan(1e-14);
    expect(furthest(sections.subarray(3), golden.notch.a, 1)).toBeLessThan(1e-14);
    expect(furthest(filterZeroPhase(sections, signal), golden.notch.zeroPhase)).toBeLessThan(1e-9);
  });

  test.each(golden.resample as { up: number; down: number; values: number[] }[])(
    "polyphase resampling by $up/$down",
    ({ up, down, values }) => {
      expect(furthest(resample(signal, up, down), values)).toBeLessThan(1e-12);
    },
  );

  test("the running median and Welch's spectrum", () => {
    expect(furthest(runningMedian(signal, 31), golden.median)).toBeLessThan(1e-15);
    expect(furthest(welch(signal, 100, 128).power, golden.welch, 1)).toBeLessThan(1e-14);
  });
});

test("a filter that cannot be made is refused with the reason", () => {
  expect(() => butterworth(2, 300, { type: "lowpass", rateHz: 500 })).toThrow("The filter cannot be made");
  expect(() => butterworth(2, [40, 5], { type: "bandpass", rateHz: 500 })).toThrow("in rising order");
  expect(() => butterworth(0, 5, { type: "lowpass", rateHz: 500 })).toThrow("the order must be 1 to 12");
  expect(() => filterZeroPhase(butterworth(4, 40, { type: "lowpass", rateHz: 500 }), [1, 2, 3])).toThrow("too short");
  expect(() => rateRatio(500, 499.123456789)).toThrow("no simple ratio");
});

test("the named filters take off what they are named for and keep what an ECG needs", () => {
  const at = { rateHz: 500 };
  expect(size(removeBaseline(sine(0.1, 500, 60), at))).toBeLessThan(0.01);
  expect(size(removeBaseline(sine(10, 500), at))).toBeGreaterThan(0.99);
  expect(size(removeMedianBaseline(sine(0.1, 500, 60), at))).toBeLessThan(0.1);
  expect(size(removeMains(sine(60, 500), { ...at, mainsHz: 60 }))).toBeLessThan(0.02);
  expect(size(removeMains(sine(20, 500), { ...at, mainsHz: 60 }))).toBeGreaterThan(0.99);
  expect(size(lowPass(sine(100, 500), at))).toBeLessThan(0.001);
  expect(size(lowPass(sine(10, 500), at))).toBeGreaterThan(0.99);
});

test("gaps are bridged by straight lines, ends by the nearest value", () => {
  const { NaN: gap } = Number;
  expect([...fillGaps([gap, 1, gap, gap, 4, Number.POSITIVE_INFINITY])]).toEqual([1, 1, 2, 3, 4, 4]);
  expect([...fillGaps([gap, gap])]).toEqual([0, 0]);
});

test("a signal at another rate keeps its shape and its times", () => {
  const slow = Float32Array.from({ length: 2500 }, (_, i) => 5 + Math.sin((2 * Math.PI * 3 * i) / 250));
  const fast = toRate(slow, 250, 500);
  expect(fast.length).toBe(5000);
  for (let i = 100; i < 4900; i += 37) expect(fast[i]).toBeCloseTo(5 + Math.sin((2 * Math.PI * 3 * i) / 500), 2);
});

describe("heart-rate variability", () => {
  const nnMs: number[] = golden.hrv.nnMs;

  test("time domain and Poincaré plot equal NeuroKit2's", () => {
    const found = timeHrv(nnMs);
    for (const name of ["meanNnMs", "medianNnMs", "sdnnMs", "rmssdMs", "sdsdMs", "sd1Ms", "sd2Ms"] as const) {
      expect(found[name]).toBeCloseTo(golden.hrv[name], 8);
    }
    // NeuroKit2 divides by the number of differences + 1, the Task Force by the number of differences.
    expect((found.pnn50Percent * 119) / 120).toBeCloseTo(golden.hrv.pnn50Neurokit, 8);
    expect((found.pnn20Percent * 119) / 120).toBeCloseTo(golden.hrv.pnn20Neurokit, 8);
  });

  test("no difference is taken over an interval that was left out", () => {
    expect(timeHrv([800, 810, Number.NaN, 900, 890]).rmssdMs).toBeCloseTo(10, 12);
  });

  test("the periodogram equals SciPy's, and a rhythm of 0.25 Hz shows as its variance in the high band", () => {
    let at = 0;
    const seconds = nnMs.map((ms) => {
      at += ms;
      return at / 1000;
    });
    const mean = nnMs.reduce((sum, ms) => sum + ms, 0) / nnMs.length;
    golden.lombScargle.hz.forEach((hz: number, i: number) => {
      const value = lombScargle(
        seconds,
        nnMs.map((ms) => ms - mean),
        hz,
      );
      expect(value / golden.lombScargle.values[i]).toBeCloseTo(1, 9);
    });
    const beats = Array.from({ length: 300 }, (_, i) => i * 1000);
    const breathing = beats.map((ms) => 1000 + 30 * Math.sin((2 * Math.PI * 0.25 * ms) / 1000));
    const found = frequencyHrv(beats, breathing);
    expect(found.hfMs2).toBeGreaterThan(0.9 * 450);
    expect(found.hfMs2).toBeLessThan(1.1 * 450);
    expect(found.lfMs2).toBeLessThan(5);
  });
});
