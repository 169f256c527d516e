import fc from "fast-check";
import { expect, test } from "vitest";
import { BedsideError } from "../core/errors.ts";
import * as m from "./index.ts";
import type { Statistic } from "./inputs.ts";

type Maker = (labels: ArrayLike<number>, scores: ArrayLike<number>) => Statistic;
const at = { threshold: 0.5 };
const ofProbabilities: Record<string, Maker> = {
  brier: m.brier.prepare,
  brierSkill: m.brierSkill.prepare,
  brierSkillOverThree: (labels, scores) => m.brierSkill.prepare(labels, scores, { prevalence: 0.3 }),
  logLoss: m.logLoss.prepare,
  ece: m.expectedCalibrationError.prepare,
  eceEqualMass: (labels, scores) =>
    m.expectedCalibrationError.prepare(labels, scores, { strategy: "quantile", bins: 3 }),
  medsCalibrationError: m.medsCalibrationError.prepare,
  calibrationSlope: m.calibrationSlope.prepare,
  calibrationIntercept: m.calibrationIntercept.prepare,
  netBenefit: (labels, scores) => m.netBenefit.prepare(labels, scores, at),
};
const ofOutcomes: Record<string, Maker> = {
  ...ofProbabilities,
  auroc: m.auroc.prepare,
  averagePrecision: m.averagePrecision.prepare,
  sensitivity: (labels, scores) => m.sensitivity.prepare(labels, scores, at),
  specificity: (labels, scores) => m.specificity.prepare(labels, scores, at),
  ppv: (labels, scores) => m.ppv.prepare(labels, scores, at),
  npv: (labels, scores) => m.npv.prepare(labels, scores, at),
  accuracy: (labels, scores) => m.accuracy.prepare(labels, scores, at),
  f1: (labels, scores) => m.f1.prepare(labels, scores, at),
  balancedAccuracy: (labels, scores) => m.balancedAccuracy.prepare(labels, scores, at),
  matthews: (labels, scores) => m.matthews.prepare(labels, scores, at),
  kappa: (labels, scores) => m.kappa.prepare(labels, scores, at),
};
const all: Record<string, Maker> = {
  ...ofOutcomes,
  mae: m.mae.prepare,
  mse: m.mse.prepare,
  rmse: m.rmse.prepare,
  r2: m.r2.prepare,
  medianAbsoluteError: m.medianAbsoluteError.prepare,
};

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BedsideError) return error.problem.code;
    throw error;
  }
  return "no error";
}

test.each(Object.entries(all))("%s refuses rows that cannot be measured", (_, make) => {
  const of = (labels: number[], scores: number[], weights?: number[]) => codeOf(() => make(labels, scores)(weights));
  expect(of([], [])).toBe("metrics/empty");
  expect(of([0, 1, 1], [0.1, 0.2])).toBe("metrics/sizes-differ");
  expect(of([0, 1], [0.1, Number.NaN])).toBe("metrics/bad-score");
  expect(of([0, 1], [Number.POSITIVE_INFINITY, 0.2])).toBe("metrics/bad-score");
  expect(of([0, Number.NaN], [0.1, 0.2])).toBe("metrics/bad-label");
  const rows = [
    [0, 1, 0, 1],
    [0.2, 0.4, 0.6, 0.8],
  ] as [number[], number[]];
  expect(of(...rows, [1, 1, 1])).toBe("metrics/sizes-differ");
  expect(of(...rows, [1, 1, 1, -1])).toBe("metrics/bad-weight");
  expect(of(...rows, [1, 1, 1, Number.NaN])).toBe("metrics/bad-weight");
  expect(of(...rows, [1, 1, 1, Number.POSITIVE_INFINITY])).toBe("metrics/bad-weight");
  expect(of(...rows, [0, 0, 0, 0])).toBe("metrics/undefined");
});

test.each(Object.entries(ofOutcomes))("%s refuses a label that is neither 0 nor 1", (_, make) => {
  expect(codeOf(() => make([0, 1, 2], [0.1, 0.2, 0.3]))).toBe("metrics/bad-label");
  expect(codeOf(() => make([0, 1, 0.5], [0.1, 0.2, 0.3]))).toBe("metrics/bad-label");
});

test.each(Object.entries(ofProbabilities))("%s refuses a score that is no probability", (_, make) => {
  expect(codeOf(() => make([0, 1], [-0.1, 0.2]))).toBe("metrics/not-a-probability");
  expect(codeOf(() => make([0, 1], [0.1, 1.1]))).toBe("metrics/not-a-probability");
});

