// For tests only: a made-up run result with realistic numbers, and ways to spoil it. Seeded; no patient behind it.
import { type RandomStream, randomStream } from "../core/random.ts";
import type {
  CalibrationBin,
  Curve,
  Explanation,
  MetricValue,
  ModelResult,
  RunResult,
  SubgroupRow,
  ThresholdResult,
} from "../run/result.ts";

const variables: [string, string, number][] = [
  ["hr", "Heart rate", 0.97],
  ["o2sat", "Oxygen saturation", 0.95],
  ["resp", "Respiratory rate", 0.96],
  ["sbp", "Systolic blood pressure", 0.93],
  ["dbp", "Diastolic blood pressure", 0.93],
  ["map", "Mean arterial pressure", 0.93],
  ["temp", "Temperature", 0.42],
  ["urine", "Urine output", 0.58],
  ["glu", "Glucose", 0.31],
  ["fio2", "Fraction of inspired oxygen", 0.2],
  ["ph", "pH of blood", 0.16],
  ["pco2", "Carbon dioxide partial pressure", 0.15],
  ["po2", "Oxygen partial pressure", 0.15],
  ["be", "Base excess", 0.15],
  ["lact", "Lactate", 0.1],
  ["k", "Potassium", 0.13],
  ["na", "Sodium", 0.12],
  ["cl", "Chloride", 0.12],
  ["bicar", "Bicarbonate", 0.11],
  ["bun", "Blood urea nitrogen", 0.11],
  ["crea", "Creatinine", 0.11],
  ["hgb", "Hemoglobin", 0.12],
  ["wbc", "White blood cell count", 0.1],
  ["plt", "Platelet count", 0.1],
  ["mg", "Magnesium", 0.1],
  ["phos", "Phosphate", 0.09],
  ["ca", "Calcium", 0.09],
  ["ptt", "Partial thromboplastin time", 0.08],
  ["inr_pt", "Prothrombin time (international normalised ratio)", 0.08],
  ["bili", "Total bilirubin", 0.03],
  ["alb", "Albumin", 0.02],
  ["crp", "C-reactive protein", 0.002],
];

/** Scores of a made-up model on made-up patients, the events drawn from the risk itself. */
function scored(stream: RandomStream, rows: number, skill: number) {
  const risk: number[] = [];
  const event: number[] = [];
  for (let i = 0; i < rows; i++) {
    const logit = stream.normal(-3.6, 1.75);
    const p = 1 / (1 + Math.exp(-logit));
    event.push(stream.chance(p) ? 1 : 0);
    risk.push(1 / (1 + Math.exp(-(skill * (logit + 0.2) + stream.normal(0, 1 - skill) - 0.4))));
  }
  return { risk, event };
}

function curves(risk: number[], event: number[]): { roc: Curve; precisionRecall: Curve } {
  const order = risk.map((_, i) => i).sort((a, b) => risk[b]! - risk[a]!);
  const positives = event.reduce((sum, value) => sum + value, 0);
  const negatives = event.length - positives;
  const roc: Curve = { x: [0], y: [0] };
  const precisionRecall: Curve = { x: [0], y: [1] };
  let hits = 0;
  order.forEach((i, rank) => {
    hits += event[i]!;
    roc.x.push((rank + 1 - hits) / negatives);
    roc.y.push(hits / positives);
    precisionRecall.x.push(hits / positives);
    precisionRecall.y.push(hits / (rank + 1));
  });
  return { roc, precisionRecall };
}

function reliability(risk: number[], event: number[]): CalibrationBin[] {
  const bins: CalibrationBin[] = [];
  for (let bin = 0; bin < 10; bin++) {
    const rows = risk.map((_, i) => i).filter((i) => Math.min(9, Math.floor(risk[i]! * 10)) === bin);
    if (!rows.length) continue;
    const share = rows.reduce((sum, i) => sum + event[i]!, 0) / rows.length;
    const half = 1.96 * Math.sqrt((share * (1 - share) + 0.01) / rows.length);
    bins.push({
      predicted: rows.reduce((sum, i) => sum + risk[i]!, 0) / rows.length,
      observed: { value: share, low: Math.max(0, share - half), high: Math.min(1, share + half) },
      count: rows.length > 10 ? rows.length : null,
    });
  }
  return bins;
}

