// Errors of predicted numbers (a length of stay, a laboratory value). Knows nothing of outcomes that are yes or no.
import { numberRows, type Rows, rowWeights, type Statistic, undefinedHere, type WeightOptions } from "./inputs.ts";
import { ascendingOrder } from "./order.ts";
import { patientCells } from "./patient-cells.ts";
import { mean, meanOf, patientCounts, patientSums, sum, weightedSum } from "./sums.ts";

/**
 * Mean absolute error, in the unit of the labels (scikit-learn's `mean_absolute_error`).
 * @param labels true values. @param scores predicted values.
 * @example mae([3, -0.5, 2, 7], [2.5, 0, 2, 8]) // 0.5
 */
export function mae(labels: ArrayLike<number>, scores: ArrayLike<number>, options: WeightOptions = {}): number {
  return mae.prepare(labels, scores)(options.weights);
}

mae.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic =>
  meanOf(absoluteErrors(numberRows(labels, scores)));

/**
 * Mean squared error, in the squared unit of the labels (scikit-learn's `mean_squared_error`).
 * @param labels true values. @param scores predicted values.
 * @example mse([3, -0.5, 2, 7], [2.5, 0, 2, 8]) // 0.375
 */
export function mse(labels: ArrayLike<number>, scores: ArrayLike<number>, options: WeightOptions = {}): number {
  return mse.prepare(labels, scores)(options.weights);
}

mse.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic =>
  meanOf(squaredErrors(numberRows(labels, scores)));

/**
 * Root of the mean squared error, in the unit of the labels (scikit-learn's `root_mean_squared_error`).
 * @param labels true values. @param scores predicted values.
 * @example rmse([0, 0], [3, 3]) // 3
 */
export function rmse(labels: ArrayLike<number>, scores: ArrayLike<number>, options: WeightOptions = {}): number {
  return rmse.prepare(labels, scores)(options.weights);
}

rmse.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const meanSquare = mse.prepare(labels, scores);
  const statistic: Statistic = (weights) => Math.sqrt(meanSquare(weights));
  statistic.byPatient = (patient, patients) => {
    const quick = meanSquare.byPatient!(patient, patients);
    return (times) => Math.sqrt(quick(times));
  };
  return statistic;
};

/**
 * Median absolute error, in the unit of the labels (scikit-learn's `median_absolute_error`): half the rows (by weight) err
 * by less. Between two middle rows it is their mean.
 * @param labels true values. @param scores predicted values.
 * @example medianAbsoluteError([3, -0.5, 2, 7], [2.5, 0, 2, 8]) // 0.5
 */
export function medianAbsoluteError(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: WeightOptions = {},
): number {
  return medianAbsoluteError.prepare(labels, scores)(options.weights);
}

medianAbsoluteError.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const errors = absoluteErrors(numberRows(labels, scores));
  const order = ascendingOrder(errors);
  const statistic: Statistic = (weights) => weightedMedian(order, errors, rowWeights(weights, errors.length));
  const noOutcome = new Float64Array(errors.length);
  statistic.byPatient = (patient, patients) => {
    const { cells, counts, meanScores, weights, exact } = patientCells(noOutcome, errors, patient, patients);
    // cells run from the largest error down, and those of label 1 are empty
    const rising = Array.from({ length: cells / 2 }, (_, g) => cells - 2 - 2 * g);
    const middle = (w: Float64Array) =>
      exact ? weightedMedian(rising, meanScores, w) : medianOfCells(rising, meanScores, w);
    const shift = exact ? 0 : statistic() - middle(counts);
    return (times) => Math.max(0, middle(weights(times)) + shift);
  };
  return statistic;
};

