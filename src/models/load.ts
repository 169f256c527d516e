// Reads a saved model of any family back. Knows the families' names and nothing of files.
import { BedsideError } from "../core/errors.ts";
import { logisticFromJSON } from "./logistic/index.ts";
import type { Model } from "./model.ts";

const readers: ReadonlyMap<unknown, (value: unknown) => Model> = new Map([["logistic", logisticFromJSON]]);

/**
 * The model of a parsed JSON value, whatever its family.
 * @throws BedsideError `models/unknown-kind`, or what the family's own reader throws.
 * @example const model = modelFromJSON(JSON.parse(text));
 */
export function modelFromJSON(value: unknown): Model {
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  const read = readers.get(kind);
  if (read) return read(value);
  throw new BedsideError({
    code: "models/unknown-kind",
    what: "The model is of no known family",
    where: "kind",
    why: `known are: ${[...readers.keys()].join(", ")}`,
    fix: "Give a file written by saving a trained model",
  });
}
