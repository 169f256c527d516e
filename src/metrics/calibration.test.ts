import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import {
  brier,
  brierSkill,
  calibrationCurve,
  calibrationIntercept,
  calibrationSlope,
  expectedCalibrationError,
  logisticRecalibration,
  logLoss,
  medsCalibrationError,
} from "./index.ts";

const logistic = (z: number) => 1 / (1 + Math.exp(-z));

/** Outcomes of probabilities logistic(intercept + slope x z), predicted as logistic(z). */
function outcomes(rows: number, intercept: number, slope: number) {
  const stream = randomStream(11, "calibration");
  const labels = new Float64Array(rows);
  const scores = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const z = stream.normal(-1, 1.5);
    scores[i] = logistic(z);
    labels[i] = stream.chance(logistic(intercept + slope * z)) ? 1 : 0;
  }
  return { labels, scores };
}

test("recalibration finds the line that made the outcomes", () => {
  const { labels, scores } = outcomes(40_000, 0.4, 0.7);
  const { intercept, slope } = logisticRecalibration(labels, scores);
  expect(intercept).toBeGreaterThan(0.34);
  expect(intercept).toBeLessThan(0.46);
  expect(slope).toBeGreaterThan(0.66);
  expect(slope).toBeLessThan(0.74);
  const mended = scores.map((p) => logistic(intercept + slope * Math.log(p / (1 - p))));
  expect(calibrationSlope(labels, mended)).toBeCloseTo(1, 8);
  expect(calibrationIntercept(labels, mended)).toBeCloseTo(0, 8);
});

test("the intercept in the large makes the mean prediction meet the prevalence", () => {
  const { labels, scores } = outcomes(2000, -0.8, 1);
  const shift = calibrationIntercept(labels, scores);
  const moved = scores.map((p) => logistic(shift + Math.log(p / (1 - p))));
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
  expect(mean(moved)).toBeCloseTo(mean(labels), 12);
});

test("scores of exactly 0 and 1 are clipped, so that recalibration stays finite", () => {
  const labels = [0, 1, 0, 1, 0, 1];
  const scores = [0, 0, 0.4, 0.6, 1, 1];
  expect(calibrationSlope(labels, scores)).toBeGreaterThan(0);
  expect(calibrationIntercept(labels, scores)).toBeCloseTo(0, 9);
  expect(calibrationIntercept([1, 1, 0], [0, 0, 0])).toBeCloseTo(36.7368, 3);
  expect(calibrationIntercept([1, 0, 0], [1, 1, 1])).toBeCloseTo(-36.7368, 3);
});

test("a threshold that parts the outcomes leaves the slope without a value", () => {
  expect(() => calibrationSlope([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4])).toThrow("no finite value");
  expect(() => calibrationSlope([1, 1, 0, 0], [0.1, 0.2, 0.2, 0.4])).toThrow("no finite value");
  expect(() => calibrationSlope([0, 1, 0, 1], [0.3, 0.3, 0.3, 0.3])).toThrow("All scores are equal");
  expect(() => calibrationSlope([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], { weights: [1, 1, 0, 1] })).toThrow(
    "no finite value",
  );
  expect(calibrationSlope([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4])).toBeGreaterThan(0);
});

test("Brier skill takes the prevalence of the rows, or the one given", () => {
  const labels = [1, 0, 0, 0];
  const scores = [0.6, 0.2, 0.1, 0.1];
  expect(brierSkill(labels, scores)).toBeCloseTo(1 - brier(labels, scores) / (0.25 * 0.75), 14);
  const half = brier(labels, [0.5, 0.5, 0.5, 0.5]);
  expect(brierSkill(labels, scores, { prevalence: 0.5 })).toBeCloseTo(1 - brier(labels, scores) / half, 14);
  expect(brierSkill(labels, [0.25, 0.25, 0.25, 0.25])).toBe(0);
  expect(brierSkill([1, 1], [0.9, 0.9], { prevalence: 0.5 })).toBeCloseTo(1 - 0.01 / 0.25, 14);
  expect(() => brierSkill([0, 0], [0.1, 0.1])).toThrow("reference forecast makes no error");
  expect(() => brierSkill([0, 0], [0.1, 0.1], { prevalence: 0 })).toThrow("reference forecast makes no error");
  expect(() => brierSkill(labels, scores, { prevalence: 1.5 })).toThrow("prevalence is out of range");
});

test("log loss of a sure and wrong forecast is finite, of a sure and right one almost nothing", () => {
  expect(logLoss([1], [0])).toBeCloseTo(52 * Math.LN2, 12);
  expect(logLoss([0], [1])).toBeCloseTo(52 * Math.LN2, 12);
  expect(logLoss([1, 0], [1, 0])).toBeLessThan(1e-15);
});

test("a row on an edge belongs to the bin below, and empty bins are left out", () => {
  const curve = calibrationCurve([0, 1, 1, 0], [0, 0.2, 0.21, 1]);
  expect(curve).toEqual({ observed: [0.5, 1, 0], predicted: [0.1, 0.21, 1], counts: [2, 1, 1] });
});

test("equal-mass bins hold equally many rows", () => {
  const scores = Array.from({ length: 20 }, (_, i) => (i / 20) ** 2);
  const labels = scores.map((_, i) => i % 2);
  expect(calibrationCurve(labels, scores, { bins: 4, strategy: "quantile" }).counts).toEqual([5, 5, 5, 5]);
});

test("ECE weighs bins by their rows, the MEDS figure does not", () => {
  const labels = [...Array(9).fill(0), 1];
  const scores = [...Array(9).fill(0.05), 0.55];
  expect(expectedCalibrationError(labels, scores)).toBeCloseTo(0.9 * 0.05 + 0.1 * 0.45, 14);
  expect(medsCalibrationError(labels, scores)).toBeCloseTo((0.05 + 0.45) / 2, 14);
});

test("a number of bins that is not whole and positive is refused", () => {
  for (const bins of [0, -1, 2.5, Number.NaN]) {
    expect(() => calibrationCurve([0, 1], [0.1, 0.9], { bins })).toThrow("bins is not a whole number");
  }
  expect(calibrationCurve([0, 1], [0.1, 0.9], { bins: 1, strategy: "quantile" }).counts).toEqual([2]);
});
