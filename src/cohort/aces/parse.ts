// Reads a task file (with or without a separate predicates file) into a checked Task. Knows no SQL and opens no file.
import type { Concepts } from "./concepts.ts";
import { inOrder } from "./order.ts";
import { type PredicateEntry, readPredicate } from "./predicates.ts";
import { type Complaints, complaintsOf, mapOf, refuseOthers, suggestion, textOf } from "./problems.ts";
import { type Predicate, RECORD_END, RECORD_START, SPECIAL, type Task, type Window } from "./task.ts";
import { readWindow } from "./windows.ts";
import { plainData, readYaml, type YamlMap } from "./yaml.ts";

export interface ParseOptions {
  /** The task file's name, for errors. */
  file?: string;
  /** The text of the predicates file of the MEDS-DEV form; what it defines takes the place of what the task says. */
  predicatesText?: string;
  /** Its name, for errors. */
  predicatesFile?: string;
  /** The concept functions that predicates may name. */
  concepts?: Concepts;
}

const TASK_KEYS = ["metadata", "description", "predicates", "patient_demographics", "trigger", "windows"];
const PREDICATES_KEYS = ["metadata", "description", "predicates", "patient_demographics"];

/**
 * Reads and checks an ACES task.
 * @example parseTask("predicates: { adm: { code: ADMISSION } }\ntrigger: adm\nwindows: {}")
 * @throws BedsideError `task/…` at the line of the first thing that is wrong, with the name that was probably meant.
 */
export function parseTask(text: string, options: ParseOptions = {}): Task {
  const { file, predicatesText, predicatesFile = "predicates file", concepts = new Map() } = options;
  const complain = complaintsOf(file);
  const root = mapOf(readYaml(text, file), "The task", complain);
  refuseOthers(root, TASK_KEYS, "A task", complain);
  const entries = new Map<string, PredicateEntry>();
  collectEntries(root, complain, entries);
  if (predicatesText !== undefined) {
    const other = complaintsOf(predicatesFile);
    const filling = mapOf(readYaml(predicatesText, predicatesFile), "The predicates file", other);
    refuseOthers(filling, PREDICATES_KEYS, "A predicates file", other);
    collectEntries(filling, other, entries);
  }
  const triggerNode = root.get("trigger");
  if (!triggerNode)
    throw complain(1, "no-trigger", "The task has no trigger", { fix: "add trigger: and the name of a predicate" });
  const trigger = { predicate: textOf(triggerNode, "trigger", complain), line: triggerNode.line };
  const windowsNode = root.get("windows");
  const read =
    windowsNode && windowsNode.value !== null
      ? [...mapOf(windowsNode, "windows", complain)].map(([name, node]) => readWindow(name, node, complain))
      : [];
  const windows = inOrder(read, complain);
  const predicates = readUsed(entries, trigger, windows, concepts, complain);
  const metadata = root.get("metadata");
  const description = root.get("description");
  const task: Task = {
    file,
    description: typeof description?.value === "string" ? description.value : undefined,
    metadata: metadata ? plainData(metadata) : undefined,
    trigger,
    predicates,
    windows,
    label: onlyOne(windows, "label", complain),
    index: onlyOne(windows, "index_timestamp", complain),
    warnings: [],
  };
  task.warnings.push(...warningsOf(task));
  return task;
}

/** Later files win over earlier ones, whole predicate by whole predicate; demographics and predicates share their names. */
function collectEntries(root: YamlMap, complain: Complaints, entries: Map<string, PredicateEntry>): void {
  for (const key of ["predicates", "patient_demographics"]) {
    const node = root.get(key);
    if (!node || node.value === null) continue;
    for (const [name, entry] of mapOf(node, key, complain)) {
      if (SPECIAL.has(name)) {
        throw complain(
          entry.keyLine,
          "reserved-name",
          `"${name}" is defined in every task and cannot be defined again`,
          { fix: "choose another name" },
        );
      }
      entries.set(name, { name, node: entry, demographic: key === "patient_demographics", complain });
    }
  }
}

