// Coefficients against scikit-learn's, stored with the script that made them.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { trainLogisticRegression } from "./train.ts";

interface Case {
  kind: string;
  columns: number;
  x: number[];
  y: number[];
  fits: { c: number; l1Ratio: number; balanced: boolean; coefficients: number[]; intercept: number }[];
}

const cases = JSON.parse(readFileSync(new URL("golden/logistic.json", import.meta.url), "utf8")) as Case[];
const CLOSE = 1e-6;

describe.each(cases)("on a table that is $kind", ({ columns, x, y, fits }) => {
  const matrix = { rows: y.length, columns, data: Float64Array.from(x) };

  test.each(fits)("C = $c, l1 ratio = $l1Ratio, balanced: $balanced equals scikit-learn to 1e-6", (fit) => {
    const model = trainLogisticRegression(matrix, y, {
      c: fit.c,
      l1Ratio: fit.l1Ratio,
      ...(fit.balanced ? { classWeight: "balanced" as const } : {}),
    });
    expect(model.converged).toBe(true);
    expect(Math.abs(model.intercept - fit.intercept)).toBeLessThan(CLOSE * Math.max(1, Math.abs(fit.intercept)));
    fit.coefficients.forEach((expected, j) => {
      expect(Math.abs(model.coefficients[j]! - expected), `x${j}`).toBeLessThan(
        CLOSE * Math.max(1, Math.abs(expected)),
      );
    });
  });
});

test("the references are as many as the script says", () => {
  expect(cases.reduce((sum, { fits }) => sum + fits.length, 0)).toBeGreaterThanOrEqual(75);
});