function netBenefit(risk: number[], event: number[]): ModelResult["decision"] {
  const thresholds = Array.from({ length: 50 }, (_, i) => (i + 1) / 100);
  const n = event.length;
  const prevalence = event.reduce((sum, value) => sum + value, 0) / n;
  const model = thresholds.map((t) => {
    const acted = risk.map((_, i) => i).filter((i) => risk[i]! >= t);
    const hits = acted.reduce((sum, i) => sum + event[i]!, 0);
    return hits / n - ((acted.length - hits) / n) * (t / (1 - t));
  });
  return { thresholds, model, all: thresholds.map((t) => prevalence - (1 - prevalence) * (t / (1 - t))) };
}

function metric(id: string, title: string, value: number, half: number, higherIsBetter = true): MetricValue {
  return { id, title, value, low: value - half, high: value + half * 0.9, higherIsBetter };
}

function auroc({ x, y }: Curve): number {
  return x.slice(1).reduce((area, at, i) => area + (at - x[i]!) * ((y[i]! + y[i + 1]!) / 2), 0);
}

function averagePrecision({ x, y }: Curve): number {
  return x.slice(1).reduce((area, at, i) => area + (at - x[i]!) * y[i + 1]!, 0);
}

function subgroups(stream: RandomStream, base: number): SubgroupRow[] {
  const groups: [string, string, number][] = [
    ["Sex", "Women", 612],
    ["Sex", "Men", 801],
    ["Age", "18–44", 188],
    ["Age", "45–64", 486],
    ["Age", "65–79", 502],
    ["Age", "80 and over", 237],
    ["Ethnicity", "White", 934],
    ["Ethnicity", "Black", 148],
    ["Ethnicity", "Asian", 41],
    ["Ethnicity", "Other or not known", 290],
    ["Ethnicity", "American Indian", 6],
  ];
  return groups.map(([family, group, patients]) => {
    const positives = Math.round(patients * (0.06 + 0.05 * stream.uniform()));
    const small = positives <= 10;
    const half = 0.3 / Math.sqrt(positives + 1);
    const figures = [
      metric("auroc", "AUROC", base + stream.normal(0, 0.015), half),
      metric("average_precision", "Average precision", 0.4 + stream.normal(0, 0.03), 1.2 * half),
    ];
    return {
      family,
      group,
      patients: patients <= 50 ? "withheld" : patients,
      stays: patients <= 50 ? "withheld" : Math.round(patients * 1.07),
      positives: small ? "withheld" : positives,
      metrics: small ? [null, null] : figures,
    };
  });
}

function modelResult(id: string, title: string, skill: number, seed: number, rows = 1513): EventModel {
  const stream = randomStream(seed, "fixture", id);
  const { risk, event } = scored(randomStream(seed, "fixture", "patients"), rows, skill);
  const { roc, precisionRecall } = curves(risk, event);
  const area = auroc(roc);
  const linear = id === "lr";
  return {
    id,
    title,
    chosen: linear ? "C = 0.1, l1 ratio = 0.5" : "trees = 212, leaves = 31",
    metrics: [
      metric("auroc", "AUROC", area, 0.022),
      metric("average_precision", "Average precision", averagePrecision(precisionRecall), 0.051),
      metric("brier", "Brier score", 0.0542 + 0.002 * stream.uniform(), 0.006, false),
      metric("brier_skill", "Brier skill score", 0.212 + 0.02 * stream.uniform(), 0.045),
      metric("log_loss", "Log loss", 0.196, 0.013, false),
      metric("calibration_slope", "Calibration slope", linear ? 0.94 : 1.08, 0.11),
      metric("calibration_intercept", "Calibration intercept", linear ? -0.12 : 0.03, 0.16, false),
      metric("ece", "Expected calibration error", 0.0184, 0.006, false),
    ],
    threshold: {
      value: 0.142,
      rule: "largest Youden index on tuning patients",
      metrics: atThreshold(risk, event, 0.142),
    },
    roc,
    precisionRecall,
    calibration: reliability(risk, event),
    decision: netBenefit(risk, event),
    subgroups: subgroups(stream, area),
    ...(linear ? linearParts(stream) : { explanation: explanation(stream, rows) }),
    trainSeconds: linear ? 3.4 : 71.2,
  };
}

