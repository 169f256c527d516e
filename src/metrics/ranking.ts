// Rows in order of score, the one sort behind every metric of ranks. Knows no metric.
import { binaryRows, type Rows, rowWeights, type Statistic } from "./inputs.ts";
import { ascendingOrder } from "./order.ts";
import { patientCells } from "./patient-cells.ts";

export { ascendingOrder };

/** Rows from the highest score to the lowest; equal scores keep the order of the rows. */
export interface RankedRows {
  /** The row at each rank. */
  row: Uint32Array;
  /** 1 where the row at that rank is positive. */
  positive: Uint8Array;
  /** 1 where the next rank has another score (or there is none). */
  endsTie: Uint8Array;
}

const kept = new WeakMap<Float64Array, { labels: Float64Array; order: Uint32Array; ranked: RankedRows }>();

/** Ranks checked rows by score, best first. What is given may be given again: it must not be changed. */
export function rankRows(rows: Rows): RankedRows {
  const order = ascendingOrder(rows.scores);
  const last = kept.get(rows.scores);
  if (last?.order === order && last.labels.every((label, row) => label === rows.labels[row])) return last.ranked;
  const ranked = ranksOf(rows, order);
  kept.set(rows.scores, { labels: rows.labels.slice(), order, ranked });
  return ranked;
}

function ranksOf({ labels, scores }: Rows, ascending: Uint32Array): RankedRows {
  const count = labels.length;
  const row = new Uint32Array(count);
  const positive = new Uint8Array(count);
  const endsTie = new Uint8Array(count);
  let rank = 0;
  for (let end = count; end > 0; ) {
    let start = end - 1;
    while (start > 0 && scores[ascending[start - 1]!] === scores[ascending[end - 1]!]) start--;
    for (let i = start; i < end; i++, rank++) {
      row[rank] = ascending[i]!;
      positive[rank] = labels[ascending[i]!]!;
    }
    endsTie[rank - 1] = 1;
    end = start;
  }
  return { row, positive, endsTie };
}

/**
 * The statistic of a figure over ranks, by weights of the rows or by those of their patients: the weight of the row at a
 * rank is `weights[row[rank]]`, or 1 where they are null. By patient, very many scores are put into cells of neighbours,
 * which count as tied; what that changes in the figure of the rows as they are is added to all resamples alike.
 */
export function rankedStatistic(
  rows: Rows,
  figure: (ranked: RankedRows, weights: Float64Array | null) => number,
): Statistic {
  const ranked = rankRows(rows);
  const statistic: Statistic = (weights) => figure(ranked, rowWeights(weights, ranked.row.length));
  statistic.byPatient = (patient, patients) => {
    const { weights, counts, cells, exact } = patientCells(rows.labels, rows.scores, patient, patients);
    const inCells: RankedRows = {
      row: Uint32Array.from({ length: cells }, (_, cell) => cell),
      positive: Uint8Array.from({ length: cells }, (_, cell) => cell % 2),
      endsTie: Uint8Array.from({ length: cells }, (_, cell) => cell % 2),
    };
    const shift = exact ? 0 : figure(ranked, null) - figure(inCells, counts);
    return (times) => Math.min(1, figure(inCells, weights(times)) + shift);
  };
  return statistic;
}

/** How many (by weight) are called positive, rightly and wrongly, at each distinct score, highest first. */
export interface Cumulative {
  thresholds: Float64Array;
  truePositives: Float64Array;
  falsePositives: Float64Array;
}

/**
 * The counts at every threshold "score >= threshold". Rows of zero weight make no threshold. The sums run in the order of
 * the ranks, as in scikit-learn's `confusion_matrix_at_thresholds`, so that they round alike.
 */
export function cumulativeCounts(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Cumulative {
  const rows = binaryRows(labels, scores);
  const w = rowWeights(weights, rows.labels.length);
  const { row, positive, endsTie } = rankRows(rows);
  const thresholds: number[] = [];
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  let tp = 0;
  let fp = 0;
  let counted = false;
  for (let rank = 0; rank < row.length; rank++) {
    const weight = w === null ? 1 : w[row[rank]!]!;
    if (weight > 0) counted = true;
    if (positive[rank]) tp += weight;
    else fp += weight;
    if (endsTie[rank] && counted) {
      thresholds.push(rows.scores[row[rank]!]!);
      truePositives.push(tp);
      falsePositives.push(fp);
      counted = false;
    }
  }
  return {
    thresholds: Float64Array.from(thresholds),
    truePositives: Float64Array.from(truePositives),
    falsePositives: Float64Array.from(falsePositives),
  };
}
