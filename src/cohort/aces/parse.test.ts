import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BedsideError, type Problem } from "../../core/errors.ts";
import { parseTask } from "./parse.ts";
import { isAcesTask, readAcesTask } from "./read.ts";

const WINDOWS = `windows:
  input:
    start: null
    end: trigger + 24h
    start_inclusive: true
    end_inclusive: true
    index_timestamp: end
  target:
    start: input.end
    end: start -> discharge_or_death
    start_inclusive: false
    end_inclusive: true
    label: death
`;
const PREDICATES = `predicates:
  admission: { code: { regex: "^ADMISSION//" } }
  discharge: { code: { any: [DISCHARGE//HOME, DISCHARGE//DIED] } }
  death: { code: MEDS_DEATH }
  discharge_or_death: { expr: "or(discharge, death)" }
`;
const TASK = `${PREDICATES}trigger: admission\n${WINDOWS}`;

function problemOf(text: string, predicatesText?: string): Problem {
  try {
    parseTask(text, { file: "task.yaml", ...(predicatesText ? { predicatesText, predicatesFile: "icu.yaml" } : {}) });
  } catch (cause) {
    if (cause instanceof BedsideError) return cause.problem;
    throw cause;
  }
  throw new Error("the task was taken");
}

test("a task is read with its windows, label, index and only the predicates in use", () => {
  const task = parseTask(`${TASK}`.replace("predicates:\n", "predicates:\n  unused: { code: X }\n"));
  expect([...task.predicates.keys()].sort()).toEqual(["admission", "death", "discharge", "discharge_or_death"]);
  expect(task.label).toEqual({ window: "target", predicate: "death" });
  expect(task.index).toEqual({ window: "input", side: "end" });
  expect(task.windows[0]!.end.step).toEqual({ kind: "shift", micros: 86_400e6 });
  expect(task.warnings).toEqual([]);
});

test("boundaries may go forth and back, by time or to events, from the trigger, a sibling or another window", () => {
  const window = (start: string, end: string) =>
    parseTask(`predicates: { a: { code: A }, b: { code: B } }
trigger: a
windows:
  first: { start: trigger, end: start + 1h, start_inclusive: true, end_inclusive: true }
  w: { start: "${start}", end: "${end}", start_inclusive: true, end_inclusive: true }`).windows.find(
      ({ name }) => name === "w",
    )!;
  expect(window("trigger", "start -> b").end).toMatchObject({
    reference: "start",
    step: { kind: "next", predicate: "b" },
  });
  expect(window("end <- b", "trigger").start).toMatchObject({
    reference: "end",
    step: { kind: "previous", predicate: "b" },
  });
  expect(window("end - 2 days", "trigger - 1h")).toMatchObject({
    root: "end",
    start: { step: { kind: "shift", micros: -172_800e6 } },
    end: { reference: "trigger", step: { kind: "shift", micros: -3600e6 } },
  });
  expect(window("first.end -> b", "start").start.reference).toEqual({ window: "first", side: "end" });
  expect(window("trigger + 0h", "start + 1h").start.step).toEqual({ kind: "same" });
});

test("constraints have bounds on either side, in brackets or not, with None or nothing for none", () => {
  const bounds = (text: string) =>
    parseTask(TASK.replace("    label: death", `    label: death\n    has: { admission: "${text}" }`)).windows[1]!
      .has[0];
  expect(bounds("(1, None)")).toMatchObject({ min: 1, max: undefined });
  expect(bounds("(None, 0)")).toMatchObject({ min: undefined, max: 0 });
  expect(bounds("(,3)")).toMatchObject({ min: undefined, max: 3 });
  expect(bounds("2, 5")).toMatchObject({ min: 2, max: 5 });
});

test("an unknown name is told with its line and the name that was probably meant", () => {
  expect(problemOf(TASK.replace("trigger: admission", "trigger: admision"))).toMatchObject({
    code: "task/unknown-predicate",
    where: "task.yaml, line 6",
    fix: 'did you mean "admission"?',
  });
  expect(problemOf(TASK.replace("input.end", "inputs.end"))).toMatchObject({
    code: "task/unknown-window",
    where: "task.yaml, line 15",
    fix: 'did you mean "input"?',
  });
  expect(problemOf(TASK.replace("end_inclusive: true\n    label", "end_inclusiv: true\n    label"))).toMatchObject({
    code: "task/unknown-key",
    where: "task.yaml, line 18",
    fix: 'did you mean "end_inclusive"?',
  });
  expect(problemOf(TASK.replace("or(discharge, death)", "or(discharge, deth)"))).toMatchObject({
    where: "task.yaml, line 5",
    fix: 'did you mean "death"?',
  });
});

