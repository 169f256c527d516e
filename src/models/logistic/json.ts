// Writes a logistic model as plain JSON values and reads it back, trusting nothing. Knows no file.
import * as z from "zod";
import { BedsideError } from "../../core/errors.ts";
import type { ModelJson } from "../model.ts";
import { readSaved } from "../saved.ts";
import { type LogisticModel, logisticModel } from "./model.ts";

/** The version written; a reader refuses versions it does not know. */
export const LOGISTIC_SCHEMA_VERSION = 1;

const classWeight = z.union([
  z.literal("balanced"),
  z.strictObject({ 0: z.number().positive(), 1: z.number().positive() }),
  z.null(),
]);

const schema = z.strictObject({
  kind: z.literal("logistic"),
  schemaVersion: z.literal(LOGISTIC_SCHEMA_VERSION),
  featureNames: z.array(z.string()).min(1),
  coefficients: z.array(z.number()).min(1),
  intercept: z.number(),
  iterations: z.int().min(0),
  converged: z.boolean(),
  violation: z.number().min(0),
  settings: z.strictObject({
    /** JSON has no infinity: `"Infinity"` stands for no penalty. */
    c: z.union([z.number().positive(), z.literal("Infinity")]),
    l1Ratio: z.number().min(0).max(1),
    classWeight,
    fitIntercept: z.boolean(),
    tolerance: z.number().positive(),
    maxIterations: z.int().positive(),
  }),
});

/** The model as plain JSON values. Numbers survive the way through text bit by bit. */
export function logisticToJSON(model: LogisticModel): ModelJson {
  const { kind, featureNames, intercept, iterations, converged, violation, settings } = model;
  return {
    kind,
    schemaVersion: LOGISTIC_SCHEMA_VERSION,
    featureNames: [...featureNames],
    coefficients: [...model.coefficients],
    intercept,
    iterations,
    converged,
    violation,
    settings: { ...settings, c: settings.c === Number.POSITIVE_INFINITY ? "Infinity" : settings.c },
  };
}

/**
 * The model of a parsed JSON value.
 * @throws BedsideError `models/bad-json` with the field at fault, `models/newer-version` for a later format.
 */
export function logisticFromJSON(value: unknown): LogisticModel {
  const saved = readSaved(schema, value, { version: LOGISTIC_SCHEMA_VERSION, wrong: badJson });
  const { settings, coefficients, featureNames, ...parts } = saved;
  if (coefficients.length !== featureNames.length) {
    throw badJson("coefficients", `there are ${coefficients.length} for ${featureNames.length} feature names`);
  }
  return logisticModel({
    ...parts,
    featureNames,
    coefficients: Float64Array.from(coefficients),
    settings: { ...settings, c: settings.c === "Infinity" ? Number.POSITIVE_INFINITY : settings.c },
  });
}

function badJson(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "models/bad-json",
    what: "This is not a saved logistic model",
    where,
    why,
    fix: "Give a file written by saving a trained model",
  });
}
