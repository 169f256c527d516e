// Coefficients against scikit-learn's, stored with the script that made them.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { trainElasticNet } from "./train.ts";

interface Fit {
  alpha: number;
  l1Ratio: number;
  fitIntercept: boolean;
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

const cases = JSON.parse(readFileSync(new URL("golden/elastic-net.json", import.meta.url), "utf8")) as Case[];
const CLOSE = 1e-6;

describe.each(cases)(
  "on a table that is $kind, scikit-learn's coefficients are met to 1e-6",
  ({ columns, x, y, fits }) => {
    const matrix = { rows: y.length, columns, data: Float64Array.from(x) };

    test.each(fits)("alpha $alpha, l1 $l1Ratio, intercept $fitIntercept", (fit) => {
      const { alpha, l1Ratio, fitIntercept } = fit;
      const model = trainElasticNet(matrix, y, {
        alpha,
        l1Ratio,
        fitIntercept,
        tolerance: 1e-13,
        maxIterations: 1_000_000,
      });
      expect(model.converged).toBe(true);
      expect(Math.abs(model.intercept - fit.intercept)).toBeLessThan(CLOSE * Math.max(1, Math.abs(fit.intercept)));
      expect(model.coefficients.length).toBe(fit.coefficients.length);
      fit.coefficients.forEach((expected, j) => {
        expect(Math.abs(model.coefficients[j]! - expected), `x${j}`).toBeLessThan(
          CLOSE * Math.max(1, Math.abs(expected)),
        );
        if (l1Ratio > 0 && Math.abs(expected) === 0) expect(Math.abs(model.coefficients[j]!)).toBeLessThan(1e-9);
      });
    });
  },
);

test("the references are as many as the script says", () => {
  expect(cases.flatMap((one) => one.fits).length).toBe(128);
});
