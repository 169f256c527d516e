// Isotonic regression: the closest rising step function, for recalibration. Knows nothing of models.
import { numberRows, rowWeights, type WeightOptions } from "./inputs.ts";
import { ascendingOrder } from "./order.ts";
import { interpolate } from "./sums.ts";

/** A rising function through points, straight between them and level beyond; plain data. */
export interface Isotonic {
  kind: "isotonic";
  /** Rising scores. */
  x: number[];
  /** The value at each, never falling. */
  y: number[];
}

/**
 * Fits the rising function of the scores that is closest to the labels in squares, by pooling neighbours that fall (Ayer
 * et al. 1955; scikit-learn's `IsotonicRegression(out_of_bounds="clip")`). For recalibration, fit it on tuning rows.
 *
 * @param labels numbers, for recalibration 0 or 1. @param scores any finite numbers.
 * @example isotonicRegression([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4]).y // [0, 0.5, 0.5, 1]
 */
export function isotonicRegression(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  { weights }: WeightOptions = {},
): Isotonic {
  const rows = numberRows(labels, scores);
  const w = rowWeights(weights, rows.labels.length);
  /** Blocks of one value: mean label, weight, first and last score. */
  const blocks: { value: number; weight: number; from: number; to: number }[] = [];
  for (const row of ascendingOrder(rows.scores)) {
    const weight = w === null ? 1 : w[row]!;
    if (weight === 0) continue;
    const score = rows.scores[row]!;
    const last = blocks.at(-1);
    if (last && last.to === score && last.from === score) {
      last.value += ((rows.labels[row]! - last.value) * weight) / (last.weight + weight);
      last.weight += weight;
    } else {
      if (last) pool(blocks);
      blocks.push({ value: rows.labels[row]!, weight, from: score, to: score });
    }
  }
  pool(blocks);
  const x: number[] = [];
  const y: number[] = [];
  for (const { value, from, to } of blocks) {
    x.push(from);
    y.push(value);
    if (to !== from) {
      x.push(to);
      y.push(value);
    }
  }
  return { kind: "isotonic", x, y };
}

/** Joins the last block to those before it for as long as the values fall. */
function pool(blocks: { value: number; weight: number; from: number; to: number }[]): void {
  while (blocks.length > 1 && blocks.at(-1)!.value <= blocks.at(-2)!.value) {
    const last = blocks.pop()!;
    const before = blocks.at(-1)!;
    before.value += ((last.value - before.value) * last.weight) / (before.weight + last.weight);
    before.weight += last.weight;
    before.to = last.to;
  }
}

/**
 * The values of an isotonic fit at new scores.
 * @example applyIsotonic({ kind: "isotonic", x: [0, 1], y: [0.2, 0.6] }, [0.5, 2]) // [0.4, 0.6]
 */
export function applyIsotonic({ x, y }: Isotonic, scores: ArrayLike<number>): Float64Array {
  return Float64Array.from(scores, (score) => {
    if (score <= x[0]!) return y[0]!;
    if (score >= x.at(-1)!) return y.at(-1)!;
    let low = 0;
    let high = x.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (x[middle]! <= score) low = middle;
      else high = middle;
    }
    return interpolate(y[low]!, y[high]!, (score - x[low]!) / (x[high]! - x[low]!));
  });
}
