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
    trainSeconds: number,
  ][];
}

const expected = readJsonAsset<Expected>(import.meta.url, "expected.json");
const faults = readJsonAsset<FaultSpec[]>(import.meta.url, "faults.json");

/** The figures printed for one of the authors' tasks: every model, ranking, threshold and seconds. */
function published(task: string): PublishedValue[] {
  return expected.rows
    .filter(([name]) => name === task)
    .flatMap(([, model, auroc, averagePrecision, sensitivity, specificity, , seconds]) => [
      figure(model, "auroc", auroc),
      figure(model, "average_precision", averagePrecision),
      figure(model, "sensitivity", sensitivity),
      figure(model, "specificity", specificity),
      ...(seconds > 0
        ? [{ ...figure(model, "train_seconds", [seconds, seconds, seconds]), low: null, high: null }]
        : []),
    ]);
}

function figure(model: string, metric: string, [value, low, high]: WithInterval): PublishedValue {
  return {
    system: "MIMIC-IV-ED benchmark",
    data: expected.data,
    model,
    metric,
    value,
    low,
    high,
    source: expected.source,
  };
}

/** Models of both predictions at triage, and those that need the stay in the department. */
const TRIAGE = ["lr", "rf", "gb", "mlp", "med2vec", "autoscore", "gb-text"];
const DISPOSITION = [...TRIAGE, "ed-lstm"];

function task(
  { id, question, theirs, truth }: { id: string; question: string; theirs: string; truth: string },
  allowed: readonly string[],
): SystemTask {
  return {
    id,
    question,
    models: ["lr"],
    allowed,
    untuned: ["gb", "rf"],
    published: published(theirs),
    faults,
    truth,
  };
}

/** The MIMIC-IV-ED benchmark (Xie et al., Scientific Data 2022). */
export const mimic4ed: System = {
  id: "mimic4ed",
  title: "MIMIC-IV-ED benchmark",
  citation: "Xie et al., Scientific Data 2022, 9:658, arXiv 2111.11017",
  tasks: [
    task(
      {
        id: "mimic4ed/hospitalization",
        question: "Will a patient at triage in the emergency department be admitted to hospital?",
        theirs: "hospitalization@triage",
        truth: "ed_hospitalization",
      },
      TRIAGE,
    ),
    task(
      {
        id: "mimic4ed/critical",
        question:
          "Will a patient at triage in the emergency department die in hospital or need intensive care within 12 hours?",
        theirs: "critical@triage",
        truth: "ed_critical",
      },
      TRIAGE,
    ),
    task(
      {
        id: "mimic4ed/critical-disposition",
        question:
          "Will a patient who leaves the emergency department die in hospital or need intensive care within 12 hours?",
        theirs: "critical@disposition",
        truth: "ed_critical_departure",
      },
      DISPOSITION,
    ),
    task(
      {
        id: "mimic4ed/ed-revisit-72h",
        question: "Will a patient who leaves the emergency department come back within 72 hours?",
        theirs: "revisit72h@disposition",
        truth: "ed_return_72h",
      },
      DISPOSITION,
    ),
  ],
  differences({ title, version }, mode) {
    const same = [
      mode === "faithful"
        ? "The paper holds out one random fifth of the visits; here the parts, by visit as in the paper, are drawn anew."
        : "The paper holds out a random fifth of the visits; here patients are split, so no patient is in two parts.",
      "The paper's intervals are of 20 resamples of visits; those here are bootstrapped by patient.",
      "The paper counts the scores after filling missing values with medians; without oxygen and consciousness in both.",
      "Thresholds: the paper takes the point of the ROC curve nearest to (0, 1) on the test visits themselves; here Youden's index on tuning patients.",
      "Med2Vec reads the diagnoses as coded, ICD-9 beside ICD-10; the paper translates them to ICD-10 first.",
      "The paper's seconds are of an RTX 3090 for the networks; those here are of this machine.",
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
