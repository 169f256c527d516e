import { expect, test } from "vitest";
import { readPage } from "../reading.ts";
import * as charts from "./index.ts";

// Small charts against stored pictures. To look at a change: open golden/*.svg in a browser; to accept it: vitest -u.

const roc = [
  { title: "First", curve: { x: [0, 0, 0.2, 1], y: [0, 0.5, 0.9, 1] }, threshold: { x: 0.2, y: 0.9 } },
  { title: "Second", curve: { x: [0, 0.4, 1], y: [0, 0.6, 1] } },
];
const precisionRecall = [
  { title: "First", curve: { x: [0, 0.5, 1], y: [1, 0.6, 0.2] }, threshold: { x: 0.5, y: 0.6 } },
  { title: "Second", curve: { x: [1, 0.5, 0], y: [0.2, 0.4, 1] } },
];
const bins = [
  { predicted: 0.05, observed: { value: 0.04, low: 0.02, high: 0.07 }, count: 120 },
  { predicted: 0.2, observed: { value: 0.26, low: 0.1, high: 0.4 }, count: 30 },
  { predicted: 0.4, observed: { value: 0.5, low: null, high: null }, count: null },
];
const decision = [{ title: "First", thresholds: [0.05, 0.1, 0.2], benefit: [0.06, 0.03, 0.01] }];
const attrition = {
  unit: "ICU stays",
  start: 132,
  steps: [
    { id: "a", title: "ICU stay shorter than 6 hours", hits: 7, removed: 7, remaining: 125 },
    { id: "b", title: "Younger than 18 years", hits: 0, removed: 0, remaining: 125 },
    { id: "c", title: "ICU stay shorter than 30 hours", hits: 30, removed: 26, remaining: 99 },
  ],
};
const coefficients = [
  { title: "Age", value: 0.5 },
  { title: "Lactate, last value", value: 0.2 },
  { title: "Mean arterial pressure, lowest so far", value: -0.3 },
  { title: "Not used", value: 0 },
];
const missingness = {
  variables: [
    { id: "hr", title: "Heart rate" },
    { id: "lact", title: "Lactate" },
  ],
  hours: [0, 1, 2],
  observed: [
    [0.9, 0.95, 0.97],
    [0.3, 0.1, 0],
  ],
};
const path = [
  { c: 0.01, l1Ratio: 0, nonZero: 9, score: 0.7, chosen: false },
  { c: 0.1, l1Ratio: 0, nonZero: 9, score: 0.8, chosen: false },
  { c: 0.01, l1Ratio: 1, nonZero: 2, score: 0.75, chosen: false },
  { c: 0.1, l1Ratio: 1, nonZero: 5, score: 0.82, chosen: true },
];
const forest = [
  { group: "Sex", title: "Women", value: 0.86, low: 0.82, high: 0.9 },
  { group: "Sex", title: "Men", value: 0.83, low: 0.79, high: 0.86 },
  { group: "Age", title: "80 and over", value: null, low: null, high: null },
];

const swarms = [
  {
    name: "lact_max",
    title: "Lactate, highest",
    bins: [
      { from: -0.4, to: -0.1, rows: 30, rank: 0.2 },
      { from: -0.1, to: 0.1, rows: 12, rank: null },
      { from: 0.1, to: 1, rows: 20, rank: 0.9 },
    ],
  },
  { name: "age", title: "Age", bins: [{ from: -0.2, to: 0.3, rows: 62, rank: 0.5 }] },
];
const importance = [
  {
    name: "lact_max",
    title: "Lactate, highest",
    shap: 0.3,
    gain: 0.4,
    permutation: { value: 0.05, low: -0.01, high: 0.1 },
  },
  { name: "age", title: "Age", shap: 0.1, gain: 0.2, permutation: null },
  { name: "hr_min", title: "Heart rate, lowest", shap: 0, gain: 0, permutation: { value: 0, low: 0, high: 0 } },
];
const dependence = {
  name: "lact_max",
  title: "Lactate, highest",
  unit: "mmol/L",
  points: [1, 1.5, 2, 3, 6].map((at) => ({
    at,
    mean: at / 10 - 0.2,
    low: at / 10 - 0.3,
    high: at / 10,
    partial: at / 9 - 0.2,
  })),
  missing: { mean: -0.1, low: -0.2, high: 0, partial: -0.1 },
};
const twoGroups = {
  ...dependence,
  title: "Sex (0 F, 1 M)",
  unit: "",
  points: dependence.points.slice(0, 2),
  missing: null,
};

