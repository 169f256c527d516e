// Errors in a task file: what is wrong, at which line, and the name that was probably meant. Knows no grammar.
import { BedsideError, nearestName } from "../../core/errors.ts";
import { placeOf, type YamlMap, type YamlNode } from "./yaml.ts";

/** Makes the errors of one file. */
export interface Complaints {
  file: string | undefined;
  (
    line: number,
    code: string,
    what: string,
    options?: { why?: string | undefined; fix?: string | undefined },
  ): BedsideError;
}

/** @param file the file's name, as the user knows it. */
export function complaintsOf(file?: string): Complaints {
  const complain = (
    line: number,
    code: string,
    what: string,
    { why, fix }: { why?: string | undefined; fix?: string | undefined } = {},
  ) => new BedsideError({ code: `task/${code}`, what, where: placeOf(file, line), why, fix });
  return Object.assign(complain, { file });
}

/** `did you mean "x"?`, or the known names where none is near. */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearestName(name, names);
  if (near) return `did you mean "${near}"?`;
  return names.length > 0 ? `use one of: ${names.slice(0, 20).join(", ")}` : "nothing is defined here";
}

/** The node as a map. */
export function mapOf(node: YamlNode, what: string, complain: Complaints): YamlMap {
  if (node.value instanceof Map) return node.value;
  throw complain(node.line, "not-a-map", `${what} must be a map of names to values`, {
    fix: "write `name: value` lines, indented",
  });
}

/** The node as a non-empty text. */
export function textOf(node: YamlNode, what: string, complain: Complaints): string {
  if (typeof node.value === "string" && node.value !== "") return node.value;
  const fix = typeof node.value === "number" || typeof node.value === "boolean" ? "put it in quotes" : "write a text";
  throw complain(node.line, "not-a-text", `${what} must be a text`, { fix });
}

/** The node as true or false. */
export function truthOf(node: YamlNode, what: string, complain: Complaints): boolean {
  if (typeof node.value === "boolean") return node.value;
  throw complain(node.line, "not-a-truth", `${what} must be true or false`, {
    fix: "write true or false, without quotes",
  });
}

/** Refuses keys that are none of `known`. */
export function refuseOthers(map: YamlMap, known: readonly string[], what: string, complain: Complaints): void {
  for (const [key, { keyLine }] of map) {
    if (known.includes(key)) continue;
    throw complain(keyLine, "unknown-key", `${what} has no "${key}"`, { fix: suggestion(key, known) });
  }
}

/** A name of a predicate or window: letters, digits and underscores. */
export function checkName(name: string, line: number, what: string, complain: Complaints): void {
  if (/^[\p{L}\p{N}_]+$/u.test(name)) return;
  throw complain(line, "bad-name", `"${name}" cannot be the name of a ${what}`, {
    fix: "use letters, digits and _ only",
  });
}
