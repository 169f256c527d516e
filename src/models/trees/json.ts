// Writes a model of trees as plain JSON values and reads it back, trusting nothing. Knows no file.
import * as z from "zod";
import { BedsideError } from "../../core/errors.ts";
import { treesFromJSON, treesToJSON } from "../../trees/index.ts";
import type { ModelJson } from "../model.ts";
import { readSaved } from "../saved.ts";
import { type TreesModel, treesModel } from "./model.ts";

/** The version written; a reader refuses versions it does not know. */
export const TREES_MODEL_SCHEMA_VERSION = 1;

const schema = z.strictObject({
  kind: z.literal("trees"),
  schemaVersion: z.literal(TREES_MODEL_SCHEMA_VERSION),
  /** The ensemble as `trees/` saves it; it checks itself. */
  ensemble: z.looseObject({}),
  facts: z.array(z.strictObject({ name: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) })),
  warnings: z.array(z.string()),
});

/** The model as plain JSON values. */
export function treesModelToJSON({ ensemble, training }: TreesModel): ModelJson {
  return {
    kind: "trees",
    schemaVersion: TREES_MODEL_SCHEMA_VERSION,
    ensemble: treesToJSON(ensemble),
    facts: training.facts.map((fact) => ({ ...fact })),
    warnings: [...training.warnings],
  };
}

/**
 * The model of a parsed JSON value: one that a model saved, or a bare ensemble as `treesToJSON` writes it.
 * @throws BedsideError `models/bad-json` with the field at fault, `models/newer-version` for a later format, and what
 *   `treesFromJSON` throws.
 */
export function treesModelFromJSON(value: unknown): TreesModel {
  if (typeof (value as { ensemble?: unknown } | null)?.ensemble === "string") return treesModel(treesFromJSON(value));
  const saved = readSaved(schema, value, { version: TREES_MODEL_SCHEMA_VERSION, wrong: badJson });
  return treesModel(treesFromJSON(saved.ensemble), saved);
}

function badJson(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "models/bad-json",
    what: "This is not a saved model of trees",
    where,
    why,
    fix: "Give a file written by saving a trained model",
  });
}
