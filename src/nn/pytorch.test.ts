import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import {
  constant,
  type Elements,
  equal,
  gradients,
  input,
  mean,
  mul,
  parameterTensor,
  pow,
  program,
  type Runtime,
  relu,
  sub,
  sum,
  type Tensor,
  where,
} from "../tensor/index.ts";
import { nodeRuntime } from "../tensor/node.ts";
import {
  type AnyModule,
  adam,
  adamW,
  batchNorm,
  bceWithLogits,
  clipByNorm,
  conv1d,
  conv2d,
  cosine,
  crossEntropy,
  embedding,
  focal,
  gru,
  infoNce,
  initialWeights,
  layerNorm,
  linear,
  linearDecay,
  loadWeights,
  lstm,
  module,
  mse,
  namedWeights,
  type Optimiser,
  oneCycle,
  predictor,
  rmsNorm,
  type Schedule,
  selfAttention,
  sequential,
  sgd,
  stepDecay,
  trace,
  transformerLayer,
} from "./index.ts";

interface Golden {
  layers: Record<
    string,
    { output: number[]; gradient: number[]; mean?: number[]; variance?: number[]; inference?: number[] }
  >;
  losses: Record<string, { value: number; gradient: number[] }>;
  optimisers: Record<string, number[]>;
  schedules: Record<string, number[]>;
  checkpoint: number[];
  initial: Record<string, [mean: number, deviation: number, min: number, max: number]>;
}
const here = (name: string) => new URL(`golden/${name}`, import.meta.url);
const golden = JSON.parse(readFileSync(here("nn.json"), "utf8")) as Golden;
let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});

/** The numbers of make_nn.py. */
function wave(count: number, seed: number, scale = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const v = 43758.5453 * Math.sin(12.9898 * i + seed);
    return scale * (2 * (v - Math.floor(v)) - 1);
  });
}
const nameSeed = (name: string) => [...name].reduce((total, c, i) => total + c.charCodeAt(0) * (i + 1), 0) % 1000;
const constantWave = (shape: number[], seed: number, scale = 1) =>
  constant(
    wave(
      shape.reduce((a, b) => a * b, 1),
      seed,
      scale,
    ),
    shape,
  );

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  for (let i = 0; i < expected.length; i++) expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(tolerance * scale);
}

/** Runs named tensors once. */
async function evaluate(inputs: Record<string, [Tensor, Elements]>, outputs: Record<string, Tensor>) {
  const made = program(Object.fromEntries(Object.entries(inputs).map(([name, [tensor]]) => [name, tensor])), outputs);
  const executor = await runtime.compile(made);
  const results = await executor.run(
    Object.fromEntries(Object.entries(inputs).map(([name, [, data]]) => [name, data])),
  );
  await executor.close();
  return results;
}

/** PyTorch's names for weights inside a layer of ours are the same. */
function weightInputs(model: AnyModule): Record<string, [Tensor, Elements]> {
  return Object.fromEntries(
    [...namedWeights(model)].map(([name, weight]) => {
      const { tensor, role } = weight;
      const data = role === "buffer" ? weight.initial(randomStream(0)) : wave(tensor.size, nameSeed(name), 0.5);
      return [name, [tensor, data]];
    }),
  );
}

const outputsOf = (layer: ReturnType<typeof gru>) => module(layer.children, (x: Tensor) => layer(x).outputs);
const layers: Record<string, { layer: () => ReturnType<typeof linear>; shape: number[] }> = {
  linear: { layer: () => linear(4, 3), shape: [2, 5, 4] },
  conv1d: { layer: () => conv1d(4, 6, 3, { stride: 2, padding: 1, groups: 2 }), shape: [2, 4, 9] },
  conv2d: { layer: () => conv2d(2, 3, 3, { padding: 2, dilation: 2 }), shape: [2, 2, 6, 7] },
  layerNorm: { layer: () => layerNorm(6), shape: [3, 6] },
  rmsNorm: { layer: () => rmsNorm(6), shape: [3, 6] },
  batchNorm: { layer: () => batchNorm(4), shape: [3, 4, 5] },
  gru: { layer: () => outputsOf(gru(4, 5)), shape: [3, 6, 4] },
  gru2both: { layer: () => outputsOf(gru(4, 5, { layers: 2, bidirectional: true })), shape: [3, 6, 4] },
  lstm: { layer: () => outputsOf(lstm(4, 5)), shape: [3, 6, 4] },
  lstm2both: { layer: () => outputsOf(lstm(4, 5, { layers: 2, bidirectional: true, unroll: true })), shape: [3, 6, 4] },
  attention: { layer: () => selfAttention(8, 2), shape: [2, 5, 8] },
  transformerPre: { layer: () => transformerLayer(8, 2, { feedForward: 12, activation: "gelu" }), shape: [2, 5, 8] },
  transformerPost: { layer: () => transformerLayer(8, 2, { feedForward: 12, normFirst: false }), shape: [2, 5, 8] },
};

