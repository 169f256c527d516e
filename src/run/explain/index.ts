// Explains a run's trees on held-out rows: which features matter, which way they push, and how with their value.
import type { Progress } from "../../core/progress.ts";
import { splitImportance } from "../../trees/index.ts";
import type { Explanation } from "../explanation.ts";
import { dependenceOf } from "./dependence.ts";
import { clinicalValues, contributions, type ExplainedRows } from "./folds.ts";
import { permutationFalls } from "./permutation.ts";
import { swarmBins, swarmGrid } from "./swarm.ts";

export { type ExplainedRows, rowsToExplain } from "./folds.ts";

/** How many features each part shows, by mean size of their contribution. */
const IMPORTANCES = 20;
const SWARMS = 15;
const DEPENDENCES = 6;
const REPEATS = 5;

export interface ExplainOptions {
  seed: number;
  /** Bootstrap resamples of the permutation importance. */
  resamples: number;
  /** The unit of a variable. */
  unitOf(variable: string): string;
  progress: Progress;
}

/** Everything the report shows of what drives a model, as figures of groups of at least 11 patients. */
export async function explain(rows: ExplainedRows, options: ExplainOptions): Promise<Explanation> {
  const { progress, unitOf, seed, resamples } = options;
  const { folds, labels, subjects } = rows;
  const { signal } = progress;
  const shap = await contributions(rows, {
    signal,
    onRows: (done) => progress.at(0.7 * done, `contributions, row ${done} of ${labels.length}`),
  });
  const sizes = shap.map((values) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length);
  const order = [...sizes.keys()].filter((j) => sizes[j]! > 0).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const most = order.slice(0, IMPORTANCES);
  const falls = await permutationFalls(rows, most, {
    seed,
    repeats: REPEATS,
    resamples,
    signal,
    onColumn: (done) => progress.at(labels.length * (0.7 + (0.2 * done) / most.length), "shuffling"),
  });
  const gain = meanGain(rows);
  const meanings = folds[0]!.meanings;
  const nameOf = (j: number) => ({ name: meanings[j]!.name, title: meanings[j]!.title });
  const swarmed = order.slice(0, SWARMS);
  const grid = swarmGrid(swarmed.map((j) => shap[j]!));
  return {
    scale: folds[0]!.ensemble.kind === "forest" ? "probability" : "log-odds",
    rows: labels.length,
    features: meanings.length,
    used: order.length,
    repeats: REPEATS,
    importance: most.map((j, i) => ({ ...nameOf(j), shap: sizes[j]!, gain: gain[j]!, permutation: falls[i]! })),
    swarms: swarmed
      .map((j) => ({ ...nameOf(j), bins: swarmBins(shap[j]!, clinicalValues(rows, j), subjects, grid) }))
      .filter(({ bins }) => bins.length > 0),
    dependence: order.slice(0, DEPENDENCES).flatMap((j) => dependenceOf(rows, j, shap[j]!, unitOf) ?? []),
  };
}

/** Share of the gain of all splits by feature, the mean over folds. */
function meanGain({ folds }: ExplainedRows): Float64Array {
  const sum = new Float64Array(folds[0]!.meanings.length);
  for (const { ensemble } of folds) {
    splitImportance(ensemble, { normalise: true }).forEach((gain, j) => {
      sum[j]! += gain / folds.length;
    });
  }
  return sum;
}
