import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as metrics from "./index.ts";

// The reference figures of golden/make_outcomes.py (scikit-learn); the rows are made here with the same generator.

const golden = JSON.parse(readFileSync(new URL("./golden/outcomes.json", import.meta.url), "utf8"));

function generator(seed: number): (count: number) => Float64Array {
  let state = Math.imul(seed, 2654435761) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return (count) => Float64Array.from({ length: count }, next);
}

interface ClassesCase {
  seed: number;
  rows: number;
  classes: number;
  weighted: boolean;
  kappa: Record<"none" | "linear" | "quadratic", number>;
  deviation: number;
}

test.each(golden.classes as ClassesCase[])("classes of seed $seed agree as scikit-learn says", (given) => {
  const { rows, classes } = given;
  const draws = generator(given.seed);
  const truth = draws(rows).map((u) => Math.floor(u * classes));
  const shift = draws(rows).map((u) => Math.floor(u * 3) - 1);
  const called = truth.map((t, row) => Math.min(classes - 1, Math.max(0, t + shift[row]!)));
  const weights = given.weighted ? draws(rows).map((u) => Math.floor(u * 4)) : undefined;
  for (const weighting of ["none", "linear", "quadratic"] as const) {
    expect(metrics.weightedKappa(truth, called, { classes, weighting, weights })).toBeCloseTo(
      given.kappa[weighting],
      12,
    );
  }
  const representatives = Array.from({ length: classes }, (_, k) => 0.5 + k * k);
  expect(metrics.classDeviation(truth, called, { representatives, weights })).toBeCloseTo(given.deviation, 11);
});

interface LabelsCase {
  seed: number;
  rows: number;
  columns: number;
  weighted: boolean;
  macroAuroc: number;
  microAuroc: number;
  macroAveragePrecision: number;
  microAveragePrecision: number;
}

test.each(golden.labels as LabelsCase[])("several labels of seed $seed average as in scikit-learn", (given) => {
  const { rows, columns } = given;
  const draws = generator(given.seed);
  const truth = draws(rows * columns).map((u) => (u < 0.3 ? 1 : 0));
  truth.fill(1, 0, columns).fill(0, columns, 2 * columns);
  const scores = draws(rows * columns).map((u, i) => Math.floor((u + 0.6 * truth[i]!) * 20) / 20);
  const weights = given.weighted ? draws(rows).map((u) => Math.floor(u * 4)) : undefined;
  weights?.fill(1, 0, 2);
  const options = { columns, weights };
  expect(metrics.macroAuroc(truth, scores, options)).toBeCloseTo(given.macroAuroc, 12);
  expect(metrics.microAuroc(truth, scores, options)).toBeCloseTo(given.microAuroc, 12);
  expect(metrics.macroAveragePrecision(truth, scores, options)).toBeCloseTo(given.macroAveragePrecision, 12);
  expect(metrics.microAveragePrecision(truth, scores, options)).toBeCloseTo(given.microAveragePrecision, 12);
});

interface RecalibrationCase {
  seed: number;
  rows: number;
  new: number[];
  isotonic: number[];
  platt: number[];
  minPrecisionSensitivity: number;
}

test.each(golden.recalibration as RecalibrationCase[])("recalibration of seed $seed is scikit-learn's", (given) => {
  const draws = generator(given.seed);
  const scores = draws(given.rows).map((u) => 0.02 + (0.96 * Math.floor(u * 40)) / 40);
  const labels = draws(given.rows).map((u, i) => {
    const logit = Math.log(scores[i]! / (1 - scores[i]!));
    return u < 1 / (1 + Math.exp(-(0.5 * logit - 0.7))) ? 1 : 0;
  });
  labels.set([0, 1]);
  const isotonic = metrics.applyIsotonic(metrics.isotonicRegression(labels, scores), given.new);
  const platt = metrics.applyPlatt(metrics.plattScaling(labels, scores), given.new);
  given.new.forEach((_, i) => {
    expect(isotonic[i]).toBeCloseTo(given.isotonic[i]!, 12);
    expect(platt[i]).toBeCloseTo(given.platt[i]!, 4); // scikit-learn stops its search early
  });
  expect(metrics.minPrecisionSensitivity(labels, scores)).toBeCloseTo(given.minPrecisionSensitivity, 12);
});

test.each(golden.holm as { values: number[]; adjusted: number[] }[])(
  "Holm's correction of $values",
  ({ values, adjusted }) => {
    metrics.holm(values).forEach((value, i) => {
      expect(value).toBeCloseTo(adjusted[i]!, 12);
    });
  },
);

test("labels that no row has, or every row, are left out of the macro average; with none left it is not defined", () => {
  const options = { columns: 3 };
  const truth = [0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1];
  const scores = [0.2, 0.3, 0.4, 0.9, 0.1, 0.4, 0.1, 0.8, 0.2, 0.7, 0.3, 0.3];
  expect(metrics.macroAuroc(truth, scores, options)).toBe(1);
  expect(() => metrics.macroAuroc([0, 0, 0], [0.1, 0.2, 0.3], options)).toThrow(/not defined/);
  expect(() => metrics.macroAuroc([0, 1], [0.1, 0.2], options)).toThrow(/no whole number of rows/);
});

test("a class without a name is refused, and one class only has no kappa", () => {
  expect(() => metrics.weightedKappa([0, 3], [0, 1], { classes: 3 })).toThrow(/none of those named/);
  expect(() => metrics.weightedKappa([1, 1], [1, 1], { classes: 3 })).toThrow(/all the same class/);
  expect(() => metrics.classDeviation([0], [0], { representatives: [Number.NaN] })).toThrow(/not a number/);
});

test("Platt scaling is finite where a threshold parts the outcomes, and level where all scores are one", () => {
  const parted = metrics.plattScaling([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]);
  expect(Number.isFinite(parted.slope) && parted.slope > 0).toBe(true);
  const level = metrics.applyPlatt(metrics.plattScaling([0, 1, 0, 0], [0.3, 0.3, 0.3, 0.3]), [0.1, 0.9]);
  expect(level[0]).toBe(level[1]);
});
