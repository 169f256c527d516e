import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Confusion,
  chooseThreshold,
  confusionAt,
  decisionCurve,
  netBenefit,
  type ThresholdRule,
} from "./index.ts";

const rows = fc
  .array(
    fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      score: fc.integer({ min: 0, max: 10 }),
      weight: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 25 },
  )
  .map((list) => [...list, { label: 1, score: 4, weight: 1 }, { label: 0, score: 5, weight: 1 }])
  .map((list) => ({
    labels: list.map(({ label }) => label),
    scores: list.map(({ score }) => score / 10),
    weights: list.map(({ weight }) => weight),
  }));

const called = ({ tp, fp }: Confusion) => tp + fp;
const merits: [ThresholdRule, (c: Confusion) => number][] = [
  ["youden", (c) => c.sensitivity! + c.specificity!],
  ["f1", (c) => c.f1!],
  ["matthews", (c) => c.matthews],
  [{ sensitivityAtLeast: 0.9 }, (c) => (c.sensitivity! >= 0.9 ? -called(c) : Number.NEGATIVE_INFINITY)],
  [{ specificityAtLeast: 0.8 }, (c) => (c.specificity! >= 0.8 ? called(c) : Number.NEGATIVE_INFINITY)],
  [{ ppvAtLeast: 0.6 }, (c) => (c.ppv! >= 0.6 ? called(c) : Number.NEGATIVE_INFINITY)],
];

test.each(merits)("the threshold by rule %j is the best of all, the highest of equals", (rule, merit) => {
  fc.assert(
    fc.property(rows, ({ labels, scores, weights }) => {
      const thresholds = [...new Set(scores)].sort((a, b) => b - a);
      const figures = thresholds.map((threshold) => merit(confusionAt(labels, scores, { threshold, weights })));
      const best = Math.max(...figures);
      if (best === Number.NEGATIVE_INFINITY) {
        expect(() => chooseThreshold(labels, scores, { rule, weights })).toThrow("No threshold keeps to the rule");
      } else {
        const expected = thresholds[figures.findIndex((figure) => figure > best - 1e-12)]!;
        expect(chooseThreshold(labels, scores, { rule, weights })).toEqual({ threshold: expected, rule });
      }
    }),
    { seed: 5 },
  );
});

test("Youden's rule is the default, and shares such as 9 of 10 count as reached", () => {
  const labels = [...Array(10).fill(1), 0];
  const scores = [...Array.from({ length: 10 }, (_, i) => 0.9 - i / 20), 0.5];
  expect(chooseThreshold(labels, scores).rule).toBe("youden");
  const { threshold } = chooseThreshold(labels, scores, { rule: { sensitivityAtLeast: 0.9 } });
  expect(confusionAt(labels, scores, { threshold }).tp).toBe(9);
  const lower = chooseThreshold(labels, scores, { rule: { sensitivityAtLeast: 1 } });
  expect(confusionAt(labels, scores, { threshold: lower.threshold }).tp).toBe(10);
});

test("a threshold needs both classes and a rule within 0 to 1", () => {
  expect(() => chooseThreshold([1, 1], [0.1, 0.2])).toThrow("no row is negative");
  expect(() => chooseThreshold([0, 0], [0.1, 0.2])).toThrow("no row is positive");
  for (const rule of [{ sensitivityAtLeast: 1.2 }, { specificityAtLeast: -1 }, { ppvAtLeast: Number.NaN }]) {
    expect(() => chooseThreshold([0, 1], [0.1, 0.2], { rule })).toThrow("is out of range");
  }
  expect(() => chooseThreshold([1, 0], [0.1, 0.2], { rule: { ppvAtLeast: 0.9 } })).toThrow('{"ppvAtLeast":0.9}');
});

test("a score on the threshold is called positive", () => {
  expect(confusionAt([0, 1, 1], [0.3, 0.3, 0.2], { threshold: 0.3 })).toMatchObject({ tp: 1, fp: 1, tn: 0, fn: 1 });
});

test("a rate without denominator is null", () => {
  expect(confusionAt([0, 0], [0.1, 0.2], { threshold: 0.5 })).toEqual({
    threshold: 0.5,
    tp: 0,
    fp: 0,
    tn: 2,
    fn: 0,
    sensitivity: null,
    specificity: 1,
    ppv: null,
    npv: 1,
    accuracy: 1,
    f1: null,
    balancedAccuracy: null,
    matthews: 0,
    kappa: null,
  });
  expect(confusionAt([1, 1], [0.6, 0.7], { threshold: 0.5 })).toMatchObject({ specificity: null, npv: null, f1: 1 });
});

test("a threshold that is not a number is refused", () => {
  expect(() => confusionAt([0, 1], [0.1, 0.2], { threshold: Number.NaN })).toThrow("threshold is out of range");
});

test("the decision curve is net benefit at each threshold, beside treating all and none", () => {
  fc.assert(
    fc.property(rows, ({ labels, scores, weights }) => {
      const curve = decisionCurve(labels, scores, { weights });
      expect(curve.thresholds.length).toBe(99);
      const everybody = labels.map(() => 1);
      curve.thresholds.forEach((threshold, i) => {
        expect(curve.model[i]).toBeCloseTo(netBenefit(labels, scores, { threshold, weights }), 12);
        expect(curve.treatAll[i]).toBeCloseTo(netBenefit(labels, everybody, { threshold, weights }), 10);
        expect(curve.treatNone[i]).toBe(0);
      });
    }),
    { seed: 6, numRuns: 40 },
  );
});

test("treating all is worth the prevalence at threshold 0 and nothing at the prevalence", () => {
  const curve = decisionCurve([0, 0, 0, 1], [0.1, 0.2, 0.3, 0.4], { thresholds: [0, 0.25] });
  expect(curve.treatAll[0]).toBe(0.25);
  expect(curve.treatAll[1]).toBeCloseTo(0, 15);
});

test("net benefit wants a threshold from 0 to below 1", () => {
  for (const threshold of [1, -0.1, Number.NaN]) {
    expect(() => netBenefit([0, 1], [0.1, 0.2], { threshold })).toThrow("threshold is out of range");
    expect(() => decisionCurve([0, 1], [0.1, 0.2], { thresholds: [threshold] })).toThrow("threshold is out of range");
  }
});
