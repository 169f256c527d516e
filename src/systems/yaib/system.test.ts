// The declaration of YAIB: its five tasks, their figures, their models and faults.
import { expect, test } from "vitest";
import { taskIds } from "../../cohort/index.ts";
import { yaib } from "./system.ts";

const task = (name: string) => yaib.tasks.find(({ id }) => id === `yaib/${name}`)!;
const figure = (name: string, model: string, metric: string) =>
  task(name).published.find((row) => row.model === model && row.metric === metric && row.data === "MIMIC-IV 2.0");

test("it has the five tasks, each with a cohort, faults and the authors' figures on four data sets", () => {
  const names = ["mortality24", "aki", "sepsis", "kidney_function", "los"];
  expect(yaib.tasks.map(({ id }) => id)).toEqual(names.map((name) => `yaib/${name}`));
  for (const { id, faults, published } of yaib.tasks) {
    expect(taskIds()).toContain(id);
    expect(faults.length).toBeGreaterThan(5);
    expect(new Set(published.map(({ data }) => data)).size).toBe(4);
  }
  expect(names.map((name) => task(name).published.length)).toEqual([48, 48, 48, 24, 24]);
});

test("figures are those printed, MIMIC-IV first", () => {
  expect(task("aki").published[0]!.data).toBe("MIMIC-IV 2.0");
  expect(figure("aki", "GRU", "auroc")).toMatchObject({ value: 0.907, plusMinus: 0.001 });
  expect(figure("aki", "LGBM", "average_precision")).toMatchObject({ value: 0.533, plusMinus: 0.002 });
  expect(figure("sepsis", "GRU", "auroc")!.value).toBe(0.836);
  expect(figure("kidney_function", "LGBM", "mae")!.value).toBe(0.24);
  expect(figure("los", "Transformer", "mae")!.value).toBe(39);
  expect(figure("mortality24", "LGBM", "auroc")!.value).toBe(0.877);
});

test("tasks of events begin with logistic regression, those of numbers with the elastic net; all have trees and networks", () => {
  for (const { models, allowed } of yaib.tasks) {
    expect(allowed.slice(0, 1)).toEqual(models);
    expect(allowed).toEqual(
      expect.arrayContaining(["lgbm", "lgbm-recency", "rf", "gru", "lstm", "tcn", "transformer", "mamba"]),
    );
  }
  expect(yaib.tasks.map(({ models }) => models[0])).toEqual(["lr", "lr", "lr", "elasticnet", "elasticnet"]);
});
