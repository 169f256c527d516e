// A task as a program has it: read from its YAML, checked, with errors that point at the line. Knows no data set.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";
import { dictionary } from "../concepts/dictionary.ts";
import { BedsideError, nearestName, UsageError } from "../core/errors.ts";
import { explainFailure } from "../store/failures.ts";
import { type TaskDefinition, taskSchema } from "./task-schema.ts";

/** What a reader must know of a task. */
export interface TaskSummary {
  /** `yaib/mortality24` */
  id: string;
  title: string;
  /** One candidate: `ICU stay`. */
  unit: string;
  /** In words: `24 hours after ICU admission`. */
  predictionTime: string;
  /** In words: `Death in intensive care`. */
  labelTitle: string;
}

/** A checked task. */
export interface Task extends TaskSummary {
  definition: TaskDefinition;
}

const TASKS = new URL("../tasks/", import.meta.url);

/** The ids of the tasks that come with Bedside. */
export function taskIds(): string[] {
  return readdirSync(TASKS, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".yaml"))
    .map((path) => path.slice(0, -".yaml".length))
    .sort();
}

/** The YAML of a task that comes with Bedside, by its id. */
export function taskText(id: string): string {
  return readFileSync(new URL(`${id}.yaml`, TASKS), "utf8");
}

/**
 * A task by id (`yaib/mortality24`) or from a YAML file.
 * @throws UsageError for an unknown id; BedsideError `task/…` with file and line for a task that is wrong.
 */
export function readTask(idOrPath: string): Task {
  const isFile = /\.ya?ml$/i.test(idOrPath);
  if (!isFile && !taskIds().includes(idOrPath)) {
    const meant = nearestName(idOrPath, taskIds());
    throw new UsageError({
      code: "task/unknown",
      what: `There is no task "${idOrPath}"`,
      why: existsSync(idOrPath) ? "a task file's name ends in .yaml" : undefined,
      fix: meant ? `did you mean ${meant}?` : `name a .yaml file, or one of: ${taskIds().join(", ")}`,
    });
  }
  const place = isFile ? idOrPath : new URL(`${idOrPath}.yaml`, TASKS);
  try {
    return parseTask(readFileSync(place, "utf8"), isFile ? idOrPath : `${idOrPath}.yaml`);
  } catch (cause) {
    throw explainFailure(cause, String(place));
  }
}

/**
 * A task from the text of its YAML. `file` is what errors call it.
 * @throws BedsideError with file and line.
 */
export function parseTask(yaml: string, file: string): Task {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number | undefined) => `${file}, line ${lines.linePos(offset ?? 0).line}`;
  const broken = document.errors[0];
  if (broken) {
    throw new BedsideError({
      code: "task/yaml",
      what: "The task is not valid YAML",
      where: lineOf(broken.pos[0]),
      why: broken.message.replace(/\s+/g, " "),
      fix: "mend that line",
    });
  }
  const wrong = (path: readonly PropertyKey[], what: string, fix: string) =>
    new BedsideError({ code: "task/invalid", what, where: lineOf(offsetOf(document.contents, path)), fix });
  const checked = taskSchema.safeParse(contentOf(document, file));
  if (!checked.success) {
    const issue = deepest(mostTelling(checked.error.issues));
    throw wrong(issue.path, `${nameOf(issue.path)}${issue.message}`, issue.fix);
  }
  const definition = checked.data;
  checkNames(definition, wrong);
  return {
    id: definition.id,
    title: definition.title,
    unit: definition.unit,
    predictionTime: definition.prediction.title,
    labelTitle: definition.label.title,
    definition,
  };
}

/** The document as plain values; one whose aliases would unfold to very much more than its text is refused. */
function contentOf(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new BedsideError(
      {
        code: "task/yaml",
        what: "The task is not valid YAML",
        where: file,
        why: "its aliases refer to each other too often",
        fix: "write the values out",
      },
      { cause },
    );
  }
}

type Complaint = (path: readonly PropertyKey[], what: string, fix: string) => BedsideError;

