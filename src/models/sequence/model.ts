// A trained network over hourly sequences as a model like any other: stays of any length in, predictions at hours out.
import type { Matrix } from "../../core/matrix.ts";
import type { SequenceSet } from "../../features/index.ts";
import { exportOnnx, type Ragged, raggedPredictor, type Weights, writeWeights } from "../../nn/index.ts";
import type { Runtime, Tensor } from "../../tensor/index.ts";
import { sizeMismatch } from "../checks.ts";
import type { Model } from "../model.ts";
import { sequenceToJSON } from "./json.ts";
import { networkOf, type SequenceShape } from "./network.ts";
import { sampleStarts, setOfMatrix } from "./set.ts";
import { logitsOf, predictionsOf } from "./target.ts";

/** What the training left to say. */
export interface SequenceTraining {
  facts: readonly { readonly name: string; readonly value: string | number | boolean }[];
  warnings: readonly string[];
}

/** A trained network with a prediction for every hour asked for. */
export interface SequenceModel extends Model {
  readonly kind: "sequence";
  readonly shape: SequenceShape;
  readonly weights: Weights;
  readonly training: SequenceTraining;
  /**
   * Samples × outputs, in the order of the set's samples: the probability of an event, of each class or of each label, or
   * the value in its unit. Of a matrix each row is a stay of equally many hours, predicted at its last.
   */
  predict(x: SequenceSet | Matrix): Promise<Float64Array>;
  /** The model as an ONNX file: input `x` [batch, hours, inputs], output `prediction` [batch, hours, outputs]. */
  toOnnx(options: { hours: number; batchSize?: number }): Uint8Array<ArrayBuffer>;
}

/** The field `x` of a set: the inputs of every hour. */
export function inputField(set: SequenceSet): Ragged["fields"] {
  return {
    x: { shape: [set.inputNames.length], kind: "float", fill: (s, out, at) => set.fill(s, out as Float32Array, at) },
  };
}

/** Collects predictions at the scored hours, by sample. */
export function takeScored(set: SequenceSet, outputs: number) {
  const starts = sampleStarts(set);
  const predictions = new Float64Array(starts.at(-1)! * outputs);
  const take = (s: number, values: ArrayLike<number>, { place, steps }: { place: number; steps: number }) => {
    const hours = set.scored(s);
    for (let k = 0; k < hours.length; k++) {
      const from = (place * steps + hours[k]!) * outputs;
      for (let j = 0; j < outputs; j++) predictions[(starts[s]! + k) * outputs + j] = values[from + j]!;
    }
  };
  return { predictions, take };
}

/** A model of trained weights; `runtime` runs its predictions. */
export function sequenceModel(
  shape: SequenceShape,
  weights: Weights,
  runtime: () => Promise<Runtime>,
  training: SequenceTraining,
): SequenceModel {
  const network = networkOf(shape);
  const { inputNames, target } = shape;
  const forward = ({ x }: Record<string, Tensor>) => ({ prediction: predictionsOf(target, network(x!)) });
  const model: SequenceModel = {
    kind: "sequence",
    featureNames: inputNames,
    shape,
    weights,
    training,
    async predict(x) {
      const set = "columns" in x ? setOfMatrix(x, inputNames) : x;
      if (set.inputNames.join("\n") !== inputNames.join("\n")) {
        throw sizeMismatch(
          "inputNames",
          `the hours have ${set.inputNames.length} numbers, or others than the model's ${inputNames.length}`,
        );
      }
      const { predictions, take } = takeScored(set, logitsOf(target));
      const run = raggedPredictor(network, { runtime: await runtime(), forward });
      try {
        await run.run(weights, { lengths: set.lengths, fields: inputField(set) }, (s, { prediction }, place) =>
          take(s, prediction!, place),
        );
        return predictions;
      } finally {
        await run.close();
      }
    },
    describe: () => ({
      title: `${titles[shape.family]} network`,
      facts: [{ name: "Weights", value: network.parameters }, ...training.facts],
      features: [],
      warnings: training.warnings,
    }),
    toJSON: () => sequenceToJSON(model, writeWeights(network, weights)),
    toOnnx: ({ hours, batchSize = 1 }) =>
      exportOnnx(network, {
        weights,
        fields: { x: { shape: [hours, inputNames.length], kind: "float" } },
        forward,
        batchSize,
      }),
  };
  return Object.freeze(model);
}

const titles = { gru: "GRU", lstm: "LSTM", tcn: "TCN", transformer: "Transformer", mamba: "Mamba" } as const;
