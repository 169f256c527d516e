// Calibration in one figure: the expected calibration error, and the figure MEDS evaluation gives under a like name.
import { type BinOptions, type CalibrationBin, type FillBins, prepareBins } from "./calibration-bins.ts";
import type { Statistic, WeightOptions } from "./inputs.ts";

/**
 * Expected calibration error: the mean over rows of |observed share - mean predicted probability| of the row's bin (each
 * bin weighs as many rows as it holds; Naeini et al. 2015). By default 10 bins of equal width; `strategy: "quantile"` for
 * bins of equally many rows. Weights count as multiplicities.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/not-a-probability`.
 * @example expectedCalibrationError([0, 1, 1, 1], [0.25, 0.25, 0.25, 0.75]) // 0.375
 */
export function expectedCalibrationError(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: BinOptions & WeightOptions = {},
): number {
  return expectedCalibrationError.prepare(labels, scores, options)(options.weights);
}

expectedCalibrationError.prepare = (
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { bins = 10, strategy = "uniform" }: BinOptions = {},
): Statistic => {
  const fill = prepareBins(labels, scores, { bins, strategy });
  return ofBins(fill, (filled) => {
    let distance = 0;
    let total = 0;
    for (const { count, observed, predicted } of filled) {
      distance += count * Math.abs(observed - predicted);
      total += count;
    }
    return distance / total;
  });
};

/** A figure of the filled bins, for weights of rows and of patients. */
function ofBins(fill: FillBins, figure: (filled: CalibrationBin[]) => number): Statistic {
  const statistic: Statistic = (weights) => figure(fill(weights));
  const { byPatient } = fill;
  if (byPatient) {
    statistic.byPatient = (patient, patients) => {
      const fillTimes = byPatient(patient, patients);
      return (times) => figure(fillTimes(times));
    };
  }
  return statistic;
}

/** Bins of equal width in meds-evaluation's `evaluate.py`. */
const MEDS_BINS = 10;

/**
 * What MEDS evaluation calls `calibration_error`: the plain mean of |observed share - mean predicted probability| over
 * those of 10 equal-width bins that hold rows, however few (meds-evaluation, `evaluate.py`). Not the expected
 * calibration error: a bin of one row weighs as much as a bin of thousands.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/not-a-probability`.
 * @example medsCalibrationError([0, 1, 1, 1], [0.25, 0.25, 0.25, 0.75]) // 0.3333333333333333
 */
export function medsCalibrationError(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: WeightOptions = {},
): number {
  return medsCalibrationError.prepare(labels, scores)(options.weights);
}

medsCalibrationError.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const fill = prepareBins(labels, scores, { bins: MEDS_BINS, strategy: "uniform" });
  return ofBins(
    fill,
    (filled) =>
      filled.reduce((sum, { observed, predicted }) => sum + Math.abs(observed - predicted), 0) / filled.length,
  );
};