function atThreshold(risk: number[], event: number[], threshold: number): MetricValue[] {
  const rows = { tp: 0, fp: 0, tn: 0, fn: 0 };
  risk.forEach((value, i) => {
    rows[value >= threshold ? (event[i] ? "tp" : "fp") : event[i] ? "fn" : "tn"] += 1;
  });
  const { tp, fp, tn, fn } = rows;
  return [
    metric("sensitivity", "Sensitivity", tp / (tp + fn), 0.07),
    metric("specificity", "Specificity", tn / (tn + fp), 0.019),
    metric("ppv", "Positive predictive value", tp / (tp + fp), 0.036),
    metric("npv", "Negative predictive value", tn / (tn + fn), 0.0078),
    metric("net_benefit", "Net benefit", (tp - (fp * threshold) / (1 - threshold)) / event.length, 0.0061),
  ];
}

function linearParts(stream: RandomStream): Pick<ModelResult, "coefficients" | "path"> {
  const kinds = ["last value", "lowest so far", "highest so far", "mean so far", "measured in the last hour"];
  const coefficients = variables.flatMap(([id, title]) =>
    kinds.map((kind, k) => ({ name: `${id}_${k}`, title: `${title}, ${kind}`, value: stream.normal(0, 0.11) })),
  );
  coefficients.push({ name: "age", title: "Age", value: 0.52 }, { name: "sex", title: "Sex: female", value: 0 });
  const path = [0, 0.5, 1].flatMap((l1Ratio) =>
    Array.from({ length: 9 }, (_, i) => {
      const c = 10 ** (-3 + 0.5 * i);
      const nonZero = l1Ratio === 0 ? 162 : Math.round(162 / (1 + Math.exp(-(Math.log10(c) + 1.4 - l1Ratio) * 2)));
      const score = 0.868 - 0.012 * (Math.log10(c) + 1 - 0.3 * l1Ratio) ** 2 + 0.002 * l1Ratio;
      return { c, l1Ratio, nonZero, score, chosen: l1Ratio === 0.5 && i === 4 };
    }),
  );
  return { coefficients, path };
}

/** A model of an event, which always has a threshold. */
type EventModel = ModelResult & { threshold: ThresholdResult };

/** Contributions that rise with the value for some features and fall for others; one lacks values. */
function explanation(stream: RandomStream, rows: number): Explanation {
  const features = variables.slice(0, 20).map(([id, title], j) => ({
    name: `${id}_max`,
    title: `${title}, highest`,
    size: 0.5 / (j + 1),
    sign: j % 2 ? -1 : 1,
  }));
  return {
    scale: "log-odds",
    rows,
    features: 292,
    used: 187,
    repeats: 5,
    importance: features.map(({ name, title, size }) => ({
      name,
      title,
      shap: size,
      gain: size / 3,
      permutation: { value: size / 12, low: size / 12 - 0.01, high: size / 12 + 0.01 },
    })),
    swarms: features.slice(0, 15).map(({ name, title, size, sign }, j) => ({
      name,
      title,
      bins: Array.from({ length: 12 }, (_, bin) => ({
        from: size * (bin / 4 - 1.5),
        to: size * ((bin + 1) / 4 - 1.5),
        rows: 11 + Math.round(200 * Math.exp(-((bin - 5.5) ** 2) / 6)),
        rank: j === 3 && bin === 5 ? null : 0.5 + (sign * (bin - 5.5)) / 12,
      })),
    })),
    dependence: features.slice(0, 6).map(({ name, title, size, sign }, j) => ({
      name,
      title,
      unit: j ? "mmHg" : "",
      points: Array.from({ length: j === 1 ? 2 : 12 }, (_, i) => band(stream, sign * size * (i / 6 - 1), 60 + 7 * i)),
      missing: j === 2 ? band(stream, size) : null,
    })),
  };
}

