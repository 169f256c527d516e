// A trained network over hourly sequences as a model like any other: rows are sequences laid out hour after hour.
import { decodeBase64, encodeBase64 } from "../../core/base64.ts";
import { BedsideError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { exportOnnx, loadWeights, predictor, type Weights, writeWeights } from "../../nn/index.ts";
import { type Runtime, reshape, sigmoid, type Tensor } from "../../tensor/index.ts";
import { gruNetwork } from "../gru/index.ts";
import { lstmNetwork } from "../lstm/index.ts";
import { mambaNetwork } from "../mamba/index.ts";
import type { Model, ModelJson } from "../model.ts";
import type { NetworkSettings, SequenceNetwork } from "../network.ts";
import { tcnNetwork } from "../tcn/index.ts";
import { transformerNetwork } from "../transformer/index.ts";

/** The families a run can train on sequences, by the word in a model file. */
export const sequenceFamilies = {
  gru: gruNetwork,
  lstm: lstmNetwork,
  tcn: tcnNetwork,
  transformer: transformerNetwork,
  mamba: mambaNetwork,
} as const satisfies Record<string, (settings: never) => SequenceNetwork>;
export type SequenceFamily = keyof typeof sequenceFamilies;

/** What a sequence model is, apart from its weights. */
export interface SequenceShape {
  family: SequenceFamily;
  settings: NetworkSettings & Readonly<Record<string, unknown>>;
  /** Steps of every sequence. */
  hours: number;
  /** Names of the numbers at every step. */
  inputNames: readonly string[];
}

export interface SequenceTraining {
  facts: readonly { readonly name: string; readonly value: string | number | boolean }[];
  warnings: readonly string[];
}

/** A trained network for a yes/no outcome. */
export interface SequenceModel extends Model {
  readonly kind: "sequence";
  readonly shape: SequenceShape;
  readonly weights: Weights;
  /** The model as an ONNX file: input `x` [batch, hours, inputs], output `probability`. */
  toOnnx(options?: { batchSize?: number }): Uint8Array<ArrayBuffer>;
}

/** The network of a shape. */
export function networkOf({ family, settings }: SequenceShape): SequenceNetwork {
  return (sequenceFamilies[family] as (settings: unknown) => SequenceNetwork)(settings);
}

/** A model of trained weights; `runtime` runs its predictions. */
export function sequenceModel(
  shape: SequenceShape,
  weights: Weights,
  runtime: () => Promise<Runtime>,
  { facts, warnings }: SequenceTraining,
): SequenceModel {
  const network = networkOf(shape);
  const { hours, inputNames } = shape;
  const fields = { x: { shape: [hours, inputNames.length], kind: "float" as const } };
  const forward = ({ x }: Record<string, Tensor>) => {
    const logits = network(x!);
    return { probability: reshape(sigmoid(logits), [logits.shape[0]!]) };
  };
  const model: SequenceModel = {
    kind: "sequence",
    featureNames: inputNames,
    shape,
    weights,
    async predict(x: Matrix) {
      if (x.columns !== hours * inputNames.length) {
        throw new BedsideError({
          code: "models/wrong-columns",
          what: `The rows have ${x.columns} numbers`,
          why: `the model takes ${hours} hours of ${inputNames.length}`,
          fix: "use the sequences of the same task",
        });
      }
      const run = await predictor(network, { runtime: await runtime(), weights, fields, forward });
      try {
        const data = x.data instanceof Float32Array ? x.data : Float32Array.from(x.data);
        const { probability } = await run.predict({ x: { shape: fields.x.shape, data } });
        return Float64Array.from(probability!);
      } finally {
        await run.close();
      }
    },
    describe: () => ({
      title: `${shape.family.toUpperCase()} network`,
      facts: [{ name: "Weights", value: network.parameters }, ...facts],
      features: [],
      warnings,
    }),
    toJSON: (): ModelJson => ({
      kind: "sequence",
      schemaVersion: 1,
      shape,
      training: { facts, warnings },
      weights: encodeBase64([writeWeights(network, weights)]),
    }),
    toOnnx: ({ batchSize = 1 } = {}) => exportOnnx(network, { weights, fields, forward, batchSize }),
  };
  return Object.freeze(model);
}

/**
 * Reads a saved sequence model.
 * @throws BedsideError when the file is not one, or its weights do not fit.
 */
export function sequenceModelFromJSON(value: unknown, runtime: () => Promise<Runtime>): SequenceModel {
  const { schemaVersion, shape, training, weights } = value as {
    schemaVersion: number;
    shape: SequenceShape;
    training: SequenceTraining;
    weights: string;
  };
  if (schemaVersion !== 1 || !shape || !Object.hasOwn(sequenceFamilies, shape.family) || typeof weights !== "string") {
    throw new BedsideError({
      code: "models/bad-file",
      what: "The saved network cannot be read",
      where: "schemaVersion, shape, weights",
      why: "it was written by another version, or is damaged",
      fix: "train the model again",
    });
  }
  const bytes = decodeBase64(weights) ?? new Uint8Array(0);
  return sequenceModel(shape, loadWeights(networkOf(shape), bytes), runtime, training);
}
