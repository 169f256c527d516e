import { expect, test } from "vitest";
import { formatPublished, reachOf, SECONDS } from "./published-figures.ts";

const entry = { system: "S", data: "D", model: "GB", metric: "auroc", value: 0.819, source: "T" };

test("a published figure is printed with its interval, its ±, or alone, and reaches as far as printed", () => {
  const withInterval = { ...entry, low: 0.817, high: 0.822 };
  expect(formatPublished(withInterval)).toBe("0.819 (0.817–0.822)");
  expect(reachOf(withInterval)).toEqual({ low: 0.817, high: 0.822 });
  const withSpread = { ...entry, plusMinus: 0.002 };
  expect(formatPublished(withSpread)).toBe("0.819\u00a0±\u00a00.002");
  expect(reachOf(withSpread).high).toBeCloseTo(0.821, 10);
  expect(formatPublished(entry)).toBe("0.819");
  expect(reachOf(entry)).toEqual({ low: null, high: null });
});

test("seconds are printed as a duration", () => {
  expect(formatPublished({ ...entry, metric: SECONDS, value: 171 })).toBe("2\u00a0min 51\u00a0s");
});
