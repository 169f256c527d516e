// Rows in order of score, the one sort behind every metric of ranks. Knows no metric.
import { binaryRows, type Rows, rowWeights, type Statistic } from "./inputs.ts";

/** Rows from the highest score to the lowest; equal scores keep the order of the rows. */
export interface RankedRows {
  /** The row at each rank. */
  row: Uint32Array;
  /** 1 where the row at that rank is positive. */
  positive: Uint8Array;
  /** 1 where the next rank has another score (or there is none). */
  endsTie: Uint8Array;
}

/** Row numbers from the lowest score to the highest, equal scores in the order of the rows. */
export function ascendingOrder(scores: Float64Array): Uint32Array {
  const count = scores.length;
  const distinct = Float64Array.from(scores).sort();
  let groups = 0;
  for (let i = 0; i < count; i++) {
    if (groups === 0 || distinct[i] !== distinct[groups - 1]) distinct[groups++] = distinct[i]!;
  }
  const group = new Uint32Array(count);
  const next = new Uint32Array(groups + 1);
  for (let i = 0; i < count; i++) {
    const score = scores[i]!;
    let low = 0;
    let high = groups - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (distinct[middle]! < score) low = middle + 1;
      else high = middle;
    }
    group[i] = low;
    next[low + 1]!++;
  }
  for (let g = 1; g <= groups; g++) next[g]! += next[g - 1]!;
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[next[group[i]!]!++] = i;
  return order;
}

/** Ranks checked rows by score, best first. */
export function rankRows({ labels, scores }: Rows): RankedRows {
  const count = labels.length;
  const ascending = ascendingOrder(scores);
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
 * The statistic of a figure over ranks: by weights of the rows, or by those of their patients. The weight of the row at a
 * rank is `weights[index[rank]]`; null where all weigh the same.
 */
export function rankedStatistic(
  row: Uint32Array,
  figure: (index: Uint32Array, weights: Float64Array | null) => number,
): Statistic {
  const statistic: Statistic = (weights) => figure(row, rowWeights(weights, row.length));
  statistic.byPatient = (patient) => {
    const ranked = row.map((at) => patient[at]!);
    return (times) => figure(ranked, times);
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
