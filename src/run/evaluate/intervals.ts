// Figures with intervals by patient, averaged over training seeds. Knows metrics only as a list it is given.
import { bootstrapAll, type Interval, meanStatistic, type Statistic } from "../../metrics/index.ts";
import { saysUndefined } from "../../metrics/inputs.ts";
import type { MetricValue, SeedTable } from "../result.ts";
import type { EvaluationOptions } from "./held-out.ts";

/** A metric of the tables. */
export interface MetricSpec {
  id: string;
  title: string;
  higherIsBetter: boolean;
  prepare(labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic;
}

type Draws = Pick<EvaluationOptions, "seed" | "resamples">;

/** The figures of some metrics with intervals; one that is not defined on these rows is left out. */
export function intervals(
  metrics: readonly MetricSpec[],
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  subjects: Float64Array,
  draws: Draws,
): { values: MetricValue[]; skipped: number } {
  return seedIntervals(metrics, labels, [scores], subjects, draws);
}

/**
 * The same where each training seed has its own predictions: the figure is the mean over seeds, and every resample of
 * patients is the same for all of them.
 */
export function seedIntervals(
  metrics: readonly MetricSpec[],
  labels: ArrayLike<number>,
  scores: readonly ArrayLike<number>[],
  subjects: Float64Array,
  { seed, resamples }: Draws,
): { values: MetricValue[]; skipped: number } {
  const statistics: Record<string, Statistic> = {};
  for (const { id, prepare } of metrics) {
    const statistic = definedOrNull(() => meanStatistic(scores.map((each) => prepare(labels, each))));
    if (statistic && definedOrNull(() => statistic()) !== null) statistics[id] = statistic;
  }
  const found: Record<string, Interval> = bootstrapAll(statistics, subjects, { seed, resamples });
  const values: MetricValue[] = [];
  let skipped = 0;
  for (const { id, title, higherIsBetter } of metrics) {
    const interval = found[id];
    if (!interval) continue;
    values.push({ id, title, higherIsBetter, value: interval.value, low: interval.low, high: interval.high });
    skipped = Math.max(skipped, interval.skipped);
  }
  return { values, skipped };
}

/** Each figure by training seed; undefined with fewer than two seeds. */
export function seedTable(
  metrics: readonly MetricSpec[],
  labels: ArrayLike<number>,
  seeds: readonly { name: number | string; predictions: Float64Array }[] | undefined,
): SeedTable | undefined {
  if (!seeds || seeds.length < 2) return undefined;
  const rows: SeedTable["metrics"] = [];
  for (const { id, title, higherIsBetter, prepare } of metrics) {
    const values = definedOrNull(() => seeds.map(({ predictions }) => prepare(labels, predictions)()));
    if (!values) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    rows.push({ id, title, higherIsBetter, values, mean, deviation: Math.sqrt(squares / (values.length - 1)) });
  }
  return { seeds: seeds.map(({ name }) => name), metrics: rows };
}

/** The predictions whose figures are averaged: those of each seed where there are two or more. */
export function perSeed(
  predictions: Float64Array,
  seeds: readonly { predictions: Float64Array }[] | undefined,
): Float64Array[] {
  return seeds && seeds.length > 1 ? seeds.map((seed) => seed.predictions) : [predictions];
}

/** A figure that the rows do not define (one class only, say) is null; any other failure is thrown. */
export function definedOrNull<T>(compute: () => T): T | null {
  try {
    return compute();
  } catch (error) {
    if (saysUndefined(error)) return null;
    throw error;
  }
}
