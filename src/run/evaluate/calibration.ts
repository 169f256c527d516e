// Reliability by tenths of the rows, with an interval for what happened in each. Knows no model.
import { bootstrapAll } from "../../metrics/index.ts";
import { ascendingOrder } from "../../metrics/ranking.ts";
import { meanOf } from "../../metrics/sums.ts";
import type { CalibrationBin } from "../result.ts";
import type { EvaluationOptions } from "./held-out.ts";

/** The smallest count that may be shown. */
export const SMALLEST_SHOWN = 11;
const BINS = 10;

interface Rows {
  labels: ArrayLike<number>;
  probabilities: Float64Array;
  subjectIds: Float64Array;
}

/** Rows in order of their prediction, cut into tenths of like size; equal predictions stay together. */
export function tenths(predictions: Float64Array): Uint32Array[] {
  const count = predictions.length;
  const bins = Math.max(2, Math.min(BINS, Math.floor(count / SMALLEST_SHOWN)));
  const order = ascendingOrder(predictions);
  const parts: Uint32Array[] = [];
  let start = 0;
  for (let bin = 1; bin <= bins && start < count; bin++) {
    let end = Math.max(start, Math.round((count * bin) / bins));
    while (end > start && end < count && predictions[order[end]!] === predictions[order[end - 1]!]) end++;
    if (end > start) parts.push(order.subarray(start, end));
    start = end;
  }
  return parts;
}

/** Reliability from low to high risk. */
export function calibrationBins(
  { labels, probabilities, subjectIds }: Rows,
  options: Pick<EvaluationOptions, "seed" | "resamples">,
): CalibrationBin[] {
  return tenths(probabilities).map((rows) => {
    const outcome = Float64Array.from(rows, (row) => labels[row]!);
    const subjects = Float64Array.from(rows, (row) => subjectIds[row]!);
    const { value, low, high } = bootstrapAll({ share: meanOf(outcome) }, subjects, options).share;
    return {
      predicted: rows.reduce((sum, row) => sum + probabilities[row]!, 0) / rows.length,
      observed: { value, low, high },
      count: new Set(subjects).size < SMALLEST_SHOWN ? null : rows.length,
    };
  });
}
