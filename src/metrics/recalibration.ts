// Calibration slope and intercept by logistic recalibration. Knows nothing of models: only their probabilities.
import {
  type ByPatient,
  fail,
  oneClass,
  probabilityRows,
  type Rows,
  rowWeights,
  type Statistic,
  undefinedHere,
  type WeightOptions,
} from "./inputs.ts";
import { clip } from "./log-loss.ts";
import { patientCells } from "./patient-cells.ts";
import { prepareLine, prepareShift } from "./recalibration-fit.ts";

/** The line that maps a model's log-odds to those observed: logit(P(positive)) = intercept + slope x logit(score). */
export interface Recalibration {
  intercept: number;
  slope: number;
}

/**
 * Fits intercept and slope of the outcome on logit(score) together by maximum likelihood (Cox 1958). Scores of 0 and 1
 * are clipped as in `logLoss`.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/one-class`; `metrics/undefined` when all scores are equal; `metrics/separated` when a threshold parts
 *   the outcomes without error, for then the slope has no finite value.
 * @example logisticRecalibration([0, 1, 0, 0, 1, 1], [0.2, 0.2, 0.2, 0.8, 0.8, 0.8]).slope // 0.5
 */
export function logisticRecalibration(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: WeightOptions = {},
): Recalibration {
  return prepareRecalibration(labels, scores)(options.weights);
}

/**
 * Calibration slope: 1 when the spread of the predictions is right, below 1 when they are too extreme (overfitted), above
 * 1 when too timid. The slope of `logisticRecalibration`, and its errors.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @example calibrationSlope([0, 1, 0, 0, 1, 1], [0.2, 0.2, 0.2, 0.8, 0.8, 0.8]) // 0.5
 */
export function calibrationSlope(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: WeightOptions = {},
): number {
  return calibrationSlope.prepare(labels, scores)(options.weights);
}

calibrationSlope.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const rows = probabilityRows(labels, scores);
  const recalibrate = prepareRecalibration(rows.labels, rows.scores);
  const statistic: Statistic = (weights) => recalibrate(weights).slope;
  statistic.byPatient = byCells(rows, statistic, (cells) => {
    const recalibrateCells = prepareCells(cells);
    return (w) => recalibrateCells(w).slope;
  });
  return statistic;
};

/**
 * Calibration intercept, or calibration in the large: how far the log-odds must be moved, with the slope held at 1, for
 * the mean prediction to meet the prevalence (Cox 1958; Steyerberg, Clinical Prediction Models, ch. 15). 0 is right,
 * negative means risks are predicted too high. Scores of 0 and 1 are clipped as in `logLoss`.
 *
 * @param labels 0 or 1 a row. @param scores probabilities, 0 to 1.
 * @throws `metrics/one-class`.
 * @example calibrationIntercept([0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5]) // -1.0986122886681098
 */
export function calibrationIntercept(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: WeightOptions = {},
): number {
  return calibrationIntercept.prepare(labels, scores)(options.weights);
}

