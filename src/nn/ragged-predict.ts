// A trained model at work on sequences of any length. Its weights may be exchanged: tuning uses one through all epochs.
import { Stopped } from "../core/errors.ts";
import type { Elements, Executor, Runtime } from "../tensor/index.ts";
import { kindOf } from "./data.ts";
import { type AnyModule, checkWeights, type Weights } from "./module.ts";
import type { Forward } from "./predict.ts";
import { bucketsOf, paddedLengths, padSequencesOf, placesFor, type Ragged } from "./ragged.ts";
import type { Feed } from "./source.ts";
import { fieldInput, inferenceProgram, weightInput } from "./training-program.ts";

export interface RaggedPredictorOptions {
  runtime: Runtime;
  /** Named outputs of a batch: each [batch, steps, …]. */
  forward: Forward;
  /** Sequences run together, at most; of long ones fewer. Default 64. */
  batchSize?: number;
  signal?: AbortSignal;
}

/** Runs a model over sequences. */
export interface RaggedPredictor {
  /**
   * Runs all sequences with the weights. `take` is given each sequence once, in no particular order, with the outputs of
   * its batch: those of its step t begin at `(place * steps + t) * width`, `width` the numbers of a step.
   */
  run(
    weights: Weights,
    sequences: Ragged,
    take: (sequence: number, outputs: Record<string, Elements>, place: { place: number; steps: number }) => void,
  ): Promise<void>;
  close(): Promise<void>;
}

/** Compiles a program for each padded length when it is first met, and keeps it. */
export function raggedPredictor(model: AnyModule, options: RaggedPredictorOptions): RaggedPredictor {
  const { runtime, forward, batchSize = 64, signal } = options;
  const compiled = new Map<string, { executor: Executor; names: string[]; holds: Weights | undefined }>();

  async function programFor({ key, batchSize: size, fields }: Feed) {
    const known = compiled.get(key);
    if (known) return known;
    const specs = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, { shape: field.shape, kind: kindOf(field) }]),
    );
    const made = inferenceProgram(model, forward, { batchSize: size, fields: specs });
    const entry = { executor: await runtime.compile(made.program), names: made.weights, holds: undefined };
    compiled.set(key, entry);
    return entry;
  }

  return {
    async run(weights, { lengths, fields }, take) {
      checkWeights(model, weights);
      const padded = paddedLengths(lengths);
      for (const [k, rows] of bucketsOf(lengths, padded).entries()) {
        const steps = padded[k]!;
        const size = Math.min(placesFor(steps, batchSize), rows.length);
        for (let at = 0; at < rows.length; at += size) {
          if (signal?.aborted) throw new Stopped();
          const chosen = rows.subarray(at, at + size);
          const feed = padSequencesOf(fields, chosen, steps, size);
          const entry = await programFor(feed);
          if (entry.holds !== weights) {
            for (const name of entry.names) entry.executor.setState(weightInput(name), weights.get(name)!);
            entry.holds = weights;
          }
          const inputs = Object.fromEntries(
            Object.entries(feed.fields).map(([name, { data }]): [string, Elements] => [fieldInput(name), data]),
          );
          const outputs = await entry.executor.run(inputs);
          chosen.forEach((row, place) => {
            take(row, outputs, { place, steps });
          });
        }
      }
    },
    async close() {
      for (const { executor } of compiled.values()) await executor.close();
      compiled.clear();
    },
  };
}
