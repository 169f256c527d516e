// SHAP values and interaction values of tree ensembles, on the margin scale.
import { BedsideError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { type TreeEnsemble, treesPerRound } from "../ensemble.ts";
import { checkColumns, predictMargin, treesOfOutput } from "../predict.ts";
import { addTreeInteractions } from "./interactions.ts";
import { addTreeInterventional } from "./interventional.ts";
import { addTreeShap } from "./path-dependent.ts";
import { expectedValue, pathsOf, type TreePaths } from "./paths.ts";

/** Contributions to the margins: `base[k] + Σ_j values[(row · outputs + k) · features + j]` is the margin. */
export interface ShapValues {
  rows: number;
  outputs: number;
  features: number;
  /** Expected margin, one an output. */
  base: Float64Array;
  values: Float64Array;
}

/** Contributions of pairs: `values[((row · outputs + k) · features + i) · features + j]`, symmetric in i and j. */
export interface ShapInteractions extends ShapValues {}

export interface ShapOptions {
  /**
   * Rows whose values absent features take (interventional SHAP). Default: none; absent features then follow the
   * training weights down the tree (path-dependent SHAP).
   */
  background?: Matrix | undefined;
}

/**
 * SHAP values of each row, on the margin scale (log-odds for yes/no boosting, probabilities for forests), with
 * `base + Σ values = margin`.
 * @throws BedsideError `trees/size-mismatch` for another number of columns, `trees/empty-background` for no background row
 */
export function shapValues(ensemble: TreeEnsemble, x: Matrix, { background }: ShapOptions = {}): ShapValues {
  checkColumns(ensemble, x);
  if (background) checkBackground(ensemble, background);
  const values = new Float64Array(x.rows * ensemble.outputs * x.columns);
  const base = sumTrees(ensemble, values, (paths, target) => {
    if (background) addTreeInterventional(paths, x, background, target);
    else addTreeShap(paths, x, target);
  });
  return shape(ensemble, x, background ? meanMargins(ensemble, background) : base, values);
}

/**
 * Path-dependent SHAP interaction values of each row: symmetric, row i of a pair table sums to feature i's SHAP value.
 * The result holds rows × outputs × features² numbers: give few rows where there are many features.
 * @throws BedsideError `trees/size-mismatch` for another number of columns
 */
export function shapInteractions(ensemble: TreeEnsemble, x: Matrix): ShapInteractions {
  checkColumns(ensemble, x);
  const values = new Float64Array(x.rows * ensemble.outputs * x.columns * x.columns);
  const base = sumTrees(ensemble, values, (paths, target) => addTreeInteractions(paths, x, target));
  return shape(ensemble, x, base, values);
}

type Target = Parameters<typeof addTreeShap>[2];

/** Runs over the trees, and gives the path-dependent expected margins. */
function sumTrees(
  ensemble: TreeEnsemble,
  values: Float64Array,
  add: (paths: TreePaths, target: Target) => void,
): Float64Array {
  const { outputs, outputsPerTree, trees, average } = ensemble;
  const base = ensemble.baseScore.slice();
  trees.forEach((tree, t) => {
    const firstOutput = (t % treesPerRound(ensemble)) * outputsPerTree;
    const scale = average ? 1 / treesOfOutput(ensemble, trees.length, firstOutput) : 1;
    const paths = pathsOf(tree);
    for (let k = 0; k < outputsPerTree; k++) base[firstOutput + k]! += scale * expectedValue(paths, outputsPerTree, k);
    add(paths, { values, outputs, firstOutput, outputsPerTree, scale });
  });
  return base;
}

function meanMargins(ensemble: TreeEnsemble, background: Matrix): Float64Array {
  const margins = predictMargin(ensemble, background);
  const base = new Float64Array(ensemble.outputs);
  for (let i = 0; i < margins.length; i++) base[i % ensemble.outputs]! += margins[i]! / background.rows;
  return base;
}

function shape(ensemble: TreeEnsemble, x: Matrix, base: Float64Array, values: Float64Array): ShapValues {
  return { rows: x.rows, outputs: ensemble.outputs, features: x.columns, base, values };
}

function checkBackground(ensemble: TreeEnsemble, background: Matrix): void {
  checkColumns(ensemble, background, "background");
  if (background.rows > 0) return;
  throw new BedsideError({
    code: "trees/empty-background",
    what: "There is no background row to compare with",
    where: "background",
    fix: "Give some rows of the training data, or none of the option for path-dependent values",
  });
}
