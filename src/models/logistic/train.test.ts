// What holds of every trained model: optimality, refusals, stopping, saving.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BedsideError, Stopped } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { randomStream } from "../../core/random.ts";
import { modelFromJSON } from "../load.ts";
import { trainLogisticRegression } from "./train.ts";

/** Rows whose outcome depends on the first column. */
function table(seed: number, rows: number, columns: number): { x: Matrix; y: Uint8Array } {
  const stream = randomStream(seed, "table");
  const data = Float64Array.from({ length: rows * columns }, () => stream.normal());
  const y = Uint8Array.from({ length: rows }, (_, i) =>
    stream.chance(1 / (1 + Math.exp(-data[i * columns]!))) ? 1 : 0,
  );
  y.set([0, 1]);
  return { x: { rows, columns, data }, y };
}

/** The largest breach of an optimality condition of scikit-learn's objective, written the plain way. */
function breach(x: Matrix, y: Uint8Array, c: number, l1Ratio: number, w: ArrayLike<number>, b: number): number {
  let worst = 0;
  let sum = 0;
  const residual = Array.from({ length: x.rows }, (_, i) => {
    let z = b;
    for (let j = 0; j < x.columns; j++) z += x.data[i * x.columns + j]! * w[j]!;
    return c * (1 / (1 + Math.exp(-z)) - y[i]!);
  });
  for (const value of residual) sum += value;
  worst = Math.abs(sum);
  for (let j = 0; j < x.columns; j++) {
    let gradient = (1 - l1Ratio) * w[j]!;
    for (let i = 0; i < x.rows; i++) gradient += x.data[i * x.columns + j]! * residual[i]!;
    const size =
      w[j] === 0 ? Math.max(0, Math.abs(gradient) - l1Ratio) : Math.abs(gradient + l1Ratio * Math.sign(w[j]!));
    worst = Math.max(worst, size);
  }
  return worst;
}

describe("a trained model", () => {
  test("is at the minimum of the objective, whatever table and penalty", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 8, max: 60 }),
        fc.integer({ min: 1, max: 25 }),
        fc.double({ min: -3, max: 1, noNaN: true }),
        fc.constantFrom(0, 0.2, 0.5, 0.9, 1),
        (seed, rows, columns, logC, l1Ratio) => {
          const { x, y } = table(seed, rows, columns);
          const c = 10 ** logC;
          const model = trainLogisticRegression(x, y, { c, l1Ratio });
          expect(model.converged).toBe(true);
          expect(breach(x, y, c, l1Ratio, model.coefficients, model.intercept)).toBeLessThan(
            1e-6 * Math.max(1, c * rows),
          );
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  test("is the same when trained again, and when read back from JSON", async () => {
    const { x, y } = table(3, 80, 6);
    const model = trainLogisticRegression(x, y, { c: 0.3, l1Ratio: 0.5 });
    const again = trainLogisticRegression(x, y, { c: 0.3, l1Ratio: 0.5 });
    const back = modelFromJSON(JSON.parse(JSON.stringify(model)));
    expect([...again.predict(x)]).toEqual([...model.predict(x)]);
    expect([...(await back.predict(x))]).toEqual([...model.predict(x)]);
  });

  test("gives 0 to a column that never changes, and keeps probabilities calibrated on average", () => {
    const { x, y } = table(4, 100, 3);
    for (let i = 0; i < x.rows; i++) x.data[i * 3 + 1] = 5;
    const model = trainLogisticRegression(x, y, { c: 10 });
    expect(model.coefficients[1]).toBe(0);
    const mean = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(model.predict(x))).toBeCloseTo(mean(y), 8);
  });

  test("of outcomes told apart without error and no penalty says that it did not converge", () => {
    const x = { rows: 4, columns: 1, data: Float64Array.of(0, 1, 2, 3) };
    expect(trainLogisticRegression(x, [0, 0, 1, 1], { c: Number.POSITIVE_INFINITY, maxIterations: 50 }).converged).toBe(
      false,
    );
  });
});

describe("refuses", () => {
  const problem = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      if (error instanceof BedsideError) return error.problem;
      throw error;
    }
    return undefined;
  };

  test("NaN in the table, and names the column and how many rows", () => {
    const { x, y } = table(5, 20, 3);
    x.data[4] = Number.NaN;
    x.data[7] = Number.POSITIVE_INFINITY;
    const found = problem(() => trainLogisticRegression(x, y, { featureNames: ["age", "lactate", "urine"] }));
    expect(found?.code).toBe("models/not-finite");
    expect(found?.what).toMatch(/lactate.*2 of 20/);
  });

  test.each([
    { y: [0, 0, 0], code: "models/one-class" },
    { y: [0, 2, 1], code: "models/bad-label" },
    { y: [0, 1], code: "models/size-mismatch" },
  ])("labels $y with $code", ({ y, code }) => {
    expect(
      problem(() => trainLogisticRegression({ rows: 3, columns: 1, data: Float64Array.of(1, 2, 3) }, y))?.code,
    ).toBe(code);
  });

  test("settings outside their range", () => {
    const { x, y } = table(6, 20, 2);
    for (const options of [{ c: 0 }, { c: -1 }, { l1Ratio: 1.5 }, { l1Ratio: Number.NaN }, { tolerance: 0 }]) {
      expect(problem(() => trainLogisticRegression(x, y, options))?.code, JSON.stringify(options)).toBe(
        "models/bad-option",
      );
    }
  });

  test("to go on after an abort", () => {
    const { x, y } = table(7, 200, 20);
    expect(() => trainLogisticRegression(x, y, { signal: AbortSignal.abort() })).toThrow(Stopped);
  });
});
