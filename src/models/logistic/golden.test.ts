// Coefficients against scikit-learn's, stored with the script that made them.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { trainLogisticRegression } from "./train.ts";

interface Fit {
  c: number | "Infinity";
  l1Ratio: number;
  balanced: boolean;
  fitIntercept: boolean;
  weighted: boolean;
  coefficients: number[];
  intercept: number;
}

interface Case {
  kind: string;
  columns: number;
  x: number[];
  y: number[];
  fits: Fit[];
}

const cases = JSON.parse(readFileSync(new URL("golden/logistic.json", import.meta.url), "utf8")) as Case[];
const CLOSE = 1e-6;

describe.each(cases)(
  "on a table that is $kind, scikit-learn's coefficients are met to 1e-6",
  ({ columns, x, y, fits }) => {
    const matrix = { rows: y.length, columns, data: Float64Array.from(x) };

    test.each(fits)("C $c, l1 $l1Ratio, balanced $balanced, intercept $fitIntercept, weighted $weighted", (fit) => {
      const model = trainLogisticRegression(matrix, y, {
        c: Number(fit.c),
        l1Ratio: fit.l1Ratio,
        fitIntercept: fit.fitIntercept,
        ...(fit.balanced ? { classWeight: "balanced" as const } : {}),
        ...(fit.weighted ? { sampleWeights: y.map((_, row) => (row % 3) * 0.5) } : {}),
      });
      expect(model.converged).toBe(true);
      expect(Math.abs(model.intercept - fit.intercept)).toBeLessThan(CLOSE * Math.max(1, Math.abs(fit.intercept)));
      expect(model.coefficients.length).toBe(fit.coefficients.length);
      fit.coefficients.forEach((expected, j) => {
        expect(Math.abs(model.coefficients[j]! - expected), `x${j}`).toBeLessThan(
          CLOSE * Math.max(1, Math.abs(expected)),
        );
      });
    });
  },
);

test("the references are as many as the script says, of every kind of penalty", () => {
  const fits = cases.flatMap((one) => one.fits);
  expect(fits.length).toBe(112);
  const without = (wanted: (fit: Fit) => boolean) => !fits.some(wanted);
  expect(without(({ c }) => c === "Infinity")).toBe(false);
  for (const l1Ratio of [0, 0.5, 1]) {
    expect(without((fit) => fit.l1Ratio === l1Ratio && fit.balanced && fit.fitIntercept)).toBe(false);
  }
});
