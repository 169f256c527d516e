import { expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { modelFromJSON } from "../../models/index.ts";
import { findTrainers, predictInput, type TrainingData } from "./index.ts";

const stream = randomStream(1, "rows");
const ROWS = 300;
const data = Float64Array.from({ length: ROWS * 2 }, () => stream.normal());
const matrix = { rows: ROWS, columns: 2, data };
const x = { kind: "table" as const, matrix, names: ["a", "b"], titles: ["A", "B"] };
const task = { id: "some/task", models: ["lr"], allowed: ["lr", "lgbm"] };

/** Class 0, 1 or 2 by the first column; class 3 is never seen. */
const classes = Float64Array.from({ length: ROWS }, (_, i) => (data[2 * i]! > 0.4 ? 2 : data[2 * i]! > -0.4 ? 1 : 0));
/** Two labels, of which the second is never there. */
const labels = Float64Array.from({ length: 2 * ROWS }, (_, i) => (i % 2 === 0 && data[i + 1]! > 0 ? 1 : 0));

function given(outcome: "classes" | "labels", y: Float64Array, names: string[]): TrainingData {
  const rows = { x, y };
  const signal = new AbortController().signal;
  const target = { outcome, names, unit: "" };
  return {
    train: rows,
    tuning: rows,
    target,
    search: "quick",
    mode: "corrected",
    untuned: false,
    seed: 1,
    threads: 1,
    signal,
    onProgress() {},
  };
}

test.each(["lr", "lgbm"])(
  "%s tells classes apart, with probabilities that sum to 1, and comes back from its file",
  async (id) => {
    const names = ["low", "middle", "high", "never"];
    const { model } = await findTrainers(task, [id])[0]!.train(given("classes", classes, names));
    const found = Float64Array.from(await predictInput(model, x));
    let right = 0;
    for (let i = 0; i < ROWS; i++) {
      const row = found.subarray(4 * i, 4 * i + 4);
      expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
      if (row.indexOf(Math.max(...row)) === classes[i]) right++;
    }
    // one line against the rest cannot mark out the class between the others
    expect(right / ROWS).toBeGreaterThan(id === "lr" ? 0.6 : 0.9);
    const again = modelFromJSON(JSON.parse(JSON.stringify(model)));
    expect(Float64Array.from(await predictInput(again, x))).toEqual(found);
  },
);

test("a label that no training row has gets one small probability, and the model says so", async () => {
  const { model } = await findTrainers(task, ["lr"])[0]!.train(given("labels", labels, ["there", "never"]));
  const found = Float64Array.from(await predictInput(model, x));
  expect(new Set(Array.from({ length: ROWS }, (_, i) => found[2 * i + 1]))).toEqual(new Set([1 / (ROWS + 2)]));
  expect(model.describe().warnings).toEqual([expect.stringMatching(/1 labels had too few training rows/)]);
});
