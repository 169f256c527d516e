// The evidence of several labels at once: macro and micro averages, and each label on its own. Knows no model.
import {
  auroc,
  averagePrecision,
  macroAuroc,
  macroAveragePrecision,
  microAuroc,
  microAveragePrecision,
} from "../../metrics/index.ts";
import type { PerName } from "../result.ts";
import { SMALLEST_SHOWN } from "./calibration.ts";
import type { EvaluationOptions, HeldOutLabels } from "./held-out.ts";
import type { Evidence } from "./index.ts";
import { type MetricSpec, perSeed, seedIntervals, seedTable } from "./intervals.ts";
import { noCurves } from "./none.ts";

/** The figures of the main table; truth and scores are rows x labels. */
export function labelMetrics(columns: number): MetricSpec[] {
  const specs = [
    { id: "macro_auroc", title: "Macro AUROC", metric: macroAuroc },
    { id: "micro_auroc", title: "Micro AUROC", metric: microAuroc },
    { id: "macro_average_precision", title: "Macro average precision", metric: macroAveragePrecision },
    { id: "micro_average_precision", title: "Micro average precision", metric: microAveragePrecision },
  ];
  return specs.map(({ id, title, metric }) => ({
    ...{ id, title, higherIsBetter: true },
    prepare: (truth, scores) => metric.prepare(truth, scores, { columns }),
  }));
}

const eachMetrics: readonly MetricSpec[] = [
  { id: "auroc", title: "AUROC", higherIsBetter: true, prepare: auroc.prepare },
  { id: "average_precision", title: "Average precision", higherIsBetter: true, prepare: averagePrecision.prepare },
];

/** Everything the report shows of predicted labels. */
export function evaluateLabels(held: HeldOutLabels, options: EvaluationOptions): Evidence {
  const { truth, probabilities, subjectIds, seeds, names } = held;
  const metrics = labelMetrics(names.length);
  const each = perSeed(probabilities, seeds);
  const { values, skipped } = seedIntervals(metrics, truth, each, subjectIds, options);
  const table = seedTable(metrics, truth, seeds);
  return {
    metrics: values,
    ...noCurves(),
    perName: names.map((_, k) => perName(held, each, k, options)),
    ...(table ? { seeds: table } : {}),
    skipped,
  };
}

function perName(
  { truth, subjectIds, names, titles = names }: HeldOutLabels,
  predictions: readonly Float64Array[],
  k: number,
  options: EvaluationOptions,
): PerName {
  const columns = names.length;
  const rows = subjectIds.length;
  const column = (values: ArrayLike<number>) =>
    Float64Array.from({ length: rows }, (_, row) => values[row * columns + k]!);
  const labels = column(truth);
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const withLabel = new Set<number>();
  const without = new Set<number>();
  for (let row = 0; row < rows; row++) (labels[row] ? withLabel : without).add(subjectIds[row]!);
  const isHidden =
    (options.withholdsFew ?? false) && [withLabel, without].some(({ size }) => size > 0 && size < SMALLEST_SHOWN);
  return {
    name: names[k]!,
    title: titles[k] ?? names[k]!,
    rows,
    positives: isHidden ? "withheld" : positives,
    prevalence: isHidden || rows === 0 ? null : positives / rows,
    metrics: isHidden ? [] : seedIntervals(eachMetrics, labels, predictions.map(column), subjectIds, options).values,
  };
}
