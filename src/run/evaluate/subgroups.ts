// Figures by sex, age band and ethnicity, with small cells withheld. Knows no model.
import { type SubgroupOptions, subgroupMetrics } from "../../metrics/index.ts";
import type { SubgroupRow } from "../result.ts";
import { mainMetrics } from "./event.ts";
import type { EvaluationOptions, HeldOutEvent } from "./held-out.ts";

/** The metrics of the subgroup table. */
const subgroupSpecs = mainMetrics.filter(({ id }) => ["auroc", "average_precision", "brier"].includes(id));

/** Figures by sex, age band and ethnicity, with small cells withheld. */
export function subgroups(
  { labels, probabilities, subjectIds }: HeldOutEvent,
  families: SubgroupOptions["families"],
  { seed, resamples }: EvaluationOptions,
): SubgroupRow[] {
  const metrics = Object.fromEntries(subgroupSpecs.map(({ id, prepare }) => [id, prepare]));
  const table = subgroupMetrics(labels, probabilities, { subjects: subjectIds, families, metrics, seed, resamples });
  return [table.overall, ...table.groups].map((row) => ({
    family: row.name,
    group: row.group,
    patients: row.patients,
    stays: row.rows,
    positives: row.positives,
    metrics: subgroupSpecs.map(({ id, title, higherIsBetter }) => {
      const found = row.metrics[id];
      return found ? { id, title, higherIsBetter, value: found.value, low: found.low, high: found.high } : null;
    }),
  }));
}
