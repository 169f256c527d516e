import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BedsideError } from "../core/errors.ts";
import * as metrics from "./index.ts";

// The reference figures of golden/make_golden.py; the rows are made here from the same recipes.

interface Recipe {
  seed: number;
  rows: number;
  prevalence: number;
  bothClasses: boolean;
  scores: string;
  weights: string;
}
type Given = { labels: number[]; scores: number[]; weights: number[] | null };
type Figure = number | null;
type Rows = { labels: Float64Array; scores: Float64Array; weights: Float64Array | undefined };

function load<Case>(name: string): Case[] {
  return JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), "utf8")).cases;
}

const scoreRecipes: Record<string, (u: number, y: number) => number> = {
  uniform: (u) => u,
  informed: (u, y) => (u + y) / 2,
  weak: (u, y) => u * 0.8 + y * 0.15,
  ties5: (u) => Math.floor(u * 5) / 5,
  tiesInformed: (u, y) => Math.floor((u + y) * 4) / 8,
  constant: () => 0.3,
  perfect: (u, y) => (y === 1 ? 0.5 + u / 2 : u / 2),
  reversed: (u, y) => (y === 1 ? u / 2 : 0.5 + u / 2),
  certain: (u) => (u < 0.15 ? 0 : u > 0.85 ? 1 : u),
  edges: (u) => Math.floor(u * 11) / 10,
  low: (u) => u * 0.01,
  nearOne: (u) => 1 - u * 1e-9,
  signed: (u, y) => (u - 0.5) * 8 + y,
  huge: (u) => (u - 0.5) * 1.7e308,
  tiny: (u) => u * 1e-310,
  offset: (u, y) => 1e15 + Math.floor(u * 64 + y * 8) / 8,
};
const weightRecipes: Record<string, (u: number) => number> = {
  uniform: (u) => u + 0.01,
  whole: (u) => Math.floor(u * 4),
  wide: (u) => u * u * u * 1000 + 1e-6,
};

function makeRows(recipe: Recipe | Given): Rows {
  if ("labels" in recipe) {
    const { labels, scores, weights } = recipe;
    return {
      labels: Float64Array.from(labels),
      scores: Float64Array.from(scores),
      weights: weights === null ? undefined : Float64Array.from(weights),
    };
  }
  const { rows, prevalence, bothClasses } = recipe;
  let state = Math.imul(recipe.seed, 2654435761) >>> 0;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const labels = new Float64Array(rows);
  const scores = new Float64Array(rows);
  const weights = new Float64Array(rows).fill(1);
  for (let i = 0; i < rows; i++) {
    const [a, b, c] = [draw(), draw(), draw()];
    labels[i] = a < prevalence ? 1 : 0;
    if (bothClasses && i === 0) labels[i] = 1;
    if (bothClasses && i === rows - 1) labels[i] = 0;
    scores[i] = scoreRecipes[recipe.scores]!(b, labels[i]!);
    if (recipe.weights !== "none" && i > 0 && i < rows - 1) weights[i] = weightRecipes[recipe.weights]!(c);
  }
  return { labels, scores, weights: recipe.weights === "none" ? undefined : weights };
}

/** A metric's figure; null where it says that it is not defined. */
function figure(measure: () => Figure): Figure {
  try {
    return measure();
  } catch (error) {
    const code = error instanceof BedsideError ? error.problem.code : "";
    if (["metrics/one-class", "metrics/undefined", "metrics/separated"].includes(code)) return null;
    throw error;
  }
}

/** Equal to 1e-12 relative; `room` is for figures that are a difference of numbers near 1, whose last place is its own. */
function differs(actual: Figure | undefined, expected: Figure, tolerance = 1e-12, room = 0): boolean {
  if (actual === null || expected === null || actual === undefined) return actual !== expected;
  return !(actual === expected || Math.abs(actual - expected) <= tolerance * Math.abs(expected) + room);
}

const ofLabelsAndScores: Record<string, (rows: Rows, threshold: number) => number> = {
  auroc: ({ labels, scores, weights }) => metrics.auroc(labels, scores, { weights }),
  averagePrecision: ({ labels, scores, weights }) => metrics.averagePrecision(labels, scores, { weights }),
  brier: ({ labels, scores, weights }) => metrics.brier(labels, scores, { weights }),
  brierSkill: ({ labels, scores, weights }) => metrics.brierSkill(labels, scores, { weights }),
  logLoss: ({ labels, scores, weights }) => metrics.logLoss(labels, scores, { weights }),
  netBenefit: ({ labels, scores, weights }, threshold) => metrics.netBenefit(labels, scores, { threshold, weights }),
  "ece.uniform.10": ({ labels, scores }) => metrics.expectedCalibrationError(labels, scores),
  "ece.uniform.4": ({ labels, scores }) => metrics.expectedCalibrationError(labels, scores, { bins: 4 }),
  "ece.quantile.10": ({ labels, scores }) => metrics.expectedCalibrationError(labels, scores, { strategy: "quantile" }),
  "ece.quantile.4": ({ labels, scores }) =>
    metrics.expectedCalibrationError(labels, scores, { strategy: "quantile", bins: 4 }),
  medsCalibrationError: ({ labels, scores }) => metrics.medsCalibrationError(labels, scores),
};
const atThreshold = {
  sensitivity: metrics.sensitivity,
  specificity: metrics.specificity,
  ppv: metrics.ppv,
  npv: metrics.npv,
  accuracy: metrics.accuracy,
  f1: metrics.f1,
  balancedAccuracy: metrics.balancedAccuracy,
  matthews: metrics.matthews,
  kappa: metrics.kappa,
};

