// Writes a sequence model as plain JSON values and reads it back, trusting nothing. Knows no file.
import * as z from "zod";
import { decodeBase64, encodeBase64 } from "../../core/base64.ts";
import { loadWeights } from "../../nn/index.ts";
import type { Runtime } from "../../tensor/index.ts";
import type { ModelJson } from "../model.ts";
import { readSaved, unreadableNetwork } from "../saved.ts";
import { type SequenceModel, type SequenceTraining, sequenceModel } from "./model.ts";
import { networkOf, type SequenceShape, sequenceFamilies } from "./network.ts";

/** The version written. Version 1 (one event a stay, equal hours) is read too; later ones are refused. */
export const SEQUENCE_SCHEMA_VERSION = 2;

const training = z.object({
  facts: z.array(z.object({ name: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) })),
  warnings: z.array(z.string()),
});
const family = z.enum(Object.keys(sequenceFamilies) as [keyof typeof sequenceFamilies]);
const settings = z.record(z.string(), z.unknown());
const inputNames = z.array(z.string()).min(1);
const target = z.object({
  outcome: z.enum(["event", "number", "classes", "labels"]),
  names: z.array(z.string()),
  unit: z.string(),
  shift: z.number().optional(),
  scale: z.number().positive().optional(),
  classWeights: z.array(z.number().min(0)).optional(),
});
const common = { kind: z.literal("sequence"), training, weights: z.string() };
const schema = z.discriminatedUnion("schemaVersion", [
  z.object({
    ...common,
    schemaVersion: z.literal(1),
    shape: z.object({ family, settings, inputNames, hours: z.int() }),
  }),
  z.object({ ...common, schemaVersion: z.literal(2), shape: z.object({ family, settings, inputNames, target }) }),
]);

/** The model as plain JSON values; its weights are a safetensors file in base64. */
export function sequenceToJSON({ shape, training }: SequenceModel, weights: Uint8Array<ArrayBuffer>): ModelJson {
  return {
    kind: "sequence",
    schemaVersion: SEQUENCE_SCHEMA_VERSION,
    shape,
    training,
    weights: encodeBase64([weights]),
  };
}

/**
 * Reads a saved sequence model.
 * @throws BedsideError `models/newer-version`, `models/bad-file`, or what the weights' reader throws.
 */
export function sequenceModelFromJSON(value: unknown, runtime: () => Promise<Runtime>): SequenceModel {
  const data = readSaved(schema, value, {
    version: SEQUENCE_SCHEMA_VERSION,
    noun: "network",
    wrong: unreadableNetwork,
  });
  const shape = shapeOf(data);
  const bytes = decodeBase64(data.weights) ?? new Uint8Array(0);
  return sequenceModel(shape, loadWeights(networkOf(shape), bytes), runtime, data.training as SequenceTraining);
}

/** A network of version 1 said one thing of a stay, from the state of its last hour: the same weights say it at any hour. */
function shapeOf(data: z.infer<typeof schema>): SequenceShape {
  const { family, settings, inputNames } = data.shape;
  if (data.schemaVersion === 1) {
    return { family, settings, inputNames, target: { outcome: "event", names: [], unit: "" } };
  }
  const { shift, scale, classWeights, ...target } = data.shape.target;
  return {
    family,
    settings,
    inputNames,
    target: {
      ...target,
      ...(shift === undefined ? {} : { shift }),
      ...(scale === undefined ? {} : { scale }),
      ...(classWeights === undefined ? {} : { classWeights }),
    },
  };
}
