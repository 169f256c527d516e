// The regularisation path: chosen on tuning rows only, by the stated score, the stronger penalty on a tie.
import { expect, test } from "vitest";
import { Stopped } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { randomStream } from "../../core/random.ts";
import { logisticPath } from "./path.ts";
import { trainLogisticRegression } from "./train.ts";

function table(seed: number, rows: number, columns: number): { x: Matrix; y: Uint8Array } {
  const stream = randomStream(seed, "path");
  const data = Float64Array.from({ length: rows * columns }, () => stream.normal());
  const y = Uint8Array.from({ length: rows }, (_, i) =>
    stream.chance(1 / (1 + Math.exp(-1.5 * data[i * columns]!))) ? 1 : 0,
  );
  y.set([0, 1]);
  return { x: { rows, columns, data }, y };
}

const train = table(1, 120, 12);
const tuning = table(2, 80, 12);

test.each(["auroc", "logLoss"] as const)("chooses the best of its table by %s", async (by) => {
  const { table: rows, chosen, model } = await logisticPath(train.x, train.y, { tuning, by });
  expect(rows.length).toBe(60);
  const best = by === "auroc" ? Math.max(...rows.map((row) => row.auroc)) : Math.min(...rows.map((row) => row.logLoss));
  expect(rows[chosen]![by]).toBe(best);
  expect(model.coefficients.filter((value) => value !== 0).length).toBe(rows[chosen]!.nonZero);
});

test("each of its models is the one trained alone at that penalty", async () => {
  const cs = [0.01, 0.3, 3];
  for (const c of cs) {
    for (const l1Ratio of [0, 0.5, 1]) {
      const { model } = await logisticPath(train.x, train.y, { tuning, cs: [c], l1Ratios: [l1Ratio] });
      const alone = trainLogisticRegression(train.x, train.y, { c, l1Ratio });
      model.coefficients.forEach((value, j) => {
        expect(value).toBeCloseTo(alone.coefficients[j]!, 7);
      });
      expect(model.converged && model.violation <= model.settings.tolerance).toBe(true);
    }
  }
});

test("scores the tuning rows: other tuning labels make another choice, other training rows another table", async () => {
  const flipped = { x: tuning.x, y: tuning.y.map((label) => 1 - label) };
  const usual = await logisticPath(train.x, train.y, { tuning, by: "logLoss" });
  const odd = await logisticPath(train.x, train.y, { tuning: flipped, by: "logLoss" });
  expect(odd.table[odd.chosen]!.c).toBeLessThan(usual.table[usual.chosen]!.c);
});

test("a tie goes to the stronger penalty", async () => {
  // with all coefficients at 0 every score is the same
  const { table: rows, chosen } = await logisticPath(train.x, train.y, {
    tuning,
    cs: [1e-7, 1e-6],
    l1Ratios: [0.5, 1],
  });
  expect(rows.map((row) => row.nonZero)).toEqual([0, 0, 0, 0]);
  expect(rows[chosen]).toMatchObject({ c: 1e-7, l1Ratio: 1 });
});

test("refuses NaN in the tuning rows, naming the column", async () => {
  const data = tuning.x.data.slice();
  data[2 * tuning.x.columns + 5] = Number.NaN;
  const path = logisticPath(train.x, train.y, { tuning: { x: { ...tuning.x, data }, y: tuning.y } });
  await expect(path).rejects.toMatchObject({ problem: { code: "models/not-finite", where: "tuning.x" } });
  await expect(path).rejects.toThrow("Column x5");
});

test("stays sound with far more columns than rows", async () => {
  const few = table(3, 80, 292);
  const { table: rows, model } = await logisticPath(few.x, few.y, { tuning: table(4, 30, 292), by: "logLoss" });
  expect(rows.filter((row) => !row.converged)).toEqual([]);
  expect(model.converged && model.predict(few.x).every((p) => p > 0 && p < 1)).toBe(true);
});

test("tells of its progress, and stops when asked", async () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const path = logisticPath(train.x, train.y, {
    tuning,
    signal: controller.signal,
    onProgress: (done) => {
      seen.push(done);
      if (done === 3) controller.abort();
    },
  });
  await expect(path).rejects.toThrow(Stopped);
  expect(seen).toEqual([1, 2, 3]);
});
