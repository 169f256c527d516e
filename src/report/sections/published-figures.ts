// Published figures and ours in the same words: ranking, what a threshold does, seconds of training. Draws nothing.
import type { MetricValue, ModelResult, RunResult } from "../../run/result.ts";
import { formatFigure, formatInterval, formatSeconds } from "../format.ts";
import { metricRows } from "../metric-rows.ts";

type Published = RunResult["published"][number];

/** The figure that is no metric: how long the training took. */
export const SECONDS = "train_seconds";

/** The figures of a model, those at its threshold too. */
export function allFigures({ metrics, threshold }: Pick<ModelResult, "metrics" | "threshold">): MetricValue[] {
  return [...metrics, ...(threshold?.metrics ?? [])];
}

/** What the figures of the models are called, by id. */
export function figureTitles(models: readonly ModelResult[]): Map<string, string> {
  const rows = metricRows(models.map((model) => ({ metrics: allFigures(model) })));
  return new Map([...rows.map(({ id, title }) => [id, title] as const), [SECONDS, "Time to train"]]);
}

/** From where to where a published figure reaches: its interval, or its ±; null where neither is printed. */
export function reachOf({ value, plusMinus, low, high }: Published): { low: number | null; high: number | null } {
  if (typeof low === "number" && typeof high === "number") return { low, high };
  if (plusMinus === undefined) return { low: null, high: null };
  return { low: value - plusMinus, high: value + plusMinus };
}

/** A published figure as printed, with its ± or its interval. */
export function formatPublished({ metric, value, plusMinus, low, high }: Published): string {
  if (metric === SECONDS) return formatSeconds(value);
  if (plusMinus !== undefined) return `${formatFigure(value)}\u00a0±\u00a0${formatFigure(plusMinus, 3)}`;
  if (typeof low === "number" && typeof high === "number") {
    return `${formatFigure(value)} (${formatInterval({ value, low, high })})`;
  }
  return formatFigure(value);
}