describe("a layer has PyTorch's outputs and gradients:", () => {
  test.each(Object.keys(golden.layers))("%s", async (name) => {
    const { layer, shape } = layers[name]!;
    const model = layer();
    const x = input("x", shape);
    const { result, updates } = trace(true, () => model(x));
    const [gradient] = gradients(sum(mul(result, constantWave([...result.shape], 7))), [x]);
    const moments = Object.fromEntries(
      [...namedWeights(model)].flatMap(([key, { tensor }]) =>
        updates.has(tensor) ? [[`next ${key}`, updates.get(tensor)!]] : [],
      ),
    );
    const inputs: Record<string, [Tensor, Elements]> = { x: [x, wave(x.size, 3)], ...weightInputs(model) };
    const results = await evaluate(inputs, { output: result, gradient: gradient!, ...moments });
    const expected = golden.layers[name]!;
    close(results.output!, expected.output);
    close(results.gradient!, expected.gradient, 2e-5);
    if (!expected.inference) return;
    close(results["next running_mean"]!, expected.mean!);
    close(results["next running_var"]!, expected.variance!);
    inputs.running_mean = [inputs.running_mean![0], results["next running_mean"]!];
    inputs.running_var = [inputs.running_var![0], results["next running_var"]!];
    const { output } = await evaluate(inputs, { output: model(x) });
    close(output!, expected.inference);
  });
});

const binary = () => parameterTensor([6, 2]);
const labels = constant(
  wave(12, 2).map((v) => Number(v > 0)),
  [6, 2],
);
const mask = constant(
  wave(6, 4).map((v) => Number(v > -0.5)),
  [6, 1],
);
const classes = constant([0, 3, 1, 1, 2, 3], [6], "int");
const classWeights = [1, 0.5, 2, 1.5];
const losses: Record<string, { of: (x: Tensor) => Tensor; shape: number[]; scale: number }> = {
  bce: { of: (x) => bceWithLogits(x, labels), shape: [6, 2], scale: 3 },
  bcePositive: { of: (x) => bceWithLogits(x, labels, { positiveWeight: 3 }), shape: [6, 2], scale: 3 },
  bceMasked: { of: (x) => bceWithLogits(x, labels, { weight: mask }), shape: [6, 2], scale: 3 },
  crossEntropy: { of: (x) => crossEntropy(x, classes), shape: [6, 4], scale: 3 },
  crossEntropyWeighted: { of: (x) => crossEntropy(x, classes, { classWeights }), shape: [6, 4], scale: 3 },
  crossEntropySmoothed: { of: (x) => crossEntropy(x, classes, { labelSmoothing: 0.1 }), shape: [6, 4], scale: 3 },
  crossEntropyBoth: {
    of: (x) => crossEntropy(x, classes, { classWeights, labelSmoothing: 0.2 }),
    shape: [6, 4],
    scale: 3,
  },
  crossEntropyIgnore: {
    of: (x) => crossEntropy(x, where(equal(classes, 1), -100, classes), { ignore: -100 }),
    shape: [6, 4],
    scale: 3,
  },
  mse: { of: (x) => mse(x, labels), shape: [6, 2], scale: 3 },
  focal: { of: (x) => focal(x, labels, { alpha: 0.25 }), shape: [6, 2], scale: 3 },
  infoNce: { of: (x) => infoNce(x, constantWave([6, 4], 2), 0.1), shape: [6, 4], scale: 1 },
};

describe("a loss has PyTorch's value and gradient:", () => {
  test.each(Object.keys(golden.losses))("%s", async (name) => {
    const { of, shape, scale } = losses[name]!;
    const x = parameterTensor(shape);
    const value = of(x);
    const [gradient] = gradients(value, [x]);
    const results = await evaluate({ x: [x, wave(x.size, 1, scale)] }, { value, gradient: gradient! });
    close(results.value!, [golden.losses[name]!.value]);
    close(results.gradient!, golden.losses[name]!.gradient);
  });

  test("one value for each element when it is asked for", () => {
    expect(bceWithLogits(binary(), labels, { reduction: "none" }).shape).toEqual([6, 2]);
    expect(crossEntropy(parameterTensor([6, 4]), classes, { reduction: "none" }).shape).toEqual([6]);
  });
});

const optimisers: Record<string, Optimiser> = {
  sgd: sgd({ learningRate: 0.1 }),
  sgdMomentum: sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 }),
  sgdNesterov: sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
  adam: adam({ learningRate: 0.05 }),
  adamDecay: adam({ learningRate: 0.05, betas: [0.8, 0.99], weightDecay: 0.1 }),
  adamW: adamW({ learningRate: 0.05, weightDecay: 0.1 }),
  clipped: sgd({ learningRate: 0.5 }),
};

