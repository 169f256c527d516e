import { expect, test } from "vitest";
import { Stopped } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { auroc } from "../../metrics/index.ts";
import type { TreesModel } from "../../models/index.ts";
import { findTrainers, type TrainingData } from "./index.ts";

const featureNames = ["age", "lactate", "noise"];

/** Rows of which one in seven or so has the event; a third of the lactates is missing. */
function rows(count: number, seed: number) {
  const stream = randomStream(seed, "rows");
  const data = new Float64Array(3 * count);
  const y = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const [age, lactate] = [stream.normal(), stream.normal()];
    data.set([age, stream.chance(1 / 3) ? Number.NaN : lactate, stream.normal()], 3 * i);
    y[i] = stream.chance(1 / (1 + Math.exp(2.5 - age - lactate))) ? 1 : 0;
  }
  const matrix = { rows: count, columns: 3, data };
  return { x: { kind: "table" as const, matrix, names: featureNames, titles: featureNames }, y };
}

const train = rows(600, 1);
const tuning = rows(200, 2);
const heldOut = rows(1000, 3);

function given(mode: TrainingData["mode"], more: Partial<TrainingData> = {}): TrainingData {
  const signal = new AbortController().signal;
  const settings = { untuned: false, seed: 1, threads: 2, signal, onProgress() {} };
  const target = { outcome: "event" as const, names: [], unit: "" };
  return { train, tuning, target, search: "quick", mode, ...settings, ...more };
}

const task = { id: "some/task", models: ["lr"], allowed: ["lr", "lgbm", "gb", "rf"] };
const trainer = (id: string) => findTrainers(task, [id])[0]!;

test.each(["lgbm", "gb", "rf"])(
  "%s in corrected mode ranks, gives risks that are right on average, and tells its progress",
  async (id) => {
    const shares: number[] = [];
    const { model, chosen, path } = await trainer(id).train(
      given("corrected", { onProgress: (share) => shares.push(share) }),
    );
    const risks = await model.predict(heldOut.x.matrix);
    expect(auroc(heldOut.y, risks)).toBeGreaterThan(0.68);
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
    expect(Math.abs(mean(risks) - mean(heldOut.y))).toBeLessThan(0.05);
    expect(chosen["trees"]).toBeGreaterThan(0);
    expect(chosen["rows in a leaf"]).toBeGreaterThan(0);
    expect(path).toBeUndefined();
    expect(shares.length).toBeGreaterThanOrEqual(10);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeLessThan(1);
  },
);

test.each(["lgbm", "rf"])("%s is the same for a seed whatever the threads, and another for another", async (id) => {
  const made = async (more: Partial<TrainingData>) =>
    JSON.stringify((await trainer(id).train(given("corrected", more))).model);
  const first = await made({});
  expect((await made({ threads: 1 })) === first).toBe(true);
  expect((await made({ seed: 2 })) === first).toBe(false);
});

test("faithful boosting on fewer rows than YAIB's leaves hold grows no tree, and says so", async () => {
  const { model, chosen } = await trainer("lgbm").train(given("faithful"));
  expect(chosen["trees"]).toBe(0);
  expect(new Set(await model.predict(heldOut.x.matrix)).size).toBe(1);
  expect(model.describe().warnings).toEqual([expect.stringMatching(/same risk/)]);
});

test("faithful boosting on enough rows searches depth, leaves and shares, with leaves of about 1,000 rows", async () => {
  const { model, chosen } = await trainer("lgbm").train(given("faithful", { train: rows(5000, 4) }));
  expect(Object.keys(chosen)).toEqual(["trees", "leaves", "depth", "share of columns", "share of rows"]);
  for (const { feature, cover } of (model as TreesModel).ensemble.trees) {
    // rows of a leaf are told from the hessian while growing, as LightGBM does, so that a leaf may hold fewer
    feature.forEach((column, node) => {
      if (column < 0) expect(cover[node]).toBeGreaterThan(500);
    });
  }
});

test("faithful boosting and forests without a search are scikit-learn's defaults: 100 trees", async () => {
  const boosting = await trainer("gb").train(given("faithful", { untuned: true }));
  const { trees } = (boosting.model as TreesModel).ensemble;
  expect(trees).toHaveLength(100);
  expect(Math.max(...trees.map(({ feature }) => feature.length))).toBeLessThanOrEqual(15);
  expect(boosting.chosen).toEqual({ trees: 100, depth: 3, "learning rate": 0.1 });
  const forest = await trainer("rf").train(given("faithful", { untuned: true }));
  expect((forest.model as TreesModel).ensemble.trees).toHaveLength(100);
});

test("a faithful forest may weigh the classes, as YAIB's search does", async () => {
  const { chosen } = await trainer("rf").train(given("faithful", { train: rows(60, 5) }));
  expect(["none", "balanced"]).toContain(chosen["class weights"]);
  expect([10, 50, 100, 200, 500]).toContain(chosen["trees"]);
});

test.each(["lgbm", "gb", "rf"])("%s stops when asked to", async (id) => {
  const stop = new AbortController();
  const onProgress = () => stop.abort();
  await expect(trainer(id).train(given("corrected", { signal: stop.signal, onProgress }))).rejects.toThrow(Stopped);
});

test("models come in the order asked for, each once; the task's own where none is named", () => {
  expect(findTrainers(task, ["rf", "lr", "rf"]).map(({ id }) => id)).toEqual(["rf", "lr"]);
  expect(findTrainers(task).map(({ id }) => id)).toEqual(["lr"]);
});

test("a name that is no model, or none of this task, is refused with a suggestion", () => {
  expect(() => findTrainers(task, ["lgmb"])).toThrow(/no model "lgmb".+did you mean lgbm\?/s);
  expect(() => findTrainers(task, ["perceptron"])).toThrow(/the models are: lr, lgbm, gb, rf/);
  expect(() => findTrainers({ ...task, allowed: ["lr", "gb"] }, ["lgbm"])).toThrow(
    /some\/task has no model "lgbm".+the models are: lr, gb/s,
  );
});
