// For tests only: made-up runs of every outcome, their evidence worked out from made-up predictions. No patient behind it.
import { type RandomStream, randomStream } from "../core/random.ts";
import { evaluate, type HeldOut, underTriageOf } from "../run/evaluate/index.ts";
import type { ModelResult, Outcome, RunResult } from "../run/result.ts";
import { runResultFixture } from "./fixture.ts";

const options = { seed: 1, resamples: 60, thresholdRule: "Youden's index on tuning patients", conformal: 0.9 };

/** A run of an outcome with two models, whose skill differs. */
function runOf(
  outcome: Outcome,
  task: Partial<RunResult["task"]>,
  make: (stream: RandomStream, skill: number) => HeldOut,
  counts: Partial<RunResult["cohort"]["splits"][number]> = {},
): RunResult {
  const full = runResultFixture();
  const { bestPossible: _, ...rest } = full;
  const models = [
    { id: "gru", title: "Gated recurrent unit", skill: 0.75 },
    { id: "lgbm", title: "Gradient-boosted trees", skill: 0.9 },
  ].map(({ id, title, skill }): ModelResult => {
    const { skipped: _, ...evidence } = evaluate(make(randomStream(5, "outcome"), skill), options);
    return {
      ...{ id, title, chosen: "depth = 4", subgroups: [], trainSeconds: 81.5, predictSeconds: 1.4 },
      ...evidence,
    };
  });
  const isEvent = outcome === "event";
  const splits = full.cohort.splits.map((split) => ({ ...split, ...(isEvent ? {} : { positives: 0 }), ...counts }));
  return {
    ...rest,
    task: { ...full.task, ...task, outcome },
    cohort: { ...full.cohort, ...(isEvent ? {} : { positives: 0 }), ...counts, splits },
    models,
    published: [],
    leaks: { limit: 0.98, features: 292, found: [], subjectOverlap: 0 },
  };
}

function rowsOf(count: number, perPatient: number) {
  return {
    subjectIds: Float64Array.from({ length: count }, (_, row) => Math.floor(row / perPatient)),
    stayIds: Float64Array.from({ length: count }, (_, row) => Math.floor(row / perPatient)),
    fold: new Int32Array(count),
  };
}

/** Length of stay still to come, every hour, in hours. */
export function numberResultFixture(): RunResult {
  const make = (stream: RandomStream, skill: number): HeldOut => {
    const draw = (count: number) => {
      const truth = Float64Array.from({ length: count }, () => stream.exponential(90));
      const predicted = truth.map((value) => Math.max(0, skill * value + (1 - skill) * 90 + stream.normal(0, 18)));
      return { truth, predicted, fold: new Int32Array(count) };
    };
    const held = draw(2400);
    return {
      ...rowsOf(2400, 12),
      hours: Int16Array.from({ length: 2400 }, (_, row) => row % 12),
      ...{ outcome: "number", unit: "hours", truth: held.truth, predicted: held.predicted, tuning: draw(1200) },
      seeds: [1, 2, 3].map((name) => ({ name, predictions: held.predicted.map((v) => v + stream.normal(0, 2)) })),
    };
  };
  return runOf(
    "number",
    {
      ...{ id: "yaib/los", title: "Length of stay still to come", question: "How long will this patient stay?" },
      ...{ label: "Hours left in the ICU", labelUnit: "hours", per: "hour", predictionTime: "every hour" },
    },
    make,
    { rows: 90_412 },
  );
}

/** Onset of sepsis in the next six hours, every hour. */
export function hourlyResultFixture(): RunResult {
  const make = (stream: RandomStream, skill: number): HeldOut => {
    const draw = (stays: number, length: number) => {
      const count = stays * length;
      const labels = new Uint8Array(count);
      const probabilities = new Float64Array(count);
      for (let stay = 0; stay < stays; stay++) {
        const onset = stream.chance(0.3) ? 8 + stream.below(length - 14) : Number.POSITIVE_INFINITY;
        const own = stream.normal(0, 0.6);
        for (let hour = 0; hour < length; hour++) {
          const row = stay * length + hour;
          labels[row] = hour >= onset - 6 && hour <= onset + 6 ? 1 : 0;
          const z = -3 + own + skill * 2.4 * labels[row]! + stream.normal(0, 0.8);
          probabilities[row] = 1 / (1 + Math.exp(-z));
        }
      }
      const hours = Int16Array.from({ length: count }, (_, row) => row % length);
      return { ...rowsOf(count, length), labels, probabilities, hours };
    };
    const { labels, probabilities, ...rows } = draw(150, 40);
    return {
      ...rows,
      ...{ labels, probabilities, thresholds: [0.12], tuning: draw(120, 40) },
      seeds: [1, 2, 3].map((name) => ({
        name,
        predictions: probabilities.map((p) => Math.min(1, Math.max(0, p + stream.normal(0, 0.01)))),
      })),
    };
  };
  const metric = (value: number) => ({
    ...{ id: "auroc", title: "AUROC", higherIsBetter: true, value, low: value - 0.02, high: value + 0.02 },
  });
  const run = runOf(
    "event",
    {
      ...{ id: "yaib/sepsis", title: "Onset of sepsis", question: "Will sepsis begin in the next six hours?" },
      ...{ label: "Onset of Sepsis-3 within 6 hours", per: "hour", predictionTime: "every hour" },
    },
    make,
    { rows: 90_412, positivePatients: 400, positives: 1511 },
  );
  return {
    ...run,
    leaks: {
      ...{ limit: 0.98, features: 292, subjectOverlap: 0 },
      found: [{ name: "abx", title: "Antibiotics given later", auroc: 0.993 }],
      shuffled: { value: 0.503, low: 0.47, high: 0.53 },
    },
    crossSource: [0, 1000].map((fineTunedStays) => ({
      ...{ model: "lgbm", title: "Gradient-boosted trees", trainedOn: "MIMIC-IV 3.1", testedOn: "MIMIC-III 1.4" },
      ...{ fineTunedStays, patients: 5121, rows: 300_412, metrics: [metric(0.74 + fineTunedStays / 20_000)] },
    })),
  };
}

