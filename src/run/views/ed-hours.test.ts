import { describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { interpolatedByHour, knownByHour } from "./ed-hours.ts";

const none = Number.NaN;
/** Two signs, charted at 0, 50, 70 and 200 minutes. */
const charted = { minutes: [0, 50, 70, 200], values: [80, none, 90, 20, none, 22, 100, none], signs: 2 };

describe("what is known at each hour", () => {
  test("is the last value charted up to then, up to departure, and NaN before the first", () => {
    expect([...knownByHour(charted, 150, 24)]).toEqual([80, none, 90, 20, 90, 22, 90, 22]);
    expect([...knownByHour(charted, 240, 24)].slice(-4)).toEqual([90, 22, 100, 22]);
  });

  test("does not change with what is charted later", () => {
    const stream = randomStream(1, "later");
    for (let i = 0; i < 50; i++) {
      const minutes = Array.from({ length: 8 }, () => Math.floor(400 * stream.uniform())).sort((a, b) => a - b);
      const values = minutes.map(() => stream.normal());
      const hour = 1 + stream.below(6);
      const other = values.map((value, t) => (minutes[t]! > hour * 60 ? value + 100 : value));
      const known = (own: number[]) => [...knownByHour({ minutes, values: own, signs: 1 }, 400, 24)].slice(0, hour + 1);
      expect(known(other)).toEqual(known(values));
    }
  });

  test("is of the latest hours where there are many, and of one moment where a visit has no length", () => {
    expect([...knownByHour(charted, 240, 2)]).toEqual([90, 22, 100, 22]);
    expect([...knownByHour(charted, 0, 24)]).toEqual([80, none]);
  });
});

describe("the authors' lines", () => {
  test("join charted values, are read off every hour from the first charting, and end level", () => {
    const found = [...interpolatedByHour(charted, 24)];
    expect(found.filter((_, i) => i % 2 === 0)[0]).toBe(80);
    expect(found.filter((_, i) => i % 2 === 0)[1]).toBeCloseTo(90 + (10 * 10) / 150, 10);
    expect(found.filter((_, i) => i % 2 === 1)).toEqual([20, 21, 22, 22]);
  });

  test("know of the value after: the fault that corrected mode mends", () => {
    const later = { ...charted, values: charted.values.map((value, i) => (i === 6 ? 130 : value)) };
    expect(interpolatedByHour(later, 24)[2]).not.toBe(interpolatedByHour(charted, 24)[2]);
  });

  test("are none where nothing was charted, and missing for a sign that never was", () => {
    expect([...interpolatedByHour({ minutes: [], values: [], signs: 2 }, 24)]).toEqual([]);
    expect([...interpolatedByHour({ minutes: [5], values: [70, none], signs: 2 }, 24)]).toEqual([70, none]);
  });
});
