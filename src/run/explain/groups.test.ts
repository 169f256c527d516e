import fc from "fast-check";
import { expect, test } from "vitest";
import { cutByValue, isFew, joinSmall, quantileOf } from "./groups.ts";
import { ranksOf, swarmBins, swarmGrid } from "./swarm.ts";

const subjects = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 });

test("joined spans hold 11 patients each, lie side by side and leave no row out", () => {
  fc.assert(
    fc.property(subjects, fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 30 }), (patients, cuts) => {
      const edges = [0, ...cuts.map((cut) => Math.min(cut, patients.length)).sort((a, b) => a - b), patients.length];
      const spans = edges.slice(1).map((to, i) => ({ from: edges[i]!, to }));
      const joined = joinSmall(spans, patients);
      for (const span of joined) expect(isFew(span, patients)).toBe(false);
      joined.forEach(({ from }, i) => {
        expect(from).toBe(i ? joined[i - 1]!.to : 0);
      });
      if (new Set(patients).size > 10) expect(joined.at(-1)!.to).toBe(patients.length);
      else expect(joined).toEqual([]);
    }),
  );
});

test("equal values are never cut apart, and there are no more spans than asked for", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 300 }), (given) => {
      const values = given.sort((a, b) => a - b);
      const spans = cutByValue(values, 12);
      expect(spans.length).toBeLessThanOrEqual(12);
      expect(spans[0]!.from).toBe(0);
      expect(spans.at(-1)!.to).toBe(values.length);
      for (const { from } of spans.slice(1)) expect(values[from]).not.toBe(values[from - 1]);
      if (new Set(values).size <= 12) expect(spans).toHaveLength(new Set(values).size);
    }),
  );
});

test("the bins of a swarm count every row and rank the values in them", () => {
  const rows = 400;
  const values = Float64Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? Number.NaN : i));
  const contributions = Float64Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? -1 : (i - 200) / 300));
  const patients = Float64Array.from({ length: rows }, (_, i) => i);
  const bins = swarmBins(contributions, values, patients, swarmGrid([contributions]));
  expect(bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows);
  expect(bins[0]).toMatchObject({ rows: 40, rank: null });
  const ranks = bins.slice(1).map(({ rank }) => rank!);
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  expect(swarmBins(contributions, values, new Float64Array(rows), swarmGrid([contributions]))).toEqual([]);
});

test("equal values share their rank, missing ones have none", () => {
  expect([...ranksOf(Float64Array.of(5, Number.NaN, 1, 5, 9))]).toEqual([0.5, Number.NaN, 0, 0.5, 1]);
  expect([...ranksOf(Float64Array.of(Number.NaN, 3))]).toEqual([Number.NaN, 0.5]);
});

test("quantiles lie between neighbours by the line through them", () => {
  expect(quantileOf([1, 2, 4], 0.5)).toBe(2);
  expect(quantileOf([1, 2, 4], 0.75)).toBe(3);
  expect(quantileOf([7], 0.1)).toBe(7);
});