function band(stream: RandomStream, mean: number, at = 0) {
  return { at, mean, low: mean - 0.1, high: mean + 0.1, partial: mean + stream.normal(0, 0.02) };
}

/** A whole run: two models, everything filled in. */
export function runResultFixture(seed = 1): RunResult {
  const stream = randomStream(seed, "fixture", "rest");
  const hours = Array.from({ length: 25 }, (_, hour) => hour);
  const published = (data: string, model: string, values: [number, number, number, number]) =>
    [
      { metric: "auroc", value: values[0], plusMinus: values[1] },
      { metric: "average_precision", value: values[2], plusMinus: values[3] },
    ].map((entry) => ({
      system: "YAIB",
      data,
      model,
      ...entry,
      source: "van de Water et al., ICLR 2024, results table",
    }));
  return {
    schema: 1,
    task: {
      id: "yaib/mortality24",
      title: "Death in the ICU after the first day",
      system: "Yet Another ICU Benchmark (van de Water et al., ICLR 2024)",
      question: "Will this patient die in the ICU?",
      mode: "corrected",
      unit: "ICU stay",
      predictionTime: "24 hours after ICU admission",
      label: "Death in the ICU, at any time after hour 30",
    },
    data: {
      id: "synthetic",
      title: "Synthetic hospital in the MIMIC-IV layout",
      version: "3.1",
      dataUse: "synthetic",
      tables: [
        { table: "hosp/patients", rows: 10000, declaredRows: 10000 },
        { table: "hosp/admissions", rows: 13417, declaredRows: 13417 },
        { table: "hosp/labevents", rows: 4211873, declaredRows: 4211873 },
        { table: "hosp/transfers", rows: 48210, declaredRows: 48212 },
        { table: "icu/icustays", rows: 9124 },
        { table: "icu/chartevents", rows: 31447219 },
      ],
      missing: [{ table: "hosp/microbiologyevents", neededFor: ["yaib/sepsis", "Sepsis-3 concepts"] }],
    },
    cohort: {
      attrition: {
        unit: "ICU stays",
        start: 9124,
        steps: [
          { id: "invalid", title: "ICU stay ends before it begins", hits: 3, removed: 3, remaining: 9121 },
          { id: "short", title: "ICU stay shorter than 6 hours", hits: 214, removed: 211, remaining: 8910 },
          { id: "few", title: "Fewer than 4 hours with a measurement", hits: 377, removed: 190, remaining: 8720 },
          {
            id: "gap",
            title: "More than 12 hours in a row without a measurement",
            hits: 141,
            removed: 36,
            remaining: 8684,
          },
          { id: "child", title: "Younger than 18 years", hits: 0, removed: 0, remaining: 8684 },
          { id: "dead", title: "Death in the ICU before hour 30", hits: 301, removed: 188, remaining: 8496 },
          { id: "left", title: "ICU stay shorter than 30 hours", hits: 2311, removed: 929, remaining: 7567 },
        ],
      },
      stays: 7567,
      patients: 7064,
      positives: 542,
      splitRule:
        "By patient, so that no patient is in two parts; the part is drawn from a keyed hash of the patient number.",
      splits: [
        { name: "train", patients: 4944, stays: 5296, positives: 379 },
        { name: "tuning", patients: 707, stays: 758, positives: 54 },
        { name: "test", patients: 1413, stays: 1513, positives: 109 },
      ],
    },
    tableOne: {
      groups: ["All (7,567)", "Event (542)", "No event (7,025)"],
      rows: [
        { title: "Age, years: median (quartiles)", cells: ["66 (54–77)", "72 (61–81)", "65 (53–76)"] },
        { title: "Sex", cells: ["", "", ""] },
        { title: "Female", level: true, cells: ["3,299 (43.6 %)", "244 (45.0 %)", "3,055 (43.5 %)"] },
        { title: "Male", level: true, cells: ["4,268 (56.4 %)", "298 (55.0 %)", "3,970 (56.5 %)"] },
        { title: "Admission", cells: ["", "", ""] },
        { title: "Medical", level: true, cells: ["4,931 (65.2 %)", "421 (77.7 %)", "4,510 (64.2 %)"] },
        { title: "Surgical, elective", level: true, cells: ["1,102 (14.6 %)", "22 (4.1 %)", "1,080 (15.4 %)"] },
        { title: "Surgical, emergency", level: true, cells: ["1,534 (20.3 %)", "99 (18.3 %)", "1,435 (20.4 %)"] },
        {
          title: "Length of ICU stay, days: median (quartiles)",
          cells: ["2.4 (1.7–4.3)", "4.6 (2.5–8.9)", "2.3 (1.6–4.1)"],
        },
      ],
    },
    missingness: {
      variables: variables.map(([id, title]) => ({ id, title })),
      hours,
      observed: variables.map(([, , share]) =>
        hours.map((hour) =>
          Math.max(
            0,
            Math.min(1, share * (hour === 0 ? 0.85 : 1 + 0.3 * Math.exp(-hour / 3)) + stream.normal(0, 0.01)),
          ),
        ),
      ),
    },
    models: [
      modelResult("lr", "Logistic regression", 0.82, seed),
      modelResult("lgbm", "Gradient-boosted trees", 0.9, seed),
    ],
    bestPossible: {
      metrics: [
        metric("auroc", "AUROC", 0.881, 0.018),
        metric("average_precision", "Average precision", 0.451, 0.05),
        metric("brier", "Brier score", 0.0508, 0.005, false),
      ],
      note: "The generator knows the true risk of every stay; no model can do better on average than that risk itself.",
    },
    bootstrap: { resamples: 1000, level: 0.95, unit: "patient", skipped: 2 },
    published: [
      ...published("MIMIC-IV 2.0", "LR", [0.861, 0.001, 0.397, 0.006]),
      ...published("MIMIC-IV 2.0", "LGBM", [0.877, 0.002, 0.442, 0.007]),
      ...published("MIMIC-IV 2.0", "GRU", [0.874, 0.002, 0.424, 0.006]),
      ...published("eICU 2.0", "LR", [0.848, 0.002, 0.33, 0.007]),
      ...published("eICU 2.0", "LGBM", [0.857, 0.002, 0.36, 0.006]),
      ...published("HiRID 1.1.1", "LR", [0.84, 0.003, 0.369, 0.011]),
      ...published("HiRID 1.1.1", "LGBM", [0.844, 0.003, 0.406, 0.008]),
    ],
    differences: [
      "The patients here are made up; the published figures are of real hospitals.",
      "Split by patient, not by ICU stay: no patient is in both training and test.",
      "The published ± is the standard error over 25 dependent fits, not a confidence interval.",
    ],
    faults: [
      {
        id: "split-by-stay",
        title: "Patients in training and test",
        original: "Splits by ICU stay, so that stays of one patient can be on both sides.",
        corrected: "Splits by patient.",
        reproduced: false,
      },
      {
        id: "anchor-age",
        title: "Age at another time",
        original: "Takes the anchor age, which can be years off the age at this admission.",
        corrected: "Age at admission, from the anchor year.",
        reproduced: false,
      },
      {
        id: "hour-24",
        title: "Data after the prediction time",
        original: "Uses the hour bin 24, which holds values up to 24:59.",
        corrected: "Stops at 24:00.",
        reproduced: false,
      },
    ],
    warnings: [
      "The subgroup “American Indian” is too small for any figure.",
      "hosp/transfers has 2 rows fewer than version 3.1 declares.",
    ],
    manifest: {
      schema: 1,
      command: "bedside run yaib/mortality24 --data hospital --out out/m4 --seed 7",
      codeVersion: "0.1.0+3fd21c9",
      dataFingerprint: "9c1c6a52f0be44f7c17a6a0d7a3ee4a2b9a0c5b4e2f81f7b1c0d9e8f7a6b5c4d",
      seed: 7,
      config: {
        task: "yaib/mortality24",
        mode: "corrected",
        models: ["lr", "lgbm"],
        split: { train: 0.7, tuning: 0.1, test: 0.2, by: "patient" },
        lr: { c: [0.001, 0.01, 0.1, 1, 10], l1Ratio: [0, 0.5, 1], classWeight: "balanced" },
      },
      environment: { node: "20.20.2", platform: "linux x64", cpus: 2, duckdb: "1.5.6" },
      startedAt: "2026-02-03T04:05:06Z",
      timings: [
        { stage: "import", seconds: 24.2, resumed: true },
        { stage: "cohort", seconds: 3.1, resumed: false },
        { stage: "features", seconds: 11.8, resumed: false },
        { stage: "train", seconds: 74.6, resumed: false },
        { stage: "evaluate", seconds: 8.9, resumed: false },
      ],
      outputs: {
        "cohort/labels.parquet": "a3f1c2d4e5b6978812233445566778899aabbccddeeff00112233445566778899",
        "models/lr/predictions.parquet": "5be0c2d4e5b6978812233445566778899aabbccddeeff00112233445566771c02",
      },
    },
  };
}

