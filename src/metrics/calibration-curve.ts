// The calibration curve: what happened against what was predicted, bin by bin. Knows nothing of pictures.
import { type BinOptions, prepareBins } from "./calibration-bins.ts";

/** One entry for each bin that holds rows, from low to high probability. */
export interface CalibrationCurve {
  /** Share of positive rows (scikit-learn's `prob_true`). */
  observed: number[];
  /** Mean predicted probability (scikit-learn's `prob_pred`). */
  predicted: number[];
  /** Rows in the bin. A shared report must not show counts of 1 to 10. */
  counts: number[];
}

/**
 * Observed share against mean predicted probability by bin (scikit-learn's `calibration_curve`, its default of 5 bins of
 * equal width included; `strategy: "quantile"` makes bins of equally many rows). A row on an edge belongs to the bin below.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/not-a-probability`.
 * @example calibrationCurve([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8], { bins: 2 }).observed // [0, 1]
 */
export function calibrationCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { bins = 5, strategy = "uniform" }: BinOptions = {},
): CalibrationCurve {
  const filled = prepareBins(labels, scores, { bins, strategy })();
  return {
    observed: filled.map((bin) => bin.observed),
    predicted: filled.map((bin) => bin.predicted),
    counts: filled.map((bin) => bin.count),
  };
}
