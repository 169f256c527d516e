// Rows of several outcomes at once, checked and cut into columns. Knows no metric.
import { fail, numberRows } from "./inputs.ts";

/** Names of the outcomes and how many, as every metric of several outcomes wants them. */
export interface ManyOptions {
  /** How many outcomes a row has. */
  columns: number;
}

/** The outcomes one by one. */
export interface ManyRows {
  rows: number;
  truth: Float64Array[];
  scores: Float64Array[];
}

/** Cuts `truth` and `scores`, rows x columns each, into columns. */
export function manyRows(truth: ArrayLike<number>, scores: ArrayLike<number>, columns: number): ManyRows {
  const checked = numberRows(truth, scores);
  if (!(Number.isInteger(columns) && columns >= 1) || checked.scores.length % columns !== 0) {
    fail("metrics/sizes-differ", "The values are no whole number of rows", {
      where: `${checked.scores.length} values, ${columns} columns`,
      fix: "Give rows x columns values, row after row",
    });
  }
  const rows = checked.scores.length / columns;
  const column = (values: Float64Array, k: number) =>
    Float64Array.from({ length: rows }, (_, row) => values[row * columns + k]!);
  const all = Array.from({ length: columns }, (_, k) => k);
  return {
    rows,
    truth: all.map((k) => column(checked.labels, k)),
    scores: all.map((k) => column(checked.scores, k)),
  };
}

/**
 * Rows x columns of 0 and 1 from class indices.
 * @throws `metrics/bad-label` for an index that names no column.
 * @example oneHot([1, 0], 2) // [0, 1, 1, 0]
 */
export function oneHot(classes: ArrayLike<number>, columns: number): Uint8Array {
  const truth = new Uint8Array(classes.length * columns);
  for (let row = 0; row < classes.length; row++) {
    const k = classes[row]!;
    if (!(Number.isInteger(k) && k >= 0 && k < columns)) {
      fail("metrics/bad-label", "A class is none of those named", {
        where: `labels[${row}]`,
        fix: `Give a whole number from 0 to ${columns - 1}`,
      });
    }
    truth[row * columns + k] = 1;
  }
  return truth;
}
