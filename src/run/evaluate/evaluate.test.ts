import { expect, test } from "vitest";
import { type RandomStream, randomStream } from "../../core/random.ts";
import { evaluate, type HeldOutEvent, type HeldOutNumber, underTriageOf } from "./index.ts";

const options = { seed: 1, resamples: 80, thresholdRule: "Youden's index on tuning patients" };

function events(stream: RandomStream, count: number, sharpness = 1) {
  const z = Float64Array.from({ length: count }, () => stream.normal(-1.5, 1.5));
  return {
    labels: Uint8Array.from(z, (value) => (stream.chance(1 / (1 + Math.exp(-value))) ? 1 : 0)),
    probabilities: z.map((value) => 1 / (1 + Math.exp(-(sharpness * value + 0.5)))),
    fold: Int32Array.from({ length: count }, (_, row) => row % 2),
  };
}

function heldOut(extra: Partial<HeldOutEvent> = {}): HeldOutEvent {
  const ids = Float64Array.from({ length: 600 }, (_, row) => row);
  const held = events(randomStream(1, "held"), 600, 2);
  return { subjectIds: ids, stayIds: ids, ...held, thresholds: [0.3, 0.4], ...extra };
}

const of = (metrics: { id: string; value: number }[], id: string) => metrics.find((metric) => metric.id === id)!.value;

test("recalibration on tuning rows mends overconfident risks, and leaves the ranking", () => {
  const held = heldOut({ tuning: events(randomStream(2, "tuning"), 800, 2) });
  const { recalibrated } = evaluate(held, options);
  expect(recalibrated!.map(({ id }) => id)).toEqual(["none", "platt", "isotonic"]);
  const [before, platt, isotonic] = recalibrated!.map(({ metrics }) => metrics);
  expect(of(before!, "calibration_slope")).toBeLessThan(0.65);
  expect(of(platt!, "calibration_slope")).toBeGreaterThan(0.8);
  expect(of(platt!, "brier")).toBeLessThan(of(before!, "brier"));
  expect(of(isotonic!, "ece")).toBeLessThan(of(before!, "ece"));
});

test("held-out rows take no part in recalibration: changing their labels changes no recalibrated risk", () => {
  const tuning = events(randomStream(2, "tuning"), 800, 2);
  const held = heldOut({ tuning });
  const flipped = { ...held, labels: held.labels.map((label, row) => (row === 3 ? 1 - label : label)) };
  const predicted = (given: HeldOutEvent) =>
    evaluate(given, options).recalibrated!.map(({ calibration }) => calibration.map(({ predicted }) => predicted));
  expect(predicted(flipped)).toEqual(predicted(held));
});

test("without tuning predictions, or with one outcome only in them, there is no recalibration", () => {
  expect(evaluate(heldOut(), options).recalibrated).toBeUndefined();
  const tuning = { ...events(randomStream(2, "tuning"), 40), labels: new Uint8Array(40) };
  expect(evaluate(heldOut({ tuning }), options).recalibrated).toBeUndefined();
});

test("with several seeds the figure is the mean over them, and the table tells each", () => {
  const held = heldOut();
  const stream = randomStream(3, "seeds");
  const seeds = [11, 12, 13].map((name) => ({
    name,
    predictions: held.probabilities.map((p) => Math.min(1, Math.max(0, p + stream.normal(0, 0.1)))),
  }));
  const { metrics, seeds: table } = evaluate({ ...held, seeds }, options);
  const row = table!.metrics.find(({ id }) => id === "auroc")!;
  expect(table!.seeds).toEqual([11, 12, 13]);
  expect(of(metrics, "auroc")).toBeCloseTo(row.values.reduce((sum, value) => sum + value, 0) / 3, 12);
  expect(row.deviation).toBeGreaterThan(0);
  expect(evaluate({ ...held, seeds: seeds.slice(0, 1) }, options).seeds).toBeUndefined();
});

test("one outcome only gives no curve and no failure", () => {
  const held = heldOut();
  const evidence = evaluate({ ...held, labels: new Uint8Array(600) }, options);
  expect(evidence.roc).toEqual({ x: [], y: [] });
  expect(evidence.metrics.map(({ id }) => id)).not.toContain("auroc");
});

