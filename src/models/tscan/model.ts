// A trained TSCAN as a model like any other: predictions at hours asked for, and where its attention went. Knows no data set.
import * as z from "zod";
import { decodeBase64, encodeBase64 } from "../../core/base64.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { SequenceSet } from "../../features/index.ts";
import { loadWeights, predictor, type Weights, writeWeights } from "../../nn/index.ts";
import type { Runtime, Tensor } from "../../tensor/index.ts";
import { sizeMismatch } from "../checks.ts";
import type { Model } from "../model.ts";
import { readShape, unreadableNetwork } from "../saved.ts";
import { logitsOf, type SequenceTarget, type SequenceTraining, setOfMatrix } from "../sequence/index.ts";
import { predictionsOf } from "../sequence/target.ts";
import { type TscanSettings, tscanNetwork } from "./network.ts";
import { windowsOf } from "./windows.ts";

/** What a model is, apart from its weights. */
export interface TscanShape {
  settings: TscanSettings;
  /** Names of an hour's numbers. */
  inputNames: readonly string[];
  /** Names of the tokens that attention over variables is about. */
  tokenNames: readonly string[];
  target: SequenceTarget;
}

/** Where attention went, summed over samples. */
export interface TscanAttention {
  samples: number;
  tokenNames: readonly string[];
  /** Hours of the window; the last is the one before the prediction. */
  hours: number;
  chunkHours: number;
  /** For each hour of the window, samples in which it is real. */
  real: Float64Array;
  /** Sum of the shares of each token in each chunk: chunks × tokens, of the samples in which the chunk has a real hour. */
  tokens: Float64Array;
  /** Sum of the shares of each hour within its chunk. */
  shares: Float64Array;
}

export interface TscanModel extends Model {
  readonly kind: "tscan";
  readonly shape: TscanShape;
  readonly weights: Weights;
  /** Samples × outputs: probability of an event, of each class or label. Of a matrix each row is a stay, predicted at its last hour. */
  predict(x: SequenceSet | Matrix): Promise<Float64Array>;
  /** Where attention went on these samples. */
  attend(set: SequenceSet): Promise<TscanAttention>;
}

const BATCH = 128;
const WINDOWS_AT_ONCE = 1024;

/** Fields of a batch of windows. */
export function windowFields({ settings }: Pick<TscanShape, "settings">) {
  const { chunkHours, chunks } = tscanNetwork(settings).settings;
  const hours = chunkHours * chunks;
  return {
    hours,
    fields: {
      x: { shape: [hours, settings.inputs], kind: "float" as const },
      mask: { shape: [hours], kind: "float" as const },
    },
  };
}

