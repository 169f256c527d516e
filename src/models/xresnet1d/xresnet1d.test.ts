import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { adam, adamW, bceWithLogits, countParameters, namedWeights, predictor, train } from "../../nn/index.ts";
import type { Runtime, Tensor } from "../../tensor/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import { trajectory, wave, waveWeights } from "../trajectory.ts";
import { xresnet1d } from "./index.ts";

interface Golden {
  counts: Record<string, number>;
  runs: {
    depth: 18 | 50;
    head: "mean" | "concat";
    length: number;
    batch: number;
    rate: number;
    logits: number[];
    losses: number[];
  }[];
}
const golden = JSON.parse(readFileSync(new URL("golden/xresnet1d.json", import.meta.url), "utf8")) as Golden;
let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});

describe("xresnet1d", () => {
  test.each(Object.entries(golden.counts))("%s has PyTorch's number of parameters", (key, count) => {
    const [depth, head] = key.split(" ") as [string, "mean" | "concat"];
    expect(countParameters(xresnet1d({ depth: Number(depth) as 18, outputs: 71, head }))).toBe(count);
  });

  test.each(golden.runs)("$depth with head $head gives PyTorch's logits and its losses step by step", async (run) => {
    const { depth, head, length, batch, rate, logits, losses } = run;
    const model = xresnet1d({ depth, head, inputs: 3, outputs: 2, width: 8, dropout: false });
    const weights = waveWeights(model);
    const x = wave(batch * 3 * length, 3);
    const y = wave(2 * batch, 5).map((value) => Number(value > 0));
    const fields = { x: { shape: [3, length], kind: "float" as const } };
    const inference = await predictor(model, {
      runtime,
      weights,
      fields,
      forward: (b) => ({ logit: model(b.x!) }),
      batchSize: batch,
    });
    const { logit } = await inference.predict({ x: { shape: [3, length], data: x } });
    await inference.close();
    for (const [i, value] of logits.entries()) expect(logit![i]).toBeCloseTo(value, 4);
    const ours = await trajectory(model, (b) => bceWithLogits(model(b.x!), b.y!), {
      runtime,
      weights,
      batchSize: batch,
      optimiser: adam({ learningRate: rate }),
      steps: losses.length,
      batch: { x: { ...fields.x, data: x }, y: { shape: [2], kind: "float", data: y } },
    });
    expect(Math.max(...ours.map((loss, i) => Math.abs(loss - losses[i]!)))).toBeLessThan(1e-4);
  });

  test("learns which of two shapes a signal has", async () => {
    const stream = randomStream(4, "shapes");
    const [count, length] = [64, 64];
    const y = Float32Array.from({ length: count }, (_, i) => i % 2);
    const x = new Float32Array(count * 2 * length);
    for (let i = 0; i < count; i++) {
      const at = 10 + stream.below(40);
      for (let t = 0; t < 2 * length; t++) x[i * 2 * length + t] = 0.3 * stream.normal();
      for (let t = 0; t < 8; t++) x[i * 2 * length + at + t]! += y[i] ? t / 4 : 2 - t / 4; // a ramp up or down
    }
    const model = xresnet1d({ depth: 18, inputs: 2, outputs: 1, width: 16 });
    const rows = { x: { shape: [2, length], data: x }, y: { shape: [1], data: y } };
    const options = { runtime, rows, seed: 1, batchSize: 32, optimiser: adamW({ learningRate: 0.005 }) };
    const loss = (batch: Record<string, Tensor>) => bceWithLogits(model(batch.x!), batch.y!);
    const { epochs } = await train(model, { ...options, loss, epochs: 25 });
    expect(epochs.at(-1)!.loss).toBeLessThan(0.2);
    expect(namedWeights(model).size).toBeGreaterThan(50);
  });

  test("refuses a depth that there is not", () => {
    expect(() => xresnet1d({ depth: 34 as 18, outputs: 1 })).toThrow(/xresnet1d34/);
  });
});
