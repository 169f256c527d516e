// One training step as one program: forward, backward, clipping, optimiser. Runs nothing.
import { BedsideError } from "../core/errors.ts";
import {
  gradients,
  input,
  isNoise,
  type Kind,
  leavesOf,
  type Program,
  program,
  type Shape,
  type Tensor,
} from "../tensor/index.ts";
import { type AnyModule, namedWeights, trace } from "./module.ts";
import { clipByNorm, type Optimiser } from "./optimisers.ts";

/** A field of a batch: the shape of one row and the kind of its elements. */
export interface FieldSpec {
  shape: Shape;
  kind: Kind;
}

/** The loss of a batch, from its fields. It calls the model. */
export type LossOf = (batch: Record<string, Tensor>) => Tensor;

export interface TrainingProgramOptions {
  optimiser: Optimiser;
  batchSize: number;
  fields: Readonly<Record<string, FieldSpec>>;
  /** Largest common norm of the gradients. Default: no limit. */
  clipNorm?: number;
  /** Names of parameters that stay as they are: a start of the name is enough. */
  frozen?: readonly string[];
}

/** The program of a step, and how it is fed. */
export interface TrainingProgram {
  program: Program;
  /** Output → input: weights and what the optimiser remembers. */
  state: Record<string, string>;
  /** First values of what the optimiser remembers, by input name. */
  slots: { name: string; shape: Shape }[];
  /** Names of the noise inputs and their sizes, in the order of their making. */
  noise: { name: string; size: number }[];
  /** Names of the weights that the program reads. */
  weights: string[];
}

/** Input name of a weight: those of batches and optimisers cannot clash with it. */
export const weightInput = (name: string): string => `weight/${name}`;
export const fieldInput = (name: string): string => `batch/${name}`;

/** @throws BedsideError when the loss is not a single number, or no parameter takes part. */
export function trainingProgram(model: AnyModule, lossOf: LossOf, options: TrainingProgramOptions): TrainingProgram {
  const { optimiser, batchSize, fields, clipNorm, frozen = [] } = options;
  const inputs: Record<string, Tensor> = {};
  const batch: Record<string, Tensor> = {};
  for (const [name, { shape, kind }] of Object.entries(fields)) {
    batch[name] = input(name, [batchSize, ...shape], kind);
    inputs[fieldInput(name)] = batch[name]!;
  }
  const { result: loss, updates } = trace(true, () => lossOf(batch));
  const used = new Set(leavesOf([loss, ...updates.values()]));
  const weights = [...namedWeights(model)].filter(([, { tensor }]) => used.has(tensor));
  const trained = weights.filter(
    ([name, { role }]) => role === "parameter" && !frozen.some((start) => name.startsWith(start)),
  );
  if (trained.length === 0) {
    throw new BedsideError({
      code: "nn/nothing-to-train",
      what: "The loss depends on no parameter of the model",
      fix: "call the model inside the loss",
    });
  }
  const slopes = gradients(
    loss,
    trained.map(([, { tensor }]) => tensor),
  );
  const rate = input("rate", []);
  const extra = optimiser.scalars(1).map((_, i) => input(`scalar ${i}`, []));
  inputs["step/rate"] = rate;
  for (const [i, scalar] of extra.entries()) inputs[`step/scalar${i}`] = scalar;

  const outputs: Record<string, Tensor> = { loss };
  const state: Record<string, string> = {};
  let clipped = slopes;
  if (clipNorm !== undefined) ({ clipped, norm: outputs.norm } = clipByNorm(slopes, clipNorm));
  for (const [name, { tensor }] of weights) inputs[weightInput(name)] = tensor;
  const slots: TrainingProgram["slots"] = [];
  for (const [i, [name, { tensor }]] of trained.entries()) {
    const own = optimiser.slots.map((slot) => input(`${slot} of ${name}`, tensor.shape));
    const { next, slots: after } = optimiser.update(tensor, clipped[i]!, own, { rate, extra });
    outputs[`next/${name}`] = next;
    state[`next/${name}`] = weightInput(name);
    for (const [j, slot] of optimiser.slots.entries()) {
      const key = `${slot}/${name}`;
      inputs[key] = own[j]!;
      slots.push({ name: key, shape: tensor.shape });
      outputs[`next ${key}`] = after[j]!;
      state[`next ${key}`] = key;
    }
  }
  for (const [name, { tensor }] of weights) {
    const next = updates.get(tensor);
    if (!next) continue;
    outputs[`next/${name}`] = next;
    state[`next/${name}`] = weightInput(name);
  }
  const noise = [...used].filter((tensor) => !Object.values(inputs).includes(tensor) && isNoise(tensor));
  for (const [i, tensor] of noise.entries()) inputs[`noise/${i}`] = tensor;
  return {
    program: program(inputs, outputs),
    state,
    slots,
    noise: noise.map(({ size }, i) => ({ name: `noise/${i}`, size })),
    weights: weights.map(([name]) => name),
  };
}

/** The forward pass without training, as a program: fields and weights in, named tensors out. */
export function inferenceProgram(
  model: AnyModule,
  forward: (batch: Record<string, Tensor>) => Record<string, Tensor>,
  { batchSize, fields }: { batchSize: number; fields: Readonly<Record<string, FieldSpec>> },
): { program: Program; weights: string[] } {
  const inputs: Record<string, Tensor> = {};
  const batch: Record<string, Tensor> = {};
  for (const [name, { shape, kind }] of Object.entries(fields)) {
    batch[name] = input(name, [batchSize, ...shape], kind);
    inputs[fieldInput(name)] = batch[name]!;
  }
  const { result } = trace(false, () => forward(batch));
  const used = new Set(leavesOf(Object.values(result)));
  const weights: string[] = [];
  for (const [name, { tensor }] of namedWeights(model)) {
    if (!used.has(tensor)) continue;
    inputs[weightInput(name)] = tensor;
    weights.push(name);
  }
  return { program: program(inputs, result), weights };
}
