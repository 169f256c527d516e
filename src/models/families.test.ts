import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import {
  adam,
  bceWithLogits,
  exportOnnx,
  initialWeights,
  predictor,
  type Rows,
  type TrainOptions,
  takeRowsOf,
  train,
} from "../nn/index.ts";
import { input, type Runtime, type Tensor } from "../tensor/index.ts";
import { nodeRuntime } from "../tensor/node.ts";
import {
  gruNetwork,
  lstmNetwork,
  mambaNetwork,
  mlpNetwork,
  type NetworkSettings,
  type SequenceNetwork,
  tcnNetwork,
  transformerNetwork,
} from "./index.ts";

const [STEPS, INPUTS, PATIENTS, TRAINED] = [10, 4, 1800, 1600];
const common = { inputs: INPUTS, dropout: 0.05 };
const small = { inputs: INPUTS, width: 16, layers: 1 };
const wholeSequence = { causal: false, pooling: "mean", normFirst: true, positions: "none" } as const;
const families: Record<string, (more?: Partial<NetworkSettings>) => SequenceNetwork> = {
  mlp: (more) => mlpNetwork({ ...common, hidden: [32, 16], ...more }),
  gru: (more) => gruNetwork({ ...common, hidden: 16, ...more }),
  lstm: (more) => lstmNetwork({ ...common, hidden: 16, ...more }),
  tcn: (more) => tcnNetwork({ ...common, channels: 16, kernel: 4, steps: STEPS, dropChannels: true, ...more }),
  transformer: (more) => transformerNetwork({ ...small, dropout: 0.05, ...more }),
  "transformer over the whole sequence": (more) => transformerNetwork({ ...small, ...wholeSequence, ...more }),
  "mamba 1": (more) => mambaNetwork({ ...small, states: 8, chunk: 4, ...more }),
  "mamba 2": (more) => mambaNetwork({ ...small, version: 2, states: 16, headSize: 16, chunk: 4, ...more }),
};
/** What looks at one step alone, and what looks at all of them at once. */
const [stepwise, unordered] = ["mlp", "transformer over the whole sequence"];

const stream = randomStream(5, "families");
const x = Float32Array.from({ length: PATIENTS * STEPS * INPUTS }, () => stream.normal());
const lengths = Int32Array.from({ length: PATIENTS }, () => 3 + stream.below(STEPS - 2));
const mask = new Float32Array(PATIENTS * STEPS);
for (const [i, length] of lengths.entries()) mask.fill(1, i * STEPS, i * STEPS + length);

/** Planted: whether the first numbers of all real steps sum to more than 0; for what sees one step, that of the last. */
function rowsFor(family: string): Rows {
  const y = Float32Array.from(lengths, (length, i) => {
    const first = Array.from({ length }, (_, t) => x[(i * STEPS + t) * INPUTS]!);
    return Number((family === stepwise ? first.at(-1)! : first.reduce((a, b) => a + b, 0)) > 0);
  });
  const fields = { x: { shape: [STEPS, INPUTS], data: x }, mask: { shape: [STEPS], data: mask } };
  return { ...fields, y: { shape: [1], data: y } };
}
const trained = Array.from({ length: TRAINED }, (_, i) => i);
const kept = Array.from({ length: PATIENTS - TRAINED }, (_, i) => TRAINED + i);
const fields = { x: { shape: [STEPS, INPUTS], kind: "float" }, mask: { shape: [STEPS], kind: "float" } } as const;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1, spinning: false });
});

async function logitsOf(model: SequenceNetwork, weights: Map<string, Float32Array>, rows: Rows): Promise<Float32Array> {
  const forward = (batch: Record<string, Tensor>) => ({ logits: model(batch.x!, batch.mask!) });
  const run = await predictor(model, { runtime, weights, fields, forward, batchSize: kept.length });
  const { logits } = await run.predict({ x: rows.x!, mask: rows.mask! });
  await run.close();
  return logits!;
}

const firstWeights = (model: SequenceNetwork) => initialWeights(model, (name) => randomStream(1, name));