test("every figure of 508 sets of rows equals scikit-learn's to 1e-12", () => {
  const cases = load<{ recipe: Recipe | Given; threshold: number; figures: Record<string, Figure> }>("classification");
  expect(cases.length).toBe(508);
  const wrong: unknown[] = [];
  let compared = 0;
  for (const { recipe, threshold, figures } of cases) {
    const rows = makeRows(recipe);
    const confusion = metrics.confusionAt(rows.labels, rows.scores, { threshold, weights: rows.weights });
    for (const [name, expected] of Object.entries(figures)) {
      const actual: Figure[] = [];
      if (name in confusion) actual.push(confusion[name as "tp"]);
      if (name in ofLabelsAndScores) actual.push(figure(() => ofLabelsAndScores[name]!(rows, threshold)));
      if (name in atThreshold) {
        const metric = atThreshold[name as "f1"];
        actual.push(figure(() => metric(rows.labels, rows.scores, { threshold, weights: rows.weights })));
      }
      expect(actual.length, name).toBeGreaterThan(0);
      const room = name in differences ? 5e-16 : 0;
      for (const one of actual) if (differs(one, expected, 1e-12, room)) wrong.push({ recipe, name, one, expected });
      compared += actual.length;
    }
  }
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(10_000);
});

/** Differences of terms near 1, so that near 0 only the last place of 1 can be asked for. */
const differences = {
  brierSkill: 1,
  kappa: 1,
  matthews: 1,
  netBenefit: 1,
  "ece.uniform.10": 1,
  "ece.quantile.10": 1,
  "ece.uniform.4": 1,
  "ece.quantile.4": 1,
  medsCalibrationError: 1,
};

test("ROC, precision-recall and calibration curves equal scikit-learn's point by point", () => {
  const cases = load<{ recipe: Recipe; curves: Record<string, (number | "Infinity")[][]> }>("curves");
  const wrong: unknown[] = [];
  for (const { recipe, curves } of cases) {
    const { labels, scores, weights } = makeRows(recipe);
    for (const [name, expected] of Object.entries(curves)) {
      const [kind, option] = name.split(".") as [string, string];
      const options = { weights, dropIntermediate: option === "true" };
      const points: ArrayLike<number>[] = [];
      if (kind === "roc") {
        const { fpr, tpr, thresholds } = metrics.rocCurve(labels, scores, options);
        points.push(fpr, tpr, thresholds);
      } else if (kind === "pr") {
        const { precision, recall, thresholds } = metrics.precisionRecallCurve(labels, scores, options);
        points.push(precision, recall, thresholds);
      } else {
        const strategy = option as "uniform" | "quantile";
        const { observed, predicted, counts } = metrics.calibrationCurve(labels, scores, { strategy });
        points.push(observed, predicted, counts);
      }
      expected.forEach((column, k) => {
        const asNumbers = column.map(Number);
        const off =
          asNumbers.length !== points[k]!.length || asNumbers.some((value, i) => differs(points[k]![i], value));
        if (off) wrong.push({ recipe, name, k, expected: asNumbers, actual: Array.from(points[k]!) });
      });
    }
  }
  expect(wrong).toEqual([]);
});

test("recalibration equals maximum likelihood by statsmodels", () => {
  const cases = load<{ recipe: Recipe; figures: Record<string, Figure> }>("recalibration");
  const wrong: unknown[] = [];
  for (const { recipe, figures } of cases) {
    const { labels, scores, weights } = makeRows(recipe);
    const line = (part: "slope" | "intercept") =>
      figure(() => metrics.logisticRecalibration(labels, scores, { weights })[part]);
    const actual: Record<string, Figure> = {
      slope: figure(() => metrics.calibrationSlope(labels, scores, { weights })),
      interceptOfLine: line("intercept"),
      interceptInTheLarge: figure(() => metrics.calibrationIntercept(labels, scores, { weights })),
    };
    expect(actual.slope).toBe(line("slope"));
    for (const [name, expected] of Object.entries(figures)) {
      if (differs(actual[name], expected, 1e-9, 1e-11)) wrong.push({ recipe, name, actual: actual[name], expected });
    }
  }
  expect(wrong).toEqual([]);
});

const { mae, mse, rmse, r2, medianAbsoluteError } = metrics;
const ofNumbers: Record<string, typeof mae | undefined> = { mae, mse, rmse, r2, medianAbsoluteError };

test("errors of numbers equal scikit-learn's to 1e-12", () => {
  const cases = load<{ recipe: Recipe; figures: Record<string, number> }>("regression");
  const wrong: unknown[] = [];
  for (const { recipe, figures } of cases) {
    const { scores: labels, weights } = makeRows(recipe);
    const scores = recipe.seed % 7 === 0 ? labels : makeRows({ ...recipe, seed: recipe.seed + 500 }).scores;
    for (const [name, expected] of Object.entries(figures)) {
      const actual = figure(() => ofNumbers[name]!(labels, scores, { weights }));
      if (differs(actual, expected, 1e-12, name === "r2" ? 5e-16 : 0)) wrong.push({ recipe, name, actual, expected });
    }
  }
  expect(wrong).toEqual([]);
});
