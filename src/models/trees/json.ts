// Writes a model of trees as plain JSON values and reads it back, trusting nothing. Knows no file.
import * as z from "zod";
import { BedsideError } from "../../core/errors.ts";
import { treesFromJSON, treesToJSON } from "../../trees/index.ts";
import type { ModelJson } from "../model.ts";
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
  const { schemaVersion, ensemble } = (value ?? {}) as { schemaVersion?: unknown; ensemble?: unknown };
  if (typeof ensemble === "string") return treesModel(treesFromJSON(value));
  if (typeof schemaVersion === "number" && schemaVersion > TREES_MODEL_SCHEMA_VERSION) {
    throw new BedsideError({
      code: "models/newer-version",
      what: `The model is saved in format version ${schemaVersion}; this program knows up to ${TREES_MODEL_SCHEMA_VERSION}`,
      where: "schemaVersion",
      fix: "Use the version of the program that saved it, or a later one",
    });
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new BedsideError({
      code: "models/bad-json",
      what: "This is not a saved model of trees",
      where: issue?.path.join(".") || "the whole",
      why: issue?.message ?? "it has another shape",
      fix: "Give a file written by saving a trained model",
    });
  }
  return treesModel(treesFromJSON(result.data.ensemble), result.data);
}
