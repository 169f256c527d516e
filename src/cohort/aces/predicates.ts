// Reads the entries under `predicates` and `patient_demographics`. Knows neither windows nor SQL.
import { nearestName } from "../../core/errors.ts";
import type { Concepts } from "./concepts.ts";
import { type Complaints, checkName, mapOf, refuseOthers, suggestion, textOf, truthOf } from "./problems.ts";
import type { DerivedPredicate, PlainPredicate, Predicate, ValueBounds } from "./task.ts";
import type { YamlMap, YamlNode } from "./yaml.ts";

/** An entry not yet read: only the predicates a task uses are. */
export interface PredicateEntry {
  name: string;
  node: YamlNode & { keyLine: number };
  /** Whether it stands under `patient_demographics`. */
  demographic: boolean;
  /** Errors of the file it stands in. */
  complain: Complaints;
}

const BOUND_KEYS = ["value_min", "value_max", "value_min_inclusive", "value_max_inclusive"];
const PLAIN_KEYS = ["code", ...BOUND_KEYS, "other_cols", "static"];
const CONCEPT_KEYS = ["concept", ...BOUND_KEYS, "static"];

/** @throws BedsideError at the line of what is wrong. */
export function readPredicate(entry: PredicateEntry, concepts: Concepts): Predicate {
  const { name, node, demographic, complain } = entry;
  checkName(name, node.keyLine, "predicate", complain);
  if (node.value === "???") throw unfilled(name, node.keyLine, complain);
  const map = mapOf(node, `The predicate "${name}"`, complain);
  if (map.has("expr")) return readDerived(name, map, node.keyLine, entry);
  if (map.has("concept")) return readConcept(name, map, entry, concepts);
  if (!map.has("code")) {
    const near = [...map.keys()].find((key) => nearestName(key, ["code", "expr", "concept"]));
    throw complain(node.keyLine, "no-code", `The predicate "${name}" says neither a code nor an expr`, {
      fix: near
        ? `did you mean "${nearestName(near, ["code", "expr", "concept"])}" where "${near}" stands?`
        : "give it a code or an expr",
    });
  }
  return {
    kind: "plain",
    name,
    line: node.keyLine,
    code: readCode(name, map.get("code")!, complain),
    ...readBounds(name, map, complain),
    columns: readColumns(name, map, demographic, complain),
    static: demographic || (map.has("static") && truthOf(map.get("static")!, "static", complain)),
  };
}

function unfilled(name: string, line: number, complain: Complaints) {
  return complain(line, "unfilled", `The predicate "${name}" is left open (???)`, {
    fix: "give the predicates file of your data set along with the task, or define it here",
  });
}

function readCode(name: string, node: YamlNode, complain: Complaints): PlainPredicate["code"] {
  if (node.value === "???") throw unfilled(name, node.line, complain);
  if (!(node.value instanceof Map)) {
    if (node.value === null || Array.isArray(node.value)) {
      throw complain(node.line, "bad-code", `The code of "${name}" must be a text, {any: [...]} or {regex: ...}`, {
        fix: node.value
          ? "write code: { any: [...] } for one of several codes"
          : 'write code: { regex: ".*" } for every code',
      });
    }
    return { equal: textOf(node, `The code of "${name}"`, complain) };
  }
  const map = node.value;
  refuseOthers(map, ["any", "regex"], `The code of "${name}"`, complain);
  if (map.size !== 1) {
    throw complain(node.line, "bad-code", `The code of "${name}" must have either any or regex`, {
      fix: "keep one of them",
    });
  }
  const any = map.get("any");
  if (!any) return { regex: readRegex(name, map.get("regex")!, complain) };
  if (!Array.isArray(any.value) || any.value.length === 0) {
    throw complain(any.line, "bad-code", `"any" of "${name}" must be a list of codes`, { fix: "write any: [A, B]" });
  }
  return { any: any.value.map((code) => textOf(code, `A code of "${name}"`, complain)) };
}

