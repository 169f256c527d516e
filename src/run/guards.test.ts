import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { divisionOf, type Samples, splitPatients } from "../features/index.ts";
import { auroc } from "../metrics/index.ts";
import { leakReport, overlap, singlePower } from "./leaks.ts";
import type { World } from "./scene.ts";
import { findTrainers, type TrainingData } from "./trainers/index.ts";
import type { ModelInput } from "./views/index.ts";

const count = 1500;
const random = randomStream(3, "guards");
const age = Float64Array.from({ length: count }, () => random.normal());
const died = Float64Array.from(age, (value) => (random.chance(1 / (1 + Math.exp(1.5 - value))) ? 1 : 0));
const samples: Samples = {
  stayIds: Float64Array.from({ length: count }, (_, i) => i),
  subjectIds: Float64Array.from({ length: count }, (_, i) => Math.floor(i / 1.3)),
  outcome: "event",
  names: [],
  targets: died,
};
const plan = splitPatients(divisionOf(samples), { seed: 1, by: "patient", folds: 1 });

/** A world whose only view is a table of these columns. */
function worldOf(columns: Record<string, Float64Array>, more: Partial<Samples> = {}): World {
  const names = Object.keys(columns);
  return {
    samples: { ...samples, ...more },
    task: { id: "some/task", outcome: more.outcome ?? "event", per: "stay" },
    cohort: undefined as never,
    view: async () => ({
      fit: () => ({}),
      apply: (rows) => tableOf(rows, columns),
    }),
  };

  function tableOf(rows: Int32Array, given: Record<string, Float64Array>): ModelInput {
    const data = new Float64Array(rows.length * names.length);
    rows.forEach((row, i) => {
      names.forEach((name, j) => {
        data[i * names.length + j] = given[name]![row]!;
      });
    });
    return { kind: "table", matrix: { rows: rows.length, columns: names.length, data }, names, titles: names };
  }
}

const noise = (stream: string) => Float64Array.from({ length: count }, () => random.normal() + stream.length);

test("a planted leak is named, whichever way round it runs or if it only shows in what is missing; honest features are not", async () => {
  const world = worldOf({
    age,
    noise: noise("noise"),
    discharge: Float64Array.from(died, (y) => -3 * y + random.normal(0, 0.2)),
    autopsy: Float64Array.from(died, (y) => (y === 1 ? 7 : Number.NaN)),
  });
  const { found, limit, features, subjectOverlap } = await leakReport(world, plan, { seed: 1 });
  expect(found.map(({ name }) => name).sort()).toEqual(["autopsy", "discharge"]);
  expect(found.every(({ auroc }) => auroc > limit && auroc <= 1)).toBe(true);
  expect([features, subjectOverlap]).toEqual([4, 0]);
});

test("of a number, a feature in almost the same order is named", async () => {
  const targets = Float64Array.from(age, (value) => value * 3 + random.normal());
  const world = worldOf({ age, copy: targets.map((value) => Math.exp(value)) }, { outcome: "number", targets });
  expect((await leakReport(world, plan, { seed: 1 })).found.map(({ name }) => name)).toEqual(["copy"]);
});

test("a single feature's power is its AUROC either way round, and needs enough rows of both outcomes", () => {
  const y = Float64Array.from({ length: 60 }, (_, i) => i % 2);
  const values = Float64Array.from(y, (label, i) => label * 0.3 + (i % 7));
  expect(singlePower(values, y, true)).toBeCloseTo(auroc(y, values), 12);
  expect(
    singlePower(
      values.map((value) => -value),
      y,
      true,
    ),
  ).toBeCloseTo(auroc(y, values), 12);
  expect(
    singlePower(
      values,
      y.map((_, i) => (i < 4 ? 1 : 0)),
      true,
    ),
  ).toBeNaN();
  expect(singlePower(values.subarray(0, 20), y.subarray(0, 20), true)).toBeNaN();
});

test("a split by patient puts nobody in two parts, one by stay does, and the report counts them", () => {
  expect(overlap(samples.subjectIds, plan)).toBe(0);
  const byPatient = splitPatients(divisionOf(samples), { seed: 1, by: "patient", folds: 5, repetitions: 2 });
  expect([byPatient.folds, overlap(samples.subjectIds, byPatient)]).toEqual([10, 0]);
  const byStay = splitPatients(divisionOf(samples), { seed: 1, by: "stay", folds: 1 });
  const { train, tuning, heldOut } = byStay.parts(0);
  const parts = [train, tuning, heldOut].map((rows) => new Set(Array.from(rows, (row) => samples.subjectIds[row]!)));
  const twice = new Set(samples.subjectIds);
  const inTwo = [...twice].filter((subject) => parts.filter((part) => part.has(subject)).length > 1);
  expect(overlap(samples.subjectIds, byStay)).toBe(inTwo.length);
  expect(inTwo.length).toBeGreaterThan(20);
});

test.each(["lr", "lgbm", "rf"])("%s on shuffled labels ranks held-out patients no better than chance", async (id) => {
  const shuffled = randomStream(1, "shuffle").shuffle(Float64Array.from(died));
  const columns = { age, one: noise("a"), two: noise("b"), three: noise("c") };
  const view = await worldOf(columns).view("table");
  const rowsOf = async (rows: Int32Array) => ({
    x: await view.apply(rows, {}),
    y: Float64Array.from(rows, (row) => shuffled[row]!),
  });
  const { train, tuning, heldOut } = plan.parts(0);
  const data: TrainingData = {
    train: await rowsOf(train),
    tuning: await rowsOf(tuning),
    target: { outcome: "event", names: [], unit: "" },
    search: "fixed",
    mode: "corrected",
    untuned: false,
    seed: 1,
    threads: 1,
    signal: new AbortController().signal,
    onProgress() {},
  };
  const [trainer] = findTrainers({ id: "t", models: [], allowed: ["lr", "lgbm", "rf"] }, [id]);
  const { model } = await trainer!.train(data);
  const held = await rowsOf(heldOut);
  const found = auroc(held.y, await model.predict((held.x as Extract<ModelInput, { kind: "table" }>).matrix));
  const positives = held.y.reduce((sum, y) => sum + y, 0);
  const negatives = held.y.length - positives;
  // the standard error of an AUROC of 0.5 (Mann–Whitney)
  const error = Math.sqrt((held.y.length + 1) / (12 * positives * negatives));
  expect(Math.abs(found - 0.5)).toBeLessThan(4 * error);
});
