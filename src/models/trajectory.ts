// For tests: weights by a formula that the reference scripts have too, and the losses of steps from them.
import { randomStream } from "../core/random.ts";
import { adam, fieldInput, type LossOf, type Optimiser, trainingProgram, weightInput } from "../nn/index.ts";
import { type AnyModule, namedWeights } from "../nn/module.ts";
import { type Elements, type Kind, type Runtime, type Shape, sizeOf } from "../tensor/index.ts";

/** Scattered numbers between −scale and scale. */
export function wave(count: number, seed: number, scale = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const v = 43758.5453 * Math.sin(12.9898 * i + seed);
    return scale * (2 * (v - Math.floor(v)) - 1);
  });
}

/** A number for a name, the same in the scripts. */
export function nameSeed(name: string): number {
  return [...name].reduce((total, letter, i) => total + letter.charCodeAt(0) * (i + 1), 0) % 1000;
}

/**
 * Matrices by √(2 / inputs), vectors that begin at 1 around 1, others around 0; buffers as they begin. Seeded by names.
 */
export function waveWeights(model: AnyModule): Map<string, Float32Array> {
  return new Map(
    [...namedWeights(model)].map(([name, weight]) => {
      const { shape, size } = weight.tensor;
      if (weight.role === "buffer") return [name, weight.initial(randomStream(0, name))];
      const seed = nameSeed(name);
      if (shape.length > 1) return [name, wave(size, seed, Math.sqrt(2 / sizeOf(shape.slice(1))))];
      // norms begin at 1 or, at the end of a residual block, at 0; biases of linear layers at small draws
      const [first] = weight.initial(randomStream(0, name));
      const centre = first === 1 ? 1 : 0;
      return [name, wave(size, seed, 0.1).map((value) => centre + value)];
    }),
  );
}

/** A batch given at every step. */
export type Batch = Record<string, { shape: Shape; kind: Kind; data: Elements }>;

/** The losses of steps from weights, always on the same batch. */
export async function trajectory(
  model: AnyModule,
  lossOf: LossOf,
  options: {
    runtime: Runtime;
    batch: Batch;
    batchSize: number;
    weights: Map<string, Float32Array>;
    steps: number;
    optimiser?: Optimiser;
  },
): Promise<number[]> {
  const { runtime, batch, batchSize, weights, steps, optimiser = adam() } = options;
  const made = trainingProgram(model, lossOf, { optimiser, batchSize, fields: batch });
  const executor = await runtime.compile(made.program, { state: made.state });
  for (const name of made.weights) executor.setState(weightInput(name), weights.get(name)!);
  for (const { name, shape } of made.slots) executor.setState(name, new Float32Array(sizeOf(shape)));
  const inputs: Record<string, Elements> = { "step/rate": Float32Array.of(optimiser.learningRate) };
  for (const [name, { data }] of Object.entries(batch)) inputs[fieldInput(name)] = data;
  const losses: number[] = [];
  for (let t = 1; t <= steps; t++) {
    for (const [i, value] of optimiser.scalars(t).entries()) inputs[`step/scalar${i}`] = Float32Array.of(value);
    losses.push((await executor.run(inputs)).loss![0]!);
  }
  await executor.close();
  return losses;
}
