// Mistakes in a model, told with the operation, the shapes and the line of the user's own code. Knows no tensor.
import { BedsideError } from "../core/errors.ts";

/** The folders whose lines are never the user's. */
const inside = /[/\\](src|dist)[/\\](tensor|nn|models)[/\\](?!.*\.test\.)|node:internal|node_modules/;

/** The innermost line of the running program that belongs to none of tensor/, nn/ and models/: `model.ts:12:7`. */
export function placeInModel(): string | undefined {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = before;
  const line = lines.find((text) => /:\d+:\d+\)?$/.test(text) && !inside.test(text));
  return line
    ?.replace(/^\s*at\s+/, "")
    .replace(/^.*\((.*)\)$/, "$1")
    .replace(/^file:\/\//, "");
}

/** The error for shapes that an operation cannot take. */
export function shapeError(
  op: string,
  shapes: readonly (readonly number[])[],
  why: string,
  fix?: string,
): BedsideError {
  return new BedsideError({
    code: "tensor/shape",
    what: `${op} cannot take ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")}`,
    where: placeInModel(),
    why,
    fix,
  });
}

/** @throws BedsideError unless all hold floats. */
export function needFloats(op: string, ...tensors: { kind: string }[]): void {
  const kinds = tensors.map(({ kind }) => kind);
  if (kinds.some((kind) => kind !== "float")) throw typeError(op, kinds, "it works on floats");
}

/** @throws BedsideError unless it holds floats or whole numbers. */
export function needNumbers(op: string, { kind }: { kind: string }): void {
  if (kind === "bool") throw typeError(op, [kind], "it works on floats and whole numbers; cast first");
}

/** The error for a kind of element that an operation cannot take. */
export function typeError(op: string, types: readonly string[], why: string): BedsideError {
  return new BedsideError({
    code: "tensor/type",
    what: `${op} cannot take elements of type ${types.join(" and ")}`,
    where: placeInModel(),
    why,
  });
}