describe.each(Object.keys(families))("%s", (family) => {
  const rows = rowsFor(family);

  test("learns what is planted, and the same bits from the same seed", async () => {
    const model = families[family]!();
    const options: TrainOptions = {
      runtime,
      rows: takeRowsOf(rows, trained),
      loss: (batch) => bceWithLogits(model(batch.x!, batch.mask!), batch.y!),
      seed: 3,
      epochs: 4,
      batchSize: 64,
      optimiser: adam({ learningRate: 0.01 }),
    };
    const { weights, epochs } = await train(model, options);
    expect(epochs.at(-1)!.step).toBe(100);
    const { y, ...rest } = takeRowsOf(rows, kept) as Required<Rows>;
    const logits = await logitsOf(model, weights, rest);
    const right = logits.filter((logit, i) => logit > 0 === (y!.data[i] === 1)).length;
    expect(right / kept.length).toBeGreaterThan(0.85);
    const again = await train(model, options);
    expect([...again.weights]).toEqual([...weights]);
  });

  test("does not see what stands in the padding", async () => {
    const model = families[family]!();
    const weights = firstWeights(model);
    const before = await logitsOf(model, weights, takeRowsOf(rows, kept));
    const noisy = x.map((value, i) => (mask[Math.floor(i / INPUTS)] ? value : 7));
    const other = takeRowsOf({ ...rows, x: { shape: [STEPS, INPUTS], data: noisy } }, kept);
    const after = await logitsOf(model, weights, other);
    for (const [i, logit] of after.entries()) expect(Math.abs(logit - before[i]!)).toBeLessThan(1e-5);
  });

  test("gives logits for each step, which look back only", async () => {
    const model = families[family]!({ perStep: true, outputs: 3 });
    expect(model(input("x", [2, STEPS, INPUTS])).shape).toEqual([2, STEPS, 3]);
    if (family === unordered) return;
    const weights = firstWeights(model);
    const before = await logitsOf(model, weights, takeRowsOf(rows, kept));
    const changed = x.map((value, i) => (Math.floor(i / INPUTS) % STEPS < 6 ? value : -value));
    const whole = { ...rows, x: { shape: [STEPS, INPUTS], data: changed } };
    const after = await logitsOf(model, weights, takeRowsOf(whole, kept));
    const largest = (from: number, to: number) =>
      Math.max(
        ...after.map((v, i) =>
          Math.floor(i / 3) % STEPS >= from && Math.floor(i / 3) % STEPS < to ? Math.abs(v - before[i]!) : 0,
        ),
      );
    expect(largest(0, 6)).toBeLessThan(1e-5);
    expect(largest(6, STEPS)).toBeGreaterThan(1e-3);
  });

  test("is written as an ONNX file that gives the same logits", async () => {
    const model = families[family]!();
    const weights = firstWeights(model);
    const forward = (batch: Record<string, Tensor>) => ({ logits: model(batch.x!, batch.mask!) });
    const file = exportOnnx(model, { weights, fields, forward, batchSize: kept.length });
    const session = await ort.InferenceSession.create(file);
    const chosen = takeRowsOf(rows, kept);
    const tensor = (data: unknown, ...shape: number[]) => new ort.Tensor("float32", data as Float32Array, shape);
    const given = {
      x: tensor(chosen.x!.data, kept.length, STEPS, INPUTS),
      mask: tensor(chosen.mask!.data, kept.length, STEPS),
    };
    // what does not look at the mask has no such input
    const wanted = Object.fromEntries(Object.entries(given).filter(([name]) => session.inputNames.includes(name)));
    const { logits } = await session.run(wanted);
    const expected = await logitsOf(model, weights, chosen);
    for (const [i, value] of expected.entries()) expect((logits!.data as Float32Array)[i]).toBeCloseTo(value, 5);
  });

  test("can be made again from its settings", () => {
    const model = families[family]!({ outputs: 2 });
    const maker = {
      mlp: mlpNetwork,
      gru: gruNetwork,
      lstm: lstmNetwork,
      tcn: tcnNetwork,
      transformer: transformerNetwork,
      mamba: mambaNetwork,
    }[model.family]!;
    const again = maker(JSON.parse(JSON.stringify(model.settings)));
    expect(again.settings).toEqual(model.settings);
    expect(again.parameters).toBe(model.parameters);
  });
});

describe("settings that do not fit", () => {
  test.each([
    [
      "a class token under causal attention",
      () => transformerNetwork({ inputs: 3, pooling: "class" }),
      "models/class-token",
    ],
    [
      "learned positions without their number",
      () => transformerNetwork({ inputs: 3, positions: "learned" }),
      "models/positions",
    ],
    ["heads that do not divide the width", () => transformerNetwork({ inputs: 3, width: 10, heads: 4 }), "nn/heads"],
    [
      "heads that do not divide the channels",
      () => mambaNetwork({ inputs: 3, version: 2, width: 10, headSize: 7 }),
      "nn/heads",
    ],
  ])("%s are refused", (_name, make, code) => {
    expect(make).toThrowError(expect.objectContaining({ problem: expect.objectContaining({ code }) }));
  });
});

test("tables are taken by an MLP alone, and a mask has to be that of the sequence; the error names the line", () => {
  expect(mlpNetwork({ inputs: 3, outputs: 2 })(input("x", [5, 3])).shape).toEqual([5, 2]);
  const refused = (make: () => unknown) => {
    const where = expect.stringContaining("families.test.ts");
    expect(make).toThrowError(
      expect.objectContaining({ problem: expect.objectContaining({ code: "tensor/shape", where }) }),
    );
  };
  const [model, sequence] = [gruNetwork({ inputs: 3, hidden: 4 }), input("x", [5, 6, 3])];
  refused(() => model(input("x", [5, 3])));
  refused(() => model(input("x", [5, 6, 4])));
  refused(() => model(sequence, input("mask", [5, 7])));
});

test("the depth of a TCN follows from the steps it is to see, as in YAIB", () => {
  const levels = (kernel: number, steps: number) => tcnNetwork({ inputs: 3, kernel, steps }).settings.levels;
  expect([levels(2, 24), levels(3, 24), levels(12, 24), levels(32, 24), levels(2, 168)]).toEqual([4, 3, 1, 1, 7]);
});

test("first step sizes of Mamba lie between 0.001 and 0.1, decays between 1 and 16", () => {
  for (const version of [1, 2] as const) {
    const weights = firstWeights(mambaNetwork({ inputs: 3, version, width: 64, headSize: 4 }));
    for (const [name, values] of weights) {
      if (/dt_bias|dt_proj\.bias/.test(name)) {
        const sizes = values.map((value) => Math.log1p(Math.exp(value)));
        expect(Math.min(...sizes)).toBeGreaterThan(0.00099);
        expect(Math.max(...sizes)).toBeLessThan(0.101);
        expect(Math.max(...sizes) / Math.min(...sizes)).toBeGreaterThan(10);
      }
      if (/A_log/.test(name)) {
        expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...values)).toBeLessThanOrEqual(Math.fround(Math.log(16)));
      }
    }
  }
});
