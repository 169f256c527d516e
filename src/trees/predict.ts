// Margins and predictions of tree ensembles, fast: trees are laid out for walking, rows go through in blocks. Knows no files.
import { BedsideError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import type { TreeEnsemble } from "./ensemble.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { type Block, blockFor, fillBlock, walk, walkWithCategories } from "./walk.ts";

/** Which part of the ensemble predicts. */
export interface PredictOptions {
  /** Only the first trees, at least 0. Default: all. */
  trees?: number | undefined;
}

/**
 * Raw outputs: base score plus the sum (or mean) of the leaves' values, before any sigmoid, softmax or exponential.
 * Values are compared in 64 bits; NaN follows each split's direction for missing values.
 * @returns rows × outputs, row-major
 * @throws BedsideError `trees/size-mismatch` for another number of columns
 */
export function predictMargin(ensemble: TreeEnsemble, x: Matrix, options: PredictOptions = {}): Float64Array {
  checkColumns(ensemble, x);
  const trees = treesUsed(ensemble, options);
  const { outputs, outputsPerTree, baseScore } = ensemble;
  const layout = layoutOf(ensemble);
  const margins = new Float64Array(x.rows * outputs);
  const sum = { margins, outputs, outputsPerTree, trees };
  if (!ensemble.average) {
    for (let i = 0; i < margins.length; i++) margins[i] = baseScore[i % outputs]!;
  }
  const block = blockFor(layout, x.columns);
  for (let start = 0; start < x.rows; start += block.capacity) {
    fillBlock(block, layout, x, start);
    addTrees(layout, block, start, sum);
  }
  if (ensemble.average) {
    const counts = Float64Array.from({ length: outputs }, (_, k) => treesOfOutput(ensemble, trees, k));
    for (let i = 0; i < margins.length; i++) {
      const k = i % outputs;
      margins[i] = baseScore[k]! + (counts[k]! > 0 ? margins[i]! / counts[k]! : 0);
    }
  }
  return margins;
}

/**
 * Predictions: probabilities for yes/no outcomes (of yes where there is one output) and classes, expected values, medians
 * or quantiles otherwise.
 * @returns rows × outputs, row-major
 * @throws BedsideError `trees/size-mismatch` for another number of columns
 * @example predict(ensemble, { rows: 1, columns: 2, data: Float64Array.of(37.2, Number.NaN) })
 */
export function predict(ensemble: TreeEnsemble, x: Matrix, options: PredictOptions = {}): Float64Array {
  return marginToPrediction(ensemble, predictMargin(ensemble, x, options));
}

/** Turns margins (rows × outputs) into predictions, in place. Forests' margins are predictions already. */
export function marginToPrediction(ensemble: TreeEnsemble, margins: Float64Array): Float64Array {
  if (ensemble.kind === "forest") return margins;
  if (ensemble.objective === "binary") {
    const steepness = ensemble.sigmoid ?? 1;
    for (let i = 0; i < margins.length; i++) margins[i] = 1 / (1 + Math.exp(-steepness * margins[i]!));
  } else if (ensemble.objective === "multiclass") {
    for (let i = 0; i < margins.length; i += ensemble.outputs) softmax(margins.subarray(i, i + ensemble.outputs));
  } else if (ensemble.objective === "poisson") {
    for (let i = 0; i < margins.length; i++) margins[i] = Math.exp(margins[i]!);
  }
  return margins;
}

/** How many of the first `trees` trees add to output k. */
export function treesOfOutput(ensemble: TreeEnsemble, trees: number, k: number): number {
  const perRound = ensemble.outputs / ensemble.outputsPerTree;
  return perRound === 1 ? trees : Math.ceil((trees - k) / perRound);
}

/** Throws unless the rows have the columns the trees were trained on. */
export function checkColumns(ensemble: TreeEnsemble, x: Matrix, where = "x"): void {
  const expected = ensemble.features.length;
  if (x.columns === expected && x.data.length === x.rows * x.columns) return;
  throw new BedsideError({
    code: "trees/size-mismatch",
    what: "The table does not fit the trees",
    where,
    why:
      x.columns === expected
        ? `it holds ${x.data.length} numbers, but ${x.rows} × ${x.columns} were announced`
        : `it has ${x.columns} columns, but the trees were trained on ${expected}`,
    fix: "Give the columns the model was trained on, in the same order",
  });
}

function treesUsed(ensemble: TreeEnsemble, { trees = ensemble.trees.length }: PredictOptions): number {
  if (Number.isInteger(trees) && trees >= 0) return Math.min(trees, ensemble.trees.length);
  throw new BedsideError({
    code: "trees/bad-option",
    what: "The number of trees to predict with is not a whole number of 0 or more",
    where: "trees",
    fix: "Leave it out to use all trees",
  });
}

function softmax(values: Float64Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  let total = 0;
  for (let k = 0; k < values.length; k++) {
    values[k] = Math.exp(values[k]! - largest);
    total += values[k]!;
  }
  for (let k = 0; k < values.length; k++) values[k] = values[k]! / total;
}

interface Sum {
  margins: Float64Array;
  outputs: number;
  outputsPerTree: number;
  trees: number;
}

function addTrees(layout: Layout, block: Block, start: number, sum: Sum): void {
  const { margins, outputs, outputsPerTree, trees } = sum;
  const { roots, leafValue, hasCategories } = layout;
  const { leaves, rows } = block;
  const rounds = outputs / outputsPerTree;
  for (let t = 0; t < trees; t++) {
    if (hasCategories[t]) walkWithCategories(layout, roots[t]!, block);
    else walk(layout, roots[t]!, block);
    const first = start * outputs + (t % rounds) * outputsPerTree;
    if (outputsPerTree === 1) {
      for (let i = 0, at = first; i < rows; i++, at += outputs) margins[at]! += leafValue[leaves[i]!]!;
    } else {
      for (let i = 0, at = first; i < rows; i++, at += outputs) {
        const from = leaves[i]! * outputsPerTree;
        for (let k = 0; k < outputsPerTree; k++) margins[at + k]! += leafValue[from + k]!;
      }
    }
  }
}