const agreement = {
  unit: "hours",
  bins: [10, 30, 80].map((predicted) => ({
    ...{ predicted, observed: { value: 1.1 * predicted, low: predicted, high: 1.2 * predicted } },
    ...{ low: 0.5 * predicted, high: 1.8 * predicted, count: 40 },
  })),
  bias: { value: -1, low: -2, high: 0 },
  limits: { low: -20, high: 18 },
};
const alarms = [
  {
    title: "First",
    curve: [0, 0.5, 1, 2, 4].map((falsePerDay) => ({ falsePerDay, recall: 1 - 1 / (1 + falsePerDay) })),
    points: [{ falsePerDay: 1, recall: 0.5 }],
  },
  { title: "Second", curve: [0, 1, 3].map((falsePerDay) => ({ falsePerDay, recall: falsePerDay / 4 })) },
];
const confusion = {
  names: ["<1 d", "1–7 d", ">7 d"],
  counts: [
    [40, 8, 2],
    [10, 60, 12],
    [0, null, 25],
  ],
};

const pictures: Record<string, () => string> = {
  roc: () => charts.roc(roc),
  "precision-recall": () => charts.precisionRecall(precisionRecall, { prevalence: 0.2 }),
  calibration: () => charts.calibration(bins),
  decision: () => charts.decision(decision, { all: [0.02, -0.03, -0.2], width: 400 }),
  funnel: () => charts.funnel(attrition, { width: 400 }),
  coefficients: () => charts.coefficients(coefficients),
  "coefficients-narrow": () => charts.coefficients(coefficients, { width: 340 }),
  missingness: () => charts.missingness(missingness),
  "path-score": () => charts.path(path),
  "path-non-zero": () => charts.path(path, { y: "nonZero" }),
  beeswarm: () => charts.beeswarm(swarms),
  "beeswarm-narrow": () => charts.beeswarm(swarms, { width: 340, scale: "probability" }),
  importance: () => charts.importance(importance),
  "importance-narrow": () => charts.importance(importance, { width: 340 }),
  dependence: () => charts.dependence(dependence),
  "dependence-groups": () => charts.dependence(twoGroups, { scale: "probability", range: [-0.5, 0.5] }),
  "dependence-key": () => charts.dependenceKey(),
  agreement: () => charts.agreement(agreement),
  alarms: () => charts.alarms(alarms, { width: 400 }),
  confusion: () => charts.confusion(confusion, { width: 340 }),
  reliability: () =>
    charts.reliability([
      { title: "As predicted", bins },
      { title: "Platt scaling", bins: bins.map((bin) => ({ ...bin, predicted: 0.8 * bin.predicted })) },
    ]),
  forest: () => charts.forest(forest, { measure: "AUROC", reference: 0.85 }),
};

test.each(Object.keys(pictures))("%s looks as its stored picture", async (name) => {
  await expect(`${pictures[name]!().replace(/></g, ">\n<")}\n`).toMatchFileSnapshot(`golden/${name}.svg`);
});

test.each(Object.keys(pictures))("%s is a picture of its own: one element, no style, no script, no id", (name) => {
  const picture = pictures[name]!();
  expect(picture).toMatch(/^<svg role="img" aria-label="[^"]{10,}"[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(picture).toMatch(/<\/svg>$/);
  expect(picture).not.toMatch(/<style|<script|\bid=|href|NaN|undefined/);
});

const message = (picture: string) => readPage(picture).querySelector("svg")?.textContent ?? "";

