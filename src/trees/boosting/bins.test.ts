import { describe, expect, it } from "vitest";
import { frequentCodes, greedyBounds } from "./bins.ts";

describe("bins", () => {
  it("gives each of few values a bin, cut half-way, joining those with too few rows", () => {
    expect([...greedyBounds(Float64Array.of(1, 1, 1, 2, 2, 2, 5, 5, 5), 255, 3)]).toEqual([
      1.5,
      3.5,
      Number.POSITIVE_INFINITY,
    ]);
    expect([...greedyBounds(Float64Array.of(1, 2, 3, 4), 255, 3)]).toEqual([3.5, Number.POSITIVE_INFINITY]);
  });

  it("cuts many values into bins of about equal counts and lets a frequent value stand alone", () => {
    const sorted = Float64Array.from({ length: 1000 }, (_, i) => (i < 500 ? 0 : i));
    const bounds = greedyBounds(sorted, 11, 3);
    expect(bounds.length).toBe(11);
    expect(bounds[0]).toBe(250);
    expect(bounds[10]).toBe(Number.POSITIVE_INFINITY);
  });

  it("cuts between neighbouring numbers, never above the higher one", () => {
    const low = 1;
    const high = 1 + Number.EPSILON;
    const [cut] = greedyBounds(Float64Array.of(low, high), 255, 1);
    expect(cut! >= low && cut! < high).toBe(true);
    expect(greedyBounds(Float64Array.of(-1e308, 1e308), 255, 1)[0]).toBe(0);
  });

  it("keeps the most frequent categories, the lower code among equals", () => {
    const counts = new Map([
      [9, 5],
      [4, 5],
      [7, 50],
      [1, 2],
    ]);
    expect([...frequentCodes(counts, 254, 3)]).toEqual([7, 4, 9]);
    expect([...frequentCodes(counts, 2, 3)]).toEqual([7, 4]);
  });
});
