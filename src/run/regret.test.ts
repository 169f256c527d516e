// The regret: what the true risk ranks better than a model, paired by patient.
import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { auroc, averagePrecision } from "../metrics/index.ts";
import { bestPossibleOf, regretOf } from "./regret.ts";

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
  const { regret, metrics } = regretOf({ subjectIds, truth, predictions, seeds: [], risk }, draws)!;
  expect(regret.value).toBeCloseTo(of(risk) - of(predictions), 12);
  expect(regret.value).toBeGreaterThan(0);
  expect(regret.low).toBeLessThan(regret.value);
  expect(regret.high).toBeGreaterThan(regret.value);
  expect(regret).toMatchObject({ id: "regret_auroc", title: "Regret in AUROC", higherIsBetter: false });
  expect(metrics.map(({ id, value }) => [id, value])).toEqual([
    ["auroc", of(predictions)],
    ["average_precision", averagePrecision(truth, predictions)],
  ]);
});

test("of the true risk itself is zero on every resample", () => {
  expect(regretOf({ subjectIds, truth, predictions: risk, seeds: [], risk }, draws)!.regret).toMatchObject({
    value: 0,
    low: 0,
    high: 0,
  });
});

test("of several training seeds is the mean of theirs", () => {
  const seeds = [noisy(0.2), noisy(0.6)];
  const { regret } = regretOf({ subjectIds, truth, predictions: seeds[0]!, seeds, risk }, draws)!;
  expect(regret.value).toBeCloseTo(of(risk) - (of(seeds[0]!) + of(seeds[1]!)) / 2, 12);
});

test("leaves out rows without a true risk, and is not defined where all have one outcome", () => {
  const predictions = noisy(0.5);
  const partly = risk.map((p, i) => (i < 100 ? Number.NaN : p));
  const rest = (values: Float64Array) => values.subarray(100);
  const { regret } = regretOf({ subjectIds, truth, predictions, seeds: [], risk: partly }, draws)!;
  expect(regret.value).toBeCloseTo(auroc(rest(truth), rest(risk)) - auroc(rest(truth), rest(predictions)), 12);
  const nobody = new Float64Array(ROWS);
  expect(regretOf({ subjectIds, truth: nobody, predictions, seeds: [], risk }, draws)).toBeUndefined();
});

test("of very many rows is that of the rows, whatever the counts by patient make of them", () => {
  const many = 6000;
  const risks = Float64Array.from({ length: many }, () => 0.2 * stream.uniform() ** 2);
  const happened = risks.map((p) => (stream.chance(p) ? 1 : 0));
  const predictions = risks.map((p) => p + 0.05 * stream.normal());
  const rows = { subjectIds: risks.map((_, i) => Math.floor(i / 20)), truth: happened, risk: risks };
  const { regret } = regretOf({ ...rows, predictions, seeds: [] }, draws)!;
  expect(regret.value).toBeCloseTo(auroc(happened, risks) - auroc(happened, predictions), 12);
  expect(regret.low! < regret.value && regret.value < regret.high!).toBe(true);
});

/** Hours 20 to 29 of 40 stays, two of each patient; the true risk is known from hour 23 on, of all stays but the last two. */
const HOURS = 10;
const stayIds = Float64Array.from({ length: ROWS }, (_, i) => Math.floor(i / HOURS));
const hours = Int16Array.from({ length: ROWS }, (_, i) => 20 + (i % HOURS));
const hourly = {
  ...{ stayIds, hours, truth },
  subjectIds: stayIds.map((stay) => Math.floor(stay / 2)),
  risk: risk.map((p, i) => (hours[i]! < 23 || stayIds[i]! >= 38 ? Number.NaN : p)),
};

test("hours without a true risk are left out of everything that is compared, and the note says of which it is known", async () => {
  const predictions = noisy(0.5);
  const found = (await bestPossibleOf(hourly, ["lr"], async () => ({ predictions, seeds: [] }), draws))!;
  const known = [...risk.keys()].filter((i) => !Number.isNaN(hourly.risk[i]!));
  const take = (values: Float64Array) => Float64Array.from(known, (i) => values[i]!);
  const [best, own] = [auroc(take(truth), take(risk)), auroc(take(truth), take(predictions))];
  expect(found.metrics[0]).toMatchObject({ id: "auroc", value: best });
  expect(found.models!["lr"]![0]).toMatchObject({ id: "auroc", value: own });
  expect(found.regrets!["lr"]!.value).toBeCloseTo(best - own, 12);
  expect(found.note).toContain(
    "known for 266 of 400 held-out rows (predictions made 24 to 30 hours after admission, 38 of 40 stays): only these",
  );
});

test("a model's figures stand apart only where rows are left out", async () => {
  const asked = async () => ({ predictions: risk, seeds: [] });
  const whole = (await bestPossibleOf({ ...hourly, risk }, ["lr"], asked, draws))!;
  expect(whole.models).toBeUndefined();
  expect(whole.note).toContain("known for all 400 held-out rows (predictions made 21 to 30 hours after admission).");
  const { hours: _, ...stays } = hourly;
  const partly = (await bestPossibleOf({ ...stays, risk: hourly.risk }, ["lr"], asked, draws))!;
  expect(partly.note).toContain("The true risk of each stay");
  expect(partly.note).toContain("134 stays without one are left out.");
});

test("there is no best possible where no row has a true risk", async () => {
  const unknown = new Float64Array(ROWS).fill(Number.NaN);
  const never = async () => ({ predictions: risk, seeds: [] });
  expect(await bestPossibleOf({ ...hourly, risk: unknown }, ["lr"], never, draws)).toBeUndefined();
});
