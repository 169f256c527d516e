import fc from "fast-check";
import { expect, test } from "vitest";
import { above, pointsOf, recallSteps, thin } from "./curves.ts";

const area = (points: { x: number; y: number }[]) =>
  points.slice(1).reduce((sum, { x, y }, i) => sum + (x - points[i]!.x) * y, 0);

test("the area under the steps is the average precision, whichever way the curve runs", () => {
  const [recall, precision] = [
    [0, 0.25, 0.5, 0.5, 1],
    [1, 1, 0.8, 0.6, 0.3],
  ];
  const averagePrecision = 0.25 * 1 + 0.25 * 0.8 + 0.5 * 0.3;
  expect(area(recallSteps({ x: recall!, y: precision! }))).toBeCloseTo(averagePrecision, 12);
  const back = { x: [...recall!].reverse(), y: [...precision!].reverse() };
  expect(area(recallSteps(back))).toBeCloseTo(averagePrecision, 12);
});

test("thinning keeps both ends and moves the line by no more than the tolerance", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(share, { minLength: 2, maxLength: 60 }), (heights) => {
      const points = heights.map((y, i) => ({ x: i / heights.length, y }));
      const kept = thin(points, 0.05);
      expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
      for (const { x, y } of points) {
        const after = kept.findIndex((point) => point.x >= x);
        const [a, b] = [kept[Math.max(0, after - 1)]!, kept[after]!];
        const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
        expect(Math.abs((b.x - a.x) * (a.y - y) - (a.x - x) * (b.y - a.y)) / length).toBeLessThanOrEqual(0.05 + 1e-9);
      }
    }),
  );
});

test("a curve cut at a floor ends exactly on it", () => {
  const points = [0.2, -0.2, -0.4, 0.1].map((y, x) => ({ x, y }));
  const runs = above(points, -0.1);
  expect(runs.map((run) => run.map(({ x, y }) => [Number(x.toFixed(6)), Number(y.toFixed(6))]))).toEqual([
    [
      [0, 0.2],
      [0.75, -0.1],
    ],
    [
      [2.6, -0.1],
      [3, 0.1],
    ],
  ]);
});

test("a curve loses the points that have no number, and the longer side of unequal columns", () => {
  expect(pointsOf({ x: [0, Number.NaN, 2, 3], y: [1, 1, Number.POSITIVE_INFINITY] })).toEqual([{ x: 0, y: 1 }]);
});
