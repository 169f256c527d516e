import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Matrix } from "../../core/matrix.ts";
import { randomStream } from "../../core/random.ts";
import { adam, bceWithLogits, initialWeights, namedWeights, predictor, type Rows, train } from "../../nn/index.ts";
import type { Runtime, Tensor } from "../../tensor/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import { modelFromJSON } from "../load.ts";
import { fitInputScaling, type InputScaling, inputWidth, scaledInputs } from "./scaling.ts";
import {
  buildTableNetwork,
  fieldsOf,
  type TableNetworkFamily,
  type TableNetworkShape,
  tableNetworkModel,
} from "./table-network.ts";

interface Golden {
  weight: number;
  decay: number;
  shapes: Record<string, number[]>;
  logits: number[];
  losses: number[];
}
const golden: Record<TableNetworkFamily, Golden> = JSON.parse(
  readFileSync(new URL("golden/ed-networks.json", import.meta.url), "utf8"),
);
const families = Object.keys(golden) as TableNetworkFamily[];

const [ROWS, INPUTS, CODES, PLACES, HOURS, SIGNS] = [32, 64, 30, 6, 5, 7];
const formula = (size: number, seed: number, scale: number) =>
  Float64Array.from({ length: size }, (_, i) => ((((i * 617 + seed * 131) % 1009) / 1009) * 2 - 1) * scale);

/** Values as they are. */
const plain = (columns: number): InputScaling => ({
  fill: new Array(columns).fill(0),
  centre: new Array(columns).fill(0),
  scale: new Array(columns).fill(1),
  flagged: [],
});

function shapeOf(family: TableNetworkFamily): TableNetworkShape {
  return {
    family,
    settings: {},
    featureNames: Array.from({ length: INPUTS }, (_, i) => `x${i}`),
    layout: { inputs: INPUTS, codes: PLACES, vocabulary: CODES, hours: HOURS, signs: SIGNS },
    scaling: plain(INPUTS),
    signScaling: plain(SIGNS),
  };
}

/** The script's rows, as fields. */
function scriptRows(): {
  x: Rows[string];
  codes: Rows[string];
  signs: Rows[string];
  mask: Rows[string];
  y: Rows[string];
} {
  const x = Float32Array.from(formula(ROWS * INPUTS, 3, 1.5));
  const signs = Float32Array.from(formula(ROWS * HOURS * SIGNS, 5, 1.5));
  const codes = new Int32Array(ROWS * PLACES);
  const mask = new Float32Array(ROWS * HOURS);
  const y = new Float32Array(ROWS);
  for (let i = 0; i < ROWS; i++) {
    for (let k = 0; k < i % (PLACES + 1); k++) codes[i * PLACES + k] = ((i * PLACES + k) * 7) % (CODES + 1);
    mask.fill(1, i * HOURS, i * HOURS + 1 + (i % HOURS));
    y[i] = Number(x[i * INPUTS]! + signs[i * HOURS * SIGNS]! > 0);
  }
  return {
    x: { shape: [INPUTS], data: x },
    codes: { shape: [PLACES], data: codes },
    signs: { shape: [HOURS, SIGNS], data: signs },
    mask: { shape: [HOURS], data: mask },
    y: { shape: [1], data: y },
  };
}

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1, spinning: false });
});

describe.each(families)("%s", (family) => {
  const expected = golden[family];
  const { module, fields, logits } = buildTableNetwork(shapeOf(family));
  const all: Rows = scriptRows();
  const rows = Object.fromEntries(Object.keys(fields).map((name) => [name, all[name]!]));
  const named = namedWeights(module);
  const sorted = [...named.keys()].sort();
  const weights = new Map(
    [...named].map(([name, { tensor }]) => [
      name,
      Float32Array.from(formula(tensor.size, sorted.indexOf(name) + 1, 0.08)),
    ]),
  );

  test("has PyTorch's weights and logits", async () => {
    expect(Object.fromEntries([...named].map(([name, { tensor }]) => [name, [...tensor.shape]]))).toEqual(
      expected.shapes,
    );
    const forward = (batch: Record<string, Tensor>) => ({ logits: logits(batch) });
    const run = await predictor(module, { runtime, weights, fields, forward, batchSize: ROWS });
    const found = (await run.predict(rows))["logits"]!;
    await run.close();
    for (const [i, value] of expected.logits.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-5);
  });

  test("has PyTorch's loss at each of 20 steps of training", async () => {
    const losses: number[] = [];
    await train(module, {
      runtime,
      rows: { ...rows, y: all["y"]! },
      loss: (batch) => bceWithLogits(logits(batch), batch["y"]!, { positiveWeight: expected.weight }),
      seed: 1,
      epochs: 20,
      batchSize: ROWS,
      shuffle: false,
      optimiser: adam({ learningRate: 1e-3 }),
      schedule: (step) => 1 / (1 + expected.decay * step),
      weights,
      onStep: (_step, _total, loss) => losses.push(loss),
    });
    expect(losses).toHaveLength(20);
    for (const [i, loss] of losses.entries()) expect(Math.abs(loss - expected.losses[i]!), `${i}`).toBeLessThan(1e-5);
  });
});

const stream = randomStream(4, "rows");
/** Two numbers of a visit, three places for codes, or the number of hours and two hours of two signs. */
const layouts = {
  mlp: { inputs: 2 },
  med2vec: { inputs: 2, codes: 3, vocabulary: 4 },
  "ed-lstm": { inputs: 2, hours: 2, signs: 2 },
} as const;

