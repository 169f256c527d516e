import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { adam, adamW, bceWithLogits, countParameters, crossEntropy, predictor, train } from "../../nn/index.ts";
import type { Runtime } from "../../tensor/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import { trajectory, wave, waveWeights } from "../trajectory.ts";
import { vit } from "./index.ts";

const golden = JSON.parse(readFileSync(new URL("golden/vit.json", import.meta.url), "utf8")) as {
  parameters: number;
  logits: number[];
  losses: number[];
};
let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});

describe("vit", () => {
  test("of the small size has the published 22 million parameters", () => {
    expect(countParameters(vit({ outputs: 1000 }))).toBe(golden.parameters);
    expect(golden.parameters).toBe(22_050_664);
  });

  test("gives PyTorch's logits and its losses step by step", async () => {
    const model = vit({ size: 32, patch: 8, width: 24, depth: 2, heads: 3, outputs: 4 });
    const weights = waveWeights(model);
    const image = { shape: [3, 32, 32], kind: "float" as const };
    const data = wave(6 * 3 * 32 * 32, 3);
    const forward = (b: Parameters<Parameters<typeof predictor>[1]["forward"]>[0]) => ({ logits: model(b.image!) });
    const inference = await predictor(model, { runtime, weights, fields: { image }, forward, batchSize: 6 });
    const { logits } = await inference.predict({ image: { shape: image.shape, data } });
    await inference.close();
    for (const [i, value] of golden.logits.entries()) expect(logits![i]).toBeCloseTo(value, 4);
    const losses = await trajectory(model, (b) => crossEntropy(model(b.image!), b.label!), {
      runtime,
      weights,
      batchSize: 6,
      steps: golden.losses.length,
      optimiser: adamW({ learningRate: 1e-3 }),
      batch: { image: { ...image, data }, label: { shape: [], kind: "int", data: Int32Array.of(0, 1, 2, 3, 0, 1) } },
    });
    expect(Math.max(...losses.map((loss, i) => Math.abs(loss - golden.losses[i]!)))).toBeLessThan(1e-4);
  });

  test("learns in which half of a picture the light is", async () => {
    const stream = randomStream(3, "pictures");
    const [count, size] = [64, 16];
    const y = Float32Array.from({ length: count }, (_, i) => i % 2);
    const data = Float32Array.from({ length: count * size * size }, (_, i) => {
      const right = i % size >= size / 2;
      return stream.normal() + (right === (y[Math.floor(i / (size * size))] === 1) ? 1 : 0);
    });
    const model = vit({ size, patch: 4, channels: 1, width: 16, depth: 2, heads: 2, outputs: 1 });
    const { epochs } = await train(model, {
      runtime,
      rows: { image: { shape: [1, size, size], data }, y: { shape: [1], data: y } },
      loss: (batch) => bceWithLogits(model(batch.image!), batch.y!),
      seed: 2,
      epochs: 30,
      batchSize: 16,
      optimiser: adam({ learningRate: 0.005 }),
    });
    expect(epochs.at(-1)!.loss).toBeLessThan(0.1);
  });

  test("refuses a picture that cannot be cut into squares", () => {
    expect(() => vit({ size: 30, patch: 8, outputs: 1 })).toThrow(/cannot be cut/);
  });
});