/** Length of stay in ten classes. */
export function classesResultFixture(): RunResult {
  const names = ["<1 d", "1–2 d", "2–3 d", "3–4 d", "4–5 d", "5–6 d", "6–7 d", "7–8 d", "8–14 d", ">14 d"];
  const representatives = [0.6, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 10.6, 22];
  const make = (stream: RandomStream, skill: number): HeldOut => {
    const draw = (count: number) => {
      const truth = Uint8Array.from({ length: count }, () => Math.min(9, Math.floor(stream.exponential(3))));
      const probabilities = new Float64Array(count * 10);
      truth.forEach((t, row) => {
        const near = Math.round(t + stream.normal(0, 4 * (1.1 - skill)));
        const shares = names.map((_, k) => Math.exp(-Math.abs(k - near)) + 0.05 * stream.uniform());
        const total = shares.reduce((sum, share) => sum + share, 0);
        for (let k = 0; k < 10; k++) probabilities[row * 10 + k] = shares[k]! / total;
      });
      return { truth, probabilities, fold: new Int32Array(count) };
    };
    const { truth, probabilities } = draw(900);
    return {
      ...rowsOf(900, 1),
      outcome: "classes",
      names,
      truth,
      probabilities,
      representatives,
      unit: "days",
      tuning: draw(500),
    };
  };
  return runOf("classes", { id: "tscan/los", title: "Length of stay in classes", label: "Length of stay" }, make);
}

/** Several diagnoses at once. */
export function labelsResultFixture(): RunResult {
  const names = ["Sepsis", "Pneumonia", "Acute kidney failure", "Shock", "Diabetes without complications", "Gout"];
  const make = (stream: RandomStream, skill: number): HeldOut => {
    const count = 800;
    const truth = new Uint8Array(count * names.length);
    const probabilities = Float64Array.from(truth, (_, i) => {
      truth[i] = stream.chance([0.2, 0.15, 0.3, 0.1, 0.18, 0.02][i % names.length]!) ? 1 : 0;
      return 1 / (1 + Math.exp(2 - 2.5 * skill * truth[i]! - stream.normal()));
    });
    return { ...rowsOf(count, 1), outcome: "labels", names, truth, probabilities };
  };
  return runOf("labels", { id: "tscan/phenotypes", title: "Phenotypes", label: "25 diagnoses" }, make);
}

/** Emergency visits with acuity: recalibration, under-triage. */
export function emergencyResultFixture(): RunResult {
  const make = (stream: RandomStream, skill: number): HeldOut => {
    const draw = (count: number) => {
      const z = Array.from({ length: count }, () => stream.normal(-2.5, 1.2));
      return {
        labels: Uint8Array.from(z, (value) => (stream.chance(1 / (1 + Math.exp(-value))) ? 1 : 0)),
        probabilities: Float64Array.from(z, (value) => 1 / (1 + Math.exp(-(1.6 * skill * value + 1)))),
        fold: new Int32Array(count),
      };
    };
    return { ...rowsOf(3000, 1), ...draw(3000), thresholds: [0.2], tuning: draw(1500) };
  };
  const run = runOf(
    "event",
    { id: "mimic4ed/critical", title: "Critical outcome", label: "Intensive care or death within 12 hours" },
    make,
  );
  const stream = randomStream(6, "acuity");
  const labels = Uint8Array.from({ length: 3000 }, () => (stream.chance(0.09) ? 1 : 0));
  const visits = {
    ...{ subjectIds: rowsOf(3000, 1).subjectIds, labels },
    acuity: Float64Array.from(labels, (label) => 2 + stream.below(label ? 3 : 4)),
    scores: Float64Array.from(labels, (label) => stream.uniform() * (1 + label)),
  };
  const thresholds = [
    { rule: "Youden's index on tuning patients", threshold: 0.62 },
    { rule: "finds 90 % of events on tuning patients", threshold: 0.31 },
  ];
  const models = run.models.map((model) => ({ ...model, underTriage: underTriageOf(visits, thresholds, options) }));
  return { ...run, models };
}
