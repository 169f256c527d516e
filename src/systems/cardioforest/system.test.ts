// CardioForest's declaration, and the arithmetic that explains its figures.
import { expect, test } from "vitest";
import { cardioTasks, FLIPPED_SHARE } from "../../cohort/index.ts";
import { randomStream } from "../../core/random.ts";
import { cardioforest, flippedRule } from "./system.ts";

const PREVALENCE = 123_653 / 800_035;

test("its tasks are those of the cohorts, the authors' figures beside their label only", () => {
  expect(cardioforest.tasks.map(({ id }) => id)).toEqual(cardioTasks.map(({ id }) => id));
  const [wct, , report] = cardioforest.tasks;
  const value = (metric: string) =>
    wct!.published.find((row) => row.model.startsWith("CardioForest") && row.metric === metric)?.value;
  expect([value("accuracy"), value("auroc"), value("f1")]).toEqual([0.9495, 0.8806, 0.8537]);
  expect(report!.published).toEqual([]);
});

test("faults have ids of their own and all their words", () => {
  const { faults } = cardioforest.tasks[0]!;
  expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
  for (const { original, corrected } of faults) for (const text of [original, corrected]) expect(text).toMatch(/\.$/);
});

test("a perfect rule under 5 % of flipped labels has the published figures", () => {
  const { accuracy, balancedAccuracy, precision, recall, f1 } = flippedRule(PREVALENCE, FLIPPED_SHARE);
  for (const [ours, published] of [
    [accuracy, 0.9495],
    [balancedAccuracy, 0.8831],
    [precision, 0.9489],
    [recall, 0.7761],
    [f1, 0.8537],
  ] as const) {
    expect(Math.abs(ours - published)).toBeLessThan(0.002);
  }
});

test("and so has a simulation of it, within three standard deviations of sampling", () => {
  const rows = 200_000;
  const stream = randomStream(7, "flipped rule");
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const rule = stream.chance(PREVALENCE);
    const label = rule !== stream.chance(0.05);
    if (rule) label ? tp++ : fp++;
    else label ? fn++ : tn++;
  }
  const expected = flippedRule(PREVALENCE, 0.05);
  const near = (hits: number, of: number, p: number) =>
    expect(Math.abs(hits / of - p)).toBeLessThan(3 * Math.sqrt((p * (1 - p)) / of));
  near(tp + tn, rows, expected.accuracy);
  near(tp, tp + fp, expected.precision);
  near(tp, tp + fn, expected.recall);
  near(tn, tn + fp, expected.specificity);
});

test("what differs from the paper is said for synthetic and real recordings", () => {
  const said = (version: string) =>
    cardioforest.differences({ id: "mimic-iv-ecg", title: "MIMIC-IV-ECG", version }, "corrected").join(" ");
  expect(said("3.1 synthetic 2")).toMatch(/synthetic/);
  expect(said("1.0")).toMatch(/of another label/);
});
