// Rows put into bins of predicted probability. Knows nothing of what is made of the bins.
import { optionCount, probabilityRows, rowWeights } from "./inputs.ts";
import { ascendingOrder } from "./order.ts";
import { entriesByPatient } from "./patient-cells.ts";
import { interpolate } from "./sums.ts";

export interface BinOptions {
  /** How many bins. */
  bins?: number;
  /** `uniform`: bins of equal width over 0 to 1. `quantile`: bins that hold equally many rows. */
  strategy?: "uniform" | "quantile";
}

/** One bin that holds rows. */
export interface CalibrationBin {
  /** Total weight of its rows (their number, without weights). */
  count: number;
  /** Mean predicted probability. */
  predicted: number;
  /** Share of positive rows. */
  observed: number;
}

/** Fills the bins for any weights of the rows, or for how often each patient counts. */
export interface FillBins {
  (weights?: ArrayLike<number>): CalibrationBin[];
  byPatient?: (patient: Uint32Array, patients: number) => (times: Float64Array) => CalibrationBin[];
}

/**
 * Sorts the rows once and gives a function that fills the bins for any weights; bins without weight are left out.
 * Edges and their sides as in scikit-learn's `calibration_curve`: a row on an edge belongs to the bin below. Weights count
 * as multiplicities where quantile edges are placed.
 */
export function prepareBins(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { bins = 10, strategy = "uniform" }: BinOptions,
): FillBins {
  optionCount("bins", bins);
  const rows = probabilityRows(labels, scores);
  const order = ascendingOrder(rows.scores);
  const fill: FillBins = (weights) => {
    const w = rowWeights(weights, order.length);
    const edges = strategy === "uniform" ? uniformEdges(bins) : quantileEdges(rows.scores, order, w, bins);
    const count = new Float64Array(bins);
    const predicted = new Float64Array(bins);
    const observed = new Float64Array(bins);
    let bin = 0;
    for (let i = 0; i < order.length; i++) {
      const row = order[i]!;
      const score = rows.scores[row]!;
      while (bin < bins - 1 && edges[bin]! < score) bin++;
      const weight = w === null ? 1 : w[row]!;
      count[bin]! += weight;
      predicted[bin]! += weight * score;
      observed[bin]! += weight * rows.labels[row]!;
    }
    return filledBins(count, predicted, observed);
  };
  if (strategy === "uniform") {
    const binOf = binsOfRows(rows.scores, order, bins);
    fill.byPatient = (patient, patients) => {
      const { starts, cell, count, entryOf } = entriesByPatient(binOf, bins, patient, patients);
      const scoreSums = new Float64Array(cell.length);
      const labelSums = new Float64Array(cell.length);
      for (let row = 0; row < binOf.length; row++) {
        scoreSums[entryOf[row]!]! += rows.scores[row]!;
        labelSums[entryOf[row]!]! += rows.labels[row]!;
      }
      return (times) => {
        const [total, predicted, observed] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
        for (let p = 0; p < patients; p++) {
          const time = times[p]!;
          if (time === 0) continue;
          for (let at = starts[p]!, end = starts[p + 1]!; at < end; at++) {
            const bin = cell[at]!;
            total[bin]! += time * count[at]!;
            predicted[bin]! += time * scoreSums[at]!;
            observed[bin]! += time * labelSums[at]!;
          }
        }
        return filledBins(total, predicted, observed);
      };
    };
  }
  return fill;
}

function filledBins(count: Float64Array, predicted: Float64Array, observed: Float64Array): CalibrationBin[] {
  const filled: CalibrationBin[] = [];
  for (let b = 0; b < count.length; b++) {
    const inBin = count[b]!;
    if (inBin > 0) filled.push({ count: inBin, predicted: predicted[b]! / inBin, observed: observed[b]! / inBin });
  }
  return filled;
}

/** The bin of each row, of bins of equal width. */
function binsOfRows(scores: Float64Array, order: Uint32Array, bins: number): Uint16Array {
  const edges = uniformEdges(bins);
  const binOf = new Uint16Array(scores.length);
  let bin = 0;
  for (const row of order) {
    while (bin < bins - 1 && edges[bin]! < scores[row]!) bin++;
    binOf[row] = bin;
  }
  return binOf;
}

/** The inner edges of equal-width bins over 0 to 1. */
function uniformEdges(bins: number): number[] {
  const width = 1 / bins;
  return Array.from({ length: bins - 1 }, (_, k) => (k + 1) * width);
}

/** The inner edges of equally filled bins: linear interpolation in the sample, each row repeated by its weight. */
function quantileEdges(scores: Float64Array, order: Uint32Array, w: Float64Array | null, bins: number): number[] {
  const upTo = new Float64Array(order.length);
  let total = 0;
  for (let i = 0; i < order.length; i++) {
    total += w === null ? 1 : w[order[i]!]!;
    upTo[i] = total;
  }
  /** The value at a place, counted from 0, of the repeated sample. */
  const valueAt = (place: number): number => {
    let low = 0;
    let high = order.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (upTo[middle]! <= place) low = middle + 1;
      else high = middle;
    }
    return scores[order[low]!]!;
  };
  return uniformEdges(bins).map((share) => {
    // numpy goes by way of per cent; dividing again keeps its rounding.
    const place = Math.max(0, (total - 1) * ((share * 100) / 100));
    const below = Math.floor(place);
    return interpolate(valueAt(below), valueAt(below + 1), place - below);
  });
}
