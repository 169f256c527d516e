// A trained model at work: predictions for rows.
import type { Elements, Executor, Runtime, Tensor } from "../tensor/index.ts";
import { countRows, type Rows, takeField } from "./data.ts";
import { type AnyModule, checkWeights, type Weights } from "./module.ts";
import { type FieldSpec, fieldInput, inferenceProgram, weightInput } from "./training-program.ts";

/** Named outputs of a batch, from its fields. Each has the batch as its first axis. */
export type Forward = (batch: Record<string, Tensor>) => Record<string, Tensor>;

export interface PredictorOptions {
  runtime: Runtime;
  weights: Weights;
  fields: Readonly<Record<string, FieldSpec>>;
  forward: Forward;
  /** Rows run together. Default 256. */
  batchSize?: number;
}

/** A compiled model. */
export interface Predictor {
  /** Outputs for all rows, row after row. Rows do not influence each other. */
  predict(rows: Rows): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}

/** Compiles a trained model for inference. */
export async function predictor(model: AnyModule, options: PredictorOptions): Promise<Predictor> {
  const { runtime, weights, fields, forward, batchSize = 256 } = options;
  checkWeights(model, weights);
  const made = inferenceProgram(model, forward, { batchSize, fields });
  const executor: Executor = await runtime.compile(made.program);
  for (const name of made.weights) executor.setState(weightInput(name), weights.get(name)!);
  const widths = Object.entries(made.program.outputs).map(([name, { size }]) => ({ name, width: size / batchSize }));
  return {
    async predict(rows) {
      const count = countRows(rows);
      const out = Object.fromEntries(widths.map(({ name, width }) => [name, new Float32Array(count * width)]));
      for (let at = 0; at < count; at += batchSize) {
        const chosen = Array.from({ length: Math.min(batchSize, count - at) }, (_, i) => at + i);
        const inputs: Record<string, Elements> = {};
        // a last, smaller batch is filled with zeros, which no row sees
        for (const name of Object.keys(fields)) inputs[fieldInput(name)] = takeField(rows[name]!, chosen, batchSize);
        const results = await executor.run(inputs);
        for (const { name, width } of widths) {
          const part = results[name]!.subarray(0, chosen.length * width);
          out[name]!.set(part as Float32Array, at * width);
        }
      }
      return out;
    },
    close: () => executor.close(),
  };
}
