// Trained weights as safetensors files, ours and PyTorch's, and trained models as plain ONNX files.
import { BedsideError } from "../core/errors.ts";
import { encodeModel } from "../formats/onnx/index.ts";
import { readSafetensors, writeSafetensors } from "../formats/safetensors/index.ts";
import { programGraph, sizeOf } from "../tensor/index.ts";
import { type AnyModule, checkWeights, namedWeights, type Weights } from "./module.ts";
import type { Forward } from "./predict.ts";
import { type FieldSpec, fieldInput, inferenceProgram, weightInput } from "./training-program.ts";

/** The weights as a safetensors file, with their shapes and what else is to be known of them. */
export function writeWeights(
  model: AnyModule,
  weights: Weights,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  checkWeights(model, weights);
  return writeSafetensors(
    [...namedWeights(model)].map(
      ([name, { tensor }]) => [name, { shape: tensor.shape, data: weights.get(name)! }] as const,
    ),
    metadata,
  );
}

export interface LoadOptions {
  /** The file's name, for errors. */
  name?: string;
  /**
   * Our name for each name in the file, or undefined to leave an array out. Default: names as they are, without
   * PyTorch's `num_batches_tracked`.
   */
  rename?(name: string): string | undefined;
}

/**
 * Weights from a safetensors file: ours, or PyTorch's state_dict saved by `safetensors.torch.save_file`.
 * @throws BedsideError when the file is damaged, or its arrays are not those of the model.
 */
export function loadWeights(model: AnyModule, bytes: Uint8Array, options: LoadOptions = {}): Map<string, Float32Array> {
  const { name: file = "weights", rename = (name) => (name.endsWith("num_batches_tracked") ? undefined : name) } =
    options;
  const named = namedWeights(model);
  const found = new Map<string, Float32Array>();
  for (const [theirs, { shape, data }] of readSafetensors(bytes, { name: file }).tensors) {
    const name = rename(theirs);
    if (name === undefined) continue;
    const wanted = named.get(name)?.tensor.shape;
    if (wanted && sizeOf(wanted) === data.length && wanted.join() !== shape.join() && shape.length !== 1) {
      throw new BedsideError({
        code: "nn/wrong-shape",
        what: `"${theirs}" has the shape [${shape.join(", ")}]`,
        where: file,
        why: `the model has [${wanted.join(", ")}] there`,
        fix: "transpose it before it is saved, or correct the map of names",
      });
    }
    found.set(name, data instanceof Float32Array ? data : Float32Array.from(data));
  }
  checkWeights(model, found);
  return found;
}

export interface OnnxExportOptions {
  weights: Weights;
  fields: Readonly<Record<string, FieldSpec>>;
  forward: Forward;
  /** Rows run together. Default 1. */
  batchSize?: number;
  /** What is to be known of the model: written into the file. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * A trained model as an ONNX file that any runtime reads: weights inside, inputs and outputs under the fields' and
 * outputs' own names.
 */
export function exportOnnx(model: AnyModule, options: OnnxExportOptions): Uint8Array<ArrayBuffer> {
  const { weights, fields, forward, batchSize = 1, metadata = {} } = options;
  checkWeights(model, weights);
  const { program } = inferenceProgram(model, forward, { batchSize, fields });
  const plain = Object.fromEntries(Object.entries(program.inputs).filter(([name]) => !name.startsWith("weight/")));
  const inputs = Object.fromEntries(
    Object.entries(plain).map(([name, tensor]) => [name.slice(fieldInput("").length), tensor]),
  );
  const constants = Object.entries(program.inputs)
    .filter(([name]) => name.startsWith(weightInput("")))
    .map(([name, tensor]) => ({ tensor, name, data: weights.get(name.slice(weightInput("").length))! }));
  return encodeModel({ graph: programGraph({ inputs, outputs: program.outputs }, constants), metadata });
}
