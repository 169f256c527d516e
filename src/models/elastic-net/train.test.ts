import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Stopped } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { modelFromJSON } from "../load.ts";
import { elasticNetPath, squaredError, trainElasticNet } from "./train.ts";

function rows(count: number, columns: number, seed: number, noise = 0.5) {
  const stream = randomStream(seed, "elastic net");
  const data = Float64Array.from({ length: count * columns }, () => stream.normal());
  // the first two columns count, the others do not
  const y = Float64Array.from(
    { length: count },
    (_, i) => 7 + 3 * data[i * columns]! - 2 * data[i * columns + 1]! + noise * stream.normal(),
  );
  return { x: { rows: count, columns, data }, y };
}

const problemOf = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });

describe("an elastic net", () => {
  test("breaks no optimality condition, whatever the table and the penalty", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 3, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0.05, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, count, columns, alpha, l1Ratio) => {
          const { x, y } = rows(count, Math.max(2, columns), seed);
          const model = trainElasticNet(x, y, { alpha, l1Ratio, tolerance: 1e-12, maxIterations: 1_000_000 });
          const residual = model.predict(x).map((value, i) => y[i]! - value);
          const { coefficients } = model;
          for (let j = 0; j < x.columns; j++) {
            let slope = 0;
            for (let i = 0; i < count; i++) slope += (x.data[i * x.columns + j]! * residual[i]!) / count;
            slope -= alpha * (1 - l1Ratio) * coefficients[j]!;
            const own = Math.sign(coefficients[j]!) * alpha * l1Ratio;
            if (coefficients[j] === 0) expect(Math.abs(slope)).toBeLessThan(alpha * l1Ratio + 1e-4);
            else expect(Math.abs(slope - own)).toBeLessThan(1e-4);
          }
          expect(Math.abs(residual.reduce((sum, r) => sum + r, 0))).toBeLessThan(1e-8 * count);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("is the mean of the target under a penalty that leaves nothing else", () => {
    const { x, y } = rows(50, 4, 1);
    const model = trainElasticNet(x, y, { alpha: 1e6, l1Ratio: 0.5 });
    expect([...model.coefficients]).toEqual([0, 0, 0, 0]);
    expect(model.intercept).toBeCloseTo(y.reduce((a, b) => a + b, 0) / 50, 10);
  });

  test("is chosen on tuning rows along a path, and predicts new ones", async () => {
    const [train, tuning, kept] = [rows(200, 12, 2), rows(100, 12, 3), rows(300, 12, 4)];
    const shares: number[] = [];
    const { model, table, chosen } = await elasticNetPath(train.x, train.y, {
      tuning,
      onProgress: (done, total) => shares.push(done / total),
    });
    expect(table.length).toBe(90);
    expect(shares.at(-1)).toBe(1);
    expect(table[0]!.nonZero).toBeLessThanOrEqual(1);
    expect(Math.min(...table.map(({ error }) => error))).toBe(table[chosen]!.error);
    expect(squaredError(kept.y, model.predict(kept.x))).toBeLessThan(0.3);
  });

  test("comes back from its file with the same predictions", () => {
    const { x, y } = rows(60, 5, 5);
    const model = trainElasticNet(x, y, { alpha: 0.1, featureNames: ["a", "b", "c", "d", "e"] });
    const back = modelFromJSON(JSON.parse(JSON.stringify(model)));
    expect(back.predict(x)).toEqual(model.predict(x));
    expect(back.describe()).toEqual(model.describe());
    expect(JSON.stringify(back)).toBe(JSON.stringify(model));
  });

  test("refuses damaged files", () => {
    const { x, y } = rows(20, 2, 5);
    const saved = JSON.parse(JSON.stringify(trainElasticNet(x, y)));
    expect(() => modelFromJSON({ ...saved, schemaVersion: 2 })).toThrow(problemOf("models/newer-version"));
    for (const damaged of [{ coefficients: [1] }, { coefficients: ["a", 2] }, { intercept: null }, { settings: {} }]) {
      expect(() => modelFromJSON({ ...saved, ...damaged })).toThrow(problemOf("models/bad-json"));
    }
  });

  test("says when it did not converge", () => {
    const { x, y } = rows(60, 5, 6);
    const model = trainElasticNet(x, y, { alpha: 0.001, maxIterations: 1, tolerance: 1e-12 });
    expect(model.converged).toBe(false);
    expect(model.describe().warnings).toEqual([expect.stringMatching(/before it converged/)]);
  });

  test.each([
    ["a target that is missing", () => ({ y: Float64Array.of(1, Number.NaN, 2) }), "models/bad-target"],
    ["too few targets", () => ({ y: Float64Array.of(1, 2) }), "models/size-mismatch"],
    ["a column that is not finite", () => ({ data: Float64Array.of(1, 2, 3, Number.NaN, 5, 6) }), "models/not-finite"],
    ["a table of another size", () => ({ data: Float64Array.of(1, 2, 3) }), "models/size-mismatch"],
    ["no rows", () => ({ rows: 0, data: new Float64Array(0), y: new Float64Array(0) }), "models/empty"],
    ["names twice", () => ({ featureNames: ["a", "a"] }), "models/duplicate-feature"],
    ["no penalty", () => ({ alpha: 0 }), "models/bad-option"],
    ["a share beyond 1", () => ({ l1Ratio: 1.5 }), "models/bad-option"],
    ["a tolerance of 0", () => ({ tolerance: 0 }), "models/bad-option"],
    ["half a sweep", () => ({ maxIterations: 0.5 }), "models/bad-option"],
  ])("refuses %s", (_what, change, code) => {
    const given = {
      rows: 3,
      columns: 2,
      data: Float64Array.of(1, 2, 3, 4, 5, 6),
      y: Float64Array.of(1, 2, 3),
      ...change(),
    };
    const { rows: count, columns, data, y, ...options } = given as typeof given & { featureNames?: string[] };
    expect(() => trainElasticNet({ rows: count, columns, data }, y, options)).toThrow(problemOf(code));
  });

  test("stops when asked to", async () => {
    const stop = new AbortController();
    const { x, y } = rows(60, 5, 7);
    const running = elasticNetPath(x, y, { tuning: { x, y }, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(running).rejects.toThrow(Stopped);
  });
});
