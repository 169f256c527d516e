// Margins and predictions of tree ensembles, fast: trees are laid out for walking, rows go through in blocks, by the kernel
// where there are many. The same bits either way and on any number of threads. Knows no files.
import { BedsideError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import type { TreeEnsemble } from "./ensemble.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { type Block, blockFor, fillBlock, walk, walkWithCategories } from "./walk.ts";
import { addMargins, addMarginsHere, loadTrees, type Sums, suitsKernel } from "./walker.ts";
import { kernelOn } from "./wasm/index.ts";
import { availableThreads, startThreads } from "./workers.ts";

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
  const sums = startSums(ensemble, x, options);
  const layout = layoutOf(ensemble);
  if (suitsKernel(layout, x, sums)) addMarginsHere(layout, x, sums);
  else addByBlocks(layout, x, sums);
  return finishSums(ensemble, sums);
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

/** Rows times trees from which starting threads pays. */
const WALKS_FOR_THREADS = 4e6;

/**
 * The same as `predict`, on several threads where there is much to do and memory can be shared; else on the caller's.
 * @param options `threads`: at most so many, at least 1. Default: all of the machine's, where it is worth starting them
 * @returns rows × outputs, row-major: the bits that `predict` gives
 * @throws BedsideError `trees/size-mismatch` for another number of columns, `trees/bad-option`
 * @example await predictOnThreads(ensemble, x, { threads: 4 })
 */
export async function predictOnThreads(
  ensemble: TreeEnsemble,
  x: Matrix,
  { threads: wanted, ...options }: PredictOptions & { threads?: number | undefined } = {},
): Promise<Float64Array> {
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1)) {
    throw new BedsideError({
      code: "trees/bad-option",
      what: "The number of threads is not a whole number of 1 or more",
      where: "threads",
      fix: "Leave it out to use as many as the machine has",
    });
  }
  const sums = startSums(ensemble, x, options);
  const layout = layoutOf(ensemble);
  const threads = wanted ?? (x.rows * sums.trees < WALKS_FOR_THREADS ? 1 : await availableThreads());
  if (threads === 1 || !suitsKernel(layout, x, sums)) return predict(ensemble, x, options);
  const kernel = kernelOn(await startThreads(threads));
  try {
    loadTrees(kernel, layout, sums);
    addMargins(kernel, layout, x, sums);
  } finally {
    kernel.close();
  }
  return marginToPrediction(ensemble, finishSums(ensemble, sums));
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

/** The margins before the first tree: the base score, or 0 where means are taken in the end. */
function startSums(ensemble: TreeEnsemble, x: Matrix, options: PredictOptions): Sums {
  checkColumns(ensemble, x);
  const { outputs, outputsPerTree, baseScore } = ensemble;
  const margins = new Float64Array(x.rows * outputs);
  if (!ensemble.average) for (let i = 0; i < margins.length; i++) margins[i] = baseScore[i % outputs]!;
  return { margins, outputs, outputsPerTree, trees: treesUsed(ensemble, options) };
}

function finishSums(ensemble: TreeEnsemble, { margins, outputs, trees }: Sums): Float64Array {
  if (!ensemble.average) return margins;
  const counts = Float64Array.from({ length: outputs }, (_, k) => treesOfOutput(ensemble, trees, k));
  for (let i = 0; i < margins.length; i++) {
    const k = i % outputs;
    margins[i] = ensemble.baseScore[k]! + (counts[k]! > 0 ? margins[i]! / counts[k]! : 0);
  }
  return margins;
}

function addByBlocks(layout: Layout, x: Matrix, sums: Sums): void {
  const block = blockFor(layout, x.columns);
  for (let start = 0; start < x.rows; start += block.capacity) {
    fillBlock(block, layout, x, start);
    addTrees(layout, block, start, sums);
  }
}

function addTrees(layout: Layout, block: Block, start: number, sums: Sums): void {
  const { margins, outputs, outputsPerTree, trees } = sums;
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
