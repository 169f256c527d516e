// Conformal prediction: sets and intervals that hold the truth as often as promised. Knows nothing of models.
import { fail, numberRows, optionWithin } from "./inputs.ts";
import { manyRows, oneHot } from "./many.ts";

export interface ConformalOptions {
  /** Share of new rows whose truth is to lie inside, between 0 and 1. */
  promised: number;
}

/**
 * The bound that the next score stays at or below with the promised chance, if scores come in random order: the
 * ceil((n + 1) promised)-th smallest of n (Vovk et al. 2005; Lei et al. 2018). Infinity where n is too small for that.
 *
 * @param scores how strange each calibration row is, in any order.
 * @example conformalBound([0.3, 0.1, 0.2, 0.4], { promised: 0.6 }) // 0.3
 */
export function conformalBound(scores: ArrayLike<number>, { promised }: ConformalOptions): number {
  if (!(promised > 0 && promised < 1)) {
    fail("metrics/bad-option", "The option promised is not between 0 and 1", { where: `promised = ${promised}` });
  }
  const rank = Math.ceil((scores.length + 1) * promised - ROUNDING);
  if (rank > scores.length) return Number.POSITIVE_INFINITY;
  return Float64Array.from(scores).sort()[rank - 1]!;
}

/** Room for the rounding of products such as 10 x 0.9. */
const ROUNDING = 1e-9;

/** A class belongs to the set of a row when one less its probability is at most its bound; plain data. */
export interface SetRule {
  promised: number;
  /** One a class. */
  bounds: number[];
}

export interface SetOptions extends ConformalOptions {
  /** How many classes there are; an event has two, 0 and 1. */
  classes: number;
  /** Keep the promise in each true class and not only over all rows (Mondrian; Vovk 2012). Default false. */
  byClass?: boolean;
}

/**
 * Learns prediction sets on rows the model was not fitted to. The score of a row is one less the probability of its true
 * class (Sadinle et al. 2019). The promise holds for new rows that could have come in any order with these: for hourly rows
 * of the same stays it holds only about.
 *
 * @param truth class index a row. @param probabilities rows x classes.
 * @example conformalSets([0, 1, 1], [0.9, 0.1, 0.2, 0.8, 0.4, 0.6], { promised: 0.5, classes: 2 }).bounds // [0.19999999999999996, 0.19999999999999996]
 */
export function conformalSets(
  truth: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  { promised, classes, byClass = false }: SetOptions,
): SetRule {
  manyRows(oneHot(truth, classes), probabilities, classes);
  const scores: number[][] = Array.from({ length: byClass ? classes : 1 }, () => []);
  for (let row = 0; row < truth.length; row++) {
    const k = truth[row]!;
    scores[byClass ? k : 0]!.push(1 - probabilities[row * classes + k]!);
  }
  const bounds = scores.map((each) => conformalBound(each, { promised }));
  return { promised, bounds: byClass ? bounds : Array.from({ length: classes }, () => bounds[0]!) };
}

/**
 * Which classes belong to the set of each row: 1 or 0, rows x classes.
 * @param probabilities rows x classes.
 * @example predictionSets({ promised: 0.9, bounds: [0.5, 0.8] }, [0.7, 0.3, 0.9, 0.1]) // [1, 1, 1, 0]
 */
export function predictionSets({ bounds }: SetRule, probabilities: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(probabilities, (p, i) => (1 - p <= bounds[i % bounds.length]! ? 1 : 0));
}

/** An interval of a prediction is the prediction plus and minus `half` times the row's scale; plain data. */
export interface IntervalRule {
  promised: number;
  half: number;
}

/**
 * Learns intervals of numbers on rows the model was not fitted to, from the sizes of their errors (split conformal; Lei
 * et al. 2018). With `scales`, errors are counted in units of how uncertain each row is (normalised residuals).
 *
 * @param truth true values. @param predicted predicted values. @param scales numbers above 0, one a row; 1 by default.
 * @example conformalIntervals([1, 2, 3], [1.5, 2, 5], { promised: 0.5 }).half // 0.5
 */
export function conformalIntervals(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { promised, scales }: ConformalOptions & { scales?: ArrayLike<number> },
): IntervalRule {
  const { labels, scores } = numberRows(truth, predicted);
  const sizes = labels.map((label, row) => {
    const scale = scales ? optionWithin("scales", scales[row]!, Number.MIN_VALUE, Number.MAX_VALUE) : 1;
    return Math.abs(label - scores[row]!) / scale;
  });
  return { promised, half: conformalBound(sizes, { promised }) };
}
