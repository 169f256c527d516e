// A trained network on rows of a table as a model like any other: MLP, Med2Vec, the emergency LSTM. Knows no training.
import { decodeBase64, encodeBase64 } from "../../core/base64.ts";
import { BedsideError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import {
  type AnyModule,
  countParameters,
  type FieldSpec,
  loadWeights,
  predictor,
  type Rows,
  type Weights,
  writeWeights,
} from "../../nn/index.ts";
import { type Runtime, reshape, sigmoid, type Tensor } from "../../tensor/index.ts";
import { edLstmNetwork } from "../ed-lstm/index.ts";
import { med2vecNetwork } from "../med2vec/index.ts";
import type { Model, ModelJson } from "../model.ts";
import { unreadableNetwork } from "../saved.ts";
import { mlpNetwork } from "./index.ts";
import { type InputScaling, inputWidth, scaledInputs } from "./scaling.ts";

/** What stands in a row behind the `inputs` of the visit: `codes` places for codes, or `hours` times `signs` behind their number. */
export interface RowLayout {
  inputs: number;
  /** Places for the numbers of codes; 0 is none. */
  codes?: number | undefined;
  /** How many different codes there are. */
  vocabulary?: number | undefined;
  /** Hours at most. */
  hours?: number | undefined;
  signs?: number | undefined;
}

export type TableNetworkFamily = "mlp" | "med2vec" | "ed-lstm";

/** What a network on rows is, apart from its weights. */
export interface TableNetworkShape {
  family: TableNetworkFamily;
  /** Widths and dropout; how many numbers go in follows from the scalings. */
  settings: Readonly<Record<string, unknown>>;
  featureNames: readonly string[];
  layout: RowLayout;
  scaling: InputScaling;
  /** Of the hourly signs. */
  signScaling?: InputScaling | undefined;
}

export interface TableNetworkTraining {
  facts: readonly { readonly name: string; readonly value: string | number | boolean }[];
  warnings: readonly string[];
}

/** The network, the fields of its batches, and its logits. */
export interface BuiltNetwork {
  module: AnyModule;
  fields: Readonly<Record<string, FieldSpec>>;
  logits(batch: Record<string, Tensor>): Tensor;
}

const titles: Readonly<Record<TableNetworkFamily, string>> = {
  mlp: "Multi-layer perceptron",
  med2vec: "Med2Vec: vectors of earlier diagnoses",
  "ed-lstm": "LSTM over hourly vital signs",
};

/** Builds the network of a shape. */
export function buildTableNetwork({ family, settings, layout, scaling, signScaling }: TableNetworkShape): BuiltNetwork {
  const inputs = inputWidth(scaling);
  const x = { shape: [inputs], kind: "float" } as const;
  if (family === "mlp") {
    const network = mlpNetwork({ ...settings, inputs });
    return { module: network, fields: { x }, logits: (batch) => network(batch["x"]!) };
  }
  if (family === "med2vec") {
    const network = med2vecNetwork({ ...settings, inputs, codes: layout.vocabulary! });
    const fields = { x, codes: { shape: [layout.codes!], kind: "int" } } as const;
    return { module: network, fields, logits: (batch) => network(batch["x"]!, batch["codes"]!) };
  }
  const signs = inputWidth(signScaling!);
  const network = edLstmNetwork({ ...settings, inputs, signs });
  const fields = {
    x,
    signs: { shape: [layout.hours!, signs], kind: "float" },
    mask: { shape: [layout.hours!], kind: "float" },
  } as const;
  return { module: network, fields, logits: (batch) => network(batch["x"]!, batch["signs"]!, batch["mask"]!) };
}

/** The rows of a table as the network's fields. */
export function fieldsOf(x: Matrix, { family, layout, scaling, signScaling }: TableNetworkShape): Rows {
  const inputs = { shape: [inputWidth(scaling)], data: scaledInputs(x, { from: 0 }, scaling) };
  if (family === "mlp") return { x: inputs };
  const { inputs: from, codes = 0, hours = 0 } = layout;
  if (family === "med2vec") {
    const data = new Int32Array(x.rows * codes);
    for (let i = 0; i < x.rows; i++) {
      for (let k = 0; k < codes; k++) data[i * codes + k] = x.data[i * x.columns + from + k]!;
    }
    return { x: inputs, codes: { shape: [codes], data } };
  }
  const signs = scaledInputs(x, { from: from + 1, repeats: hours }, signScaling!);
  const mask = new Float32Array(x.rows * hours);
  for (let i = 0; i < x.rows; i++) mask.fill(1, i * hours, i * hours + Math.min(hours, x.data[i * x.columns + from]!));
  const width = inputWidth(signScaling!);
  return { x: inputs, signs: { shape: [hours, width], data: signs }, mask: { shape: [hours], data: mask } };
}

/** A trained network for a yes/no outcome. */
export interface TableNetworkModel extends Model {
  readonly kind: "table-network";
  readonly shape: TableNetworkShape;
  readonly weights: Weights;
}

/** Rows turned into fields and predicted at a time. */
const ROWS_AT_ONCE = 8192;

/** A model of trained weights; `runtime` runs its predictions. */
export function tableNetworkModel(
  shape: TableNetworkShape,
  weights: Weights,
  runtime: () => Promise<Runtime>,
  { facts, warnings }: TableNetworkTraining,
): TableNetworkModel {
  const { module, fields, logits } = buildTableNetwork(shape);
  const forward = (batch: Record<string, Tensor>) => {
    const found = logits(batch);
    return { probability: reshape(sigmoid(found), [found.shape[0]!]) };
  };
  return Object.freeze<TableNetworkModel>({
    kind: "table-network",
    featureNames: shape.featureNames,
    shape,
    weights,
    async predict(x: Matrix) {
      checkColumns(x, shape);
      const run = await predictor(module, { runtime: await runtime(), weights, fields, forward });
      try {
        const out = new Float64Array(x.rows);
        for (let at = 0; at < x.rows; at += ROWS_AT_ONCE) {
          const rows = Math.min(ROWS_AT_ONCE, x.rows - at);
          const data = x.data.subarray(at * x.columns, (at + rows) * x.columns);
          const { probability } = await run.predict(fieldsOf({ rows, columns: x.columns, data }, shape));
          out.set(probability!, at);
        }
        return out;
      } finally {
        await run.close();
      }
    },
    describe: () => ({
      title: titles[shape.family],
      facts: [{ name: "Weights", value: countParameters(module) }, ...facts],
      features: [],
      warnings,
    }),
    toJSON: (): ModelJson => ({
      kind: "table-network",
      schemaVersion: 1,
      shape,
      training: { facts, warnings },
      weights: encodeBase64([writeWeights(module, weights)]),
    }),
  });
}

function checkColumns(x: Matrix, { layout, featureNames }: TableNetworkShape): void {
  const { inputs, codes = 0, hours = 0, signs = 0 } = layout;
  const columns = inputs + codes + (hours > 0 ? 1 + hours * signs : 0);
  if (x.columns === columns) return;
  throw new BedsideError({
    code: "models/wrong-columns",
    what: `The rows have ${x.columns} numbers`,
    why: `the network takes ${columns}, the first of them ${featureNames[0]}`,
    fix: "use the rows of the same task",
  });
}

/**
 * Reads a saved network on rows.
 * @throws BedsideError when the file is not one, or its weights do not fit.
 */
export function tableNetworkFromJSON(value: unknown, runtime: () => Promise<Runtime>): TableNetworkModel {
  const { schemaVersion, shape, training, weights } = value as {
    schemaVersion: number;
    shape: TableNetworkShape;
    training: TableNetworkTraining;
    weights: string;
  };
  const isWhole = shape?.scaling && shape.layout && Object.hasOwn(titles, shape.family) && training?.facts;
  if (schemaVersion !== 1 || !isWhole || typeof weights !== "string") {
    throw unreadableNetwork(
      "schemaVersion, shape, training, weights",
      "it was written by another version, or is damaged",
    );
  }
  const bytes = decodeBase64(weights) ?? new Uint8Array(0);
  return tableNetworkModel(shape, loadWeights(buildTableNetwork(shape).module, bytes), runtime, training);
}
