import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { buildPyramid, decimate } from "./decimate.ts";

test("every column holds the very extremes of its samples, with and without the pyramid", () => {
  const stream = randomStream(1, "decimate");
  const signal = Float32Array.from({ length: 50_003 }, () => stream.uniform() - 0.5);
  signal[12_345] = 9;
  for (let i = 20_000; i < 21_500; i++) signal[i] = Number.NaN;
  const pyramid = buildPyramid(signal);
  for (const [from, to, width] of [
    [0, 50_003, 700],
    [12_000, 13_000, 333],
    [19_000, 30_000, 10],
    [5, 6, 3],
    [100, 4_100, 4_000],
    [20_010, 21_400, 20],
  ] as const) {
    const quick = decimate(signal, { from, to, width, pyramid });
    expect(quick).toEqual(decimate(signal, { from, to, width }));
    const column = Math.min(width - 1, 7);
    const first = Math.floor(from + (column * (to - from)) / width);
    const last = Math.max(first + 1, Math.floor(from + ((column + 1) * (to - from)) / width));
    const known = [...signal.slice(first, last)].filter((value) => !Number.isNaN(value));
    expect(quick.low[column]).toBe(known.length ? Math.min(...known) : Number.NaN);
    expect(quick.high[column]).toBe(known.length ? Math.max(...known) : Number.NaN);
  }
  expect(Math.max(...decimate(signal, { width: 100, pyramid }).high.filter((value) => !Number.isNaN(value)))).toBe(9);
});

test("a window outside the signal is refused", () => {
  expect(() => decimate(new Float32Array(10), { from: 5, to: 11, width: 3 })).toThrow("The window cannot be drawn");
  expect(() => decimate(new Float32Array(10), { width: 0 })).toThrow("0 columns");
});