/** A model of trained weights; `runtime` runs its predictions. */
export function tscanModel(
  shape: TscanShape,
  weights: Weights,
  runtime: () => Promise<Runtime>,
  training: SequenceTraining,
): TscanModel {
  const network = tscanNetwork(shape.settings);
  const { hours, fields } = windowFields(shape);
  const { sees, chunkHours, chunks, tokens } = network.settings;
  const masked = sees === "real";
  const used = masked ? fields : { x: fields.x };
  const seen = (mask: Tensor | undefined) => (masked ? mask : undefined);
  const check = (set: SequenceSet) => {
    if (set.inputNames.join("\n") === shape.inputNames.join("\n")) return;
    throw sizeMismatch("inputNames", `the hours have other numbers than the ${shape.inputNames.length} of the model`);
  };
  const each = async (
    set: SequenceSet,
    forward: (batch: Record<string, Tensor>) => Record<string, Tensor>,
    take: (first: number, count: number, out: Record<string, Float32Array>, mask: Float32Array) => void,
  ) => {
    check(set);
    const run = await predictor(network, {
      runtime: await runtime(),
      weights,
      fields: used,
      forward,
      batchSize: BATCH,
    });
    try {
      for (const { first, count, x, mask } of windowsOf(set, hours, WINDOWS_AT_ONCE)) {
        const rows = { x: { shape: fields.x.shape, data: x }, mask: { shape: fields.mask.shape, data: mask } };
        take(first, count, await run.predict(masked ? rows : { x: rows.x }), mask);
      }
    } finally {
      await run.close();
    }
  };
  const model: TscanModel = {
    kind: "tscan",
    featureNames: shape.inputNames,
    shape,
    weights,
    async predict(x) {
      const set = "columns" in x ? setOfMatrix(x, shape.inputNames) : x;
      const outputs = logitsOf(shape.target);
      const all = new Float64Array(set.samples * outputs);
      const forward = ({ x: rows, mask }: Record<string, Tensor>) => ({
        prediction: predictionsOf(shape.target, network(rows!, seen(mask))),
      });
      await each(set, forward, (first, _, { prediction }) => all.set(prediction!, first * outputs));
      return all;
    },
    async attend(set) {
      const sums: TscanAttention = {
        samples: set.samples,
        tokenNames: shape.tokenNames,
        hours,
        chunkHours,
        real: new Float64Array(hours),
        tokens: new Float64Array(chunks * tokens.count),
        shares: new Float64Array(hours),
      };
      const forward = ({ x: rows, mask }: Record<string, Tensor>) => ({ ...network.looks(rows!, seen(mask)) });
      await each(set, forward, (_, count, out, mask) => {
        for (let row = 0; row < count; row++) addLooks(sums, row, out, mask, chunks);
      });
      return sums;
    },
    describe: () => ({
      title: "TSCAN network",
      facts: [{ name: "Weights", value: network.parameters }, ...training.facts],
      features: [],
      warnings: training.warnings,
    }),
    toJSON: () => ({
      kind: "tscan",
      schemaVersion: 1,
      shape: { ...shape, settings: network.settings },
      training,
      weights: encodeBase64([writeWeights(network, weights)]),
    }),
  };
  return Object.freeze(model);
}

/** Adds the shares of one sample, chunk by chunk where the chunk has a real hour. */
function addLooks(
  { real, tokens, shares, hours, chunkHours, tokenNames }: TscanAttention,
  row: number,
  out: Record<string, Float32Array>,
  mask: Float32Array,
  chunks: number,
): void {
  const width = tokenNames.length;
  for (let c = 0; c < chunks; c++) {
    let known = 0;
    for (let h = c * chunkHours; h < (c + 1) * chunkHours; h++) known += mask[row * hours + h]!;
    if (known === 0) continue;
    for (let h = c * chunkHours; h < (c + 1) * chunkHours; h++) {
      real[h]! += mask[row * hours + h]!;
      shares[h]! += out["hours"]![row * hours + h]!;
    }
    for (let t = 0; t < width; t++) tokens[c * width + t]! += out["tokens"]![(row * chunks + c) * width + t]!;
  }
}

const schema = z.object({
  kind: z.literal("tscan"),
  schemaVersion: z.literal(1),
  shape: z.object({
    settings: z
      .object({ inputs: z.number(), tokens: z.object({ from: z.int(), count: z.int(), parts: z.int() }) })
      .loose(),
    inputNames: z.array(z.string()).min(1),
    tokenNames: z.array(z.string()).min(1),
    target: z.object({
      outcome: z.enum(["event", "number", "classes", "labels"]),
      names: z.array(z.string()),
      unit: z.string(),
    }),
  }),
  training: z.object({
    facts: z.array(z.object({ name: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) })),
    warnings: z.array(z.string()),
  }),
  weights: z.string(),
});

/**
 * Reads a saved TSCAN.
 * @throws BedsideError `models/bad-file`, or what the weights' reader throws.
 */
export function tscanModelFromJSON(value: unknown, runtime: () => Promise<Runtime>): TscanModel {
  const data = readShape(schema, value, unreadableNetwork);
  const shape = data.shape as TscanShape;
  const bytes = decodeBase64(data.weights) ?? new Uint8Array(0);
  return tscanModel(shape, loadWeights(tscanNetwork(shape.settings), bytes), runtime, data.training);
}
