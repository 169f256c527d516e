// The regret: what the true risk ranks better than a model, paired by patient.
import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { auroc } from "../metrics/index.ts";
import { regretOf } from "./regret.ts";

const ROWS = 400;
const stream = randomStream(1, "regret");
const risk = Float64Array.from({ length: ROWS }, () => stream.uniform() ** 3);
const truth = risk.map((p) => (stream.chance(p) ? 1 : 0));
const subjectIds = Float64Array.from({ length: ROWS }, (_, i) => Math.floor(i / 2));
const noisy = (spread: number) => risk.map((p) => p + spread * stream.normal());
const draws = { seed: 1, resamples: 200 };
const of = (scores: Float64Array) => auroc(truth, scores);

test("is the AUROC of the true risk less the model's, with an interval around it", () => {
  const predictions = noisy(0.5);
  const regret = regretOf({ subjectIds, truth, predictions, seeds: [], risk }, draws)!;
  expect(regret.value).toBeCloseTo(of(risk) - of(predictions), 12);
  expect(regret.value).toBeGreaterThan(0);
  expect(regret.low).toBeLessThan(regret.value);
  expect(regret.high).toBeGreaterThan(regret.value);
  expect(regret).toMatchObject({ id: "regret_auroc", title: "Regret in AUROC", higherIsBetter: false });
});

test("of the true risk itself is zero on every resample", () => {
  expect(regretOf({ subjectIds, truth, predictions: risk, seeds: [], risk }, draws)).toMatchObject({
    value: 0,
    low: 0,
    high: 0,
  });
});

test("of several training seeds is the mean of theirs", () => {
  const seeds = [noisy(0.2), noisy(0.6)];
  const regret = regretOf({ subjectIds, truth, predictions: seeds[0]!, seeds, risk }, draws)!;
  expect(regret.value).toBeCloseTo(of(risk) - (of(seeds[0]!) + of(seeds[1]!)) / 2, 12);
});

test("leaves out rows without a true risk, and is not defined where all have one outcome", () => {
  const predictions = noisy(0.5);
  const partly = risk.map((p, i) => (i < 100 ? Number.NaN : p));
  const rest = (values: Float64Array) => values.subarray(100);
  const regret = regretOf({ subjectIds, truth, predictions, seeds: [], risk: partly }, draws)!;
  expect(regret.value).toBeCloseTo(auroc(rest(truth), rest(risk)) - auroc(rest(truth), rest(predictions)), 12);
  const nobody = new Float64Array(ROWS);
  expect(regretOf({ subjectIds, truth: nobody, predictions, seeds: [], risk }, draws)).toBeUndefined();
});
