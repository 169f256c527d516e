import { beforeAll, describe, expect, test } from "vitest";
import { Stopped } from "../core/errors.ts";
import { randomStream } from "../core/random.ts";
import { type Runtime, relu, type Tensor } from "../tensor/index.ts";
import { nodeRuntime } from "../tensor/node.ts";
import {
  adamW,
  batchNorm,
  bceWithLogits,
  type CheckpointStore,
  cosine,
  dropout,
  exportOnnx,
  initialWeights,
  linear,
  loadWeights,
  predictor,
  type Rows,
  sequential,
  sgd,
  type TrainOptions,
  train,
  warmUp,
  writeWeights,
} from "./index.ts";

const count = 300;
const stream = randomStream(1, "train");
const x = Float32Array.from({ length: count * 5 }, () => stream.normal());
const y = Float32Array.from({ length: count }, (_, i) => Number(x[i * 5]! - x[i * 5 + 1]! > 0));
const rows: Rows = { x: { shape: [5], data: x }, y: { shape: [1], data: y } };

const make = () => sequential(linear(5, 16), batchNorm(16), relu, dropout(0.2), linear(16, 1));
let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 2, spinning: false });
});

function options(model: ReturnType<typeof make>, more: Partial<TrainOptions> = {}): TrainOptions {
  return {
    runtime,
    rows,
    loss: (batch) => bceWithLogits(model(batch.x!), batch.y!),
    seed: 7,
    epochs: 6,
    batchSize: 64,
    optimiser: adamW({ learningRate: 0.02 }),
    schedule: warmUp(5, cosine()),
    clipNorm: 1,
    ...more,
  };
}

/** A store in memory that asks to stop after some saves. */
function memory(stopAfter = Number.POSITIVE_INFINITY): CheckpointStore & { controller: AbortController } {
  let bytes: Uint8Array | undefined;
  let saves = 0;
  const controller = new AbortController();
  return {
    controller,
    load: async () => bytes,
    save: async (next) => {
      bytes = next;
      if (++saves === stopAfter) controller.abort();
    },
  };
}

