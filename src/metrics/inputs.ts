// What every metric checks before it counts, and how it says that a figure is not defined. Knows no metric.
import { BedsideError, type Problem } from "../core/errors.ts";

/** Row weights, where scikit-learn has `sample_weight`. */
export interface WeightOptions {
  /** One finite number >= 0 a row, not all zero; absent: every row counts once. */
  weights?: ArrayLike<number> | undefined;
}

/**
 * A metric of rows already checked and sorted: the figure for any weights of the rows (absent: all 1). Every metric makes
 * its own with `prepare(labels, scores, options)`; the bootstrap calls it a thousand times.
 */
export interface Statistic {
  (weights?: ArrayLike<number>): number;
  /**
   * The same figure where all rows of a patient weigh alike, made quick for many rows a patient. Given the patient of each
   * row (from 0) and their number, it makes a function of how often each patient counts. An array of counts must not be
   * changed and given again: another draw is another array.
   */
  byPatient?: ByPatient;
}

export type ByPatient = (patient: Uint32Array, patients: number) => (times: Float64Array) => number;

/** Checked rows: what was true and what was predicted, equal in number. */
export interface Rows {
  labels: Float64Array;
  scores: Float64Array;
}

/** Rows of a yes/no outcome: labels 0 or 1, scores finite. */
export function binaryRows(labels: ArrayLike<number>, scores: ArrayLike<number>): Rows {
  const rows = numberRows(labels, scores);
  for (let i = 0; i < rows.labels.length; i++) {
    const label = rows.labels[i]!;
    if (label !== 0 && label !== 1) {
      fail("metrics/bad-label", "A label is neither 0 nor 1", {
        where: `labels[${i}]`,
        fix: "Give 1 where the outcome happened and 0 where it did not",
      });
    }
  }
  return rows;
}

/** Rows of a yes/no outcome whose scores are probabilities. */
export function probabilityRows(labels: ArrayLike<number>, scores: ArrayLike<number>): Rows {
  const rows = binaryRows(labels, scores);
  for (let i = 0; i < rows.scores.length; i++) {
    if (rows.scores[i]! < 0 || rows.scores[i]! > 1) {
      fail("metrics/not-a-probability", "A score lies outside 0 to 1", {
        where: `scores[${i}]`,
        why: "This metric reads the scores as probabilities",
        fix: "Give the predicted probabilities, not margins or ranks",
      });
    }
  }
  return rows;
}

/** Rows of numbers, labels and scores finite. */
export function numberRows(labels: ArrayLike<number>, scores: ArrayLike<number>): Rows {
  if (labels.length !== scores.length) {
    fail("metrics/sizes-differ", "The labels and the scores differ in number", {
      where: `${labels.length} labels, ${scores.length} scores`,
      fix: "Give one score for each label, in the same order",
    });
  }
  if (labels.length === 0) {
    fail("metrics/empty", "There is no row to measure", { fix: "Check that the cohort or the split is not empty" });
  }
  return { labels: finite(labels, "labels"), scores: finite(scores, "scores") };
}

function finite(values: ArrayLike<number>, name: "labels" | "scores"): Float64Array {
  const numbers = values instanceof Float64Array ? values : new Float64Array(values);
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i]!)) {
      fail(
        name === "labels" ? "metrics/bad-label" : "metrics/bad-score",
        `The ${name} hold a value that is not a number`,
        {
          where: `${name}[${i}]`,
          why: "It is missing, NaN or infinite",
          fix: "Look for a diverged model or rows without a value",
        },
      );
    }
  }
  return numbers;
}

/** Checked weights of `count` rows, or null where every row counts once. */
export function rowWeights(weights: ArrayLike<number> | undefined, count: number): Float64Array | null {
  if (weights === undefined) return null;
  if (weights.length !== count) {
    fail("metrics/sizes-differ", "The weights and the labels differ in number", {
      where: `${weights.length} weights, ${count} labels`,
      fix: "Give one weight for each row",
    });
  }
  const numbers = weights instanceof Float64Array ? weights : new Float64Array(weights);
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const weight = numbers[i]!;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      fail("metrics/bad-weight", "A weight is negative or not a number", {
        where: `weights[${i}]`,
        fix: "Give finite weights of 0 or more",
      });
    }
    if (weight > largest) largest = weight;
  }
  if (largest === 0) fail("metrics/undefined", "Every weight is zero", { fix: "Give at least one row a weight" });
  return numbers;
}

/** A number from an option, refused outside [least, most]. */
export function optionWithin(name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) {
    fail("metrics/bad-option", `The option ${name} is out of range`, {
      where: `${name} = ${value}`,
      fix: `Give a number from ${least} to ${most}`,
    });
  }
  return value;
}

/** A whole number of 1 or more from an option. */
export function optionCount(name: string, value: number): number {
  if (!(Number.isInteger(value) && value >= 1)) {
    fail("metrics/bad-option", `The option ${name} is not a whole number of 1 or more`, {
      where: `${name} = ${value}`,
    });
  }
  return value;
}

/** Ends with the error of a metric that needs both outcomes and found one. */
export function oneClass(metric: string, missing: "positive" | "negative"): never {
  return fail("metrics/one-class", `${metric} is not defined: no row is ${missing}`, {
    why: "Every row (with a weight above zero) has the same outcome",
    fix: "Measure on more patients, or leave this metric out here",
  });
}

/** Ends with the error of a metric that has no value on these rows. */
export function undefinedHere(metric: string, why: string): never {
  return fail("metrics/undefined", `${metric} is not defined on these rows`, { why });
}

/** Ends with a BedsideError. */
export function fail(code: string, what: string, rest: Omit<Problem, "code" | "what"> = {}): never {
  throw new BedsideError({ code, what, ...rest });
}

const UNDEFINED = new Set(["metrics/one-class", "metrics/undefined", "metrics/separated"]);

/** Whether an error says that the figure has no value on these rows (and not that the input is wrong). */
export function saysUndefined(error: unknown): boolean {
  return error instanceof BedsideError && UNDEFINED.has(error.problem.code);
}
