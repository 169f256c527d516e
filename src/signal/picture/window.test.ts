// Windows for a screen: what a loop over all samples gives, whichever way they are served.
import { describe, expect, test } from "vitest";
import { ecgWindow, type WindowedRecord } from "./window.ts";

/** Two signals, the second twice as fast, with a gap. */
function made(frames: number): WindowedRecord & { reads: number } {
  const value = (i: number) => (i % 1000 < 30 ? Number.NaN : Math.sin(i / 37) + ((i * 7919) % 113) / 50);
  return {
    reads: 0,
    rateHz: 100,
    frames,
    signals: [
      { name: "II", unit: "mV", samplesPerFrame: 1 },
      { name: "PPG", unit: "NU", samplesPerFrame: 2 },
    ],
    window(from, to) {
      this.reads += to - from;
      return [
        Float32Array.from({ length: to - from }, (_, i) => value(from + i)),
        Float32Array.from({ length: 2 * (to - from) }, (_, i) => value(2 * from + i)),
      ];
    },
  };
}

function lowHigh(values: Float32Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

describe("a window", () => {
  test("gives the samples themselves where there is room for them", () => {
    const record = made(2000);
    const { leads, fromSeconds, toSeconds } = ecgWindow(record, { fromSeconds: 1, toSeconds: 3, width: 800 });
    expect([fromSeconds, toSeconds]).toEqual([1, 3]);
    expect(leads.map(({ kind, rateHz }) => [kind, rateHz])).toEqual([
      ["samples", 100],
      ["samples", 200],
    ]);
    expect(leads[0]!.values).toEqual(record.window(100, 300)[0]);
    expect(leads[1]!.values).toHaveLength(400);
  });

  test("gives each pixel's lowest and highest value, none lost", () => {
    const record = made(60_000);
    const { leads } = ecgWindow(record, { fromSeconds: 10, toSeconds: 130, width: 300, leads: ["ii"] });
    expect(leads).toHaveLength(1);
    const [all] = record.window(1000, 13_000);
    for (const pixel of [0, 1, 150, 299]) {
      const expected = lowHigh(all!.subarray(pixel * 40, (pixel + 1) * 40));
      const got = leads[0]!.values.subarray(2 * pixel, 2 * pixel + 2);
      expect([...got]).toEqual(expected.map((x) => (Number.isFinite(x) ? x : Number.NaN)));
    }
  });

  test("of a long stretch comes from an overview, made once, with the same extremes", () => {
    const record = made(1_000_000);
    const first = ecgWindow(record, { width: 500 });
    expect(record.reads).toBe(1_000_000);
    const second = ecgWindow(record, { fromSeconds: 640, toSeconds: 9600, width: 640 });
    expect(record.reads).toBe(1_000_000);
    const [all] = record.window(0, 1_000_000);
    expect(lowHigh(first.leads[0]!.values)).toEqual(lowHigh(all!));
    expect(second.leads[0]!.values).toHaveLength(1280);
    expect(lowHigh(second.leads[0]!.values)).toEqual(lowHigh(all!.subarray(64_000, 960_000)));
  });

  test("beyond the record is held to it", () => {
    const record = made(500);
    expect(ecgWindow(record, { fromSeconds: 4, toSeconds: 99, width: 10 })).toMatchObject({
      fromSeconds: 4,
      toSeconds: 5,
    });
    expect(ecgWindow(record, { fromSeconds: 7, toSeconds: 9, width: 10 }).leads[0]!.values).toHaveLength(0);
  });
});