describe("a training", () => {
  test("learns what is planted, and predicts it", async () => {
    const model = make();
    const { weights, epochs } = await train(model, options(model, { epochs: 20 }));
    expect(epochs.at(-1)!.loss).toBeLessThan(0.25);
    const fields = { x: { shape: [5], kind: "float" as const } };
    const forward = (batch: Record<string, Tensor>) => ({ logit: model(batch.x!) });
    const run = await predictor(model, { runtime, weights, fields, forward, batchSize: 128 });
    const { logit } = await run.predict({ x: rows.x! });
    await run.close();
    const right = logit!.filter((value, i) => value > 0 === (y[i] === 1)).length;
    expect(right / count).toBeGreaterThan(0.95);
  });

  test("gives the same weights bit for bit for a seed, and others for another", async () => {
    const model = make();
    const [first, second] = [await train(model, options(model)), await train(model, options(model))];
    expect([...second.weights]).toEqual([...first.weights]);
    const other = await train(model, options(model, { seed: 8 }));
    expect([...other.weights]).not.toEqual([...first.weights]);
  });

  test.each([1, 2, 5, 9])("stopped after %i checkpoints goes on to the same bits", async (saves) => {
    const model = make();
    const whole = await train(model, options(model));
    const store = memory(saves);
    const stopping = options(model, { checkpoint: store, checkpointEvery: 2, signal: store.controller.signal });
    await expect(train(model, stopping)).rejects.toBeInstanceOf(Stopped);
    const rest = await train(model, options(model, { checkpoint: store }));
    expect([...rest.weights]).toEqual([...whole.weights]);
    expect(rest.epochs).toEqual(whole.epochs);
  });

  test("keeps the best epoch by tuning and stops when it no longer improves", async () => {
    const model = make();
    const scores = [3, 2, 1, 2, 2.5, 0];
    const seen: Map<string, Float32Array>[] = [];
    const fitted = await train(
      model,
      options(model, {
        patience: 2,
        tune: async (weights, epoch) => {
          seen.push(new Map(weights));
          return scores[epoch]!;
        },
      }),
    );
    expect(fitted.bestEpoch).toBe(2);
    expect(fitted.stoppedEarly).toBe(true);
    expect(fitted.epochs.length).toBe(5);
    expect([...fitted.weights]).toEqual([...seen[2]!]);
  });

  test("gives the running mean of its weights where asked to, stopped on the way or not", async () => {
    const line = linear(5, 1);
    const loss: TrainOptions["loss"] = (batch) => bceWithLogits(line(batch.x!), batch.y!);
    const each = { runtime, rows, loss, seed: 7, batchSize: count, optimiser: sgd({ learningRate: 0.1 }) };
    const before = initialWeights(line, (name) => randomStream(7, "weights", name));
    const { weights: one } = await train(line, { ...each, epochs: 1 });
    const { weights: two } = await train(line, { ...each, epochs: 2 });
    const { weights: mean } = await train(line, { ...each, epochs: 2, averaging: 0.9 });
    // after one step 2/11 of what was before is kept, after two 3/12
    for (const [name, values] of mean) {
      values.forEach((value, i) => {
        const first = (2 / 11) * before.get(name)![i]! + (9 / 11) * one.get(name)![i]!;
        expect(Math.abs(value - (0.25 * first + 0.75 * two.get(name)![i]!))).toBeLessThan(1e-6);
      });
    }
    const model = make();
    const whole = await train(model, options(model, { averaging: 0.9 }));
    const store = memory(3);
    const stopping = options(model, {
      averaging: 0.9,
      checkpoint: store,
      checkpointEvery: 2,
      signal: store.controller.signal,
    });
    await expect(train(model, stopping)).rejects.toBeInstanceOf(Stopped);
    const rest = await train(model, options(model, { averaging: 0.9, checkpoint: store }));
    expect([...rest.weights]).toEqual([...whole.weights]);
  });

  test("leaves frozen parameters as they are", async () => {
    const model = make();
    const first = await train(model, options(model, { epochs: 1 }));
    const next = await train(model, options(model, { epochs: 1, weights: first.weights, frozen: ["0."] }));
    expect(next.weights.get("0.weight")).toEqual(first.weights.get("0.weight"));
    expect(next.weights.get("4.weight")).not.toEqual(first.weights.get("4.weight"));
  });

  test("stops at a loss that is not a number, with the step and the rows but not their contents", async () => {
    const model = make();
    const broken = x.slice();
    broken[5 * 17] = Number.NaN;
    const attempt = train(
      model,
      options(model, { rows: { ...rows, x: { shape: [5], data: broken } }, shuffle: false }),
    );
    await expect(attempt).rejects.toMatchObject({
      problem: {
        code: "nn/not-finite",
        what: "The loss at step 1 is NaN",
        where: expect.stringMatching(/rows 0, 1, 2.* and 44 more/),
      },
    });
  });

  test("refuses a damaged checkpoint, and one of another training", async () => {
    const model = make();
    const store = memory();
    await train(model, options(model, { epochs: 1, checkpoint: store }));
    await expect(train(model, options(model, { checkpoint: store, seed: 9 }))).rejects.toMatchObject({
      problem: { code: "nn/other-checkpoint" },
    });
    const bytes = (await store.load())!;
    for (const damaged of [bytes.subarray(0, bytes.length - 1), bytes.subarray(8), Uint8Array.of(1, 2, 3)]) {
      const broken = { load: async () => damaged, save: async () => {} };
      await expect(train(model, options(model, { checkpoint: broken }))).rejects.toMatchObject({
        problem: { code: "safetensors/invalid" },
      });
    }
  });

  test("is written as weights and as an ONNX file that gives the same predictions", async () => {
    const model = make();
    const { weights } = await train(model, options(model, { epochs: 2 }));
    const again = loadWeights(model, writeWeights(model, weights));
    expect([...again]).toEqual([...weights]);
    const fields = { x: { shape: [5], kind: "float" as const } };
    const forward = (batch: Record<string, Tensor>) => ({ logit: model(batch.x!) });
    const file = exportOnnx(model, { weights, fields, forward, batchSize: 4, metadata: { seed: "7" } });
    const ort = await import("onnxruntime-node");
    const session = await ort.InferenceSession.create(file);
    const four = x.slice(0, 20);
    const { logit } = await session.run({ x: new ort.Tensor("float32", four, [4, 5]) });
    const run = await predictor(model, { runtime, weights, fields, forward });
    const ours = await run.predict({ x: { shape: [5], data: four } });
    await run.close();
    for (const [i, value] of (logit!.data as Float32Array).entries()) expect(value).toBeCloseTo(ours.logit![i]!, 5);
  });
});
