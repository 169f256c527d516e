// How a model did on patients held out, whatever the outcome: figures with intervals, curves, threshold. Knows no model.
import type { ModelResult } from "../result.ts";
import { evaluateClasses } from "./classes.ts";
import { evaluateEvent } from "./event.ts";
import type { EvaluationOptions, HeldOut } from "./held-out.ts";
import { evaluateLabels } from "./labels.ts";
import { evaluateNumber } from "./number.ts";

export { classMetrics } from "./classes.ts";
export { evaluateEvent, evaluatePoints, mainMetrics } from "./event.ts";
export type {
  AlarmSettings,
  EvaluationOptions,
  HeldOut,
  HeldOutClasses,
  HeldOutEvent,
  HeldOutLabels,
  HeldOutNumber,
  TuningEvent,
} from "./held-out.ts";
export { intervals, type MetricSpec, seedIntervals, seedTable } from "./intervals.ts";
export { labelMetrics } from "./labels.ts";
export { numberMetrics } from "./number.ts";
export { subgroups } from "./subgroups.ts";
export { type TriagedVisits, underTriageOf } from "./under-triage.ts";

/** What the evaluation gives of a model; `skipped` counts resamples on which a figure was not defined. */
export type Evidence = Omit<
  ModelResult,
  "id" | "title" | "chosen" | "subgroups" | "coefficients" | "path" | "explanation" | "trainSeconds" | "predictSeconds"
> & { skipped: number };

/**
 * Everything the report shows of how a model did, by the outcome of the rows.
 * @throws what the metrics throw on wrong input (labels that are no labels, sizes that differ).
 */
export function evaluate(held: HeldOut, options: EvaluationOptions): Evidence {
  if (held.outcome === "number") return evaluateNumber(held, options);
  if (held.outcome === "classes") return evaluateClasses(held, options);
  if (held.outcome === "labels") return evaluateLabels(held, options);
  return evaluateEvent(held, options);
}
