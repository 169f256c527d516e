// CardioForest: its tasks, its published figures and its faults. Knows nothing of how a run is made.
import { readJsonAsset } from "../../store/assets.ts";
import type { FaultSpec, PublishedValue, System, SystemTask } from "../system.ts";

interface Expected {
  source: string;
  data: string;
  columns: string[];
  rows: [model: string, ...figures: number[]][];
  prevalence: number;
}

const expected = readJsonAsset<Expected>(import.meta.url, "expected.json");
const faults = readJsonAsset<FaultSpec[]>(import.meta.url, "faults.json");

/** The figures of the authors' table, which are all of their label. */
const published: PublishedValue[] = expected.rows.flatMap(([model, ...figures]) =>
  figures.map((value, i) => ({
    system: "CardioForest",
    data: expected.data,
    model,
    metric: expected.columns[i + 1]!,
    value,
    source: expected.source,
  })),
);

/** What a rule that is always right shows when a share of the labels it is held against is flipped at random. */
export interface FlippedRule {
  prevalence: number;
  accuracy: number;
  precision: number;
  recall: number;
  specificity: number;
  balancedAccuracy: number;
  f1: number;
}

/**
 * The figures of a perfect rule under symmetric label noise. With prevalence p and share f: prevalence after flips
 * p(1 − f) + (1 − p)f, accuracy 1 − f, precision 1 − f, recall p(1 − f) over the prevalence after flips.
 * @example flippedRule(0.15456, 0.0505).recall // 0.775
 */
export function flippedRule(p: number, f: number): FlippedRule {
  const prevalence = p * (1 - f) + (1 - p) * f;
  const precision = 1 - f;
  const recall = (p * (1 - f)) / prevalence;
  const specificity = ((1 - p) * (1 - f)) / (1 - prevalence);
  return {
    prevalence,
    accuracy: 1 - f,
    precision,
    recall,
    specificity,
    balancedAccuracy: (recall + specificity) / 2,
    f1: (2 * precision * recall) / (precision + recall),
  };
}

function task(id: string, question: string, figures: readonly PublishedValue[]): SystemTask {
  return {
    id,
    question,
    models: ["rf", "gb", "lr"],
    allowed: ["lr", "rf", "gb", "lgbm"],
    // the authors' settings are fixed; nothing is searched in faithful mode
    untuned: ["rf", "gb", "lgbm"],
    published: figures,
    faults,
  };
}

/** CardioForest (Chakma et al., arXiv 2509.25804). */
export const cardioforest: System = {
  id: "cardioforest",
  title: "CardioForest",
  citation: "Chakma et al., arXiv 2509.25804; Journal of Intelligent Medicine and Healthcare 2026, 4, 37–86",
  tasks: [
    task("cardioforest/wct", "Does a recording show wide-complex tachycardia, by the cart's measurements?", published),
    task(
      "cardioforest/wct-flipped",
      "What do the published figures show, if one label in twenty is flipped?",
      published,
    ),
    task("cardioforest/wct-report", "Does the cart's report name a wide-complex or ventricular tachycardia?", []),
  ],
  differences({ title, version }, mode) {
    const label =
      mode === "faithful"
        ? "The label is the authors' rule, QRS over 120 ms, on the inputs themselves: see the leakage report."
        : "The published figures are of another label (QRS over 120 ms, which was an input): they stand here for reference and compare with nothing.";
    const same = [
      label,
      "The paper's last table is of 50,000 recordings in ten folds, with noise in the labels that it does not name; here no label is flipped but in wct-flipped.",
      "The paper's forest has 1,000 trees with classes balanced by made-up rows; here forests and boosting are searched on tuning patients, without made-up rows.",
    ];
    return version.includes("synthetic")
      ? [
          "These recordings are synthetic: the figures show that the pipeline works, not how well anyone predicts.",
          ...same,
        ]
      : [`The paper used ${expected.data}; this is ${title} ${version}.`, ...same];
  },
};