describe("an optimiser ends where PyTorch's does after 25 steps:", () => {
  test.each(Object.keys(golden.optimisers))("%s", async (name) => {
    const optimiser = optimisers[name]!;
    const p = parameterTensor([6]);
    const rate = input("rate", []);
    const extra = optimiser.scalars(1).map((_, i) => input(`scalar${i}`, []));
    const slots = optimiser.slots.map((slot) => input(slot, [6]));
    let [g] = gradients(mean(pow(sub(p, constantWave([6], 2)), 4)), [p]);
    if (name === "clipped") [g] = clipByNorm([g!], 0.3).clipped;
    const made = optimiser.update(p, g!, slots, { rate, extra });
    const inputs: Record<string, Tensor> = { p, rate };
    const outputs: Record<string, Tensor> = { "next p": made.next };
    for (const [i, scalar] of extra.entries()) inputs[`scalar${i}`] = scalar;
    for (const [i, slot] of optimiser.slots.entries()) {
      inputs[slot] = slots[i]!;
      outputs[`next ${slot}`] = made.slots[i]!;
    }
    const state = Object.fromEntries(Object.keys(outputs).map((key) => [key, key.slice(5)]));
    const executor = await runtime.compile(program(inputs, outputs), { state });
    executor.setState("p", wave(6, 1, 2));
    for (const slot of optimiser.slots) executor.setState(slot, new Float32Array(6));
    for (let t = 1; t <= 25; t++) {
      const given: Record<string, Elements> = { rate: Float32Array.of(optimiser.learningRate) };
      for (const [i, value] of optimiser.scalars(t).entries()) given[`scalar${i}`] = Float32Array.of(value);
      await executor.run(given);
    }
    close(executor.state("p"), golden.optimisers[name]!);
    await executor.close();
  });
});

const schedules: Record<string, Schedule> = {
  step: stepDecay({ every: 10, factor: 0.5 }),
  cosine: cosine(),
  oneCycle: oneCycle(),
  linear: linearDecay(),
};

test.each(Object.keys(golden.schedules))("the schedule %s has PyTorch's rates", (name) => {
  close(
    Array.from({ length: 40 }, (_, step) => schedules[name]!(step, 40)),
    golden.schedules[name]!,
    1e-6,
  );
});

test("a checkpoint that PyTorch wrote gives PyTorch's predictions", async () => {
  const model = sequential(linear(4, 6), batchNorm(6), relu, linear(6, 2));
  const weights = loadWeights(model, readFileSync(here("checkpoint.safetensors")));
  const fields = { x: { shape: [4], kind: "float" as const } };
  const run = await predictor(model, { runtime, weights, fields, forward: (b) => ({ y: model(b.x!) }) });
  const { y } = await run.predict({ x: { shape: [4], data: wave(20, 3) } });
  await run.close();
  close(y!, golden.checkpoint);
});

test("a checkpoint of other names is loaded by a map, and one that does not fit is refused by name", () => {
  const bytes = readFileSync(here("checkpoint.safetensors"));
  const model = module({ body: linear(4, 6), norm: batchNorm(6), top: linear(6, 2) }, (x: Tensor) => x);
  const names: Record<string, string> = { "0": "body", "1": "norm", "3": "top" };
  const rename = (name: string) =>
    name.endsWith("tracked") ? undefined : name.replace(/^\d/, (digit) => names[digit]!);
  expect([...loadWeights(model, bytes, { rename }).keys()].sort()).toEqual([...namedWeights(model).keys()].sort());
  expect(() => loadWeights(sequential(linear(4, 6)), bytes)).toThrow(/not known: .*running_mean/);
  expect(() => loadWeights(sequential(linear(6, 4), batchNorm(6), relu, linear(6, 2)), bytes)).toThrow(
    /shape \[6, 4\]/,
  );
});

test("first values come from PyTorch's distributions", () => {
  const made: Record<string, AnyModule> = {
    linear: linear(64, 4096),
    conv1d: conv1d(16, 512, 5),
    embedding: embedding(4096, 32),
    gru: gru(64, 64),
  };
  for (const [name, [centre, deviation, low, high]] of Object.entries(golden.initial)) {
    const weights = initialWeights(made[name]!, (key) => randomStream(1, key));
    const values = [...weights].find(([key]) => /weight(_ih_l0)?$/.test(key))![1];
    const average = values.reduce((a, b) => a + b, 0) / values.length;
    const spread = Math.sqrt(values.reduce((a, b) => a + (b - average) ** 2, 0) / values.length);
    const tolerance = (5 * deviation) / Math.sqrt(values.length);
    expect(Math.abs(average - centre)).toBeLessThan(2 * tolerance);
    expect(Math.abs(spread - deviation)).toBeLessThan(2 * tolerance);
    const extremes = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    for (const [i, limit] of [low, high].entries())
      expect(extremes[i]! / limit).toBeCloseTo(1, name === "embedding" ? 0 : 2);
  }
});
