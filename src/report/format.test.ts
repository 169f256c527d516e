import { expect, test } from "vitest";
import {
  formatCount,
  formatEstimate,
  formatFigure,
  formatInterval,
  formatLevel,
  formatSeconds,
  formatShare,
  isEstimable,
} from "./format.ts";

test("counts have thousands separators, and a withheld count stays as it is", () => {
  expect([0, 999, 1000, 1234567, -1200, 2.6].map(formatCount)).toEqual([
    "0",
    "999",
    "1,000",
    "1,234,567",
    "−1,200",
    "3",
  ]);
  expect([Number.NaN, null, undefined, "withheld"].map(formatCount)).toEqual(["–", "–", "–", "withheld"]);
});

test("figures have the decimals that their size deserves", () => {
  expect([0.86123, 46.52, 123.4, 0.00412, 0, -0.25].map((value) => formatFigure(value))).toEqual([
    "0.861",
    "46.5",
    "123",
    "0.0041",
    "0.000",
    "−0.250",
  ]);
  expect(formatFigure(-0.0001, 2)).toBe("0.00");
  expect([Number.NaN, null, undefined, Number.POSITIVE_INFINITY].map((value) => formatFigure(value))).toEqual([
    "–",
    "–",
    "–",
    "–",
  ]);
});

test("an interval has a decimal fewer where it is wide, and no dash beside a minus", () => {
  expect(formatInterval({ value: 0.861, low: 0.8391, high: 0.8812 })).toBe("0.84–0.88");
  expect(formatInterval({ value: 0.055, low: 0.0491, high: 0.0607 })).toBe("0.049–0.061");
  expect(formatEstimate({ value: 0.0097, low: -0.228, high: 0.213 })).toBe("0.010 (−0.23 to 0.21)");
  expect(formatEstimate({ value: 0.0041, low: 0.0037, high: 0.0046 })).toBe("0.0041 (0.0037–0.0046)");
  expect(formatInterval({ value: -0.05, low: -0.12, high: 0.051 })).toBe("−0.12 to 0.05");
});

test("a figure without both ends of its interval is not printed", () => {
  expect(formatEstimate({ value: 0.861, low: 0.84, high: 0.88 })).toBe("0.861 (0.84–0.88)");
  for (const estimate of [
    null,
    undefined,
    { value: 0.9, low: null, high: 0.95 },
    { value: 0.9, low: 0.8, high: null },
    { value: Number.NaN, low: 0.8, high: 0.9 },
  ]) {
    expect(isEstimable(estimate)).toBe(false);
    expect(formatEstimate(estimate)).toBe("–");
  }
});

test("shares and levels are percentages; a share of nothing is a dash", () => {
  expect(formatShare(542, 7567)).toBe("7.2\u00a0%");
  expect(formatShare(0, 0)).toBe("–");
  expect([0.95, 0.999].map(formatLevel)).toEqual(["95\u00a0%", "99.9\u00a0%"]);
});

test("times are in the unit that fits, and never 60 of the smaller one", () => {
  const plain = (seconds: number) => formatSeconds(seconds).replace(/\u00a0/g, " ");
  expect([0, 3.44, 9.97, 59.6, 125, 3725].map(plain)).toEqual([
    "0.0 s",
    "3.4 s",
    "10 s",
    "1 min 0 s",
    "2 min 5 s",
    "1 h 2 min",
  ]);
  expect(formatSeconds(Number.NaN)).toBe("–");
});
