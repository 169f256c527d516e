import { describe, expect, test } from "vitest";
import { categoriesOf, describeCategories } from "./categories.ts";
import { automaticCutoffs } from "./cutoffs.ts";

const published = [0.05, 0.2, 0.8, 0.95];
const range = (n: number, of: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => of(i));

describe("automatic cut-offs", () => {
  test("are the quantiles of the rows, missing ones left out", () => {
    expect(
      automaticCutoffs(
        range(101, (i) => i),
        published,
        3,
      ),
    ).toEqual([5, 20, 80, 95]);
    expect(automaticCutoffs(Float64Array.of(...range(101, (i) => i), Number.NaN, Number.NaN), published, 3)).toEqual([
      5, 20, 80, 95,
    ]);
  });

  test("are rounded to three digits, and to no more decimals than the column has", () => {
    expect(
      automaticCutoffs(
        range(1001, (i) => 1000 + 12.34 * i),
        [0.2],
        null,
      ),
    ).toEqual([3468]);
    expect(
      automaticCutoffs(
        range(1001, (i) => 1000 + 12.34 * i),
        [0.2],
        3,
      ),
    ).toEqual([3470]);
    // Half way between 36.6 and 36.7, in a column of tenths.
    expect(automaticCutoffs(Float64Array.of(36.2, 36.6, 36.7, 39), [0.5], null)[0]).toBeCloseTo(36.65, 10);
    expect([36.6, 36.7]).toContain(automaticCutoffs(Float64Array.of(36.2, 36.6, 36.7, 39), [0.5], 4)[0]);
    expect(automaticCutoffs(Float64Array.of(60, 71, 72, 99), [0.5], 3)).toEqual([72]);
    expect(automaticCutoffs(Float64Array.from(Float32Array.of(0.2, 0.4, 0.5, 0.9)), [0.4], 3)).toEqual([0.4]);
  });

  test("equal quantiles count once, and neither the least nor the greatest value is one", () => {
    const skewed = range(101, (i) => (i < 60 ? 0 : i < 90 ? 1 : i < 98 ? 4 : 30));
    expect(automaticCutoffs(skewed, published, 3)).toEqual([1, 4]);
    const acuity = range(101, (i) => (i < 10 ? 1 : i < 70 ? 2 : 3));
    expect(automaticCutoffs(acuity, published, 3)).toEqual([2]);
  });

  test("a yes/no column is parted between its two values, a constant or wholly missing one not at all", () => {
    expect(
      automaticCutoffs(
        range(50, (i) => (i === 3 ? 1 : 0)),
        published,
        3,
      ),
    ).toEqual([1]);
    expect(
      automaticCutoffs(
        range(50, (i) => (i === 3 ? 0 : 1)),
        published,
        3,
      ),
    ).toEqual([1]);
    expect(
      automaticCutoffs(
        range(50, () => 7),
        published,
        3,
      ),
    ).toEqual([]);
    expect(
      automaticCutoffs(
        range(5, () => Number.NaN),
        published,
        3,
      ),
    ).toEqual([]);
  });

  test("have more digits where three would make categories fall together", () => {
    const pressures = range(101, (i) => 1000 + i / 100);
    expect(automaticCutoffs(pressures, published, 3)).toEqual([1000.05, 1000.2, 1000.8, 1000.95]);
    expect(
      automaticCutoffs(
        range(101, (i) => 7100 + i),
        published,
        3,
      ),
    ).toEqual([7110, 7120, 7180, 7200]);
  });

  test("a cut-off that rounding moves to the least value leaves no category without rows", () => {
    // The 20 % quantile, 2.2, is 2 in a column of whole numbers, and nothing lies below 2.
    expect(automaticCutoffs(Float64Array.of(2, 3, 9, 9, 9, 12), [0.04, 0.8], 3)).toEqual([9]);
  });
});

describe("categories", () => {
  const variable = {
    name: "heartrate",
    column: 1,
    bounds: { kind: "numeric", cutoffs: [60, 100] },
    missing: true,
    common: 1,
  } as const;
  const column = (...values: number[]) => ({
    rows: values.length,
    columns: 2,
    data: Float64Array.from(values.flatMap((value) => [0, value])),
  });

  test("reach from their lower cut-off to below the next; values beyond all others fall into the end ones", () => {
    expect([...categoriesOf(variable, column(59.9, 60, 99, 100, -1e9, 1e9, Number.NaN))]).toEqual([
      0, 1, 1, 2, 0, 2, 3,
    ]);
  });

  test("without a category for missing, missing counts as the most common one", () => {
    expect([...categoriesOf({ ...variable, missing: false }, column(Number.NaN))]).toEqual([1]);
  });

  test("a reading of 32 bits is not below the cut-off it was written as", () => {
    const x = { rows: 1, columns: 1, data: Float32Array.of(36.6) };
    expect(Math.fround(36.6)).toBeLessThan(36.6);
    const cut = { ...variable, column: 0, bounds: { kind: "numeric", cutoffs: [36.6] } } as const;
    expect([...categoriesOf(cut, x)]).toEqual([1]);
  });

  test("codes are found by their number; one never seen counts as the most common", () => {
    const codes = { ...variable, bounds: { kind: "categorical", codes: [1, 2, 5] } } as const;
    expect([...categoriesOf(codes, column(1, 2, 5, 3, Number.NaN))]).toEqual([0, 1, 2, 1, 3]);
    expect(describeCategories(codes).map(({ category }) => category)).toEqual(["= 1", "= 2", "= 5", "missing"]);
  });

  test("are written as a reader expects", () => {
    expect(describeCategories(variable).map(({ category }) => category)).toEqual([
      "<60",
      "60 to <100",
      "≥100",
      "missing",
    ]);
    expect(describeCategories({ bounds: { kind: "numeric", cutoffs: [] }, missing: false })).toEqual([
      { category: "any value", low: null, high: null, code: null },
    ]);
  });
});
