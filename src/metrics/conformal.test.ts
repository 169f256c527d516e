import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { conformalBound, conformalIntervals, conformalSets, predictionSets } from "./index.ts";

// Coverage: over many draws of calibration and new rows, the truth lies inside as often as promised, and not far oftener.

const draws = 400;
const calibration = 99;

/** The mean share of new rows inside, over many draws. */
function coverage(inside: (seed: number) => boolean[]): number {
  let hits = 0;
  let count = 0;
  for (let seed = 0; seed < draws; seed++) {
    for (const is of inside(seed)) {
      hits += is ? 1 : 0;
      count++;
    }
  }
  return hits / count;
}

/** An event whose probabilities are badly calibrated: conformal prediction must not mind. */
function events(seed: number, count: number) {
  const stream = randomStream(seed, "conformal", count);
  const truth: number[] = [];
  const probabilities: number[] = [];
  for (let i = 0; i < count; i++) {
    const event = stream.chance(0.15) ? 1 : 0;
    const p = 1 / (1 + Math.exp(-(1.5 * event - 2 + stream.normal(0, 1.2))));
    truth.push(event);
    probabilities.push(1 - p, p);
  }
  return { truth, probabilities };
}

test.each([0.8, 0.9])("sets hold the truth for %d of new rows", (promised) => {
  const share = coverage((seed) => {
    const known = events(seed, calibration);
    const fresh = events(seed + 10_000, 20);
    const sets = predictionSets(
      conformalSets(known.truth, known.probabilities, { promised, classes: 2 }),
      fresh.probabilities,
    );
    return fresh.truth.map((k, row) => sets[2 * row + k] === 1);
  });
  expect(share).toBeGreaterThan(promised - 0.012);
  expect(share).toBeLessThan(promised + 1 / (calibration + 1) + 0.012);
});

test("by class, the promise is kept for those with the event, which over all rows it is not", () => {
  const ofEvents = (byClass: boolean) =>
    coverage((seed) => {
      const known = events(seed, 400);
      const fresh = events(seed + 10_000, 20);
      const rule = conformalSets(known.truth, known.probabilities, { promised: 0.9, classes: 2, byClass });
      const sets = predictionSets(rule, fresh.probabilities);
      return fresh.truth.flatMap((k, row) => (k === 1 ? [sets[2 * row + 1] === 1] : []));
    });
  expect(ofEvents(true)).toBeGreaterThan(0.88);
  expect(ofEvents(false)).toBeLessThan(0.85);
});

/** Numbers whose errors grow with the prediction. */
function numbers(seed: number, count: number) {
  const stream = randomStream(seed, "numbers", count);
  const predicted = Array.from({ length: count }, () => 1 + 9 * stream.uniform());
  return { predicted, truth: predicted.map((value) => value + stream.normal(0, 0.3 * value)) };
}

test.each([false, true])("intervals hold the truth for 0.9 of new rows, normalised %s", (normalised) => {
  const scale = (value: number) => (normalised ? value : 1);
  const share = coverage((seed) => {
    const known = numbers(seed, calibration);
    const fresh = numbers(seed + 10_000, 20);
    const { half } = conformalIntervals(known.truth, known.predicted, {
      promised: 0.9,
      scales: known.predicted.map(scale),
    });
    return fresh.truth.map(
      (value, row) => Math.abs(value - fresh.predicted[row]!) <= half * scale(fresh.predicted[row]!),
    );
  });
  expect(share).toBeGreaterThan(0.888);
  expect(share).toBeLessThan(0.922);
});

test("the bound is the rank that the promise needs, and none where there are too few rows", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (scores, promised) => {
        const bound = conformalBound(scores, { promised });
        const inside = scores.filter((score) => score <= bound).length;
        expect(inside + 1e-6).toBeGreaterThanOrEqual(Math.min(scores.length, (scores.length + 1) * promised) - 1e-6);
        if (bound === Number.POSITIVE_INFINITY) expect((scores.length + 1) * promised).toBeGreaterThan(scores.length);
      },
    ),
  );
  expect(conformalBound([1, 2, 3], { promised: 0.9 })).toBe(Number.POSITIVE_INFINITY);
  expect(conformalBound([3, 1, 2], { promised: 0.75 })).toBe(3);
  expect(() => conformalBound([1], { promised: 1 })).toThrow(/not between 0 and 1/);
});
