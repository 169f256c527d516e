// TSCAN and the four tasks of the MIMIC-III benchmark: published figures and faults. Knows nothing of how a run is made.
import { readJsonAsset } from "../../store/assets.ts";
import type { FaultSpec, PublishedValue, System, SystemTask } from "../system.ts";

type Row = [task: string, model: string, metric: string, value: number];

interface Expected {
  source: string;
  data: string;
  rows: Row[];
  /** Figures of the benchmark it stands on, by where they can be read. */
  references: { source: string; data: string; rows: Row[] }[];
}

const expected = readJsonAsset<Expected>(import.meta.url, "expected.json");
const faults = readJsonAsset<FaultSpec[]>(import.meta.url, "faults.json");

/** The figures of a task: TSCAN's own, then those of the benchmark it stands on. */
function published(task: string): PublishedValue[] {
  const of = (rows: Row[], system: string, { data, source }: { data: string; source: string }) =>
    rows
      .filter(([id]) => id === task)
      .map(([, model, metric, value]) => ({ system, data, model, metric, value, source }));
  return [
    ...of(expected.rows, "TSCAN", expected),
    ...expected.references.flatMap((reference) => of(reference.rows, "MIMIC-III benchmark", reference)),
  ];
}

function task(id: string, question: string, truth: Pick<SystemTask, "truth" | "truthMode"> = {}): SystemTask {
  const models = ["tscan", "gru", "transformer", "lr", "lgbm"];
  return { id, question, models, allowed: models, ...truth, published: published(id), faults };
}

/** The Temporal-spatial Correlation Attention Network on the tasks of Harutyunyan et al. */
export const tscan: System = {
  id: "tscan",
  title: "Temporal-spatial Correlation Attention Network",
  citation: "arXiv 2306.01970 (2023), on the tasks of Harutyunyan et al., Scientific Data 2019",
  tasks: [
    task("tscan/in-hospital-mortality", "Will a patient who has been in intensive care for 48 hours die in hospital?", {
      truth: "icu_hospital_mortality_48h",
    }),
    task("tscan/length-of-stay", "How much longer will a patient stay in intensive care, asked every hour?"),
    // in the original whether a stay counts hangs on what comes later, and so would its risk
    task("tscan/decompensation", "Will a patient in intensive care die within 24 hours, asked every hour?", {
      truth: "icu_death_24h",
      truthMode: "corrected",
    }),
    task("tscan/phenotyping", "Which of 25 groups of diagnoses will be coded for a patient of intensive care?"),
  ],
  differences({ id, title, version }, mode) {
    const same = [
      "TSCAN publishes neither its cohort nor its split, and its abstract names no metric: beside its figures, AUROC and kappa are assumed.",
      mode === "faithful"
        ? "Sizes are the original's; first values, order of rows and dropout cannot be its own."
        : "The network's faults are mended; but with the paper's protocol it is smaller than the original (width 64, not 512).",
    ];
    if (version.includes("synthetic")) {
      return [
        "These patients are synthetic: the figures show that the pipeline works, not how well anyone predicts.",
        ...same,
      ];
    }
    return [
      id === "mimic-iv"
        ? `The paper used MIMIC-IV; this is ${title} ${version}.`
        : `TSCAN's figures are for MIMIC-IV; this is ${title} ${version}.`,
      ...(version.includes("demo")
        ? ["The demo has 100 patients: its figures are noise around an unknown value."]
        : []),
      ...same,
    ];
  },
};
