import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { adam, adamW, bceWithLogits, namedWeights, predictor, type Rows, train } from "../nn/index.ts";
import type { Runtime, Tensor } from "../tensor/index.ts";
import { nodeRuntime } from "../tensor/node.ts";
import {
  gruNetwork,
  lstmNetwork,
  mambaNetwork,
  mlpNetwork,
  type SequenceNetwork,
  tcnNetwork,
  transformerNetwork,
} from "./index.ts";

/** What make_trajectories.py wrote of a case. */
interface Golden {
  optimiser: "adam" | "adamw";
  rate: number;
  masked: boolean;
  parameters: number;
  shapes: Record<string, number[]>;
  logits: number[];
  losses: number[];
}
const golden: Record<string, Golden> = JSON.parse(
  readFileSync(new URL("golden/trajectories.json", import.meta.url), "utf8"),
);

const [ROWS, STEPS, INPUTS, BATCH] = [64, 12, 5, 16];
const small = { inputs: INPUTS };
const notCausal = {
  causal: false,
  normFirst: true,
  positions: "learned",
  pooling: "class",
  activation: "gelu",
} as const;
const networks: Record<string, () => SequenceNetwork> = {
  mlp: () => mlpNetwork({ ...small, hidden: [16, 8] }),
  gru: () => gruNetwork({ ...small, hidden: 8 }),
  "gru, a logit each step": () => gruNetwork({ ...small, hidden: 8, perStep: true }),
  lstm: () => lstmNetwork({ ...small, hidden: 8 }),
  "lstm, both directions": () => lstmNetwork({ ...small, hidden: 8, bidirectional: true }),
  tcn: () => tcnNetwork({ ...small, channels: 8, kernel: 3, levels: 2 }),
  transformer: () => transformerNetwork({ ...small, width: 8, heads: 2 }),
  "transformer, not causal": () => transformerNetwork({ ...small, width: 8, heads: 2, steps: STEPS, ...notCausal }),
  "mamba 1": () => mambaNetwork({ ...small, width: 8, states: 4, chunk: 5 }),
  "mamba 2": () => mambaNetwork({ ...small, version: 2, width: 8, states: 4, headSize: 8, chunk: 5 }),
};
const names = Object.keys(networks);

const formula = (size: number, seed: number, scale = 1) =>
  Float64Array.from({ length: size }, (_, i) => ((((i * 617 + seed * 131) % 1009) / 1009) * 2 - 1) * scale);

/** The rows of the script: the label is whether the first step's first number and the last real step's second are above 0 together. */
function scriptRows(): Rows {
  const x = formula(ROWS * STEPS * INPUTS, 3, 1.5);
  const at = (row: number, step: number, k: number) => x[(row * STEPS + step) * INPUTS + k]!;
  const mask = new Float32Array(ROWS * STEPS);
  const y = new Float32Array(ROWS);
  const each = new Float32Array(ROWS * STEPS);
  for (let i = 0; i < ROWS; i++) {
    const length = 4 + ((i * 5) % (STEPS - 3));
    mask.fill(1, i * STEPS, i * STEPS + length);
    y[i] = Number(at(i, 0, 0) + at(i, length - 1, 1) > 0);
    for (let t = 0; t < STEPS; t++) each[i * STEPS + t] = Number(at(i, t, 0) > 0);
  }
  return {
    x: { shape: [STEPS, INPUTS], data: Float32Array.from(x) },
    mask: { shape: [STEPS], data: mask },
    y: { shape: [1], data: y },
    each: { shape: [STEPS, 1], data: each },
  };
}

/** The script's first weights. */
function scriptWeights(model: SequenceNetwork): Map<string, Float32Array> {
  const named = namedWeights(model);
  const sorted = [...named.keys()].sort();
  return new Map(
    [...named].map(([name, { tensor }]) => {
      let middle = 0;
      if (/weight_g$|\.D$|norm.*weight$/.test(name)) middle = 1;
      if (/dt_bias$|dt_proj\.bias$/.test(name)) middle = -2;
      if (/A_log$/.test(name)) middle = 0.5;
      return [name, Float32Array.from(formula(tensor.size, sorted.indexOf(name) + 1, 0.3), (v) => middle + v)];
    }),
  );
}

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1, spinning: false });
});

describe.each(names)("%s", (name) => {
  const expected = golden[name]!;
  const rows = scriptRows();
  const model = networks[name]!();
  const apply = (batch: Record<string, Tensor>) => model(batch.x!, expected.masked ? batch.mask! : undefined);

  test("has PyTorch's weights, and as many", () => {
    const shapes = [...namedWeights(model)].map(([weight, { tensor }]) => [weight, [...tensor.shape]]);
    expect(Object.fromEntries(shapes)).toEqual(expected.shapes);
    expect(model.parameters).toBe(expected.parameters);
  });

  test("gives PyTorch's logits", async () => {
    const fields = { x: { shape: [STEPS, INPUTS], kind: "float" }, mask: { shape: [STEPS], kind: "float" } } as const;
    const forward = (batch: Record<string, Tensor>) => ({ logits: apply(batch) });
    const run = await predictor(model, { runtime, weights: scriptWeights(model), fields, forward, batchSize: BATCH });
    const { logits } = await run.predict({ x: rows.x!, mask: rows.mask! });
    await run.close();
    for (const [i, value] of expected.logits.entries())
      expect(Math.abs(logits![i]! - value), `${i}`).toBeLessThan(1e-5);
  });

  test("has PyTorch's loss at each of 200 steps of training", async () => {
    const losses: number[] = [];
    const { x, mask, y, each } = rows as Required<Rows>;
    const target = model.settings.perStep ? each! : y!;
    await train(model, {
      runtime,
      rows: { x: x!, ...(expected.masked ? { mask: mask! } : {}), target },
      loss: (batch) => bceWithLogits(apply(batch), batch.target!),
      seed: 1,
      epochs: 50,
      batchSize: BATCH,
      shuffle: false,
      optimiser: (expected.optimiser === "adam" ? adam : adamW)({ learningRate: expected.rate }),
      weights: scriptWeights(model),
      onStep: (_step, _total, loss) => losses.push(loss),
    });
    const differences = losses.map((loss, i) => Math.abs(loss - expected.losses[i]!));
    expect(losses.length).toBe(200);
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });
});
