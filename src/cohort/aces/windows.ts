// Reads the entries under `windows`: boundaries, flags, constraints, label and index. Knows neither predicates nor SQL.
import { parseDuration } from "./duration.ts";
import { type Complaints, checkName, mapOf, refuseOthers, suggestion, textOf, truthOf } from "./problems.ts";
import { type Boundary, type Constraint, RECORD_END, RECORD_START, type Side, type Step, type Window } from "./task.ts";
import type { YamlMap, YamlNode } from "./yaml.ts";

const KEYS = ["start", "end", "start_inclusive", "end_inclusive", "has", "label", "index_timestamp"];

/** @throws BedsideError at the line of what is wrong. */
export function readWindow(name: string, node: YamlNode & { keyLine: number }, complain: Complaints): Window {
  const line = node.keyLine;
  checkName(name, line, "window", complain);
  const map = mapOf(node, `The window "${name}"`, complain);
  refuseOthers(map, KEYS, `The window "${name}"`, complain);
  const start = readBoundary(name, "start", map, line, complain);
  const end = readBoundary(name, "end", map, line, complain);
  return {
    name,
    line,
    start,
    end,
    root: rootOf(name, start, end, line, complain),
    startInclusive: readFlag(name, "start_inclusive", map, line, complain),
    endInclusive: readFlag(name, "end_inclusive", map, line, complain),
    has: readConstraints(map.get("has"), complain),
    label: readLabel(map.get("label"), complain),
    index: readIndex(map.get("index_timestamp"), complain),
  };
}

/** A boundary left out or null is the record's start or end, seen from the other side of the window. */
function readBoundary(window: string, side: Side, map: YamlMap, windowLine: number, complain: Complaints): Boundary {
  const node = map.get(side);
  if (!node || node.value === null) {
    const [reference, kind, predicate] =
      side === "start" ? (["end", "previous", RECORD_START] as const) : (["start", "next", RECORD_END] as const);
    return { text: "null", line: node?.line ?? windowLine, reference, step: { kind, predicate } };
  }
  const text = textOf(node, `The ${side} of "${window}"`, complain);
  const refuse = (what: string, fix: string) =>
    complain(node.line, "bad-boundary", `The ${side} of "${window}" cannot be read: ${what} in "${text}"`, { fix });
  const form = "write trigger, start, end or window.end, perhaps with + 24h, - 24h, -> predicate or <- predicate";
  const operators = text.match(/->|<-|[+-]/g) ?? [];
  if (operators.length > 1) throw refuse("more than one step", form);
  const operator = operators[0];
  const [left, right = ""] = (operator ? text.split(operator) : [text]).map((part) => part.trim()) as [string, string?];
  const parts = left.split(".");
  if (parts.length > 2 || parts.some((part) => !/^[\p{L}\p{N}_]+$/u.test(part)))
    throw refuse("no boundary is named", form);
  if (parts.length === 2 && parts[1] !== "start" && parts[1] !== "end") {
    throw refuse(`a window has no "${parts[1]}"`, `write ${parts[0]}.start or ${parts[0]}.end`);
  }
  if (parts.length === 1 && !["trigger", "start", "end"].includes(left)) {
    const fix =
      left === "None"
        ? "write null"
        : `${suggestion(left, ["trigger", "start", "end"])} another window is named as ${left}.end`;
    throw refuse(`"${left}" is no boundary`, fix);
  }
  const reference: Boundary["reference"] =
    parts.length === 2 ? { window: parts[0]!, side: parts[1] as Side } : (left as "trigger" | Side);
  return { text, line: node.line, reference, step: readStep(operator, right, refuse) };
}

