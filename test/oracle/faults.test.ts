import { expect, test } from "vitest";
import { readTask, taskIds } from "../../src/cohort/index.ts";
import { dictionary } from "../../src/concepts/index.ts";
import { findTask, yaibFaults } from "../../src/systems/index.ts";

const { task } = findTask("yaib/mortality24");

test("every correction of the dictionary is a fault of the original, in the same words, that faithful mode reproduces", () => {
  for (const correction of dictionary().corrections)
    expect(task.faults).toContainEqual({ ...correction, faithful: true });
});

const tasks = taskIds().filter((id) => id.startsWith("yaib/"));

test.each(tasks)("the faults of %s have ids of their own and all their words", (name) => {
  const faults = yaibFaults(name);
  expect(faults.length).toBeGreaterThan(10);
  expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
  for (const { id, title, original, corrected } of faults) {
    expect(id).toMatch(/^[a-z0-9-]+$/);
    for (const text of [title, original, corrected]) expect(text.length).toBeGreaterThan(10);
    for (const text of [original, corrected]) expect(text).toMatch(/\.$/);
  }
});

test("whatever the task does otherwise in faithful mode is a fault with a name", () => {
  const { clock, grid, static: statics, exclusions } = readTask("yaib/mortality24").definition;
  const differs = (value: unknown) => JSON.stringify(value).includes('"faithful"');
  const named: [string, unknown][] = [
    ["times-towards-zero", clock],
    ["hour-after-prediction", grid],
    ["static-from-future", statics],
    ["exclusions-from-future", exclusions.find(({ gapHours }) => gapHours)],
    ["stays-without-values", exclusions.find(({ observedHours }) => observedHours)],
  ];
  for (const [id, part] of named) {
    expect(differs(part), id).toBe(true);
    expect(task.faults.map((fault) => fault.id)).toContain(id);
  }
});

test.each(tasks)("whatever %s does otherwise in faithful mode is a fault with a name", (name) => {
  const { clock, grid, prediction, static: statics, label, exclusions } = readTask(name).definition;
  const ids = yaibFaults(name).map(({ id }) => id);
  const named: [string, unknown][] = [
    ["times-towards-zero", clock],
    ["static-from-future", statics],
    [
      "exclusions-from-future",
      [prediction, exclusions.filter(({ gapHours, observedHours }) => gapHours ?? observedHours)],
    ],
    ["baseline-from-future", exclusions.filter(({ baseline }) => baseline)],
    ["positive-after-onset", label.onset ?? null],
    ["hours-from-begin", label.hoursLeft ?? null],
    ["hour-after-prediction", label.median ?? (prediction.every ? null : grid)],
    ["hours-cut-short", prediction.every ? grid : null],
  ];
  for (const [id, part] of named) expect(ids.includes(id), id).toBe(JSON.stringify(part).includes('"faithful"'));
});
