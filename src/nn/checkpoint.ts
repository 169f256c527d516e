// A training that can go on: weights, what the optimiser remembers, and where it stood, as the bytes of a safetensors file.
import { BedsideError } from "../core/errors.ts";
import { type NamedArray, readSafetensors, writeSafetensors } from "../formats/safetensors/index.ts";
import type { Epoch } from "./train.ts";

/** All that the next step depends on. */
export interface Checkpoint {
  seed: number;
  batchSize: number;
  /** Steps made. */
  step: number;
  epoch: number;
  /** Batches of this epoch already made, and their losses. */
  batch: number;
  lossSum: number;
  lossRows: number;
  bestEpoch: number;
  best: Map<string, Float32Array> | undefined;
  /** Whether early stopping has ended it. */
  finished: boolean;
  history: Epoch[];
  weights: Map<string, Float32Array>;
  slots: Map<string, Float32Array>;
  /** Running mean of the weights, where one is kept. */
  average: Map<string, Float32Array> | undefined;
}

const FORMAT = "bedside-checkpoint-1";
const parts = ["weights", "slots", "best", "average"] as const;

export function writeCheckpoint(state: Checkpoint): Uint8Array<ArrayBuffer> {
  const arrays: [string, NamedArray][] = parts.flatMap((part) =>
    [...(state[part] ?? [])].map(([name, data]): [string, NamedArray] => [
      `${part}:${name}`,
      { shape: [data.length], data },
    ]),
  );
  const { weights: _w, slots: _s, best: _b, average: _a, ...rest } = state;
  return writeSafetensors(arrays, { format: FORMAT, state: JSON.stringify(rest) });
}

/** @throws BedsideError when the bytes are damaged or are no checkpoint. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes, { name: "checkpoint" });
  if (metadata.format !== FORMAT) {
    throw new BedsideError({
      code: "nn/not-a-checkpoint",
      what: "This is not a checkpoint of a training",
      why: metadata.format ? `its format is "${metadata.format}"` : "it carries no format",
      fix: "remove it to begin again",
    });
  }
  const rest = JSON.parse(metadata.state!) as Omit<Checkpoint, (typeof parts)[number]>;
  const part = (wanted: string) =>
    new Map(
      [...tensors]
        .filter(([name]) => name.startsWith(`${wanted}:`))
        .map(([name, { data }]): [string, Float32Array] => [name.slice(wanted.length + 1), data as Float32Array]),
    );
  const optional = (wanted: string) => {
    const found = part(wanted);
    return found.size > 0 ? found : undefined;
  };
  return {
    ...rest,
    weights: part("weights"),
    slots: part("slots"),
    best: optional("best"),
    average: optional("average"),
  };
}