/** Names that no schema can check: concepts and their roles, exclusions that stand twice. */
function checkNames(task: TaskDefinition, wrong: Complaint): void {
  const { concepts } = dictionary();
  const check = (path: readonly PropertyKey[], name: string, roles: readonly string[]) => {
    const known = concepts.filter(({ role }) => roles.includes(role)).map((concept) => concept.name);
    if (known.includes(name)) return;
    const other = concepts.find((concept) => concept.name === name);
    const meant = nearestName(name, known);
    throw wrong(
      path,
      other ? `"${name}" is a ${other.role} concept and cannot stand here` : `There is no concept "${name}"`,
      meant ? `did you mean ${meant}?` : `use one of: ${known.join(", ")}`,
    );
  };
  task.dynamic.forEach((name, i) => {
    check(["dynamic", i], name, ["dynamic"]);
    if (task.dynamic.indexOf(name) !== i) throw wrong(["dynamic", i], `"${name}" stands there twice`, "remove one");
  });
  task.static.names.forEach((name, i) => {
    check(["static", "names", i], name, ["static"]);
    if (task.static.names.indexOf(name) !== i)
      throw wrong(["static", "names", i], `"${name}" stands there twice`, "remove one");
  });
  task.describing.forEach((name, i) => {
    check(["describing", i], name, ["describing", "static"]);
  });
  const { event, onset, median } = task.label;
  if (event) check(["label", "event"], event, ["outcome"]);
  if (onset) check(["label", "onset", "name"], onset.name, ["outcome"]);
  if (median) check(["label", "median", "name"], median.name, ["dynamic"]);
  const { until } = task.grid;
  for (const name of typeof until === "object" && until ? Object.values(until) : [until])
    if (name) check(["grid", "until"], name, ["outcome"]);
  task.exclusions.forEach((exclusion, i) => {
    if (exclusion.event) check(["exclusions", i, "event", "name"], exclusion.event.name, ["outcome"]);
    if (exclusion.baseline) check(["exclusions", i, "baseline", "name"], exclusion.baseline.name, ["dynamic"]);
    const after = exclusion.unlabelled?.after;
    const earlier = task.exclusions.slice(0, i).map(({ id }) => id);
    if (after !== undefined && !earlier.includes(after)) {
      const meant = nearestName(after, earlier);
      const fix = meant ? `did you mean ${meant}?` : `name one of: ${earlier.join(", ")}`;
      throw wrong(["exclusions", i, "unlabelled", "after"], `No exclusion before this one is called "${after}"`, fix);
    }
    if (task.exclusions.findIndex(({ id }) => id === exclusion.id) !== i)
      throw wrong(["exclusions", i, "id"], `Two exclusions are called "${exclusion.id}"`, "rename one");
  });
}

interface Flaw {
  path: PropertyKey[];
  message: string;
  fix: string;
}

/** The flaw a reader can mend: of a union the branch that got furthest; of an unknown key the one probably meant. */
function deepest(issue: z.core.$ZodIssue, base: PropertyKey[] = []): Flaw {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const known = knownKeys(path);
    const meant = nearestName(key, known);
    return {
      path: [...path, key],
      message: " is not a word of the task language",
      fix: meant ? `did you mean ${meant}?` : `remove it; known here: ${known.join(", ")}`,
    };
  }
  if (issue.code === "invalid_union") {
    const flaws = issue.errors.map((branch) => deepest(mostTelling(branch), path));
    return flaws.reduce((best, flaw) => (flaw.path.length > best.path.length ? flaw : best));
  }
  if (issue.code === "invalid_value") {
    return { path, message: " has a value it cannot have", fix: `use one of: ${issue.values.join(", ")}` };
  }
  if (issue.message.endsWith("received undefined")) return { path, message: " is missing", fix: "add it" };
  const message = issue.message.replace(/^Invalid input: /, "");
  return { path, message: `: ${message}`, fix: "mend that line" };
}

/** An unknown word explains the missing one. */
function mostTelling(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  return issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: unknown = taskSchema;
  for (const key of path) {
    const { shape, element, innerType } = unwrap(schema);
    schema = shape?.[String(key)] ?? element ?? innerType;
  }
  const { shape } = unwrap(schema);
  return shape ? Object.keys(shape) : ["corrected", "faithful"];
}

type Inside = { shape?: Record<string, unknown>; element?: unknown; innerType?: unknown };
function unwrap(schema: unknown): Inside {
  const definition = (schema as { def?: Inside & { innerType?: unknown } } | undefined)?.def ?? {};
  return definition.innerType && !definition.shape ? unwrap(definition.innerType) : definition;
}

function nameOf(path: readonly PropertyKey[]): string {
  const words = path.filter((key) => typeof key === "string");
  return words.length > 0 ? `"${words.join(".")}"` : "The task";
}

/** Where in the text the value of a path stands; of a missing one, what should hold it. */
function offsetOf(node: unknown, path: readonly PropertyKey[]): number | undefined {
  const [key, ...rest] = path;
  const here = (node as Node | null)?.range?.[0];
  if (key === undefined) return here;
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (!pair) return here;
    const keyOffset = (pair.key as Node).range?.[0];
    return rest.length === 0 ? keyOffset : (offsetOf(pair.value, rest) ?? keyOffset);
  }
  if (isSeq(node)) return offsetOf(node.items[Number(key)], rest) ?? here;
  return here;
}