/** A regular expression, searched for anywhere in the code. What only one of the two engines understands is refused. */
function readRegex(name: string, node: YamlNode, complain: Complaints): string {
  const regex = textOf(node, `The regex of "${name}"`, complain);
  const foreign = /\(\?<?[=!]|\\[1-9QEC]|\\b\{|\[[^\]]*(?:&&|--|~~)|\(\?[a-zA-Z]*x/.exec(regex.replaceAll("\\\\", ""));
  if (foreign) {
    throw complain(node.line, "bad-regex", `The regex of "${name}" uses "${foreign[0]}", which it may not`, {
      why: "codes are matched in linear time, without look-around, back references, \\Q, set operations and (?x)",
      fix: "write it with plain classes, groups and alternatives",
    });
  }
  return regex;
}

function readBounds(name: string, map: YamlMap, complain: Complaints): ValueBounds {
  const bound = (side: "value_min" | "value_max") => {
    const node = map.get(side);
    const flag = map.get(`${side}_inclusive`);
    const inclusive = flag && flag.value !== null ? truthOf(flag, `${side}_inclusive`, complain) : false;
    if (!node || node.value === null) return undefined;
    if (typeof node.value !== "number" || Number.isNaN(node.value)) {
      throw complain(node.line, "bad-bound", `${side} of "${name}" must be a number`, {
        fix: "write a number without quotes or unit",
      });
    }
    return { value: node.value, inclusive };
  };
  return { min: bound("value_min"), max: bound("value_max") };
}

/** Conditions on other columns: under `other_cols`, or, as ACES reads them, any further key of the predicate. */
function readColumns(
  name: string,
  map: YamlMap,
  demographic: boolean,
  complain: Complaints,
): PlainPredicate["columns"] {
  const columns: PlainPredicate["columns"] = new Map();
  const add = (column: string, node: YamlNode) => {
    if (node.value === null || typeof node.value === "object") {
      throw complain(
        node.line,
        "bad-column",
        `The value of column "${column}" in "${name}" must be a text, number, or true or false`,
      );
    }
    columns.set(column, { value: node.value, line: node.line });
  };
  for (const [key, node] of map) {
    if (PLAIN_KEYS.includes(key)) continue;
    const near = nearestName(key, PLAIN_KEYS);
    if (near || demographic) {
      throw complain(node.keyLine, "unknown-key", `The predicate "${name}" has no "${key}"`, {
        fix: `${near ? `did you mean "${near}"? ` : ""}a condition on a column of the events stands under other_cols`,
      });
    }
    add(key, node);
  }
  const others = map.get("other_cols");
  if (others && others.value !== null) for (const [key, node] of mapOf(others, "other_cols", complain)) add(key, node);
  return columns;
}

function readConcept(
  name: string,
  map: YamlMap,
  { node, demographic, complain }: PredicateEntry,
  concepts: Concepts,
): Predicate {
  refuseOthers(map, CONCEPT_KEYS, `The predicate "${name}"`, complain);
  const at = map.get("concept")!;
  const concept = textOf(at, `The concept of "${name}"`, complain);
  if (!concepts.has(concept)) {
    throw complain(at.line, "unknown-concept", `There is no concept "${concept}"`, {
      fix: suggestion(concept, concepts.keys()),
    });
  }
  const fixed = demographic || (map.has("static") && truthOf(map.get("static")!, "static", complain));
  return { kind: "concept", name, line: node.keyLine, concept, ...readBounds(name, map, complain), static: fixed };
}

function readDerived(
  name: string,
  map: YamlMap,
  line: number,
  { demographic, complain }: PredicateEntry,
): DerivedPredicate {
  refuseOthers(map, ["expr"], `The derived predicate "${name}"`, complain);
  if (demographic) {
    throw complain(line, "derived-demographic", `The patient demographic "${name}" cannot be derived`, {
      fix: "list its parts under patient_demographics: all of them are demanded",
    });
  }
  const node = map.get("expr")!;
  const expr = textOf(node, `The expr of "${name}"`, complain);
  const parts = /^(and|or)\(([^()]*)\)$/.exec(expr);
  const inputs = parts ? parts[2]!.split(",").map((input) => input.trim()) : [];
  if (!parts || inputs.length < 2 || inputs.some((input) => input === "")) {
    throw complain(node.line, "bad-expr", `The expr of "${name}" cannot be read: "${expr}"`, {
      why: expr.replace(/^(and|or)\(/, "").includes("(") ? "and() and or() cannot be nested" : undefined,
      fix: "write and(a, b, ...) or or(a, b, ...) with at least two names; name an inner expression as a predicate of its own",
    });
  }
  return { kind: "derived", name, line, operator: parts[1] as "and" | "or", inputs };
}