/** 60 stays of 20 hours; every third has an event in hours 8 to 14, which half of them foretell. */
function hourly(seed: number) {
  const stays = 60;
  const length = 20;
  const stream = randomStream(seed, "hourly");
  const rows = Array.from({ length: stays * length }, (_, row) => ({
    stay: Math.floor(row / length),
    hour: row % length,
  }));
  const labels = Uint8Array.from(rows, ({ stay, hour }) => (stay % 3 === 0 && hour >= 8 && hour <= 14 ? 1 : 0));
  return {
    subjectIds: Float64Array.from(rows, ({ stay }) => stay),
    stayIds: Float64Array.from(rows, ({ stay }) => 1000 + stay),
    hours: Int16Array.from(rows, ({ hour }) => hour),
    fold: new Int32Array(rows.length),
    labels,
    probabilities: Float64Array.from(
      rows,
      ({ stay }, i) => (labels[i] && stay % 2 ? 0.8 : 0.1) + 0.1 * stream.uniform(),
    ),
  };
}

test("hourly events are scored as alarms at thresholds from tuning rows", () => {
  const { alarms } = evaluate({ ...hourly(1), thresholds: [0.5], tuning: hourly(2) }, options);
  expect(alarms).toMatchObject({ events: 20, patientDays: 50, silenceHours: 6, beforeHours: 6 });
  const [first] = alarms!.points;
  expect(first!.recall.value).toBe(0.5);
  expect(first!.precision.value).toBe(1);
  expect(first!.falsePerDay.value).toBe(0);
  expect(first!.recall.low).toBeLessThan(0.5);
  expect(alarms!.points.length).toBeGreaterThan(1);
  expect(evaluate(heldOut(), options).alarms).toBeUndefined();
});

test("the order of hourly rows does not matter to alarms", () => {
  const given = hourly(1);
  const order = Int32Array.from(given.labels.keys()).reverse();
  const take = <T extends Float64Array | Uint8Array | Int16Array | Int32Array>(values: T): T =>
    values.map((_, i) => values[order[i]!]!) as T;
  const turned = {
    subjectIds: take(given.subjectIds),
    stayIds: take(given.stayIds),
    hours: take(given.hours),
    fold: take(given.fold),
    labels: take(given.labels),
    probabilities: take(given.probabilities),
  };
  const alarms = (held: typeof given) => evaluate({ ...held, thresholds: [0.5] }, options).alarms;
  expect(alarms(turned)).toEqual(alarms(given));
});

test("few patients with events in lent records leave alarms without figures", () => {
  const given = hourly(1);
  const labels = given.labels.map((label, i) => (given.subjectIds[i]! < 9 ? label : 0));
  const { alarms } = evaluate({ ...given, labels, thresholds: [0.5] }, { ...options, withholdsFew: true });
  expect(alarms).toMatchObject({ events: "withheld", points: [], curve: [] });
});

function numbers(stream: RandomStream, count: number) {
  const truth = Float64Array.from({ length: count }, () => 1 + 20 * stream.uniform());
  const predicted = truth.map((value) => value + stream.normal(0.5, 0.2 * value));
  return { truth, predicted, fold: new Int32Array(count) };
}

test("numbers have errors in their unit, agreement, bias, and intervals that keep their promise", () => {
  const ids = Float64Array.from({ length: 2000 }, (_, row) => row);
  const held: HeldOutNumber = {
    ...{ outcome: "number", unit: "days", subjectIds: ids, stayIds: ids },
    ...numbers(randomStream(4, "numbers"), 2000),
    tuning: numbers(randomStream(5, "numbers"), 2000),
  };
  const { metrics, agreement, conformal, threshold, roc } = evaluate(held, { ...options, conformal: 0.9 });
  expect(metrics.map(({ id }) => id)).toEqual(["mae", "rmse", "median_absolute_error", "r2"]);
  expect(metrics[0]!.title).toBe("Mean absolute error (days)");
  expect([threshold, roc.x.length]).toEqual([undefined, 0]);
  expect(agreement!.bins).toHaveLength(10);
  expect(agreement!.bias.value).toBeCloseTo(0.5, 0);
  const [plain, normalised] = conformal!.rows;
  for (const row of [plain!, normalised!]) expect(Math.abs(row.coverage.value - 0.9)).toBeLessThan(0.03);
  expect(normalised!.size).toBeLessThan(plain!.size); // errors grow with the prediction
});

