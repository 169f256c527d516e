import { expect, test } from "vitest";
import type { RunResult } from "../run/result.ts";
import {
  classesResultFixture,
  emergencyResultFixture,
  hourlyResultFixture,
  labelsResultFixture,
  numberResultFixture,
} from "./fixture-outcomes.ts";
import { renderModelCard } from "./model-card.ts";
import { all, readPage, rowsOf, textOf } from "./reading.ts";
import { renderReport } from "./report.ts";
import { renderResultTable } from "./terminal.ts";

const runs = {
  number: numberResultFixture(),
  hourly: hourlyResultFixture(),
  classes: classesResultFixture(),
  labels: labelsResultFixture(),
  emergency: emergencyResultFixture(),
};
const pages = Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, readPage(renderReport(run))]));
const sectionsOf = (name: string) => all(pages[name]!, "main > section").map(({ id }) => id);

test.each(Object.keys(runs))("no broken number and no double id stands in the report of the run of %s", (name) => {
  const run = runs[name as keyof typeof runs];
  for (const text of [renderReport(run), renderModelCard(run), renderResultTable(run)]) {
    expect(text.match(/.{0,40}(NaN|undefined|Infinity|\bnull\b|\[object)/)?.[0]).toBeUndefined();
  }
  const ids = all(pages[name]!, "[id]").map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const picture of all(pages[name]!, "svg.chart")) expect(picture.closest("figure")).not.toBeNull();
});

test("an outcome that is no event has no curves, thresholds, or words of an event", () => {
  for (const name of ["number", "classes", "labels"]) {
    for (const id of ["discrimination", "calibration", "decision", "threshold", "alarms"]) {
      expect(sectionsOf(name)).not.toContain(id);
    }
    expect(textOf(pages[name]!, ".result")).not.toContain("with the event");
    expect(textOf(pages[name]!, ".facts")).not.toContain("with the event");
    expect(renderResultTable(runs[name as keyof typeof runs])).not.toMatch(/with the event|Threshold/);
  }
});

test("numbers: errors in their unit, a picture a model, bias and limits", () => {
  const page = pages["number"]!;
  expect(textOf(page, ".result")).toMatch(/90,412 hours.*Mean absolute error \(hours\)/);
  expect(all(page, "#agreement svg")).toHaveLength(2);
  expect(rowsOf(page, "#agreement")[0]).toEqual(["Model", "Bias", "Limits of agreement"]);
  expect(renderModelCard(runs.number)).toContain("pipeline_tag: tabular-regression");
});

test("hourly events: alarms with their rules, seeds, sources, leaks", () => {
  const page = pages["hourly"]!;
  expect(textOf(page, "#alarms")).toContain("unless one sounded in the 6 hours before");
  expect(rowsOf(page, "#alarms").flat()).toContain("0.120: Youden's index on tuning patients");
  expect(rowsOf(page, "#seeds")[0]).toEqual(["", "Seed 1", "Seed 2", "Seed 3", "Mean", "Standard deviation"]);
  expect(textOf(page, "#cross-source")).toContain("MIMIC-IV 3.1 → MIMIC-III 1.4");
  expect(rowsOf(page, "#leaks")).toContainEqual(["Antibiotics given later", "0.993"]);
  expect(textOf(page, "#splits")).toContain("Hours with the event");
});

test("classes have a picture a model and their least covered class, labels a row each", () => {
  expect(all(pages["classes"]!, "#confusion figure")).toHaveLength(2);
  expect(rowsOf(pages["classes"]!, "#conformal")[0]).toContain("Least in any class");
  const names = rowsOf(pages["labels"]!, "#labels").map(([name]) => name);
  expect(names).toContain("Diabetes without complications");
});

test("emergency visits: before and after recalibration, under-triage, sets by outcome", () => {
  const page = pages["emergency"]!;
  expect(rowsOf(page, "#recalibration")[0]).toEqual(["", "As predicted", "Platt scaling", "Isotonic regression"]);
  expect(all(page, "#recalibration svg")).toHaveLength(4);
  expect(textOf(page, "#under-triage")).toContain("ESI 4 and 5");
  expect(rowsOf(page, "#conformal")[0]).toContain("With the event");
});

test("lent records with few events show no alarms, no recalibration, and no count of hours with the event", () => {
  const few: RunResult = {
    ...runs.hourly,
    data: { ...runs.hourly.data, dataUse: "credentialed" },
    cohort: {
      ...runs.hourly.cohort,
      ...{ positives: 44, positivePatients: 7 },
      splits: runs.hourly.cohort.splits.map((split) => ({ ...split, positives: 21, positivePatients: 4 })),
    },
    warnings: [],
  };
  const page = readPage(renderReport(few));
  expect(textOf(page, "#alarms")).toContain("Withheld");
  expect(all(page, "#alarms table, #alarms svg, #recalibration")).toEqual([]);
  expect(textOf(page, ".result")).not.toContain("44");
  expect(textOf(page, "#splits")).not.toContain("21");
  for (const row of rowsOf(page, "#splits").slice(1)) expect(row.at(-1)).toBe("withheld");
});
