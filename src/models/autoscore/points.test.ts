import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { categoryPoints, roundHalfEven } from "./points.ts";

const sumOfHighest = (points: readonly (readonly number[])[]) => points.reduce((sum, own) => sum + Math.max(...own), 0);

const coefficients = fc.array(fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 1, maxLength: 7 }), {
  minLength: 1,
  maxLength: 20,
});

describe("points worked out by hand", () => {
  test("log-odds of -0.4, 0, 0.6 and of 0, 0.25 become 0, 40, 80 and 0, 20", () => {
    // Re-levelled: 0, 0.4, 1 and 0, 0.25; in units of 0.25: 0, 1.6 → 2, 4 and 0, 1; the total 5 becomes 100.
    expect(
      categoryPoints(
        [
          [-0.4, 0, 0.6],
          [0, 0.25],
        ],
        100,
      ),
    ).toEqual([
      [0, 40, 80],
      [0, 20],
    ]);
  });

  test("variables whose reference is not their lowest category are re-levelled", () => {
    expect(
      categoryPoints(
        [
          [0, 0.5, 1],
          [0, -1],
        ],
        100,
      ),
    ).toEqual([
      [0, 25, 50],
      [50, 0],
    ]);
  });

  test("a maximum of 10 gives the points of the same table in tenths", () => {
    expect(
      categoryPoints(
        [
          [-0.4, 0, 0.6],
          [0, 0.25],
        ],
        10,
      ),
    ).toEqual([
      [0, 4, 8],
      [0, 2],
    ]);
  });

  test("where rounding would pass the maximum, the scale is lowered until the total fits", () => {
    // 33.3 each, and 2.94, 2.94, 4.12 → 3, 3, 4, fit as they are.
    expect(
      categoryPoints(
        [
          [0, 1],
          [0, 1],
          [0, 1],
        ],
        100,
      ),
    ).toEqual([
      [0, 33],
      [0, 33],
      [0, 33],
    ]);
    expect(
      categoryPoints(
        [
          [0, 1, 5],
          [0, 5],
          [0, 7],
        ],
        10,
      ),
    ).toEqual([
      [0, 1, 3],
      [0, 3],
      [0, 4],
    ]);
    // 1.5 each rounds to 2, together 4 of 3 allowed; on a lower scale both have 1.
    expect(
      categoryPoints(
        [
          [0, 1],
          [0, 1],
        ],
        3,
      ),
    ).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test("categories that do not differ get no points", () => {
    expect(
      categoryPoints(
        [
          [0, 0],
          [2, 2, 2],
        ],
        100,
      ),
    ).toEqual([
      [0, 0],
      [0, 0, 0],
    ]);
    expect(categoryPoints([[0], [0, 1]], 100)).toEqual([[0], [0, 100]]);
  });
});

describe("for any coefficients", () => {
  test("points are whole, from 0, and no total passes the maximum", () => {
    fc.assert(
      fc.property(coefficients, fc.integer({ min: 1, max: 300 }), (values, maximum) => {
        const points = categoryPoints(values, maximum);
        expect(points.map((own) => own.length)).toEqual(values.map((own) => own.length));
        expect(points.flat().every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
        expect(points.every((own) => own.includes(0))).toBe(true);
        expect(sumOfHighest(points)).toBeLessThanOrEqual(maximum);
      }),
    );
  });

  test("a category of higher risk never has fewer points than one of lower risk", () => {
    fc.assert(
      fc.property(coefficients, (values) => {
        const points = categoryPoints(values, 100);
        values.forEach((own, v) => {
          const order = own.map((_, i) => i).sort((a, b) => own[a]! - own[b]!);
          for (let k = 1; k < order.length; k++) {
            expect(points[v]![order[k]!]!).toBeGreaterThanOrEqual(points[v]![order[k - 1]!]!);
          }
        });
      }),
    );
  });

  test("another reference category leaves the points as they are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 6 }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.integer({ min: -20, max: 20 }),
        (values, shift) => {
          const shifted = values.map((own, v) => own.map((value) => value + shift * v));
          expect(categoryPoints(shifted, 100)).toEqual(categoryPoints(values, 100));
        },
      ),
    );
  });
});

test("halves go to the even number", () => {
  expect([0.5, 1.5, 2.5, 3.5, 2.4, 2.6, 0].map(roundHalfEven)).toEqual([0, 2, 2, 4, 2, 3, 0]);
});