test("a key that is nearly one of a predicate is a slip, any other a condition on a column", () => {
  const death = (rest: string) => TASK.replace("{ code: MEDS_DEATH }", `{ code: MEDS_DEATH, ${rest} }`);
  expect(problemOf(death("valuemin: 3"))).toMatchObject({ code: "task/unknown-key", where: "task.yaml, line 4" });
  for (const rest of ["text_value: died", "other_cols: { text_value: died }"]) {
    const predicate = parseTask(death(rest)).predicates.get("death");
    expect(predicate).toMatchObject({ kind: "plain", columns: new Map([["text_value", { value: "died", line: 4 }]]) });
  }
});

test("the MEDS-DEV form: predicates left open are filled by the data set's file, and metadata may stand in both", () => {
  const open = TASK.replace('{ code: { regex: "^ADMISSION//" } }', "???").replace("MEDS_DEATH", "???");
  const criteria = `metadata: { description: words, links: [], supported_datasets: [MIMIC-IV] }\n${open}`;
  const filling =
    "metadata: null\npredicates:\n  admission: { code: ICU//IN }\n  death: { code: { regex: DEATH } }\n  more: { code: X }\n";
  expect(problemOf(criteria)).toMatchObject({ code: "task/unfilled", where: "task.yaml, line 3" });
  const task = parseTask(criteria, { predicatesText: filling });
  expect(task.metadata).toEqual({ description: "words", links: [], supported_datasets: ["MIMIC-IV"] });
  expect(task.predicates.get("admission")).toMatchObject({ code: { equal: "ICU//IN" } });
  expect(task.predicates.get("death")).toMatchObject({ code: { regex: "DEATH" } });
});

test("an error in the predicates file names that file", () => {
  const filling = "predicates:\n  death:\n    code: { regx: DEATH }\n";
  expect(problemOf(TASK, filling)).toMatchObject({ where: "icu.yaml, line 3", fix: 'did you mean "regex"?' });
});

test("demographics are static, looked for without being used, and cannot be events", () => {
  const task = parseTask(`${TASK}patient_demographics:\n  male: { code: GENDER//M }\n`);
  expect(task.predicates.get("male")).toMatchObject({ static: true });
  expect(
    problemOf(`${TASK.replace("label: death", "label: male")}patient_demographics: { male: { code: M } }`),
  ).toMatchObject({
    code: "task/static-use",
  });
});

test("a regex that only one of the two engines understands is refused, classes and groups are not", () => {
  const regex = (text: string) => TASK.replace("^ADMISSION//", text.replaceAll("\\", "\\\\"));
  for (const text of ["(?=A)", "(?<!A)B", "(A)\\1", "(?x) A"])
    expect(problemOf(regex(text)), text).toMatchObject({ code: "task/bad-regex" });
  for (const text of ["(?i)adm.*", "^A[A-Z0-9]+//\\d{3}$", "(?:A|B)", "\\\\1"])
    expect(parseTask(regex(text)).windows.length).toBe(2);
});

test("a task without label or index, or with an explicit record end, is taken with a warning", () => {
  const { warnings } = parseTask(
    TASK.replace("    label: death\n", "")
      .replace("    index_timestamp: end\n", "")
      .replace("start -> discharge_or_death", "start -> _RECORD_END"),
  );
  expect(warnings.join("\n")).toMatch(/index_timestamp[\s\S]*label[\s\S]*same as null/);
});

test("a concept there is not is suggested by name", () => {
  expect(problemOf(TASK.replace("{ code: MEDS_DEATH }", "{ concept: kdigo }"))).toMatchObject({
    code: "task/unknown-concept",
  });
});

test("deep, huge and self-referring YAML is refused, not followed", () => {
  expect(problemOf(`${"[".repeat(5000)}`)).toMatchObject({ code: "task/yaml" });
  expect(problemOf(`a: ${"x".repeat(1_100_000)}`)).toMatchObject({ code: "task/yaml" });
  expect(problemOf(`a: &a [1]\nb: [${"*a, ".repeat(200)}*a]`)).toMatchObject({ code: "task/yaml" });
});

test("files are read by path, a missing one is told, and task files are known by their trigger", () => {
  const folder = mkdtempSync(join(tmpdir(), "bedside-aces-read-"));
  try {
    const path = join(folder, "task.yaml");
    const filling = join(folder, "predicates.yaml");
    writeFileSync(path, TASK.replace("MEDS_DEATH", "???"));
    writeFileSync(filling, "predicates: { death: { code: DEATH } }");
    writeFileSync(join(folder, "other.yaml"), "id: a/b\ntitle: Another kind of file\n");
    expect(readAcesTask(path, { predicates: filling }).predicates.get("death")).toMatchObject({
      code: { equal: "DEATH" },
    });
    expect(() => readAcesTask(path)).toThrow(`${path}, line 4`);
    expect(() => readAcesTask(join(folder, "none.yaml"))).toThrow("does not exist");
    expect([isAcesTask(path), isAcesTask(join(folder, "other.yaml")), isAcesTask(join(folder, "none.yaml"))]).toEqual([
      true,
      false,
      false,
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
