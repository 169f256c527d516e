import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BedsideError, UsageError } from "../core/errors.ts";
import { parseTask, readTask, taskIds } from "./task.ts";

const yaml = readFileSync(new URL("../tasks/yaib/mortality24.yaml", import.meta.url), "utf8");

/** The problem that a change of the task's YAML brings about. */
function problemOf(from: string | RegExp, to: string) {
  const changed = yaml.replace(from, to);
  expect(changed).not.toBe(yaml);
  try {
    parseTask(changed, "my.yaml");
  } catch (error) {
    expect(error).toBeInstanceOf(BedsideError);
    return { ...(error as BedsideError).problem, line: lineOf(changed, to) };
  }
  throw new Error("the task was taken");
}
const lineOf = (text: string, part: string) => `my.yaml, line ${text.slice(0, text.indexOf(part)).split("\n").length}`;

test("the tasks that come with Bedside are all valid, and their ids are their places", () => {
  expect(taskIds()).toContain("yaib/mortality24");
  for (const id of taskIds()) expect(readTask(id).id).toBe(id);
});

test("a task says what it predicts, when, and about whom", () => {
  expect(readTask("yaib/mortality24")).toMatchObject({
    title: "Death in intensive care after the first 24 hours",
    unit: "ICU stay",
    predictionTime: "24 hours after ICU admission",
    labelTitle: "Death in intensive care",
  });
});

test("a task is read from a file of the user's", () => {
  const folder = mkdtempSync(join(tmpdir(), "bedside-task-"));
  writeFileSync(join(folder, "mine.yaml"), yaml.replace("id: yaib/mortality24", "id: mine"));
  expect(readTask(join(folder, "mine.yaml")).id).toBe("mine");
  expect(() => readTask(join(folder, "other.yaml"))).toThrow(/does not exist/);
  rmSync(folder, { recursive: true });
});

test("an unknown task is wrong usage, with the one probably meant", () => {
  expect(() => readTask("yaib/mortality42")).toThrow(UsageError);
  expect(() => readTask("yaib/mortality42")).toThrow(/did you mean yaib\/mortality24/);
});

test.each([
  ["a misspelt word", "prediction:", "predicton:", /did you mean prediction/],
  ["a misspelt word inside", "    observedHours:", "    observedhours:", /did you mean observedHours/],
  ["a misspelt word in one mode", "corrected: 23, faithful: 24", "correct: 23, faithful: 24", /corrected/],
  ["an unknown variable", "    bili_dir,", "    bilidir,", /did you mean bili_dir/],
  ["a variable of another kind", "    alb,", "    age,", /./],
  ["a variable twice", "    alt,", "    alp, # again", /remove one/],
  ["an unknown outcome", "  event: death_icu", "  event: death_ice", /did you mean death_icu/],
  ["an unknown clock", "corrected: exact", "corrected: exactly", /exact, ricu-0.5, ricu-0.6/],
  ["a word for a number", "stayHours: { below: 6 }", "stayHours: { below: six }", /mend/],
  ["broken YAML", "needs: [chartevents]", "needs: chartevents]", /mend/],
])("%s is an error with its line and the fix", (_, from, to, fix) => {
  const problem = problemOf(from, to);
  expect(problem.code).toMatch(/^task\/(invalid|yaml)$/);
  expect(problem.where).toBe(problem.line);
  expect(problem.fix).toMatch(fix);
});

test("a label is of one kind", () => {
  expect(
    problemOf("  event: death_icu", "  event: death_icu\n  hoursLeft: { atMost: 168, counted: exact }").what,
  ).toMatch(/exactly one of event, median, hoursLeft, onset/);
  expect(problemOf("  event: death_icu", "  onset: { name: akj, window: { before: 6, after: -1 } }").fix).toMatch(
    /did you mean aki/,
  );
  expect(problemOf("  event: death_icu", "  median: { name: creo, hours: [24, 47] }").fix).toMatch(/did you mean crea/);
});

test("what the rows and the exclusions name must be there", () => {
  expect(problemOf("  first: 0", "  first: 0\n  until: death_icv").fix).toMatch(/did you mean death_icu/);
  const age = "    age: { below: 18 }";
  expect(problemOf(age, "    baseline: { name: creb, above: 4, lastHour: 5 }").fix).toMatch(/did you mean crea/);
  expect(problemOf(age, "    unlabelled: { after: short-stey }").fix).toMatch(/did you mean short-stay/);
  expect(problemOf(age, "    unlabelled: { after: left-early }").what).toMatch(/No exclusion before this one/);
});

test("an exclusion needs one criterion and its own id", () => {
  expect(problemOf("    age: { below: 18 }", "    age: { below: 18 }\n    stayHours: { below: 3 }").what).toMatch(
    /exactly one/,
  );
  expect(problemOf("id: short-stay", "id: invalid-stay").what).toMatch(/Two exclusions/);
});

test("a missing part is named, with the place that should hold it", () => {
  const problem = problemOf(/needs: \[chartevents\]\n/, "");
  expect(problem).toMatchObject({ code: "task/invalid", where: expect.stringContaining("my.yaml, line") });
  expect(problem.what).toMatch(/"needs"/);
});
