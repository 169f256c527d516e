import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { numberPatients } from "./bootstrap.ts";
import * as metrics from "./index.ts";
import { meanOf } from "./sums.ts";

// The quicker way by patient against the plain one: rows weighted by how often their patient counts.

const rows = 3000;
const stream = randomStream(3, "by patient");
const subjects = Float64Array.from({ length: rows }, () => stream.below(60));
const labels = Uint8Array.from({ length: rows }, () => (stream.chance(0.2) ? 1 : 0));
const scores = Float64Array.from(
  labels,
  (label) => Math.round(200 / (1 + Math.exp(1 - label + stream.normal()))) / 200,
);
const numbers = Float64Array.from(scores, (score) => 30 * score + stream.normal());
const classes = Uint8Array.from(scores, (score) => Math.min(3, Math.floor(4 * score + stream.normal(0, 0.4) ** 2)));
const calls = Uint8Array.from(scores, (score) => Math.min(3, Math.floor(4 * score)));
const many = { columns: 3 };
const three = (values: ArrayLike<number>) => Float64Array.from({ length: rows }, (_, i) => values[i]!);

const cases: Record<string, metrics.Statistic> = {
  auroc: metrics.auroc.prepare(labels, scores),
  averagePrecision: metrics.averagePrecision.prepare(labels, scores),
  minPrecisionSensitivity: metrics.minPrecisionSensitivity.prepare(labels, scores),
  brier: metrics.brier.prepare(labels, scores),
  brierSkill: metrics.brierSkill.prepare(labels, scores),
  logLoss: metrics.logLoss.prepare(labels, scores),
  expectedCalibrationError: metrics.expectedCalibrationError.prepare(labels, scores),
  medsCalibrationError: metrics.medsCalibrationError.prepare(labels, scores),
  calibrationSlope: metrics.calibrationSlope.prepare(labels, scores),
  calibrationIntercept: metrics.calibrationIntercept.prepare(labels, scores),
  sensitivity: metrics.sensitivity.prepare(labels, scores, { threshold: 0.4 }),
  kappa: metrics.kappa.prepare(labels, scores, { threshold: 0.4 }),
  mae: metrics.mae.prepare(numbers, scores),
  rmse: metrics.rmse.prepare(numbers, scores),
  r2: metrics.r2.prepare(
    numbers,
    scores.map((score) => 28 * score),
  ),
  medianAbsoluteError: metrics.medianAbsoluteError.prepare(numbers, scores),
  weightedKappa: metrics.weightedKappa.prepare(classes, calls, { classes: 4, weighting: "quadratic" }),
  classDeviation: metrics.classDeviation.prepare(classes, calls, { representatives: [1, 2, 5, 9] }),
  ratioOf: metrics.ratioOf(labels, scores),
  meanStatistic: metrics.meanStatistic([metrics.auroc.prepare(labels, scores), metrics.brier.prepare(labels, scores)]),
  meanOf: meanOf(three(numbers)),
};

const { patient, count } = numberPatients(subjects);
const draws = Array.from({ length: 5 }, (_, i) => {
  const draw = randomStream(i, "draw");
  const times = new Float64Array(count);
  for (let k = 0; k < count; k++) times[draw.below(count)]!++;
  return times;
});

test.each(Object.keys(cases))("%s is the same by patient as by row", (name) => {
  const statistic = cases[name]!;
  const quick = statistic.byPatient!(patient, count);
  for (const times of draws) {
    const weights = Float64Array.from(patient, (p) => times[p]!);
    expect(quick(times)).toBeCloseTo(statistic(weights), 9);
  }
});

const { macroAuroc, microAuroc, macroAveragePrecision, microAveragePrecision } = metrics;
const averaged = { macroAuroc, microAuroc, macroAveragePrecision, microAveragePrecision };

test.each(Object.entries(averaged))("%s of several labels is the same by patient as by row", (_, metric) => {
  const thirds = subjects.slice(0, rows / 3);
  const numbered = numberPatients(thirds);
  const statistic = metric.prepare(labels, scores, many);
  const quick = statistic.byPatient!(numbered.patient, numbered.count);
  for (const times of draws) {
    const weights = Float64Array.from(numbered.patient, (p) => times[p]!);
    expect(quick(times)).toBeCloseTo(statistic(weights), 9);
  }
});

test("of very many different scores the figures of draws are those of the rows to the third digit and beyond", () => {
  const many = 30_000;
  const draw = randomStream(9, "many scores");
  const risk = Float64Array.from({ length: 600 }, () => draw.normal());
  const subjects = Float64Array.from({ length: many }, (_, row) => row % 600);
  const logits = Float64Array.from(subjects, (subject) => risk[subject]! - 2 + 0.8 * draw.normal());
  const scores = logits.map((z) => 1 / (1 + Math.exp(-z)));
  const labels = Uint8Array.from(logits, (z) => (draw.chance(1 / (1 + Math.exp(-0.7 * z))) ? 1 : 0));
  const errors = logits.map((z) => 2 * z);
  const figures: Record<string, metrics.Statistic> = {
    auroc: metrics.auroc.prepare(labels, scores),
    averagePrecision: metrics.averagePrecision.prepare(labels, scores),
    minPrecisionSensitivity: metrics.minPrecisionSensitivity.prepare(labels, scores),
    calibrationSlope: metrics.calibrationSlope.prepare(labels, scores),
    calibrationIntercept: metrics.calibrationIntercept.prepare(labels, scores),
    medianAbsoluteError: metrics.medianAbsoluteError.prepare(errors, logits),
  };
  const { patient, count } = numberPatients(subjects);
  const draws = Array.from({ length: 3 }, (_, i) => {
    const times = new Float64Array(count);
    const stream = randomStream(i, "draw of many");
    for (let k = 0; k < count; k++) times[stream.below(count)]!++;
    return times;
  });
  for (const [name, statistic] of Object.entries(figures)) {
    const quick = statistic.byPatient!(patient, count);
    expect([name, quick(new Float64Array(count).fill(1)) - statistic()]).toEqual([name, expect.closeTo(0, 9)]);
    for (const times of draws) {
      const weights = Float64Array.from(patient, (p) => times[p]!);
      const digits = name === "medianAbsoluteError" ? 2 : 3;
      expect([name, quick(times) - statistic(weights)]).toEqual([name, expect.closeTo(0, digits)]);
    }
  }
});

test("very many rows of few distinct patients give the same interval as the plain way, slopes nearly so", () => {
  const repeats = 12; // 36,000 rows, beyond which patients are summed up first
  const wide = <T extends ArrayLike<number>>(values: T) =>
    Float64Array.from({ length: rows * repeats }, (_, i) => values[i % rows]!);
  const options = { seed: 1, resamples: 60 };
  const long = metrics.bootstrapAll(
    {
      auroc: metrics.auroc.prepare(wide(labels), wide(scores)),
      slope: metrics.calibrationSlope.prepare(wide(labels), wide(scores)),
    },
    wide(subjects),
    options,
  );
  const short = metrics.bootstrapAll({ auroc: cases["auroc"]!, slope: cases["calibrationSlope"]! }, subjects, options);
  for (const [name, digits] of [
    ["auroc", 9],
    ["slope", 3],
  ] as const) {
    expect(long[name].low).toBeCloseTo(short[name].low!, digits);
    expect(long[name].high).toBeCloseTo(short[name].high!, digits);
  }
});
