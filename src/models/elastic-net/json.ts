// Writes an elastic net as plain JSON values and reads it back, trusting nothing. Knows no file.
import * as z from "zod";
import { BedsideError } from "../../core/errors.ts";
import type { ModelJson } from "../model.ts";
import { readSaved } from "../saved.ts";
import { type ElasticNetModel, elasticNetModel } from "./model.ts";

/** The version written; a reader refuses versions it does not know. */
export const ELASTIC_NET_SCHEMA_VERSION = 1;

const schema = z.strictObject({
  kind: z.literal("elastic-net"),
  schemaVersion: z.literal(ELASTIC_NET_SCHEMA_VERSION),
  featureNames: z.array(z.string()).min(1),
  coefficients: z.array(z.number()).min(1),
  intercept: z.number(),
  iterations: z.int().min(0),
  converged: z.boolean(),
  dualGap: z.number(),
  settings: z.strictObject({
    alpha: z.number().positive(),
    l1Ratio: z.number().min(0).max(1),
    fitIntercept: z.boolean(),
    tolerance: z.number().positive(),
    maxIterations: z.int().positive(),
  }),
});

/** The model as plain JSON values. Numbers survive the way through text bit by bit. */
export function elasticNetToJSON(model: ElasticNetModel): ModelJson {
  const { kind, featureNames, coefficients, intercept, iterations, converged, dualGap, settings } = model;
  return {
    kind,
    schemaVersion: ELASTIC_NET_SCHEMA_VERSION,
    featureNames: [...featureNames],
    coefficients: [...coefficients],
    intercept,
    iterations,
    converged,
    dualGap,
    settings: { ...settings },
  };
}

/**
 * The model of a parsed JSON value.
 * @throws BedsideError `models/bad-json` with the field at fault, `models/newer-version` for a later format.
 */
export function elasticNetFromJSON(value: unknown): ElasticNetModel {
  const saved = readSaved(schema, value, { version: ELASTIC_NET_SCHEMA_VERSION, wrong: badJson });
  const { coefficients, featureNames, kind: _, schemaVersion: __, ...parts } = saved;
  if (coefficients.length !== featureNames.length) {
    throw badJson("coefficients", `there are ${coefficients.length} for ${featureNames.length} feature names`);
  }
  return elasticNetModel({ ...parts, featureNames, coefficients: Float64Array.from(coefficients) });
}

function badJson(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "models/bad-json",
    what: "This is not a saved elastic net",
    where,
    why,
    fix: "Give a file written by saving a trained model",
  });
}
