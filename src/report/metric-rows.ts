// Turns the metrics of several models round: a row a metric, a column a model.
import type { MetricValue, ModelResult, RunResult } from "../run/result.ts";

export interface MetricRow {
  id: string;
  title: string;
  higherIsBetter: boolean;
  /** One a model; undefined where the model lacks the metric. */
  values: (MetricValue | undefined)[];
}

/** A row for every metric that any model has, in the order they first appear. */
export function metricRows(models: { metrics: MetricValue[] }[]): MetricRow[] {
  const rows = new Map<string, MetricRow>();
  for (const { metrics } of models) {
    for (const { id, title, higherIsBetter } of metrics) {
      if (!rows.has(id)) rows.set(id, { id, title, higherIsBetter, values: [] });
    }
  }
  for (const row of rows.values()) {
    row.values = models.map(({ metrics }) => metrics.find(({ id }) => id === row.id));
  }
  return [...rows.values()];
}

type WithBest = Pick<RunResult, "bestPossible">;

/** Whether the true risk is known of some held-out rows only, so that its figures are of other rows than the models'. */
export function isPartlyKnown({ bestPossible }: WithBest): boolean {
  return bestPossible?.models !== undefined;
}

/** A model's figures, after the first one how far it stays behind the true risk, where that is known of the same rows. */
export function withRegret(result: WithBest, model: Pick<ModelResult, "id" | "metrics">): MetricValue[] {
  return isPartlyKnown(result) ? model.metrics : besideTruth(result, model);
}

/** The same on the rows with a known true risk. */
export function besideTruth(
  { bestPossible }: WithBest,
  { id, metrics: ofAll }: Pick<ModelResult, "id" | "metrics">,
): MetricValue[] {
  const regret = bestPossible?.regrets?.[id];
  const metrics = bestPossible?.models ? (bestPossible.models[id] ?? []) : ofAll;
  return regret ? [...metrics.slice(0, 1), regret, ...metrics.slice(1)] : metrics;
}

/** The sentence under every table with intervals. */
export function bootstrapSentence({
  resamples,
  level,
  unit,
  skipped,
}: {
  resamples: number;
  level: number;
  unit: string;
  skipped: number;
}): string {
  const share = Number((100 * level).toFixed(1));
  const left = skipped
    ? `; where a figure is not defined on a resample (${skipped.toLocaleString("en-US")} at most), it is left out`
    : "";
  return `Intervals: ${share}\u00a0%, from ${resamples.toLocaleString("en-US")} bootstrap resamples by ${unit}${left}. A dash stands where no interval can be given.`;
}