function rowsFor(family: TableNetworkFamily): Matrix {
  const rows = Array.from({ length: 9 }, (_, i) => [
    stream.normal(50, 10),
    i % 3 === 0 ? Number.NaN : stream.normal(),
    ...(family === "med2vec" ? [stream.below(5), stream.below(5), 0] : []),
    ...(family === "ed-lstm" ? [1 + (i % 2), 80, Number.NaN, i % 2 ? 90 : Number.NaN, 2] : []),
  ]);
  return { rows: rows.length, columns: rows[0]!.length, data: Float64Array.from(rows.flat()) };
}

function modelOf(family: TableNetworkFamily, x: Matrix) {
  const layout = layouts[family];
  const shape: TableNetworkShape = {
    family,
    settings: family === "med2vec" ? { embedding: 8 } : {},
    featureNames: ["age", "lactate"],
    layout,
    scaling: fitInputScaling(x, { from: 0, count: 2 }),
    ...(family === "ed-lstm" ? { signScaling: fitInputScaling(x, { from: 3, count: 2, repeats: 2 }) } : {}),
  };
  const weights = initialWeights(buildTableNetwork(shape).module, (name) => randomStream(1, name));
  return tableNetworkModel(shape, weights, async () => runtime, { facts: [], warnings: ["a warning"] });
}

describe.each(families)("a trained %s", (family) => {
  test("comes back from its file with the same predictions", async () => {
    const x = rowsFor(family);
    const model = modelOf(family, x);
    const risks = await model.predict(x);
    expect(risks.every((risk) => risk > 0 && risk < 1)).toBe(true);
    expect(new Set(risks).size).toBeGreaterThan(5);
    const back = modelFromJSON(JSON.parse(JSON.stringify(model)));
    expect([...(await back.predict(x))]).toEqual([...risks]);
    expect(back.describe()).toEqual(model.describe());
  });

  test("refuses rows of another width and damaged files", async () => {
    const model = modelOf(family, rowsFor(family));
    const narrow = { rows: 1, columns: 1, data: new Float64Array(1) };
    await expect(model.predict(narrow)).rejects.toMatchObject({ problem: { code: "models/wrong-columns" } });
    const saved = JSON.parse(JSON.stringify(model)) as Record<string, unknown>;
    for (const damaged of [{ schemaVersion: 2 }, { shape: undefined }, { training: {} }, { weights: 7 }]) {
      expect(() => modelFromJSON({ ...saved, ...damaged })).toThrow(/cannot be read/);
    }
  });
});

test("hours that were not, and the code 0, change nothing", async () => {
  for (const [family, column] of [
    ["ed-lstm", 5],
    ["med2vec", 4],
  ] as const) {
    const x = rowsFor(family);
    const model = modelOf(family, x);
    const before = await model.predict(x);
    const other = { ...x, data: x.data.slice() };
    if (family === "ed-lstm") {
      // the second hour of visits that had one
      for (let i = 0; i < x.rows; i += 2) other.data[i * x.columns + column] = 200;
      const after = await model.predict(other);
      for (let i = 0; i < x.rows; i += 2) expect(after[i]).toBe(before[i]);
    } else {
      const fields = fieldsOf(x, model.shape);
      expect([...fields["codes"]!.data].filter((_, k) => k % 3 === 2)).toEqual(new Array(x.rows).fill(0));
      const swapped = { ...x, data: x.data.slice() };
      for (let i = 0; i < x.rows; i++) {
        swapped.data[i * x.columns + 4] = x.data[i * x.columns + 2]!;
        swapped.data[i * x.columns + 2] = 0;
      }
      const after = await model.predict(swapped);
      for (let i = 0; i < x.rows; i++) expect(after[i]).toBeCloseTo(before[i]!, 6);
    }
  }
});

describe("inputs", () => {
  const x: Matrix = { rows: 3, columns: 3, data: Float64Array.of(1, 5, Number.NaN, 3, 5, 2, 5, 5, 4) };

  test("are standardised by training rows, missing ones filled with the mean and marked", () => {
    const scaling = fitInputScaling(x, { from: 0, count: 3 });
    expect(scaling.flagged).toEqual([2]);
    expect(inputWidth(scaling)).toBe(4);
    const deviation = Math.sqrt(8 / 3);
    const found = scaledInputs(x, { from: 0 }, scaling);
    const expected = [-2 / deviation, 0, 0, 1, 0, 0, -1, 0, 2 / deviation, 0, 1, 0];
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
  });

  test("stay as they are where they are not to be standardised, missing ones the mean", () => {
    const scaling = fitInputScaling(x, { from: 0, count: 3 }, { standardise: false });
    expect([...scaledInputs(x, { from: 0 }, scaling)]).toEqual([1, 5, 3, 3, 5, 2, 5, 5, 4]);
  });

  test("of hours share their scaling over all hours", () => {
    const scaling = fitInputScaling(x, { from: 0, count: 1, repeats: 3 });
    expect(scaling.fill[0]).toBeCloseTo(30 / 8, 10);
    expect(scaledInputs(x, { from: 0, repeats: 3 }, scaling)).toHaveLength(3 * 3 * 2);
  });
});
