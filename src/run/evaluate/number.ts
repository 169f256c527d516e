// The evidence of a number: errors in its unit, and observed against predicted. Knows no model.
import { bootstrapAll, mae, medianAbsoluteError, r2, rmse } from "../../metrics/index.ts";
import { meanOf, quantile } from "../../metrics/sums.ts";
import type { NumberAgreement } from "../result.ts";
import { SMALLEST_SHOWN, tenths } from "./calibration.ts";
import { conformalIntervalsOf } from "./conformal.ts";
import type { EvaluationOptions, HeldOutNumber } from "./held-out.ts";
import type { Evidence } from "./index.ts";
import { type MetricSpec, perSeed, seedIntervals, seedTable } from "./intervals.ts";
import { noCurves } from "./none.ts";

/** The figures of the main table, in its order; the titles of errors name the unit. */
export function numberMetrics(unit = ""): MetricSpec[] {
  const inUnit = (title: string) => (unit ? `${title} (${unit})` : title);
  return [
    { id: "mae", title: inUnit("Mean absolute error"), higherIsBetter: false, prepare: mae.prepare },
    { id: "rmse", title: inUnit("Root mean squared error"), higherIsBetter: false, prepare: rmse.prepare },
    {
      id: "median_absolute_error",
      title: inUnit("Median absolute error"),
      higherIsBetter: false,
      prepare: medianAbsoluteError.prepare,
    },
    { id: "r2", title: "R²", higherIsBetter: true, prepare: r2.prepare },
  ];
}

/** Everything the report shows of predicted numbers. */
export function evaluateNumber(held: HeldOutNumber, options: EvaluationOptions): Evidence {
  const { truth, predicted, subjectIds, seeds, unit = "" } = held;
  const metrics = numberMetrics(unit);
  const { values, skipped } = seedIntervals(metrics, truth, perSeed(predicted, seeds), subjectIds, options);
  const table = seedTable(metrics, truth, seeds);
  return {
    metrics: values,
    ...noCurves(),
    agreement: agreementOf(held, options),
    ...(table ? { seeds: table } : {}),
    ...(held.tuning && options.conformal
      ? { conformal: conformalIntervalsOf(held, held.tuning, { ...options, promised: options.conformal }) }
      : {}),
    skipped,
  };
}

/** Tenths of the rows by prediction, and Bland and Altman's bias and limits. */
function agreementOf(
  { truth, predicted, subjectIds, unit = "" }: HeldOutNumber,
  options: EvaluationOptions,
): NumberAgreement {
  const bins = tenths(predicted).map((rows) => {
    const observed = Float64Array.from(rows, (row) => truth[row]!);
    const subjects = Float64Array.from(rows, (row) => subjectIds[row]!);
    const { value, low, high } = bootstrapAll({ mean: meanOf(observed) }, subjects, options).mean;
    const isFew = new Set(subjects).size < SMALLEST_SHOWN;
    const sorted = observed.sort();
    return {
      predicted: rows.reduce((sum, row) => sum + predicted[row]!, 0) / rows.length,
      observed: { value, low, high },
      low: isFew ? null : quantile(sorted, 0.1),
      high: isFew ? null : quantile(sorted, 0.9),
      count: isFew ? null : rows.length,
    };
  });
  const errors = predicted.map((value, row) => value - truth[row]!);
  const { value: bias, low, high } = bootstrapAll({ bias: meanOf(errors) }, subjectIds, options).bias;
  const variance = errors.reduce((sum, error) => sum + (error - bias) ** 2, 0) / Math.max(1, errors.length - 1);
  const spread = LIMIT * Math.sqrt(variance);
  return { unit, bins, bias: { value: bias, low, high }, limits: { low: bias - spread, high: bias + spread } };
}

/** Standard deviations to either side that hold 95 % of normal errors. */
const LIMIT = 1.96;
