// Tables of points against an independent reading of the method with scikit-learn, stored with the script that made them.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { auroc } from "../../metrics/index.ts";
import { trainAutoScore } from "./index.ts";

interface Case {
  seed: number;
  maximum: number;
  names: string[];
  /** By column. */
  x: (number | null)[][];
  y: number[];
  cutoffs: Record<string, number[]>;
  points: Record<string, number[]>;
  auroc: number;
}

const cases = JSON.parse(readFileSync(new URL("golden/autoscore.json", import.meta.url), "utf8")) as Case[];

test.each(cases)(
  "the cut-offs, the points and the AUROC of the table of seed $seed are those of the reference",
  async ({ maximum, names, x: columns, y, cutoffs, points, auroc: expected }) => {
    const data = new Float64Array(y.length * names.length);
    columns.forEach((column, j) => {
      column.forEach((value, i) => {
        data[i * names.length + j] = value ?? Number.NaN;
      });
    });
    const x = { rows: y.length, columns: names.length, data };
    const model = await trainAutoScore(
      { x, y, featureNames: names },
      { variables: names, maximum, c: Number.POSITIVE_INFINITY },
    );
    for (const { name, bounds, points: own } of model.variables) {
      expect(bounds, name).toEqual({ kind: "numeric", cutoffs: cutoffs[name] });
      expect(own, name).toEqual(points[name]);
    }
    expect(auroc(y, model.score(x))).toBeCloseTo(expected, 12);
  },
);

test("the reference tables hold missing values, several maxima, and points in every variable", () => {
  expect(cases.length).toBe(3);
  expect(new Set(cases.map(({ maximum }) => maximum)).size).toBe(2);
  for (const { x, points } of cases) {
    expect(x.flat()).toContain(null);
    expect(Object.values(points).every((own) => own.length >= 2)).toBe(true);
  }
});
