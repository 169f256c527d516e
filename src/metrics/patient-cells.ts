// Scored rows of yes/no outcomes counted by patient and cell of like scores, once for all figures and all resamples. Knows
// no figure.
import { ascendingOrder } from "./order.ts";

/** Distinct scores up to which each is a cell of its own, so that figures of cells are those of the rows. */
const MOST_EXACT = 4096;
/** Of more scores: rows of a cell, at most this part of the rows before it (the highest scores stand alone) … */
const FINE = 64;
/** … and this part of all rows. */
const COARSE = 400;

/** Cells of neighbouring scores, each once for label 0 and once for label 1: cell 2 g + label, g from the highest score on. */
export interface PatientCells {
  cells: number;
  /** Rows of each cell, and the mean of their scores (0 where there is none). */
  counts: Float64Array;
  meanScores: Float64Array;
  /** Whether no two scores share a cell. */
  exact: boolean;
  /** The rows of each cell where each patient counts so many times: see `cellsByPatient`. */
  weights(times: Float64Array): Float64Array;
}

/** Cells that a number of 16 bits can name. */
const NARROW = 65_536;

interface Known {
  labels: Float64Array;
  patient: Uint32Array;
  cells: PatientCells;
}

const known = new WeakMap<Float64Array, Known>();

/**
 * The cells of rows. Figures of the same rows share them: they are kept for the last labels and patients of each array of
 * scores, none of which may change while figures of them are worked out.
 *
 * @param labels 0 or 1 a row; for figures without an outcome all 0.
 * @param patient the patient of each row, from 0, as one array for all figures of a bootstrap.
 */
export function patientCells(
  labels: Float64Array,
  scores: Float64Array,
  patient: Uint32Array,
  patients: number,
): PatientCells {
  const last = known.get(scores);
  if (last && last.patient === patient && last.labels.every((label, row) => label === labels[row])) return last.cells;
  const cells = cellsOf(labels, scores, patient, patients);
  known.set(scores, { labels, patient, cells });
  return cells;
}

function cellsOf(labels: Float64Array, scores: Float64Array, patient: Uint32Array, patients: number): PatientCells {
  const { cellOf, cells, exact } = cellsOfRows(labels, scores);
  const counts = new Float64Array(cells);
  const meanScores = new Float64Array(cells);
  for (let row = 0; row < cellOf.length; row++) {
    counts[cellOf[row]!]!++;
    meanScores[cellOf[row]!]! += scores[row]!;
  }
  for (let cell = 0; cell < cells; cell++) if (counts[cell]! > 0) meanScores[cell]! /= counts[cell]!;
  return { cells, counts, meanScores, exact, weights: cellsByPatient(cellOf, cells, patient, patients) };
}

/**
 * The rows of each cell where each patient counts so many times, from the cell of each row. The array that is given belongs
 * to the function and holds until its next call; calls with the same `times` object are answered from it.
 */
export function cellsByPatient(
  cellOf: Uint32Array,
  cells: number,
  patient: Uint32Array,
  patients: number,
): (times: Float64Array) => Float64Array {
  const { starts, cell, count } = entriesByPatient(cellOf, cells, patient, patients);
  const sums = new Float64Array(cells);
  let last: Float64Array | undefined;
  return (times) => {
    if (times === last) return sums;
    last = times;
    sums.fill(0);
    for (let p = 0; p < patients; p++) {
      const time = times[p]!;
      if (time === 0) continue;
      for (let at = starts[p]!, end = starts[p + 1]!; at < end; at++) sums[cell[at]!]! += time * count[at]!;
    }
    return sums;
  };
}

/** The cell of each row: rows of one score are never parted. */
function cellsOfRows(labels: Float64Array, scores: Float64Array) {
  const order = ascendingOrder(scores);
  const rows = order.length;
  const endsTie = (i: number) => i === 0 || scores[order[i]!] !== scores[order[i - 1]!];
  let distinct = 0;
  for (let i = 0; i < rows; i++) if (endsTie(i)) distinct++;
  const exact = distinct <= MOST_EXACT;
  const cellOf = new Uint32Array(rows);
  let group = 0;
  let held = 0;
  for (let i = rows - 1; i >= 0; i--) {
    const row = order[i]!;
    cellOf[row] = 2 * group + labels[row]!;
    held++;
    const rank = rows - 1 - i;
    const wanted = exact ? 1 : Math.min(Math.max(1, rank / FINE), Math.max(1, rows / COARSE));
    if (endsTie(i) && held >= wanted) {
      group++;
      held = 0;
    }
  }
  return { cellOf, cells: 2 * (group + (held > 0 ? 1 : 0)), exact };
}

/** The cells in which patients have rows, patient after patient. */
export interface PatientEntries {
  /** The entries of patient p are those from `starts[p]` to `starts[p + 1]`. */
  starts: Uint32Array;
  /** Of each entry the cell, and the rows of the patient in it. */
  cell: Uint16Array | Uint32Array;
  count: Uint32Array;
  /** The entry of each row. */
  entryOf: Uint32Array;
}

/** Of each patient the cells of its rows and how many of them lie there. */
export function entriesByPatient(
  cellOf: ArrayLike<number>,
  cells: number,
  patient: Uint32Array,
  patients: number,
): PatientEntries {
  const starts = new Uint32Array(patients + 1);
  for (let row = 0; row < patient.length; row++) starts[patient[row]! + 1]!++;
  for (let p = 0; p < patients; p++) starts[p + 1]! += starts[p]!;
  const next = starts.slice(0, patients);
  const sorted = new Uint32Array(cellOf.length);
  for (let row = 0; row < cellOf.length; row++) sorted[next[patient[row]!]!++] = row;
  const entryOf = new Uint32Array(cellOf.length);
  const cellAt = new (cells <= NARROW ? Uint16Array : Uint32Array)(cellOf.length);
  const count = new Uint32Array(sorted.length);
  /** Where the cell stands among those of the patient, and which patient that was. */
  const place = new Uint32Array(cells);
  const seenBy = new Int32Array(cells).fill(-1);
  let filled = 0;
  for (let p = 0; p < patients; p++) {
    const [from, to] = [starts[p]!, starts[p + 1]!];
    starts[p] = filled;
    for (let at = from; at < to; at++) {
      const cell = cellOf[sorted[at]!]!;
      if (seenBy[cell] !== p) {
        seenBy[cell] = p;
        place[cell] = filled;
        cellAt[filled++] = cell;
      }
      count[place[cell]!]!++;
      entryOf[sorted[at]!] = place[cell]!;
    }
  }
  starts[patients] = filled;
  return { starts, cell: cellAt.slice(0, filled), count: count.slice(0, filled), entryOf };
}
