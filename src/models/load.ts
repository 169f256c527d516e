// Reads a saved model of any family back. Knows the families' names and nothing of files.
import { BedsideError } from "../core/errors.ts";
import type { Runtime } from "../tensor/index.ts";
import { autoScoreFromJSON } from "./autoscore/index.ts";
import { elasticNetFromJSON } from "./elastic-net/index.ts";
import { logisticFromJSON } from "./logistic/index.ts";
import { tableNetworkFromJSON } from "./mlp/table-network.ts";
import type { Model } from "./model.ts";
import { sequenceModelFromJSON } from "./sequence/index.ts";
import { severalFromJSON } from "./several/index.ts";
import { treesModelFromJSON } from "./trees/index.ts";
import { tscanModelFromJSON } from "./tscan/index.ts";

let runtime: Promise<Runtime> | undefined;
/** Runs networks on this machine, unless the caller brings another way. */
const ownRuntime = () => {
  runtime ??= import("../tensor/node.ts").then(({ nodeRuntime }) => nodeRuntime({ spinning: false }));
  return runtime;
};

type Reader = (value: unknown, run: () => Promise<Runtime>) => Model;
const readers: ReadonlyMap<unknown, Reader> = new Map<string, Reader>([
  ["logistic", logisticFromJSON],
  ["trees", treesModelFromJSON],
  ["sequence", sequenceModelFromJSON],
  ["several", (value, run) => severalFromJSON(value, (each) => modelFromJSON(each, { runtime: run }))],
  ["tscan", tscanModelFromJSON],
  ["autoscore", autoScoreFromJSON],
  ["elastic-net", elasticNetFromJSON],
  ["table-network", tableNetworkFromJSON],
]);

export interface LoadModelOptions {
  /** What runs a network's predictions. Default: ONNX Runtime for Node, loaded when first needed. */
  runtime?: () => Promise<Runtime>;
}

/**
 * The model of a parsed JSON value, whatever its family.
 * @throws BedsideError `models/unknown-kind`, or what the family's own reader throws.
 * @example const model = modelFromJSON(JSON.parse(text));
 */
export function modelFromJSON(value: unknown, { runtime: run = ownRuntime }: LoadModelOptions = {}): Model {
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  const read = readers.get(kind);
  if (read) return read(value, run);
  throw new BedsideError({
    code: "models/unknown-kind",
    what: "The model is of no known family",
    where: "kind",
    why: `known are: ${[...readers.keys()].join(", ")}`,
    fix: "Give a file written by saving a trained model",
  });
}
