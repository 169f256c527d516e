import { describe, expect, test } from "vitest";
import { randomEnsemble, randomRows } from "./fixture.ts";
import { partialDependence } from "./partial-dependence.ts";
import { predict, predictMargin } from "./predict.ts";

const ensemble = randomEnsemble({ seed: 3, outputs: 3, trees: 6 });
const x = randomRows(80, 5, 2);

const meanWith = (values: Record<number, number>, k: number, rows = x, run = predict) => {
  const data = rows.data.map((value, i) => values[i % 5] ?? value);
  const predictions = run(ensemble, { ...rows, data });
  let sum = 0;
  for (let row = 0; row < rows.rows; row++) sum += predictions[row * 3 + k]!;
  return sum / rows.rows;
};

test("the curve of one feature holds the mean prediction with the feature set to each grid point", () => {
  const { grids, means, outputs } = partialDependence(ensemble, x, [1], { points: 7 });
  const [grid] = grids as [Float64Array];
  expect(outputs).toBe(3);
  expect(grid.length).toBeLessThanOrEqual(8);
  expect(grid.at(-1)).toBeNaN();
  grid.forEach((value, p) => {
    for (let k = 0; k < 3; k++) expect(means[p * 3 + k]).toBeCloseTo(meanWith({ 1: value }, k), 14);
  });
});

test("the surface of two features runs over the first grid and within it over the second", () => {
  const { grids, means } = partialDependence(ensemble, x, [4, 0], { points: 4, of: "margin" });
  const [first, second] = grids as [Float64Array, Float64Array];
  first.forEach((a, p) => {
    second.forEach((b, q) => {
      const at = (p * second.length + q) * 3 + 2;
      expect(means[at]).toBeCloseTo(meanWith({ 4: a, 0: b }, 2, x, predictMargin), 13);
    });
  });
});

describe("the grid", () => {
  const one = randomEnsemble({ features: 1 });
  const column = (values: number[]) => ({ rows: values.length, columns: 1, data: Float64Array.from(values) });
  const gridOf = (values: number[], options = {}) => [
    ...partialDependence(one, column(values), [0], options).grids[0]!,
  ];

  test("is every value where there are few, in rising order", () => {
    expect(gridOf([10, 9, -1, 9, 100])).toEqual([-1, 9, 10, 100]);
  });

  test("is evenly spaced quantiles otherwise, each a value that occurs", () => {
    const values = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(gridOf(values, { points: 3 })).toEqual([5, 50, 95]);
    expect(gridOf(values, { points: 3, between: [0, 1] })).toEqual([1, 50, 100]);
  });

  test("has the missing value last where one is missing, and nothing else where all are", () => {
    expect(gridOf([2, Number.NaN, 1])).toEqual([1, 2, Number.NaN]);
    expect(gridOf([Number.NaN])).toEqual([Number.NaN]);
  });

  test("holds all codes of a categorical feature", () => {
    const codes = Array.from({ length: 30 }, (_, code) => code);
    const named = { ...one, features: [{ name: "unit", categories: codes.map(String) }] };
    expect(partialDependence(named, column(codes), [0], { points: 5 }).grids[0]).toHaveLength(30);
  });

  test("can be the caller's", () => {
    expect([...partialDependence(one, column([1, 2]), [0], { grids: [[7, 8]] }).grids[0]!]).toEqual([7, 8]);
  });
});

test("no rows, no or three columns, unknown columns and empty ranges are refused", () => {
  expect(() => partialDependence(ensemble, randomRows(0, 5), [0])).toThrow(/no rows/);
  expect(() => partialDependence(ensemble, x, [])).toThrow(/0, not 1 or 2/);
  expect(() => partialDependence(ensemble, x, [0, 1, 2])).toThrow(/3, not 1 or 2/);
  expect(() => partialDependence(ensemble, x, [5])).toThrow(/no column 5/);
  expect(() => partialDependence(ensemble, x, [0], { between: [0.5, 0.5] })).toThrow(/between/);
});
