// The MIMIC-IV-ED benchmark: its tasks, its published figures and its faults. Knows nothing of how a run is made.
import { readJsonAsset } from "../../store/assets.ts";
import type { FaultSpec, PublishedValue, System, SystemTask } from "../system.ts";

/** A figure with its interval. */
type WithInterval = [value: number, low: number, high: number];

interface Expected {
  source: string;
  data: string;
  rows: [
    task: string,
    model: string,
    auroc: WithInterval,
    averagePrecision: WithInterval,
    sensitivity: WithInterval,
    specificity: WithInterval,
    threshold: number,
  ][];
}

const expected = readJsonAsset<Expected>(import.meta.url, "expected.json");
const faults = readJsonAsset<FaultSpec[]>(import.meta.url, "faults.json");

/** The figures printed for one of the authors' tasks. */
function published(task: string): PublishedValue[] {
  return expected.rows
    .filter(([name]) => name === task)
    .flatMap(([, model, auroc, averagePrecision]) => [
      figure(model, "auroc", auroc),
      figure(model, "average_precision", averagePrecision),
    ]);
}

function figure(model: string, metric: string, [value, low, high]: WithInterval): PublishedValue {
  return {
    system: "MIMIC-IV-ED benchmark",
    data: expected.data,
    model,
    metric,
    value,
    source: `${expected.source}; here ${low} to ${high}`,
  };
}

function task(id: string, question: string, theirs: string): SystemTask {
  return {
    id,
    question,
    models: ["lr"],
    allowed: ["lr", "gb", "rf"],
    untuned: ["gb", "rf"],
    published: published(theirs),
    faults,
  };
}

/** The MIMIC-IV-ED benchmark (Xie et al., Scientific Data 2022). */
export const mimic4ed: System = {
  id: "mimic4ed",
  title: "MIMIC-IV-ED benchmark",
  citation: "Xie et al., Scientific Data 2022, 9:658, arXiv 2111.11017",
  tasks: [
    task(
      "mimic4ed/hospitalization",
      "Will a patient at triage in the emergency department be admitted to hospital?",
      "hospitalization@triage",
    ),
    task(
      "mimic4ed/critical",
      "Will a patient at triage in the emergency department die in hospital or need intensive care within 12 hours?",
      "critical@triage",
    ),
    task(
      "mimic4ed/ed-revisit-72h",
      "Will a patient who leaves the emergency department come back within 72 hours?",
      "revisit72h@disposition",
    ),
  ],
  differences({ title, version }, mode) {
    const same = [
      mode === "faithful"
        ? "The paper holds out one random fifth of the visits; here the parts, by visit as in the paper, are drawn anew."
        : "The paper holds out a random fifth of the visits; here patients are split, so no patient is in two parts.",
      "The paper's intervals are of 20 resamples of visits; those here are bootstrapped by patient.",
      "The paper counts the scores after filling missing values with medians; without oxygen and consciousness in both.",
    ];
    if (version.includes("synthetic")) {
      return [
        "These patients are synthetic: the figures show that the pipeline works, not how well anyone predicts.",
        ...same,
      ];
    }
    return [
      `The paper used MIMIC-IV-ED 1.0 (448,972 visits); this is ${title} ${version}.`,
      ...(version.includes("demo") ? ["The demo has 222 visits: its figures are noise around an unknown value."] : []),
      ...same,
    ];
  },
};
