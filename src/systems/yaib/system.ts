// YAIB, Yet Another ICU Benchmark: its tasks, its published figures and its faults. Knows nothing of how a run is made.
import { readJsonAsset } from "../../store/assets.ts";
import type { FaultSpec, PublishedValue, System, SystemTask } from "../system.ts";

/** Figures of an event, each with its ±, or the mean absolute error of a number. */
type ExpectedRow =
  | [
      model: string,
      data: string,
      auroc: number,
      plusMinus: number,
      averagePrecision: number,
      precisionPlusMinus: number,
    ]
  | [model: string, data: string, mae: number];
type TaskName = "mortality24" | "aki" | "sepsis" | "kidney_function" | "los";

interface Expected extends Record<TaskName, { columns: string[]; rows: ExpectedRow[] }> {
  source: string;
  data: Record<string, string>;
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

function published(task: TaskName): PublishedValue[] {
  const order = Object.keys(expected.data);
  const rows = [...expected[task].rows].sort((a, b) => order.indexOf(b[1]) - order.indexOf(a[1]));
  return rows.flatMap((row): PublishedValue[] => {
    const [model, data, first] = row;
    const common = { system: "YAIB", data: expected.data[data]!, model, source: expected.source };
    if (row.length === 3) return [{ ...common, metric: "mae", value: first }];
    const [, , , plusMinus, precision, precisionPlusMinus] = row;
    return [
      { ...common, metric: "auroc", value: first, plusMinus },
      { ...common, metric: "average_precision", value: precision, plusMinus: precisionPlusMinus },
    ];
  });
}

const networks = ["gru", "lstm", "tcn", "transformer", "mamba"];
const trees = ["lgbm", "lgbm-recency", "rf"];

function task(
  name: TaskName,
  question: string,
  kind: "event" | "number",
  truth: Pick<SystemTask, "truth" | "truthMode"> = {},
): SystemTask {
  const linear = kind === "event" ? "lr" : "elasticnet";
  return {
    id: `yaib/${name}`,
    question,
    models: [linear],
    allowed: [linear, ...trees, ...networks],
    ...truth,
    published: published(name),
    faults: yaibFaults(`yaib/${name}`),
  };
}

/** Yet Another ICU Benchmark (van de Water et al., ICLR 2024). */
export const yaib: System = {
  id: "yaib",
  title: "Yet Another ICU Benchmark",
  citation: "van de Water et al., ICLR 2024, arXiv 2306.05109",
  tasks: [
    task("mortality24", "Will a patient who has been in intensive care for 24 hours die there?", "event", {
      truth: "icu_mortality_24h",
    }),
    // in the original the hours after the onset are positive too: theirs is another risk
    task("aki", "Will acute kidney injury (KDIGO) begin within the next 6 hours?", "event", {
      truth: "icu_aki_6h",
      truthMode: "corrected",
    }),
    task("sepsis", "Will sepsis (Sepsis-3) begin within the next 6 hours?", "event"),
    task("kidney_function", "What will creatinine be on the second day in intensive care?", "number"),
    task("los", "How many hours will the patient stay in intensive care from now on?", "number"),
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
