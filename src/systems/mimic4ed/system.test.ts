// The declaration of the emergency benchmark: figures, faults, and that the two are complete.
import { expect, test } from "vitest";
import { edTasks } from "../../cohort/mimic4ed/index.ts";
import { type Rules, rulesOf } from "../../cohort/mimic4ed/rules.ts";
import { mimic4ed } from "./system.ts";

const faults = mimic4ed.tasks[0]!.faults;

test("its tasks are those of the cohorts, each with the figures of the paper", () => {
  expect(mimic4ed.tasks.map(({ id }) => id)).toEqual(edTasks.map(({ id }) => id));
  const [hospitalization, critical, revisit] = mimic4ed.tasks;
  const value = (task: typeof hospitalization, model: string, metric: string) =>
    task!.published.find((row) => row.model === model && row.metric === metric)?.value;
  expect(value(hospitalization, "GB", "auroc")).toBe(0.819);
  expect(value(critical, "ESI", "auroc")).toBe(0.804);
  expect(value(revisit, "LR", "average_precision")).toBe(0.153);
  expect(mimic4ed.tasks.map(({ published }) => published.length)).toEqual([24, 24, 14]);
});

test("faults have ids of their own and all their words", () => {
  expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
  for (const { id, title, original, corrected } of faults) {
    expect(id).toMatch(/^[a-z0-9-]+$/);
    for (const text of [title, original, corrected]) expect(text.length).toBeGreaterThan(6);
    for (const text of [original, corrected]) expect(text).toMatch(/\.$/);
  }
});

test("every rule that the modes do otherwise is a named fault that faithful mode reproduces", () => {
  const named: Record<Exclude<keyof Rules, "mode">, string> = {
    historyDays: "years-of-356-days",
    countsOwnAdmission: "own-admission-counted",
    hospitalized: "hospitalized-by-number",
    death: "death-by-day",
    firstIcuStay: "icu-before-arrival",
    nextVisit: "return-unseen",
    edMinutes: "stay-without-days",
    untilDeparture: "charted-after-departure",
    homeDrugsByName: "home-drugs-by-number",
    ethnicity: "ethnicity-filled",
    misprintedCodes: "misprinted-code",
    charlsonCountsTwice: "charlson-twice",
    celsius: "celsius",
    filledWithMedians: "scores-on-filled-values",
  };
  for (const [rule, id] of Object.entries(named)) {
    const [faithful, corrected] = [rulesOf("faithful"), rulesOf("corrected")];
    expect(faithful[rule as keyof Rules], rule).not.toEqual(corrected[rule as keyof Rules]);
    expect(faults).toContainEqual(expect.objectContaining({ id, faithful: true }));
  }
});

test("synthetic patients and the demo are said to be what they are", () => {
  const said = (version: string) =>
    mimic4ed.differences({ id: "mimic-iv-ed", title: "MIMIC-IV-ED", version }, "corrected").join(" ");
  expect(said("synthetic")).toMatch(/synthetic/);
  expect(said("2.2 demo")).toMatch(/222 visits/);
  expect(said("2.2")).toMatch(/1\.0 \(448,972 visits\); this is MIMIC-IV-ED 2\.2/);
});