test("sets by class keep the promise for each outcome", () => {
  const held = heldOut({ tuning: events(randomStream(2, "tuning"), 2000, 2) });
  const { conformal } = evaluate(held, { ...options, conformal: 0.9 });
  const byClass = conformal!.rows.find(({ id }) => id === "by class")!;
  for (const { coverage } of byClass.byClass!) expect(Math.abs(coverage.value - 0.9)).toBeLessThan(0.06);
});

test("classes are called by the likeliest, and counted by truth", () => {
  const ids = Float64Array.from([1, 2, 3]);
  const probabilities = Float64Array.from([0.8, 0.1, 0.1, 0.2, 0.5, 0.3, 0.4, 0.4, 0.2]);
  const { confusion, metrics } = evaluate(
    {
      ...{ outcome: "classes", names: ["a", "b", "c"], truth: [0, 1, 2], probabilities, representatives: [1, 2, 5] },
      ...{ subjectIds: ids, stayIds: ids, fold: new Int32Array(3), unit: "days" },
    },
    options,
  );
  expect(confusion!.counts).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [1, 0, 0],
  ]);
  expect(of(metrics, "class_deviation")).toBeCloseTo(4 / 3, 12);
});

test("cells of few patients are withheld in lent records, and labels that few have", () => {
  const count = 100;
  const ids = Float64Array.from({ length: count }, (_, row) => row);
  const rows = { subjectIds: ids, stayIds: ids, fold: new Int32Array(count) };
  const truth = Uint8Array.from({ length: count }, (_, row) => (row < 5 ? 1 : 0));
  const probabilities = Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? 0.6 : 0.4));
  const lent = { ...options, withholdsFew: true };
  const classes = { ...rows, outcome: "classes" as const, names: ["a", "b"], truth, probabilities };
  expect(evaluate(classes, lent).confusion!.counts).toEqual([
    [95, 0],
    [null, 0],
  ]);
  expect(evaluate(classes, options).confusion!.counts[1]).toEqual([5, 0]);
  const both = Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? truth[i / 2]! : i % 4 === 1 ? 1 : 0));
  const scores = Float64Array.from({ length: 2 * count }, (_, i) => (i % 7) / 7);
  const labels = { ...rows, outcome: "labels" as const, names: ["rare", "common"], truth: both, probabilities: scores };
  const [rare, common] = evaluate(labels, lent).perName!;
  expect(rare).toMatchObject({ positives: "withheld", prevalence: null, metrics: [] });
  expect(common).toMatchObject({ positives: 50, prevalence: 0.5 });
});

test("under-triage counts those who could wait and ended badly, and hides few of them in lent records", () => {
  const visits = {
    subjectIds: Float64Array.from({ length: 40 }, (_, row) => row),
    acuity: Float64Array.from({ length: 40 }, (_, row) => (row < 20 ? 4 : row === 39 ? Number.NaN : 2)),
    labels: Uint8Array.from({ length: 40 }, (_, row) => (row % 5 === 0 ? 1 : 0)),
    scores: Float64Array.from({ length: 40 }, (_, row) => (row % 10 === 0 ? 0.9 : 0.1)),
  };
  const found = underTriageOf(visits, [{ rule: "fixed", threshold: 0.5 }], options);
  expect(found).toMatchObject({ visits: 20, events: 4, share: { value: 0.2 }, ofEvents: { value: 0.5 } });
  expect(found.rows[0]).toMatchObject({ caught: { value: 0.5 }, flagged: { value: 0.1 } });
  const lent = underTriageOf(visits, [{ rule: "fixed", threshold: 0.5 }], { ...options, withholdsFew: true });
  expect(lent).toMatchObject({ visits: 20, events: "withheld", share: null, ofEvents: null });
});
