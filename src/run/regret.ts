// How far each model stays behind the true risk of a synthetic hospital, paired by patient. Trains nothing.
import { compareWith, meanStatistic, type Statistic } from "../metrics/index.ts";
import { mainMetrics } from "./evaluate/index.ts";
import { definedOrNull, perSeed } from "./evaluate/intervals.ts";
import type { MetricValue } from "./result.ts";

/** Held-out rows of a model: what came true, its predictions, those of each training seed where there are several. */
export interface RegretRows {
  subjectIds: Float64Array;
  truth: Float64Array;
  predictions: Float64Array;
  seeds: readonly Float64Array[];
  /** The true risk of each row; NaN where it is not known. */
  risk: Float64Array;
}

/**
 * The regret in AUROC: that of the true risk less the model's (the mean over training seeds), on rows with a known risk.
 * Its interval is that of the difference, each resample of patients taken for both. Undefined where all rows have one
 * outcome.
 */
export function regretOf(
  { subjectIds, truth, predictions, seeds, risk }: RegretRows,
  { seed, resamples }: { seed: number; resamples: number },
): MetricValue | undefined {
  const known = [...risk.keys()].filter((i) => !Number.isNaN(risk[i]!));
  const take = (values: Float64Array) => Float64Array.from(known, (i) => values[i]!);
  const metric = mainMetrics.find(({ id }) => id === "auroc")!;
  const labels = take(truth);
  const each = perSeed(
    predictions,
    seeds.map((values) => ({ predictions: values })),
  );
  const statistics = definedOrNull(() => {
    const model = meanStatistic(each.map((values) => metric.prepare(labels, take(values))));
    model();
    return { best: metric.prepare(labels, take(risk)), model } satisfies Record<string, Statistic>;
  });
  if (!statistics) return undefined;
  const { best } = compareWith<"best" | "model">(statistics, take(subjectIds), { seed, resamples, reference: "model" });
  const { value, low, high } = best;
  return { id: "regret_auroc", title: `Regret in ${metric.title}`, higherIsBetter: false, value, low, high };
}