/** Reads the predicates in use, inputs before what is derived from them. Those nothing uses may be anything, as in ACES. */
function readUsed(
  entries: Map<string, PredicateEntry>,
  trigger: Task["trigger"],
  windows: Window[],
  concepts: Concepts,
  complain: Complaints,
): Map<string, Predicate> {
  const known = [...entries.keys(), ...SPECIAL];
  const used = new Map<string, Predicate>();
  const open: string[] = [];
  const use = (name: string, line: number, what: string, from: Complaints): Predicate | undefined => {
    const entry = entries.get(name);
    if (!entry) {
      throw from(line, "unknown-predicate", `${what} "${name}", which is not a predicate`, {
        fix: suggestion(name, known),
      });
    }
    if (used.has(name)) return used.get(name);
    if (open.includes(name)) {
      throw entry.complain(entry.node.keyLine, "cycle", `The predicate "${name}" is derived from itself`, {
        why: [...open.slice(open.indexOf(name)), name].join(" ← "),
      });
    }
    open.push(name);
    const predicate = readPredicate(entry, concepts);
    if (predicate.kind === "derived") {
      for (const input of predicate.inputs) {
        if (SPECIAL.has(input)) {
          throw entry.complain(predicate.line, "special-input", `"${name}" cannot be derived from ${input}`, {
            fix: "use it directly in the windows",
          });
        }
        use(input, predicate.line, `"${name}" is derived from`, entry.complain);
      }
    }
    open.pop();
    used.set(name, predicate);
    return predicate;
  };
  const useEvent = (name: string, line: number, what: string) => {
    if (SPECIAL.has(name)) return;
    const predicate = use(name, line, what, complain);
    if (predicate && predicate.kind !== "derived" && predicate.static) {
      throw complain(line, "static-use", `${what} "${name}", which is a fact about the patient, not an event`, {
        fix: "patient demographics already select the subjects; leave it out here",
      });
    }
  };
  useEvent(trigger.predicate, trigger.line, "The trigger is");
  for (const window of windows) {
    for (const side of [window.start, window.end]) {
      if (side.step.kind === "next" || side.step.kind === "previous")
        useEvent(side.step.predicate, side.line, `"${side.text}" goes to`);
    }
    for (const { predicate, line } of window.has) useEvent(predicate, line, `The window "${window.name}" counts`);
    if (!window.label) continue;
    const { predicate, line } = window.label;
    if (SPECIAL.has(predicate))
      throw complain(line, "special-label", `The label cannot be ${predicate}`, {
        fix: "name a predicate of the task",
      });
    useEvent(predicate, line, "The label is");
  }
  for (const entry of entries.values()) if (entry.demographic) use(entry.name, entry.node.keyLine, "", complain);
  return used;
}

function onlyOne(windows: Window[], what: "label", complain: Complaints): Task["label"];
function onlyOne(windows: Window[], what: "index_timestamp", complain: Complaints): Task["index"];
function onlyOne(
  windows: Window[],
  what: "label" | "index_timestamp",
  complain: Complaints,
): Task["label"] | Task["index"] {
  const saying = windows.filter((window) => (what === "label" ? window.label : window.index));
  const [first, second] = saying;
  if (second) {
    const line = (what === "label" ? second.label : second.index)!.line;
    throw complain(
      line,
      `two-${what === "label" ? "labels" : "indices"}`,
      `A task has one ${what}, and "${first!.name}" already says it`,
      { fix: "keep one of the two" },
    );
  }
  if (!first) return undefined;
  return what === "label"
    ? { window: first.name, predicate: first.label!.predicate }
    : { window: first.name, side: first.index!.side };
}

function warningsOf({ windows, label, index }: Task): string[] {
  const warnings: string[] = [];
  if (!index) warnings.push("No window says index_timestamp: the rows have no prediction time");
  if (!label) warnings.push("No window says label: the rows have no label");
  for (const { name, line, start, end, root } of windows) {
    const inner = root === "start" ? end : start;
    if (inner.step.kind === "same") warnings.push(`Line ${line}: the window "${name}" has no length`);
  }
  for (const window of windows) {
    for (const { step, line, text } of [window.start, window.end]) {
      const toRecord = "predicate" in step && (step.predicate === RECORD_START || step.predicate === RECORD_END);
      if (toRecord && text !== "null") warnings.push(`Line ${line}: "${text}" is the same as null`);
    }
  }
  return warnings;
}
