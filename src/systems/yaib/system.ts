// YAIB, Yet Another ICU Benchmark: its tasks, its published figures and its faults. Knows nothing of how a run is made.
import { readJsonAsset } from "../../store/assets.ts";
import type { FaultSpec, PublishedValue, System } from "../system.ts";

interface Expected {
  source: string;
  data: Record<string, string>;
  mortality24: { columns: string[]; rows: [string, string, number, number, number, number][] };
}

const expected = readJsonAsset<Expected>(import.meta.url, "expected.json");

interface FaultsByTask {
  /** Ids of the faults of mortality24 that the others share. */
  shared: string[];
  tasks: Record<string, FaultSpec[]>;
}

const mortalityFaults = readJsonAsset<FaultSpec[]>(import.meta.url, "faults.json");
const others = readJsonAsset<FaultsByTask>(import.meta.url, "faults-by-task.json");

/**
 * The faults of the original in one of YAIB's tasks, its own ones first, whether or not models run on it already.
 * @example yaibFaults("yaib/aki").map(({ id }) => id) // ["exclusions-from-future", "hours-cut-short", …]
 */
export function yaibFaults(task: string): FaultSpec[] {
  if (task === "yaib/mortality24") return mortalityFaults;
  const own = others.tasks[task];
  if (!own) return [];
  return [...own, ...mortalityFaults.filter(({ id }) => others.shared.includes(id))];
}

function published(): PublishedValue[] {
  const order = Object.keys(expected.data);
  const rows = [...expected.mortality24.rows].sort((a, b) => order.indexOf(b[1]) - order.indexOf(a[1]));
  return rows.flatMap(([model, data, auroc, aurocPm, precision, precisionPm]) => {
    const common = { system: "YAIB", data: expected.data[data]!, model, source: expected.source };
    return [
      { ...common, metric: "auroc", value: auroc, plusMinus: aurocPm },
      { ...common, metric: "average_precision", value: precision, plusMinus: precisionPm },
    ];
  });
}

/** Yet Another ICU Benchmark (van de Water et al., ICLR 2024). */
export const yaib: System = {
  id: "yaib",
  title: "Yet Another ICU Benchmark",
  citation: "van de Water et al., ICLR 2024, arXiv 2306.05109",
  tasks: [
    {
      id: "yaib/mortality24",
      question: "Will a patient who has been in intensive care for 24 hours die there?",
      models: ["lr"],
      allowed: ["lr", "lgbm", "rf", "gru", "lstm", "tcn", "transformer", "mamba"],
      truth: "icu_mortality_24h",
      published: published(),
      faults: yaibFaults("yaib/mortality24"),
    },
  ],
  differences({ id, title, version }, mode) {
    const same = [
      mode === "faithful"
        ? "The paper repeats 5-fold cross-validation 5 times; here the folds, by stay as in the paper, are drawn once."
        : "The paper repeats 5-fold cross-validation 5 times with splits by stay; here patients are split, so no patient is in two parts.",
      "The ± of the paper is a standard error over 25 dependent fits; the intervals here are bootstrapped by patient.",
    ];
    if (version.includes("synthetic")) {
      return [
        "These patients are synthetic: the figures show that the pipeline works, not how well anyone predicts.",
        ...same,
      ];
    }
    if (id === "mimic-iv") {
      return [
        `The paper used MIMIC-IV 2.0; this is ${title} ${version}.`,
        ...(version.includes("demo")
          ? ["The demo has 100 patients: its figures are noise around an unknown value."]
          : []),
        ...same,
      ];
    }
    return [
      `The paper's figures are for four other data sets; ${title} ${version} is not among those printed.`,
      ...same,
    ];
  },
};
