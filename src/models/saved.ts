// What readers of saved models have in common: versions told apart, the shape checked, the field at fault named. Knows no family.
import type { ZodType } from "zod";
import { BedsideError } from "../core/errors.ts";

export interface SavedKind {
  /** The latest format version that is known. */
  version: number;
  /** `model` when left out. */
  noun?: string;
  /** The error of a value in another shape. */
  wrong: (where: string, why: string) => BedsideError;
}

/**
 * A parsed JSON value in the shape of a saved model.
 * @throws BedsideError `models/newer-version` for a later format, and `wrong` with the field at fault.
 */
export function readSaved<T>(
  shape: ZodType<T>,
  value: unknown,
  { version: known, noun = "model", wrong }: SavedKind,
): T {
  const version = (value as { schemaVersion?: unknown } | null | undefined)?.schemaVersion;
  if (typeof version === "number" && version > known) {
    throw new BedsideError({
      code: "models/newer-version",
      what: `The ${noun} is saved in format version ${version}; this program knows up to ${known}`,
      where: "schemaVersion",
      fix: "Use the version of the program that saved it, or a later one",
    });
  }
  return readShape(shape, value, wrong);
}

/** A value in a shape, or `wrong` with the first field at fault. */
export function readShape<T>(shape: ZodType<T>, value: unknown, wrong: SavedKind["wrong"]): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw wrong(issue?.path.join(".") || "the whole", issue?.message ?? "it has another shape");
}

/** A network's file that cannot be read. */
export function unreadableNetwork(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "models/bad-file",
    what: "The saved network cannot be read",
    where,
    why,
    fix: "train the model again",
  });
}