calibrationIntercept.prepare = (labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic => {
  const rows = probabilityRows(labels, scores);
  const logits = rows.scores.map(logit);
  const prepare = ({ labels, logits, counts }: Fitted) => {
    const shiftFor = prepareShift(labels, logits, counts);
    const rangesOf = prepareRanges(labels, logits);
    return (w: Float64Array | null) => {
      bothClasses("The calibration intercept", rangesOf(w));
      return shiftFor(w) ?? noSolution();
    };
  };
  const shiftOfRows = prepare({ labels: rows.labels, logits, counts: null });
  const statistic: Statistic = (weights) => shiftOfRows(rowWeights(weights, logits.length));
  statistic.byPatient = byCells(rows, statistic, prepare);
  return statistic;
};

function prepareRecalibration(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): (weights?: ArrayLike<number>) => Recalibration {
  const rows = probabilityRows(labels, scores);
  const recalibrate = prepareCells({ labels: rows.labels, logits: rows.scores.map(logit), counts: null });
  return (weights) => recalibrate(rowWeights(weights, rows.labels.length));
}

function prepareCells({ labels, logits, counts }: Fitted) {
  const lineFor = prepareLine(labels, logits, counts);
  const rangesOf = prepareRanges(labels, logits);
  return (w: Float64Array | null): Recalibration => {
    needOverlap(rangesOf(w));
    return lineFor(w) ?? noSolution();
  };
}

/** Places along the scores that a fit of very many rows is made of. */
const FIT_CELLS = 500;

/**
 * For very many rows: those of an outcome that share a cell of `patientCells` are fitted as one, at their mean score. What
 * that changes in the figure of the rows as they are is added to all resamples alike.
 */
function byCells(
  { labels, scores }: Rows,
  statistic: Statistic,
  prepare: (cells: Fitted) => (w: Float64Array) => number,
): ByPatient {
  return (patient, patients) => {
    const { cells, counts, meanScores, weights, exact } = patientCells(labels, scores, patient, patients);
    // of exact cells one is one; of others a few neighbours are as good as one, and make the fit quicker
    const joined = exact ? 1 : Math.ceil(cells / (2 * FIT_CELLS));
    const width = 2 * Math.ceil(cells / (2 * joined));
    const placeOf = Uint32Array.from({ length: cells }, (_, cell) => 2 * Math.floor(cell / 2 / joined) + (cell % 2));
    const gather = (values: Float64Array) => {
      const sums = new Float64Array(width);
      for (let cell = 0; cell < cells; cell++) sums[placeOf[cell]!]! += values[cell]!;
      return sums;
    };
    const total = gather(counts);
    const logits = gather(meanScores.map((score, cell) => (counts[cell]! > 0 ? counts[cell]! * logit(score) : 0)));
    const figure = prepare({
      labels: Float64Array.from({ length: width }, (_, place) => place % 2),
      logits: logits.map((sum, place) => (total[place]! > 0 ? sum / total[place]! : 0)),
      counts: total,
    });
    const shift = exact ? 0 : statistic() - figure(total);
    return (times) => figure(gather(weights(times))) + shift;
  };
}

/** Rows, or cells of them, and how many there are of each (null: one). */
interface Fitted {
  labels: Float64Array;
  logits: Float64Array;
  counts: Float64Array | null;
}

const logit = (score: number) => {
  const p = clip(score);
  return Math.log(p) - Math.log1p(-p);
};

/** The least and greatest log-odds of the rows of an outcome that have a weight; undefined where there is none. */
type Range = { least: number; most: number } | undefined;

/** Gives the ranges of both outcomes for any weights. */
function prepareRanges(labels: Float64Array, logits: Float64Array) {
  return (w: Float64Array | null): { negative: Range; positive: Range } => {
    const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const most = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let row = 0; row < labels.length; row++) {
      if (w !== null && !(w[row]! > 0)) continue;
      const label = labels[row]!;
      if (logits[row]! < least[label]!) least[label] = logits[row]!;
      if (logits[row]! > most[label]!) most[label] = logits[row]!;
    }
    const [negative, positive] = [0, 1].map(
      (label): Range => (least[label]! <= most[label]! ? { least: least[label]!, most: most[label]! } : undefined),
    );
    return { negative, positive };
  };
}

function bothClasses(metric: string, { negative, positive }: { negative: Range; positive: Range }) {
  return { negative: negative ?? oneClass(metric, "negative"), positive: positive ?? oneClass(metric, "positive") };
}

/** The slope is finite only where the scores of positive and negative rows overlap. */
function needOverlap(ranges: { negative: Range; positive: Range }): void {
  const { negative, positive } = bothClasses("The calibration slope", ranges);
  if (Math.min(negative.least, positive.least) === Math.max(negative.most, positive.most)) {
    undefinedHere("The calibration slope", "All scores are equal");
  }
  if (negative.most <= positive.least || positive.most <= negative.least) {
    fail("metrics/separated", "The calibration slope has no finite value", {
      why: "A threshold on the score parts the outcomes without error",
      fix: "Measure on more patients",
    });
  }
}

function noSolution(): never {
  return fail("metrics/separated", "Logistic recalibration found no finite solution", {
    why: "The scores part the outcomes almost without error",
  });
}