test("a chart with nothing to show says why, and tells a screen reader too", () => {
  const empty = {
    roc: charts.roc([{ title: "", curve: { x: [0], y: [0] } }]),
    precisionRecall: charts.precisionRecall([]),
    calibration: charts.calibration([]),
    decision: charts.decision([]),
    funnel: charts.funnel({ unit: "ICU stays", start: 0, steps: [] }),
    coefficients: charts.coefficients([{ title: "", value: 0 }]),
    missingness: charts.missingness({ variables: [], hours: [], observed: [] }),
    path: charts.path([]),
    forest: charts.forest([{ title: "", value: Number.NaN, low: null, high: null }]),
    beeswarm: charts.beeswarm([{ name: "", title: "", bins: [] }]),
    agreement: charts.agreement({ ...agreement, bins: [] }),
    alarms: charts.alarms([]),
    confusion: charts.confusion({ names: ["a"], counts: [[0]] }),
    reliability: charts.reliability([{ title: "a", bins: [] }]),
    importance: charts.importance([importance[2]!]),
    dependence: charts.dependence({ ...dependence, points: [], missing: null }),
  };
  for (const picture of Object.values(empty)) {
    expect(message(picture)).toMatch(/^(No|Every) /);
    expect(picture).toMatch(/aria-label="(No|Every) /);
  }
});

test("points that are no numbers are left out of every chart", () => {
  const bad = Number.NaN;
  const drawn = [
    charts.roc([{ title: "a", curve: { x: [0, bad, 1], y: [0, 0.5, 1] }, threshold: undefined }]),
    charts.precisionRecall([{ title: "a", curve: { x: [0, 0.5, 1], y: [1, bad, 0.2] } }], { prevalence: bad }),
    charts.calibration([...bins, { predicted: bad, observed: { value: bad, low: null, high: null }, count: 12 }]),
    charts.decision([{ title: "a", thresholds: [0.1, 0.2, 0.3], benefit: [0.1, bad, 0] }], { all: [bad, bad, bad] }),
    charts.coefficients([...coefficients, { title: "b", value: bad }]),
    charts.missingness({ ...missingness, observed: [[bad, 0.5, 1], []] }),
    charts.path([...path, { c: bad, l1Ratio: 0, nonZero: 1, score: bad, chosen: false }]),
    charts.forest([...forest, { title: "b", value: bad, low: bad, high: bad }], { reference: bad }),
    charts.agreement({
      ...agreement,
      bins: [
        { ...agreement.bins[0]!, low: bad, high: bad },
        { ...agreement.bins[1]!, predicted: bad },
      ],
    }),
    charts.alarms([
      {
        title: "a",
        curve: [...alarms[0]!.curve, { falsePerDay: bad, recall: 1 }],
        points: [{ falsePerDay: bad, recall: bad }],
      },
    ]),
    charts.reliability([
      { title: "a", bins: [...bins, { predicted: bad, observed: { value: bad, low: bad, high: bad }, count: 1 }] },
    ]),
    charts.beeswarm([...swarms, { name: "b", title: "b", bins: [{ from: bad, to: 1, rows: 20, rank: bad }] }]),
    charts.beeswarm([{ name: "b", title: "b", bins: [{ from: 0, to: 1, rows: 20, rank: bad }] }]),
    charts.importance([
      ...importance,
      { name: "b", title: "b", shap: 0.1, gain: bad, permutation: { value: bad, low: bad, high: bad } },
      { name: "c", title: "c", shap: bad, gain: 0.1, permutation: null },
    ]),
    charts.dependence({ ...dependence, points: [...dependence.points, { ...dependence.points[0]!, at: bad }] }),
    charts.dependence({ ...dependence, missing: { ...dependence.missing!, low: bad } }),
  ];
  for (const picture of drawn) expect(picture).not.toMatch(/NaN|undefined|Infinity/);
});

test("lines differ in dashes as well as in colour, so that colour is never needed alone", () => {
  const six = Array.from({ length: 6 }, (_, i) => ({ ...roc[0]!, title: `Model ${i}` }));
  const looks = [...charts.roc(six).matchAll(/stroke-dasharray="([^"]+)" stroke-width="2"/g)].map(([, dash]) => dash);
  expect(new Set(looks).size).toBe(6);
});

test("a picture never names an unescaped text, and has room for very long names", () => {
  const title = `<b>&"'${"long ".repeat(60)}`;
  const drawn = [
    charts.roc([{ ...roc[0]!, title }]),
    charts.funnel({ ...attrition, unit: title }, { width: 340 }),
    charts.coefficients([{ title, value: 1 }], { width: 340 }),
    charts.forest([{ group: title, title, value: 0.5, low: 0.4, high: 0.6 }], { width: 340, measure: title }),
    charts.missingness({ ...missingness, variables: [{ id: "a", title }] }, { width: 340 }),
    charts.beeswarm([{ ...swarms[0]!, title }], { width: 340, scale: title }),
    charts.importance([{ ...importance[0]!, title }], { width: 340 }),
    charts.dependence({ ...dependence, title, unit: title }),
  ];
  for (const picture of drawn) {
    expect(picture).not.toContain("<b>");
    expect(readPage(picture).querySelector("b")).toBeNull();
  }
});
