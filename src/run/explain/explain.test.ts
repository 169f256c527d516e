import { expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import {
  applyTabular,
  columnMeanings,
  fitTabular,
  type Samples,
  type StaySummary,
  splitPatients,
  type TabularRecipe,
} from "../../features/index.ts";
import { auroc } from "../../metrics/index.ts";
import { treesModel } from "../../models/index.ts";
import { predict, shapValues, trainBoosting, trainForest } from "../../trees/index.ts";
import type { ModelFile } from "../train.ts";
import { type ExplainedRows, explain, rowsToExplain } from "./index.ts";

const stays = 900;
const stream = randomStream(4, "explained");
/** Age drives the outcome, pulse goes against it, noise does nothing; a tenth of the pulses is missing. */
const age = Float64Array.from({ length: stays }, () => Math.round(stream.normal(60, 12)));
const pulse = Float64Array.from({ length: stays }, () => (stream.chance(0.1) ? Number.NaN : stream.normal(80, 15)));
const noise = Float64Array.from({ length: stays }, () => stream.normal());
const died = Uint8Array.from({ length: stays }, (_, i) => {
  const logit = (age[i]! - 65) / 8 - (Number.isNaN(pulse[i]!) ? 0 : (pulse[i]! - 80) / 20);
  return stream.chance(1 / (1 + Math.exp(-logit))) ? 1 : 0;
});
const empty = new Float64Array(0);
const summary: StaySummary = {
  ...{ stays, gridHours: 24, variables: [], hours: new Uint16Array(stays), observed: new Uint16Array(0) },
  ...{ before: new Uint16Array(0), since: new Uint16Array(0) },
  ...{ sum: empty, spread: empty, min: empty, max: empty, last: empty, filledSum: empty },
  static: [
    { name: "age", title: "Age", kind: "number", values: age },
    { name: "pulse", title: "Pulse", kind: "number", values: pulse },
    { name: "noise", title: "Noise", kind: "number", values: noise },
  ],
};
const samples: Samples = {
  stayIds: Float64Array.from({ length: stays }, (_, i) => 1000 + i),
  subjectIds: Float64Array.from({ length: stays }, (_, i) => Math.floor(i / 1.2)),
  outcome: "event",
  names: [],
  targets: Float64Array.from(died),
};
const world = {
  samples,
  async view() {
    return {
      fit: (rows: Int32Array) => fitTabular(summary, rows, { missing: "keep" }),
      apply: (rows: Int32Array, recipe: unknown) => ({
        kind: "table" as const,
        ...applyTabular(summary, rows, recipe as TabularRecipe),
      }),
      meanings: (recipe: unknown) => columnMeanings(summary, recipe as TabularRecipe),
    };
  },
};
const plan = splitPatients({ ...samples, labels: died }, { seed: 1, by: "patient", folds: 3 });

async function explained(kind: "boosting" | "forest") {
  const files: ModelFile[] = [];
  const target = { outcome: "event" as const, names: [], unit: "" };
  for (let fold = 0; fold < plan.folds; fold++) {
    const { train } = plan.parts(fold);
    const recipe = fitTabular(summary, train, { missing: "keep" });
    const x = applyTabular(summary, train, recipe).matrix;
    const input = { x, y: Uint8Array.from(train, (row) => died[row]!), featureNames: ["age", "pulse", "noise"] };
    const { ensemble } =
      kind === "boosting"
        ? await trainBoosting(input, { rounds: 40, numLeaves: 6, threads: 1 })
        : await trainForest(input, { trees: 30, minSamplesLeaf: 10, threads: 1 });
    files.push({ schema: 2, view: "table", recipe, target, model: treesModel(ensemble).toJSON() });
  }
  const heldOut = files.map((_, fold) => plan.parts(fold).heldOut);
  const rows = await rowsToExplain({ world, heldOut, files, seed: 1 });
  const signal = new AbortController().signal;
  const progress = { begin() {}, at() {}, end() {}, say() {}, signal };
  const unitOf = (variable: string) => (variable === "age" ? "years" : "");
  const options = { seed: 1, resamples: 100, unitOf, progress };
  return { rows, again: () => explain(rows, options), explanation: await explain(rows, options) };
}

const boosting = await explained("boosting");
const forest = await explained("forest");

test("every held-out row is explained once, by the trees of its own fold", () => {
  const { rows, explanation } = boosting;
  expect(explanation).toMatchObject({ rows: stays, features: 3, used: 3, scale: "log-odds" });
  expect(rows.folds.map(({ start }) => start)).toEqual([0, rows.folds[0]!.matrix.rows, rows.folds[2]!.start]);
  expect(forest.explanation.scale).toBe("probability");
});

test("features come by the mean size of their contribution, as SHAP values give it", () => {
  const { rows, explanation } = boosting;
  const sums = [0, 0, 0];
  for (const { ensemble, matrix } of rows.folds) {
    shapValues(ensemble, matrix).values.forEach((value, k) => {
      sums[k % 3]! += Math.abs(value) / stays;
    });
  }
  expect(explanation.importance.map(({ name }) => name)).toEqual(["age", "pulse", "noise"]);
  explanation.importance.forEach(({ shap }, j) => {
    expect(shap).toBeCloseTo(sums[j]!, 12);
  });
  expect(explanation.importance.reduce((sum, { gain }) => sum + gain, 0)).toBeCloseTo(1, 12);
});

test("shuffling the feature that drives the outcome costs AUROC, the noise costs nearly none", () => {
  for (const { explanation, rows } of [boosting, forest]) {
    const full = auroc(rows.labels, pooled(rows));
    const [first, , last] = explanation.importance.map(({ permutation }) => permutation!);
    expect(first!.low).toBeGreaterThan(0.05);
    expect(first!.value).toBeLessThan(full - 0.4);
    expect(Math.abs(last!.value)).toBeLessThan(0.03);
  }
});

function pooled({ folds, labels }: ExplainedRows): Float64Array {
  const all = new Float64Array(labels.length);
  for (const { ensemble, matrix, start } of folds) all.set(predict(ensemble, matrix), start);
  return all;
}

test("high values lie where they push: old age to the right, a fast pulse to the left", () => {
  for (const { explanation } of [boosting, forest]) {
    const ends = (name: string) => {
      const { bins } = explanation.swarms.find((swarm) => swarm.name === name)!;
      return [bins[0]!.rank!, bins.at(-1)!.rank!];
    };
    expect(ends("age")[0]).toBeLessThan(0.2);
    expect(ends("age")[1]).toBeGreaterThan(0.8);
    expect(ends("pulse")[0]).toBeGreaterThan(0.7);
  }
});

test("the dependence rises with age in years, falls with the pulse, and has the missing pulses apart", () => {
  for (const { explanation } of [boosting, forest]) {
    const [first, second] = explanation.dependence;
    expect(first).toMatchObject({ name: "age", unit: "years", missing: null });
    expect(first!.points[0]!.at).toBeGreaterThan(30);
    expect(first!.points.at(-1)!.at).toBeLessThan(90);
    for (const key of ["mean", "partial"] as const) {
      expect(first!.points.at(-1)![key] - first!.points[0]![key]).toBeGreaterThan(0.2);
      expect(second!.points.at(-1)![key]).toBeLessThan(second!.points[0]![key]);
    }
    for (const { low, mean, high } of first!.points) expect(low <= mean && mean <= high).toBe(true);
    expect(second!.missing).not.toBeNull();
  }
});

test("no bin holds rows of fewer than 11 patients, all rows are counted, and no list is as long as the rows", () => {
  for (const { explanation } of [boosting, forest]) {
    for (const { bins } of explanation.swarms) {
      expect(bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(stays);
      for (const { rows, from, to } of bins) {
        expect(rows).toBeGreaterThanOrEqual(11);
        expect(to).toBeGreaterThan(from);
      }
    }
    for (const { points } of explanation.dependence) expect(points.length).toBeLessThanOrEqual(12);
    JSON.stringify(explanation, (_, value) => {
      if (Array.isArray(value)) expect(value.length).toBeLessThan(100);
      return value;
    });
  }
});

test("the same seed gives the same explanation, and a stop is heeded", async () => {
  expect(JSON.stringify(await boosting.again())).toBe(JSON.stringify(boosting.explanation));
  const stopped = new AbortController();
  stopped.abort();
  const progress = { begin() {}, at() {}, end() {}, say() {}, signal: stopped.signal };
  await expect(explain(boosting.rows, { seed: 1, resamples: 100, unitOf: () => "", progress })).rejects.toThrow(
    /Stopped/,
  );
});
