// The emergency benchmark's own trainers: MLP, Med2Vec, LSTM, AutoScore on rows with a planted signal.
import { describe, expect, test } from "vitest";
import type { Matrix } from "../../core/matrix.ts";
import { randomStream } from "../../core/random.ts";
import { auroc } from "../../metrics/index.ts";
import { type AutoScoreModel, modelFromJSON, type TableNetworkModel } from "../../models/index.ts";
import { findTrainers, type TrainingData } from "./index.ts";

const task = { id: "some/task", models: ["mlp"], allowed: ["mlp", "med2vec", "ed-lstm", "autoscore"] };
const trainer = (id: string) => findTrainers(task, [id])[0]!;
const [HOURS, SIGNS, PLACES, CODES] = [4, 2, 3, 6];
const names = ["age", "noise"];
const titles = ["Age (years)", "Noise"];

interface Rows {
  x: Matrix;
  y: Float64Array;
}

/** Risk rises with the age, by a code (med2vec), and with the last value of the first sign (ed-lstm). */
function rows(id: string, count: number, seed: number): Rows {
  const stream = randomStream(seed, "rows", id);
  const y = new Float64Array(count);
  const all: number[] = [];
  for (let i = 0; i < count; i++) {
    const age = Math.round(stream.normal(60, 15));
    let logOdds = -0.3 + (age - 60) / 12;
    const row = [age, stream.chance(0.2) ? Number.NaN : stream.normal()];
    if (id === "med2vec") {
      const codes = Array.from({ length: stream.below(PLACES + 1) }, () => 1 + stream.below(CODES));
      if (codes.includes(2)) logOdds += 3;
      row.push(...codes, ...new Array(PLACES - codes.length).fill(0));
    }
    if (id === "ed-lstm") {
      const length = 1 + stream.below(HOURS);
      const hours = Array.from({ length: HOURS * SIGNS }, (_, j) =>
        j < length * SIGNS ? (stream.chance(0.1) ? Number.NaN : stream.normal(80, 10)) : Number.NaN,
      );
      hours[(length - 1) * SIGNS] = stream.normal(80, 10);
      logOdds += (hours[(length - 1) * SIGNS]! - 80) / 5;
      row.push(length, ...hours);
    }
    all.push(...row);
    y[i] = stream.chance(1 / (1 + Math.exp(-logOdds))) ? 1 : 0;
  }
  return { x: { rows: count, columns: all.length / count, data: Float64Array.from(all) }, y };
}

const layouts: Record<string, unknown> = {
  mlp: { inputs: 2 },
  med2vec: { inputs: 2, codes: PLACES, vocabulary: CODES },
  "ed-lstm": { inputs: 2, hours: HOURS, signs: SIGNS },
  autoscore: { inputs: 2 },
};

function given(id: string, mode: TrainingData["mode"], more: Partial<TrainingData> = {}): TrainingData {
  const part = ({ x: matrix, y }: Rows) => {
    const columns = Array.from({ length: matrix.columns }, (_, j) => names[j] ?? `more_${j}`);
    const input = {
      kind: "table",
      matrix,
      names: columns,
      titles: columns.map((name, j) => titles[j] ?? name),
    } as const;
    return { x: { ...input, layout: layouts[id] }, y };
  };
  const signal = new AbortController().signal;
  return {
    train: part(rows(id, 1500, 1)),
    tuning: part(rows(id, 500, 2)),
    target: { outcome: "event", names: [], unit: "" },
    search: "quick",
    mode,
    untuned: false,
    seed: 1,
    threads: 1,
    signal,
    onProgress() {},
    ...more,
  };
}