/** The median of values whose places `order` holds from the least on. */
function weightedMedian(order: ArrayLike<number>, values: Float64Array, weights: Float64Array | null): number {
  const weightAt = (rank: number) => (weights === null ? 1 : weights[order[rank]!]!);
  let total = 0;
  for (let i = 0; i < order.length; i++) total += weightAt(i);
  let upTo = 0;
  for (let i = 0; i < order.length; i++) {
    upTo += weightAt(i);
    if (upTo < total / 2) continue;
    const here = values[order[i]!]!;
    if (upTo - total / 2 > Number.EPSILON) return here;
    let next = i + 1;
    while (next < order.length && weightAt(next) === 0) next++;
    return next < order.length ? (here + values[order[next]!]!) / 2 : here;
  }
  return values[order[order.length - 1]!]!;
}

/** The same where each value is the mean of a cell of many: in a line between the middles of two cells. */
function medianOfCells(order: ArrayLike<number>, means: Float64Array, weights: Float64Array): number {
  let total = 0;
  for (let i = 0; i < order.length; i++) total += weights[order[i]!]!;
  let upTo = 0;
  let before: { place: number; mean: number } | undefined;
  for (let i = 0; i < order.length; i++) {
    const weight = weights[order[i]!]!;
    if (weight === 0) continue;
    const here = { place: upTo + weight / 2, mean: means[order[i]!]! };
    if (here.place >= total / 2) {
      if (!before) return here.mean;
      return before.mean + ((total / 2 - before.place) / (here.place - before.place)) * (here.mean - before.mean);
    }
    before = here;
    upTo += weight;
  }
  return before?.mean ?? Number.NaN;
}

/**
 * Coefficient of determination (scikit-learn's `r2_score`): the share of the labels' variance that the predictions
 * explain. 1 is perfect, 0 no better than the mean, negative is worse. With constant labels it is 1 for perfect
 * predictions and 0 otherwise, as there.
 * @param labels true values, two or more. @param scores predicted values.
 * @throws `metrics/undefined` for a single row.
 * @example r2([1, 2, 3], [1, 2, 4]) // 0.5
 */
export function r2(labels: ArrayLike<number>, scores: ArrayLike<number>, options: WeightOptions = {}): number {
  return r2.prepare(labels, scores)(options.weights);
}

r2.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const rows = numberRows(labels, scores);
  if (rows.labels.length < 2) undefinedHere("R2", "There is only one row");
  const errors = squaredErrors(rows);
  const statistic: Statistic = (weights) => {
    const w = rowWeights(weights, errors.length);
    // Measured from the first label that counts, so that a common offset costs no digits and equal labels do not vary.
    const first = rows.labels[w === null ? 0 : w.findIndex((weight) => weight > 0)]!;
    const labels = rows.labels.map((label) => label - first);
    const centre = mean(labels, w);
    const unexplained = sum(errors, w);
    const squares = labels.map((label) => (label - centre) ** 2);
    const variation = sum(squares, w);
    if (unexplained === 0) return 1;
    return variation === 0 ? 0 : 1 - unexplained / variation;
  };
  statistic.byPatient = (patient, patients) => {
    // Measured from the mean of all rows, so that the squares lose no digits to a common offset.
    const centre = mean(rows.labels);
    const offsets = rows.labels.map((label) => label - centre);
    const [unexplained, along, squares] = [errors, offsets, offsets.map((offset) => offset * offset)].map((each) =>
      patientSums(each, patient, patients),
    );
    const counts = patientCounts(patient, patients);
    return (times) => {
      const left = weightedSum(unexplained!, times);
      const variation = weightedSum(squares!, times) - weightedSum(along!, times) ** 2 / weightedSum(counts, times);
      if (left === 0) return 1;
      return variation <= 0 ? 0 : 1 - left / variation;
    };
  };
  return statistic;
};

function absoluteErrors({ labels, scores }: Rows): Float64Array {
  return labels.map((label, i) => Math.abs(label - scores[i]!));
}

function squaredErrors({ labels, scores }: Rows): Float64Array {
  return labels.map((label, i) => (label - scores[i]!) ** 2);
}
