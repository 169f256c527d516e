import { expect, test } from "vitest";
import { mae, medianAbsoluteError, mse, r2, rmse } from "./index.ts";

test("the errors of numbers agree with one another", () => {
  const labels = [1, 2, 3, 10];
  const scores = [1, 3, 1, 10];
  expect(mae(labels, scores)).toBe(0.75);
  expect(mse(labels, scores)).toBe(1.25);
  expect(rmse(labels, scores)).toBe(Math.sqrt(1.25));
  expect(medianAbsoluteError(labels, scores)).toBe(0.5);
  expect(r2(labels, scores)).toBeCloseTo(1 - 5 / 50, 14);
});

test("R2 follows scikit-learn where the labels do not vary", () => {
  expect(r2([4, 4, 4], [4, 4, 4])).toBe(1);
  expect(r2([4, 4, 4], [4, 4, 5])).toBe(0);
  expect(() => r2([4], [4])).toThrow("only one row");
});

test("R2 keeps its digits under a large common offset", () => {
  const far = 2 ** 45;
  const labels = [1, 2, 3, 5];
  const scores = [1, 2, 4, 5];
  const weights = [1, 2, 1, 3];
  const move = (values: number[]) => values.map((value) => value + far);
  expect(r2(move(labels), move(scores), { weights })).toBeCloseTo(r2(labels, scores, { weights }), 13);
});

test("the weighted median skips rows without weight", () => {
  expect(medianAbsoluteError([0, 0, 0, 0], [1, 2, 3, 4], { weights: [1, 0, 0, 1] })).toBe(2.5);
  expect(medianAbsoluteError([0, 0, 0, 0], [1, 2, 3, 4], { weights: [1, 0, 0, 2] })).toBe(4);
  expect(medianAbsoluteError([0, 0, 0], [1, 2, 3], { weights: [1, 0, 0] })).toBe(1);
});
