// Predicts each training row by the trees that did not see it. Knows no sampling.
import type { Matrix } from "../../core/matrix.ts";
import type { Tree } from "../ensemble.ts";

/** Predictions of rows by trees that did not learn from them. */
export interface OutOfBag {
  /** rows × outputs: mean of the trees that did not see the row; NaN where every tree saw it. */
  predictions: Float64Array;
  /** Share of rows whose likeliest class is the true one; for regression R². Over the rows that have a prediction. */
  score: number;
  /** Rows without a prediction, because there are too few trees. */
  rowsWithout: number;
}

/** Adds up predictions tree by tree. */
export class OutOfBagSums {
  private readonly sums: Float64Array;
  private readonly counts: Uint32Array;

  constructor(
    private readonly x: Matrix,
    private readonly outputs: number,
  ) {
    this.sums = new Float64Array(x.rows * outputs);
    this.counts = new Uint32Array(x.rows);
  }

  /** Adds a tree's predictions for the rows where `seen` is 0. */
  add(tree: Tree, seen: Uint8Array): void {
    const { outputs, sums, counts } = this;
    const { rows, columns, data } = this.x;
    const { feature, threshold, missingLeft, left, right, value } = tree;
    for (let i = 0; i < rows; i++) {
      if (seen[i] === 1) continue;
      let node = 0;
      for (let column = feature[0]!; column >= 0; column = feature[node]!) {
        const here = data[i * columns + column]!;
        const goesLeft = Number.isNaN(here) ? missingLeft[node] === 1 : here <= threshold[node]!;
        node = goesLeft ? left[node]! : right[node]!;
      }
      counts[i]!++;
      for (let k = 0; k < outputs; k++) sums[i * outputs + k]! += value[node * outputs + k]!;
    }
  }

  /** The means and their score against the targets. */
  finish(targets: Float64Array, regression: boolean): OutOfBag {
    const { outputs, counts } = this;
    const predictions = this.sums.map((sum, at) => sum / counts[Math.floor(at / outputs)]!);
    const rows = [...counts.keys()].filter((i) => counts[i]! > 0);
    const score = regression
      ? explainedShare(predictions, targets, rows)
      : accuracy(predictions, outputs, targets, rows);
    return { predictions, score, rowsWithout: counts.length - rows.length };
  }
}

function accuracy(predictions: Float64Array, outputs: number, targets: Float64Array, rows: readonly number[]): number {
  let right = 0;
  for (const i of rows) {
    let likeliest = outputs === 1 && predictions[i]! > 0.5 ? 1 : 0;
    for (let k = 1; k < outputs; k++) {
      if (predictions[i * outputs + k]! > predictions[i * outputs + likeliest]!) likeliest = k;
    }
    if (likeliest === targets[i]) right++;
  }
  return right / rows.length;
}

/** R²: 1 − squared error / squared distance from the mean. */
function explainedShare(predictions: Float64Array, targets: Float64Array, rows: readonly number[]): number {
  let mean = 0;
  for (const i of rows) mean += targets[i]! / rows.length;
  let error = 0;
  let spread = 0;
  for (const i of rows) {
    error += (targets[i]! - predictions[i]!) ** 2;
    spread += (targets[i]! - mean) ** 2;
  }
  return 1 - error / spread;
}