describe.each(["mlp", "med2vec", "ed-lstm"])("%s", (id) => {
  test("finds what is planted, and gives probabilities, in corrected mode; comes back from its file", async () => {
    const { model, chosen } = await trainer(id).train(given(id, "corrected"));
    const { x, y } = rows(id, 1500, 3);
    const risks = await model.predict(x);
    expect(auroc(y, risks)).toBeGreaterThan(0.74);
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
    expect(Math.abs(mean(risks) - mean(y))).toBeLessThan(0.06);
    expect(chosen["epochs"]).toBeGreaterThan(0);
    const back = modelFromJSON(JSON.parse(JSON.stringify(model)));
    expect([...(await back.predict(x))]).toEqual([...risks]);
  });

  test("is the same for a seed and another for another, and hears of a stop", async () => {
    const weights = async (more: Partial<TrainingData>) => {
      const { model } = await trainer(id).train(given(id, "corrected", { ...more }));
      return JSON.stringify((model as TableNetworkModel).toJSON());
    };
    const first = await weights({});
    expect((await weights({})) === first).toBe(true);
    expect((await weights({ seed: 2 })) === first).toBe(false);
    const stop = new AbortController();
    const stopping = given(id, "corrected", { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(trainer(id).train(stopping)).rejects.toThrow(/stopped/i);
  });
});

test("the faithful MLP takes values as they are for 20 epochs, and looks at no tuning patient", async () => {
  const data = given("mlp", "faithful");
  const first = await trainer("mlp").train(data);
  const { scaling } = (first.model as TableNetworkModel).shape;
  expect([scaling.centre, scaling.scale, scaling.flagged]).toEqual([[0, 0], [1, 1], []]);
  expect(first.chosen).toEqual({ epochs: 20 });
  const other = { ...data, tuning: { ...data.tuning, y: data.tuning.y.map((label) => 1 - label) } };
  const second = await trainer("mlp").train(other);
  expect(JSON.stringify(second.model) === JSON.stringify(first.model)).toBe(true);
});

test("a network that gives everybody the same risk says so", async () => {
  const data = given("mlp", "corrected");
  const same = (part: TrainingData["train"]) => {
    if (part.x.kind !== "table") return part;
    const { matrix } = part.x;
    return { ...part, x: { ...part.x, matrix: { ...matrix, data: new Float64Array(matrix.data.length).fill(7) } } };
  };
  const { model } = await trainer("mlp").train({ ...data, train: same(data.train), tuning: same(data.tuning) });
  expect(model.describe().warnings).toContainEqual(expect.stringMatching(/everybody the same risk/));
});

describe("AutoScore", () => {
  test("prints a table whose points are those of the model, in the units and bands a reader knows", async () => {
    const { model, scoreTable, chosen } = await trainer("autoscore").train(given("autoscore", "corrected"));
    const { x, y } = rows("autoscore", 1500, 3);
    expect(auroc(y, await model.predict(x))).toBeGreaterThan(0.74);
    const age = scoreTable!.variables.find(({ name }) => name === "age")!;
    expect(age).toMatchObject({ title: "Age", unit: "years" });
    expect(scoreTable!.highest).toBe((model as AutoScoreModel).highestScore);
    expect(chosen["variables"]).toBe(scoreTable!.variables.length);
    const sums = scoreTable!.variables.reduce(
      (sum, { bands }) => sum + Math.max(...bands.map(({ points }) => points)),
      0,
    );
    expect(sums).toBe(scoreTable!.highest);
    const risks = scoreTable!.risks.map(({ risk }) => risk);
    expect(risks).toEqual(risks.toSorted((a, b) => a - b));
    expect(scoreTable!.parsimony.map(({ variables }) => variables)).toEqual([1, 2]);
    // ages are cut at even years
    const cuts = age.bands.flatMap(({ title }) => title.match(/\d+/g) ?? []).map(Number);
    expect(cuts.every((cut) => cut % 2 === 0)).toBe(true);
    expect(scoreTable!.tuned.find((text) => text.startsWith("Age"))).toMatch(/^Age: [\d., ]+ became [\d, ]+$/);
  });

  test("in faithful mode keeps the bands of the quantiles", async () => {
    const { scoreTable, model } = await trainer("autoscore").train(given("autoscore", "faithful"));
    expect(scoreTable!.tuned).toEqual([]);
    const { variables } = model as AutoScoreModel;
    expect(variables.find(({ name }) => name === "age")!.bounds).toMatchObject({ cutoffs: { length: 4 } });
  });
});
