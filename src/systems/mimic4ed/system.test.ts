// The declaration of the emergency benchmark: figures, faults, and that the two are complete.
import { expect, test } from "vitest";
import { edTasks } from "../../cohort/mimic4ed/index.ts";
import { type Rules, rulesOf } from "../../cohort/mimic4ed/rules.ts";
import { mimic4ed } from "./system.ts";

const faults = mimic4ed.tasks[0]!.faults;

test("its tasks are those of the cohorts, each with the figures of the paper: all 42 rows", () => {
  expect(mimic4ed.tasks.map(({ id }) => id)).toEqual(edTasks.map(({ id }) => id));
  const [hospitalization, critical, departure, revisit] = mimic4ed.tasks;
  const find = (task: typeof hospitalization, model: string, metric: string) =>
    task!.published.find((row) => row.model === model && row.metric === metric);
  expect(find(hospitalization, "GB", "auroc")).toMatchObject({ value: 0.819, low: 0.817, high: 0.822 });
  expect(find(critical, "ESI", "auroc")?.value).toBe(0.804);
  expect(find(departure, "LSTM", "sensitivity")).toMatchObject({ value: 0.868, low: 0.867, high: 0.888 });
  expect(find(revisit, "LR", "average_precision")?.value).toBe(0.153);
  expect(find(revisit, "LSTM", "train_seconds")?.value).toBe(11422.562);
  const models = mimic4ed.tasks.map(({ published }) => new Set(published.map(({ model }) => model)).size);
  expect(models).toEqual([12, 12, 11, 7]);
  for (const metric of ["auroc", "average_precision", "sensitivity", "specificity"]) {
    const rows = mimic4ed.tasks.map(({ published }) => published.filter((row) => row.metric === metric).length);
    expect(rows).toEqual(models);
  }
});

test("every model may be asked for; those that need the stay in the department only at departure", () => {
  for (const { id, allowed } of mimic4ed.tasks) {
    const atDeparture = ["mimic4ed/critical-disposition", "mimic4ed/ed-revisit-72h"].includes(id);
    expect([id, allowed.includes("ed-lstm")]).toEqual([id, atDeparture]);
    expect(allowed).toEqual(expect.arrayContaining(["lr", "rf", "gb", "mlp", "med2vec", "autoscore", "gb-text"]));
  }
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
