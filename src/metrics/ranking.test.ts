import fc from "fast-check";
import { expect, test } from "vitest";
import { auroc, averagePrecision, precisionRecallCurve, rocCurve } from "./index.ts";
import { ascendingOrder } from "./ranking.ts";

const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
const rows = fc
  .array(fc.record({ label: fc.integer({ min: 0, max: 1 }), score, weight: fc.nat({ max: 4 }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((list) => [...list, { label: 1, score: 0, weight: 1 }, { label: 0, score: 1, weight: 2 }]);

test("the order is the stable order by score", () => {
  fc.assert(
    fc.property(fc.array(score), (scores) => {
      const expected = scores
        .map((_, i) => i)
        .sort((a, b) => (scores[a]! < scores[b]! ? -1 : scores[a]! > scores[b]! ? 1 : a - b));
      expect([...ascendingOrder(Float64Array.from(scores))]).toEqual(expected);
    }),
    { seed: 2 },
  );
});

test("AUROC is the share of pairs in order, ties half", () => {
  fc.assert(
    fc.property(rows, (list) => {
      let won = 0;
      let pairs = 0;
      for (const a of list)
        for (const b of list) {
          if (a.label !== 1 || b.label !== 0) continue;
          pairs += a.weight * b.weight;
          won += a.weight * b.weight * (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0);
        }
      const weights = list.map(({ weight }) => weight);
      const area = auroc(
        list.map(({ label }) => label),
        list.map((row) => row.score),
        { weights },
      );
      expect(area).toBeCloseTo(won / pairs, 12);
    }),
    { seed: 3 },
  );
});

test("AUROC turns round with the scores and with the labels", () => {
  const labels = [0, 1, 1, 0, 1, 0, 0];
  const scores = [0.1, 0.4, 0.4, 0.4, 0.9, 0.2, 0.95];
  const area = auroc(labels, scores);
  expect(
    auroc(
      labels,
      scores.map((s) => -s),
    ),
  ).toBeCloseTo(1 - area, 14);
  expect(
    auroc(
      labels.map((y) => 1 - y),
      scores,
    ),
  ).toBeCloseTo(1 - area, 14);
  expect(
    auroc(
      labels,
      scores.map((s) => Math.exp(9 * s)),
    ),
  ).toBe(area);
});

test("the curves carry the areas: trapezes below ROC, steps below precision and recall", () => {
  fc.assert(
    fc.property(rows, fc.boolean(), (list, dropIntermediate) => {
      const labels = list.map(({ label }) => label);
      const scores = list.map((row) => row.score);
      const weights = list.map(({ weight }) => weight);
      const { fpr, tpr } = rocCurve(labels, scores, { weights, dropIntermediate });
      let area = 0;
      for (let i = 1; i < fpr.length; i++) area += ((fpr[i]! - fpr[i - 1]!) * (tpr[i]! + tpr[i - 1]!)) / 2;
      expect(area).toBeCloseTo(auroc(labels, scores, { weights }), 12);
      const { precision, recall } = precisionRecallCurve(labels, scores, { weights });
      let steps = 0;
      for (let i = 0; i < precision.length - 1; i++) steps += (recall[i]! - recall[i + 1]!) * precision[i]!;
      expect(steps).toBeCloseTo(averagePrecision(labels, scores, { weights }), 12);
    }),
    { seed: 4 },
  );
});

test("a curve of one class is refused", () => {
  expect(() => rocCurve([1, 1], [0.1, 0.2])).toThrow("no row is negative");
  expect(() => rocCurve([0, 0], [0.1, 0.2])).toThrow("no row is positive");
  expect(() => precisionRecallCurve([0, 0], [0.1, 0.2])).toThrow("no row is positive");
  expect([...precisionRecallCurve([1, 1], [0.1, 0.2]).precision]).toEqual([1, 1, 1]);
});

test("a perfect, a reversed and a constant score have the areas 1, 0 and a half", () => {
  const labels = [0, 0, 0, 1, 1];
  expect(auroc(labels, [1, 2, 3, 4, 5])).toBe(1);
  expect(auroc(labels, [5, 4, 3, 2, 1])).toBe(0);
  expect(auroc(labels, [2, 2, 2, 2, 2])).toBe(0.5);
  expect(averagePrecision(labels, [1, 2, 3, 4, 5])).toBe(1);
  expect(averagePrecision(labels, [2, 2, 2, 2, 2])).toBe(0.4);
});