/** The same result with nothing in it: no stay, no model, no table. */
export function emptyResultFixture(): RunResult {
  const full = runResultFixture();
  delete full.bestPossible;
  return {
    ...full,
    data: { ...full.data, tables: [], missing: [] },
    cohort: {
      ...full.cohort,
      attrition: { unit: "ICU stays", start: 0, steps: [] },
      ...{ stays: 0, patients: 0, positives: 0, splits: [] },
    },
    tableOne: { groups: [], rows: [] },
    missingness: { variables: [], hours: [], observed: [] },
    ...{ models: [], published: [], differences: [], faults: [], warnings: [] },
    manifest: { ...full.manifest, config: {}, timings: [], outputs: {} },
  };
}

/** A copy of a value in which every text, keys of records too where they are data, has `addition` at its end. */
export function withEveryText<T>(value: T, addition: string): T {
  if (typeof value === "string") return (value + addition) as T;
  if (Array.isArray(value)) return value.map((item) => withEveryText(item, addition)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withEveryText(item, addition)])) as T;
}

/** A result as a tiny data set gives it: one event among the held-out, no interval, every group suppressed. */
export function tinyResultFixture(): RunResult {
  const full = runResultFixture();
  const unknown = (metric: MetricValue): MetricValue => ({ ...metric, low: null, high: null });
  const models = full.models.slice(0, 1).map((model) => ({
    ...model,
    metrics: model.metrics.map(unknown),
    threshold: {
      ...model.threshold!,
      metrics: model.threshold!.metrics.map((metric) =>
        unknown({ ...metric, value: { sensitivity: 1, specificity: 0.7, ppv: 0.14 }[metric.id] ?? metric.value }),
      ),
    },
    roc: { x: [0, 0.3, 0.3, 1], y: [0, 0, 1, 1] },
    precisionRecall: { x: [0, 1], y: [1, 0.14] },
    calibration: [
      { predicted: 0.04, observed: { value: 0, low: null, high: null }, count: null },
      { predicted: 0.31, observed: { value: 0.25, low: null, high: null }, count: null },
    ],
    decision: { thresholds: [0.1, 0.2], model: [-0.01, -0.05], all: [-0.05, -0.15] },
    subgroups: model.subgroups.map((row) => ({
      ...row,
      patients: "withheld",
      stays: "withheld",
      positives: "withheld",
      metrics: row.metrics.map(() => null),
    })),
    coefficients: model.coefficients!.map(({ name, title }) => ({ name, title, value: 0 })),
    path: [],
  }));
  const splits = full.cohort.splits.map(({ name }) => ({ name, patients: 20, stays: 20, positives: 1 }));
  const { bestPossible, ...rest } = full;
  return { ...rest, models, published: [], cohort: { ...full.cohort, splits } };
}

