// Calibration slope and intercept by logistic recalibration. Knows nothing of models: only their probabilities.
import {
  type ByPatient,
  fail,
  oneClass,
  probabilityRows,
  rowWeights,
  type Statistic,
  undefinedHere,
  type WeightOptions,
} from "./inputs.ts";
import { clip } from "./log-loss.ts";
import { ascendingOrder } from "./ranking.ts";
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
  statistic.byPatient = byCells(rows, (cells) => {
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
  const prepare = (labels: Float64Array, logits: Float64Array) => {
    const shiftFor = prepareShift(labels, logits);
    const rangesOf = prepareRanges(labels, logits);
    return (w: Float64Array | null) => {
      bothClasses("The calibration intercept", rangesOf(w));
      return shiftFor(w) ?? noSolution();
    };
  };
  const shiftOfRows = prepare(rows.labels, logits);
  const statistic: Statistic = (weights) => shiftOfRows(rowWeights(weights, logits.length));
  statistic.byPatient = byCells(rows, (cells) => prepare(cells.labels, cells.logits));
  return statistic;
};

function prepareRecalibration(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): (weights?: ArrayLike<number>) => Recalibration {
  const rows = probabilityRows(labels, scores);
  const recalibrate = prepareCells({ labels: rows.labels, logits: rows.scores.map(logit) });
  return (weights) => recalibrate(rowWeights(weights, rows.labels.length));
}

function prepareCells({ labels, logits }: { labels: Float64Array; logits: Float64Array }) {
  const lineFor = prepareLine(labels, logits);
  const rangesOf = prepareRanges(labels, logits);
  return (w: Float64Array | null): Recalibration => {
    needOverlap(rangesOf(w));
    return lineFor(w) ?? noSolution();
  };
}

/** Cells of log-odds into which very many rows are put, of each outcome. */
const CELLS = 4096;

/**
 * For very many rows: rows of the same outcome with nearly the same log-odds (cells of equally many rows) are fitted as
 * one, at their mean, which moves the fit by far less than the width of its interval.
 */
function byCells(
  { labels, scores }: { labels: Float64Array; scores: Float64Array },
  prepare: (cells: { labels: Float64Array; logits: Float64Array }) => (w: Float64Array) => number,
): ByPatient {
  return (patient) => {
    const logits = scores.map(logit);
    const cellOf = new Uint32Array(labels.length);
    const perCell = Math.max(1, Math.ceil(labels.length / CELLS));
    ascendingOrder(logits).forEach((row, rank) => {
      cellOf[row] = 2 * Math.floor(rank / perCell) + labels[row]!;
    });
    const cells = 2 * Math.ceil(labels.length / perCell);
    const count = new Float64Array(cells);
    const total = new Float64Array(cells);
    for (let row = 0; row < labels.length; row++) {
      count[cellOf[row]!]!++;
      total[cellOf[row]!]! += logits[row]!;
    }
    const figure = prepare({
      labels: Float64Array.from({ length: cells }, (_, cell) => cell % 2),
      logits: total.map((sum, cell) => (count[cell]! > 0 ? sum / count[cell]! : 0)),
    });
    const w = new Float64Array(cells);
    return (times) => {
      w.fill(0);
      for (let row = 0; row < cellOf.length; row++) w[cellOf[row]!]! += times[patient[row]!]!;
      return figure(w);
    };
  };
}

const logit = (score: number) => {
  const p = clip(score);
  return Math.log(p) - Math.log1p(-p);
};

/** The least and greatest log-odds of the rows of an outcome that have a weight; undefined where there is none. */
type Range = { least: number; most: number } | undefined;

/** Sorts the rows once and gives the ranges of both outcomes for any weights. */
function prepareRanges(labels: Float64Array, logits: Float64Array) {
  const order = ascendingOrder(logits);
  const rowsOf = [0, 1].map((label) => order.filter((row) => labels[row] === label));
  return (w: Float64Array | null): { negative: Range; positive: Range } => {
    const counts = (row: number) => w === null || w[row]! > 0;
    const [negative, positive] = rowsOf.map((rows): Range => {
      const first = rows.find(counts);
      return first === undefined ? undefined : { least: logits[first]!, most: logits[rows.findLast(counts)!]! };
    });
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
