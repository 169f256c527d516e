import { expect, test } from "vitest";
import { Stopped } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import type { ElasticNetModel } from "../../models/index.ts";
import { elasticNet } from "./elastic-net.ts";
import { predictInput, type TrainingData, type TrainingRows } from "./trainer.ts";

const names = ["age", "lactate", "noise"];

function rows(count: number, seed: number): TrainingRows {
  const stream = randomStream(seed, "rows");
  const data = Float64Array.from({ length: 3 * count }, () => stream.normal());
  const y = Float64Array.from(
    { length: count },
    (_, i) => 60 + 20 * data[3 * i]! - 8 * data[3 * i + 1]! + 5 * stream.normal(),
  );
  return { x: { kind: "table", matrix: { rows: count, columns: 3, data }, names, titles: names }, y };
}

const given = (more: Partial<TrainingData> = {}): TrainingData => ({
  train: rows(400, 1),
  tuning: rows(150, 2),
  target: { outcome: "number", names: [], unit: "h" },
  search: "quick",
  mode: "corrected",
  untuned: false,
  seed: 1,
  threads: 1,
  signal: new AbortController().signal,
  onProgress() {},
  ...more,
});

const kept = rows(300, 3);
async function errorOf({ model }: Awaited<ReturnType<typeof elasticNet.train>>): Promise<number> {
  const predicted = await predictInput(model, kept.x);
  return Math.sqrt(kept.y.reduce((sum, value, i) => sum + (value - predicted[i]!) ** 2, 0) / kept.y.length);
}

test("corrected: a path is searched, and the chosen model predicts in the label's unit as well as can be", async () => {
  const shares: number[] = [];
  const trained = await elasticNet.train(given({ onProgress: (share) => shares.push(share) }));
  expect(await errorOf(trained)).toBeLessThan(5.5);
  expect(trained.path!.filter(({ chosen }) => chosen).length).toBe(1);
  expect(Object.keys(trained.coefficients!)).toEqual(names);
  expect(trained.coefficients!["age"]).toBeGreaterThan(18);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});

test("faithful: YAIB's ranges over the target divided by 15, the same for a seed", async () => {
  const trained = await elasticNet.train(given({ mode: "faithful" }));
  const { alpha, l1Ratio } = (trained.model as ElasticNetModel).settings;
  expect(alpha).toBeGreaterThanOrEqual(0.01);
  expect(alpha).toBeLessThan(0.1);
  expect(l1Ratio).toBeGreaterThanOrEqual(0);
  expect(await errorOf(trained)).toBeLessThan(7);
  const again = await elasticNet.train(given({ mode: "faithful" }));
  expect(JSON.stringify(again.model)).toBe(JSON.stringify(trained.model));
});

test("stops when asked to", async () => {
  const stop = new AbortController();
  const onProgress = () => stop.abort();
  for (const mode of ["corrected", "faithful"] as const) {
    await expect(elasticNet.train(given({ mode, signal: stop.signal, onProgress }))).rejects.toThrow(Stopped);
  }
});
