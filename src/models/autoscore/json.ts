// Writes an integer score as plain JSON values and reads it back, trusting nothing. Knows no file.
import * as z from "zod";
import { BedsideError } from "../../core/errors.ts";
import type { ModelJson } from "../model.ts";
import { readSaved } from "../saved.ts";
import { categoryCount } from "./categories.ts";
import { type AutoScoreModel, autoScoreModel } from "./model.ts";

/** The version written; a reader refuses versions it does not know. */
export const AUTOSCORE_SCHEMA_VERSION = 1;

const bounds = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("numeric"), cutoffs: z.array(z.number()) }),
  z.strictObject({ kind: z.literal("categorical"), codes: z.array(z.number()).min(1) }),
]);

const schema = z.strictObject({
  kind: z.literal("autoscore"),
  schemaVersion: z.literal(AUTOSCORE_SCHEMA_VERSION),
  featureNames: z.array(z.string()).min(1),
  variables: z
    .array(
      z.strictObject({
        name: z.string(),
        column: z.int().min(0),
        bounds,
        missing: z.boolean(),
        common: z.int().min(0),
        points: z.array(z.int().min(0)).min(1).max(255),
      }),
    )
    .min(1),
  ranking: z.array(z.strictObject({ name: z.string(), importance: z.number().nullable() })),
  parsimony: z.array(z.strictObject({ variables: z.int().min(1), added: z.string(), auroc: z.number().min(0).max(1) })),
  calibration: z.strictObject({ intercept: z.number(), slope: z.number() }),
  settings: z.strictObject({
    maximum: z.int().min(1),
    quantiles: z.array(z.number()),
    digits: z.int().min(1).nullable(),
    tolerance: z.number().min(0),
    mostVariables: z.int().min(1),
    /** JSON has no infinity: `"Infinity"` stands for no penalty. */
    c: z.union([z.number().positive(), z.literal("Infinity")]),
    calibratedOn: z.enum(["tuning", "training"]),
    seed: z.int(),
  }),
  warnings: z.array(z.string()),
});

/** The model as plain JSON values: a table of points, no patient and no count of patients. */
export function autoScoreToJSON(model: AutoScoreModel): ModelJson {
  const { kind, featureNames, variables, ranking, parsimony, calibration, settings, warnings } = model;
  const c = settings.c === Number.POSITIVE_INFINITY ? "Infinity" : settings.c;
  const parts = { featureNames, variables, ranking, parsimony, calibration, settings: { ...settings, c }, warnings };
  return { kind, schemaVersion: AUTOSCORE_SCHEMA_VERSION, ...structuredClone(parts) };
}

/**
 * The model of a parsed JSON value.
 * @throws BedsideError `models/bad-json` with the field at fault, `models/newer-version` for a later format.
 */
export function autoScoreFromJSON(value: unknown): AutoScoreModel {
  const saved = readSaved(schema, value, { version: AUTOSCORE_SCHEMA_VERSION, wrong: badJson });
  const { kind: _kind, schemaVersion: _version, ...parts } = saved;
  for (const [i, variable] of parts.variables.entries()) {
    checkVariable(variable, parts.featureNames, `variables.${i}`);
  }
  const highest = parts.variables.reduce((sum, { points }) => sum + Math.max(...points), 0);
  if (highest > parts.settings.maximum) {
    throw badJson("variables", `their points reach ${highest}, above the maximum of ${parts.settings.maximum}`);
  }
  const { settings } = parts;
  return autoScoreModel({ ...parts, settings: { ...settings, c: Number(settings.c) } });
}

function checkVariable(
  variable: z.infer<typeof schema>["variables"][number],
  featureNames: readonly string[],
  where: string,
): void {
  const { name, column, common, points } = variable;
  const count = categoryCount(variable);
  if (featureNames[column] !== name) throw badJson(where, `column ${column} is not named ${name}`);
  if (points.length !== count) throw badJson(`${where}.points`, `there are ${points.length} for ${count} categories`);
  if (common >= count) throw badJson(`${where}.common`, `there is no category ${common}`);
  if (variable.bounds.kind === "categorical") return;
  const { cutoffs } = variable.bounds;
  if (cutoffs.some((cut, i) => i > 0 && !(cut > cutoffs[i - 1]!))) {
    throw badJson(`${where}.bounds.cutoffs`, "they are not ascending");
  }
}

function badJson(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "models/bad-json",
    what: "This is not a saved AutoScore",
    where,
    why,
    fix: "Give a file written by saving a trained model",
  });
}
