// Fits the leaves of a trained ensemble to further rows, its splits left as they are. Knows no trainer.
import { Bug } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { Tree, TreeEnsemble } from "../../trees/index.ts";

export interface RefitOptions {
  /** Weight of a leaf's old output against the one that fits the new rows, 0 to 1. */
  decay: number;
  /** What outputs were multiplied by in training, above 0. */
  learningRate: number;
  /** L2 penalty on leaf outputs. Default 0. */
  lambdaL2?: number;
}

/**
 * Boosted trees with leaf outputs moved towards new rows, tree after tree, as LightGBM's `refit` does: each leaf that rows
 * reach becomes decay · old + (1 − decay) · learningRate · (−G / (H + lambda)), with the gradients and hessians of the rows
 * at the prediction of the trees before it. Leaves that no row reaches stay.
 * @param x rows × columns of the same features. @param y 0 or 1, or for `l2` any numbers.
 */
export function refitTrees(
  ensemble: TreeEnsemble,
  x: Matrix,
  y: ArrayLike<number>,
  { decay, learningRate, lambdaL2 = 0 }: RefitOptions,
): TreeEnsemble {
  const { objective, baseScore } = ensemble;
  if (ensemble.kind !== "boosting" || (objective !== "binary" && objective !== "l2")) {
    throw new Bug("only boosting of an event or a number is refitted");
  }
  const margin = new Float64Array(x.rows).fill(baseScore[0]!);
  const trees = ensemble.trees.map((tree) => {
    const nodes = tree.feature.length;
    const gradients = new Float64Array(nodes);
    const hessians = new Float64Array(nodes);
    const leaves = new Int32Array(x.rows);
    for (let i = 0; i < x.rows; i++) {
      const leaf = leafOf(tree, x, i);
      leaves[i] = leaf;
      const p = objective === "binary" ? 1 / (1 + Math.exp(-margin[i]!)) : margin[i]!;
      gradients[leaf]! += p - y[i]!;
      hessians[leaf]! += objective === "binary" ? p * (1 - p) : 1;
    }
    const value = Float64Array.from(tree.value, (old, node) => {
      if (hessians[node] === 0) return old;
      const fitting = (-gradients[node]! / (hessians[node]! + lambdaL2)) * learningRate;
      return decay * old + (1 - decay) * fitting;
    });
    for (let i = 0; i < x.rows; i++) margin[i]! += value[leaves[i]!]!;
    return { ...tree, value };
  });
  return { ...ensemble, trees };
}

/** The leaf a row falls into. */
function leafOf(tree: Tree, { data, columns }: Matrix, row: number): number {
  let node = 0;
  for (;;) {
    const column = tree.feature[node]!;
    if (column < 0) return node;
    const value = data[row * columns + column]!;
    const categories = tree.categories?.[node];
    let left: boolean;
    if (categories) {
      const word = Number.isInteger(value) && value >= 0 ? (categories[value >>> 5] ?? 0) : 0;
      left = ((word >>> (value & 31)) & 1) === 1;
    } else left = Number.isNaN(value) ? tree.missingLeft[node] === 1 : value <= tree.threshold[node]!;
    node = left ? tree.left[node]! : tree.right[node]!;
  }
}
