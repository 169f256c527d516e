import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { adam, bceWithLogits, predictor } from "../../nn/index.ts";
import type { Runtime, Tensor } from "../../tensor/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import { type Batch, trajectory, wave, waveWeights } from "../trajectory.ts";
import { type TscanSettings, tscanNetwork } from "./network.ts";

interface Case {
  name: string;
  /** Learning rate. */
  rate: number;
  parameters: number;
  batch: number;
  outputs: number;
  lengths: number[] | null;
  logits: number[];
  losses: number[];
  /** Attention of the first row. */
  hours: number[];
  tokens: number[];
}
const cases = JSON.parse(readFileSync(new URL("golden/tscan.json", import.meta.url), "utf8")) as Case[];
const HOURS = 48;
const settings: Record<string, TscanSettings> = {
  original: { inputs: 59, tokens: { from: 0, count: 59, parts: 1 }, dropout: 0 },
  corrected: {
    inputs: 82,
    tokens: { from: 31, count: 17, parts: 3 },
    outputs: 3,
    embed: 64,
    heads: 4,
    feedForward: 128,
    dropout: 0,
    sharedNorm: false,
    sees: "real",
  },
};

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1, spinning: false });
});

/** The rows of the script: the wave's numbers, and masks whose real hours stand at the end. */
function rowsOf({ batch, outputs, lengths, name }: Case) {
  const { inputs } = settings[name]!;
  const x = { shape: [HOURS, inputs], data: wave(batch * HOURS * inputs, 7, 1.5) };
  const y = { shape: [outputs], data: Float32Array.from(wave(batch * outputs, 8), (v) => (v > 0 ? 1 : 0)) };
  if (!lengths) return { x, y };
  const mask = new Float32Array(batch * HOURS);
  for (const [i, length] of lengths.entries()) mask.fill(1, (i + 1) * HOURS - length, (i + 1) * HOURS);
  return { x, y, mask: { shape: [HOURS], data: mask } };
}

describe.each(cases)("TSCAN, $name", (given) => {
  const network = tscanNetwork(settings[given.name]!);
  const rows = rowsOf(given);
  const fields = Object.fromEntries(
    Object.entries(rows).map(([name, { shape }]) => [name, { shape, kind: "float" as const }]),
  );

  test("has PyTorch's number of weights, logits and shares of attention", async () => {
    expect(network.parameters).toBe(given.parameters);
    const { y: _, ...inputs } = fields;
    const run = await predictor(network, {
      runtime,
      weights: waveWeights(network),
      fields: inputs,
      forward: ({ x, mask }: Record<string, Tensor>) => ({ logits: network(x!, mask), ...network.looks(x!, mask) }),
      batchSize: given.batch,
    });
    const { logits, hours, tokens } = await run.predict(rows);
    await run.close();
    for (const [i, value] of given.logits.entries()) expect(Math.abs(logits![i]! - value)).toBeLessThan(1e-5);
    for (const [i, value] of given.hours.entries()) expect(Math.abs(hours![i]! - value)).toBeLessThan(1e-6);
    for (const [i, value] of given.tokens.entries()) expect(Math.abs(tokens![i]! - value)).toBeLessThan(1e-6);
  });

  test("20 steps of Adam go down PyTorch's losses", async () => {
    const batch: Batch = Object.fromEntries(
      Object.entries(rows).map(([name, { shape, data }]) => [name, { shape, kind: "float" as const, data }]),
    );
    const losses = await trajectory(network, ({ x, y, mask }) => bceWithLogits(network(x!, mask), y!), {
      runtime,
      batch,
      batchSize: given.batch,
      weights: waveWeights(network),
      steps: 20,
      optimiser: adam({ learningRate: given.rate }),
    });
    for (const [i, loss] of given.losses.entries()) expect(Math.abs(losses[i]! - loss)).toBeLessThan(1e-5);
  });
});

test("what stands in padding changes nothing, and what stands in real hours does", async () => {
  const given = cases[1]!;
  const network = tscanNetwork(settings["corrected"]!);
  const rows = rowsOf(given);
  const run = await predictor(network, {
    runtime,
    weights: waveWeights(network),
    fields: { x: { shape: rows.x.shape, kind: "float" }, mask: { shape: [HOURS], kind: "float" } },
    forward: ({ x, mask }: Record<string, Tensor>) => ({ logits: network(x!, mask) }),
    batchSize: given.batch,
  });
  const before = (await run.predict(rows)).logits!;
  const changed = (row: number, hour: number) => {
    const data = rows.x.data.slice();
    data[(row * HOURS + hour) * 82 + 40] = 9;
    return run.predict({ ...rows, x: { ...rows.x, data } });
  };
  // the second row has 5 real hours, the last ones
  expect((await changed(1, 42)).logits).toEqual(before);
  expect((await changed(1, 43)).logits).not.toEqual(before);
  await run.close();
});