/** A result as the open MIMIC-IV demo gives it: 100 stays, 8 events, cross-validation, every interval wide. */
export function smallResultFixture(): RunResult {
  const { bestPossible, ...full } = runResultFixture();
  const model = modelResult("lr", "Logistic regression", 0.82, 1, 100);
  const wide = ({ value, ...rest }: MetricValue): MetricValue => ({
    ...rest,
    value,
    low: value - 0.3 * Math.abs(value),
    high: Math.min(1, value + 0.15 * Math.abs(value)),
  });
  const steps = [
    { id: "short", title: "ICU stay shorter than 6 hours", hits: 2, removed: 2, remaining: 138 },
    { id: "gap", title: "More than 12 hours in a row without a measurement", hits: 3, removed: 1, remaining: 137 },
    { id: "child", title: "Younger than 18 years", hits: 0, removed: 0, remaining: 137 },
    { id: "left", title: "ICU stay shorter than 30 hours", hits: 39, removed: 37, remaining: 100 },
  ];
  return {
    ...full,
    data: {
      ...full.data,
      ...{ id: "mimic-iv", title: "MIMIC-IV", version: "2.2 demo", dataUse: "open" },
      tables: [{ table: "icu/icustays", rows: 140, declaredRows: 140 }],
      missing: [],
    },
    cohort: {
      attrition: { unit: "ICU stays", start: 140, steps },
      ...{ stays: 100, patients: 84, positives: 8 },
      splitRule: "Five folds by patient, so that every patient is held out once.",
      splits: [17, 17, 17, 17, 16].map((patients, fold) => ({
        ...{ name: `held out by fold ${fold + 1}`, patients, stays: 20, positives: fold < 3 ? 2 : 1 },
      })),
    },
    models: [
      {
        ...model,
        metrics: model.metrics.map(wide),
        threshold: { ...model.threshold, metrics: model.threshold.metrics.map(wide) },
        calibration: [0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.2, 0.47].map((predicted, bin) => ({
          predicted,
          observed: {
            value: [0, 0, 0, 0, 0.09, 0, 0.09, 0.18, 0.33][bin]!,
            low: 0,
            high: bin < 4 ? 0 : 0.1 * bin - 0.2,
          },
          count: bin < 8 ? 11 : 12,
        })),
        subgroups: model.subgroups.map((row) => ({
          ...row,
          ...{ patients: "withheld", stays: "withheld", positives: "withheld", metrics: [null, null] },
        })),
      },
    ],
    bootstrap: { ...full.bootstrap, skipped: 4 },
    warnings: ["Only 8 events: the figures are unsteady, read the intervals."],
  };
}

/** The same as a run on records lent under an agreement, whose small counts may not be seen anywhere. */
export function lentResultFixture(): RunResult {
  const small = smallResultFixture();
  return { ...small, data: { ...small.data, version: "3.1", dataUse: "credentialed" } };
}

/** A run that follows the authors' pipeline, faults included. */
export function faithfulResultFixture(): RunResult {
  const full = runResultFixture();
  return {
    ...full,
    task: { ...full.task, mode: "faithful" },
    faults: full.faults.map((fault) => ({ ...fault, reproduced: fault.id !== "anchor-age" })),
  };
}