function readStep(operator: string | undefined, right: string, refuse: (what: string, fix: string) => Error): Step {
  if (operator === undefined) return { kind: "same" };
  if (operator === "->" || operator === "<-") {
    if (!/^[\p{L}\p{N}_]+$/u.test(right)) throw refuse("no predicate follows the arrow", "write -> predicate");
    const kind = operator === "->" ? "next" : "previous";
    if (right === (kind === "next" ? RECORD_START : RECORD_END)) {
      throw refuse(
        `nothing leads ${kind === "next" ? "forward to the start" : "back to the end"} of the record`,
        "write null",
      );
    }
    return { kind, predicate: right };
  }
  const micros = parseDuration(right);
  if (micros === undefined) {
    throw refuse(
      `"${right}" is no duration`,
      "write a fixed one such as 24h, 2 days, 30 minutes or 1 day, 12:00:00; months and years have no fixed length",
    );
  }
  if (micros > MOST_MICROS)
    throw refuse("the duration is too long", "write at most 100 000 days, or null for the whole record");
  if (micros === 0) return { kind: "same" };
  return { kind: "shift", micros: operator === "-" ? -micros : micros };
}

/** Sums of a few of these stay exact as whole numbers of microseconds. */
const MOST_MICROS = 100_000 * 86_400 * 1e6;

/** Exactly one side refers outside; the other must lie on the right side of it. */
function rootOf(name: string, start: Boundary, end: Boundary, line: number, complain: Complaints): Side {
  const startInside = start.reference === "end";
  const endInside = end.reference === "start";
  if (startInside === endInside || start.reference === "start" || end.reference === "end") {
    throw complain(line, "bad-window", `The window "${name}" hangs nowhere, or on two things at once`, {
      why: `its start is "${start.text}" and its end is "${end.text}"; exactly one of the two must refer to the other, and the other to the trigger or another window`,
      fix: 'for example start: trigger and end: "start + 24h"',
    });
  }
  const inner = startInside ? start : end;
  const backwards = inner.step.kind === "previous" || (inner.step.kind === "shift" && inner.step.micros < 0);
  if (inner.step.kind !== "same" && backwards !== startInside) {
    throw complain(inner.line, "bad-window", `The window "${name}" would end before it starts`, {
      fix: startInside ? "from the end go back: - or <-" : "from the start go forward: + or ->",
    });
  }
  return startInside ? "end" : "start";
}

function readFlag(window: string, key: string, map: YamlMap, line: number, complain: Complaints): boolean {
  const node = map.get(key);
  if (node) return truthOf(node, `${key} of "${window}"`, complain);
  throw complain(line, "missing-key", `The window "${window}" does not say ${key}`, {
    fix: `add ${key}: true or false`,
  });
}

/** `(1, None)`, `(,3)`, `2, 5` */
function readConstraints(node: YamlNode | undefined, complain: Complaints): Constraint[] {
  if (!node || node.value === null) return [];
  return [...mapOf(node, "has", complain)].map(([predicate, { value, line }]) => {
    const refuse = (what: string) =>
      complain(line, "bad-constraint", `The constraint on "${predicate}" ${what}`, {
        fix: 'write "(1, None)" for at least one, "(None, 0)" for none',
      });
    const parts = typeof value === "string" ? value.replace(/^[()]+|[()]+$/g, "").split(",") : [];
    if (parts.length !== 2) throw refuse("is no pair of bounds");
    const [min, max] = parts.map((part) => {
      const text = part.trim();
      if (text === "" || text === "None") return undefined;
      if (!/^[+-]?\d{1,15}$/.test(text)) throw refuse(`has a bound that is no whole number: "${text}"`);
      return Number(text);
    });
    if (min === undefined && max === undefined) throw refuse("bounds nothing");
    if (min !== undefined && max !== undefined && max < min)
      throw refuse("can never hold: its maximum is below its minimum");
    return { predicate, min, max, line };
  });
}

function readLabel(node: YamlNode | undefined, complain: Complaints): Window["label"] {
  if (!node || node.value === null) return undefined;
  return { predicate: textOf(node, "label", complain), line: node.line };
}

function readIndex(node: YamlNode | undefined, complain: Complaints): Window["index"] {
  if (!node || node.value === null) return undefined;
  if (node.value === "start" || node.value === "end") return { side: node.value, line: node.line };
  throw complain(node.line, "bad-index", "index_timestamp must be start or end", { fix: "write index_timestamp: end" });
}