test("an error names the place and holds no value of the rows", () => {
  try {
    m.brier([0, 1, 0], [0.1, 0.2, 77.125]);
    expect.unreachable();
  } catch (error) {
    const text = JSON.stringify((error as BedsideError).problem);
    expect(text).toContain("scores[2]");
    expect(text).not.toContain("77.125");
  }
});

test("on one class each metric either has a value or says that it has none", () => {
  const onOneClass = (label: number) =>
    Object.fromEntries(
      Object.entries(ofOutcomes).map(([name, make]) => {
        let value: unknown;
        const code = codeOf(() => {
          value = make([label, label, label], [0.25, 0.5, 0.75])();
        });
        return [name, code === "no error" ? value : code];
      }),
    );
  const oneClass = "metrics/one-class";
  expect(onOneClass(0)).toMatchObject({
    auroc: oneClass,
    averagePrecision: oneClass,
    brierSkill: "metrics/undefined",
    calibrationSlope: oneClass,
    calibrationIntercept: oneClass,
    sensitivity: oneClass,
    specificity: 1 / 3,
    ppv: 0,
    npv: 1,
    f1: 0,
    balancedAccuracy: oneClass,
    matthews: 0,
    kappa: 0,
    netBenefit: -2 / 3,
  });
  expect(onOneClass(1)).toMatchObject({
    auroc: oneClass,
    averagePrecision: 1,
    brierSkill: "metrics/undefined",
    calibrationSlope: oneClass,
    calibrationIntercept: oneClass,
    sensitivity: 2 / 3,
    specificity: oneClass,
    ppv: 1,
    npv: 0,
    balancedAccuracy: oneClass,
    matthews: 0,
    kappa: 0,
    netBenefit: 2 / 3,
  });
});

test("rows of zero weight do not make a second class", () => {
  const weights = [1, 1, 0];
  expect(codeOf(() => m.auroc([0, 0, 1], [0.1, 0.2, 0.3], { weights }))).toBe("metrics/one-class");
  expect(codeOf(() => m.auroc([1, 1, 0], [0.1, 0.2, 0.3], { weights }))).toBe("metrics/one-class");
  expect(codeOf(() => m.calibrationIntercept([1, 1, 0], [0.1, 0.2, 0.3], { weights }))).toBe("metrics/one-class");
  expect(codeOf(() => m.calibrationSlope([0, 0, 1], [0.1, 0.2, 0.3], { weights }))).toBe("metrics/one-class");
});

const someRows = fc.array(
  fc.record({
    label: fc.integer({ min: 0, max: 1 }),
    score: fc.integer({ min: 0, max: 16 }),
    times: fc.nat({ max: 3 }),
  }),
  { minLength: 3, maxLength: 25 },
);

test.each(Object.entries(all))("%s with whole weights equals itself on rows repeated that often", (name, make) => {
  const tolerance = name.startsWith("calibration") ? 1e-6 : 1e-10;
  fc.assert(
    fc.property(someRows, (rows) => {
      fc.pre(rows.filter(({ times }) => times > 0).length >= 2);
      const labels = rows.map(({ label }) => label);
      const scores = rows.map(({ score }) => score / 16);
      const repeated = rows.flatMap(({ times }, i) => Array.from({ length: times }, () => i));
      const valueOrCode = (statistic: () => number) => {
        let value = Number.NaN;
        const code = codeOf(() => {
          value = statistic();
        });
        return code === "no error" ? value : code;
      };
      const weighted = valueOrCode(() => make(labels, scores)(rows.map(({ times }) => times)));
      const long = valueOrCode(() =>
        make(
          repeated.map((i) => labels[i]!),
          repeated.map((i) => scores[i]!),
        )(),
      );
      if (typeof weighted === "string" || typeof long === "string") expect(weighted).toBe(long);
      else expect(Math.abs(weighted - long)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(long)));
    }),
    { seed: 1, numRuns: 150 },
  );
});

test.each(Object.entries(all))("%s does not depend on the order of the rows nor on the kind of array", (_, make) => {
  const labels = [0, 1, 0, 1, 1, 0, 0, 1];
  const scores = [0.5, 0.25, 0.25, 0.75, 0.5, 0.125, 0.875, 1];
  const backwards = make(labels.toReversed(), scores.toReversed())();
  expect(make(labels, scores)()).toBeCloseTo(backwards, 12);
  expect(make(Uint8Array.from(labels), Float32Array.from(scores))()).toBe(make(labels, scores)());
});
