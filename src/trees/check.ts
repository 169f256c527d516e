// Refuses tree ensembles whose parts do not fit together, naming the tree and node at fault. Trusts nothing it is given.
import { BedsideError } from "../core/errors.ts";
import type { Tree, TreeEnsemble } from "./ensemble.ts";

/** Where the ensemble came from, for the error. */
export interface CheckOptions {
  /** Stable name of the error. Default `trees/bad-model`. */
  code?: string | undefined;
  /** What the user can do. */
  fix?: string | undefined;
}

/**
 * Throws unless every array has the right length, every node but the root has exactly one parent, which stands before it
 * (so there is no cycle), features and children exist, and thresholds and leaf values are numbers.
 * @throws BedsideError `trees/bad-model`
 */
export function checkEnsemble(ensemble: TreeEnsemble, options: CheckOptions = {}): void {
  const { outputs, outputsPerTree, baseScore, features, trees } = ensemble;
  const fail = (where: string, why: string): never => {
    throw badModel(where, why, options);
  };
  if (!isCount(outputs) || !isCount(outputsPerTree))
    fail("outputs", "the number of outputs is not a whole number above 0");
  if (outputsPerTree !== 1 && outputsPerTree !== outputs) {
    fail("outputsPerTree", `it is ${outputsPerTree}, but has to be 1 or the number of outputs, ${outputs}`);
  }
  if (baseScore.length !== outputs) fail("baseScore", `it holds ${baseScore.length} numbers for ${outputs} outputs`);
  if (!baseScore.every(Number.isFinite)) fail("baseScore", "it holds NaN or infinity");
  const { sigmoid } = ensemble;
  if (sigmoid !== undefined && !(sigmoid > 0 && sigmoid < Number.POSITIVE_INFINITY)) {
    fail("sigmoid", "it is not a number above 0");
  }
  if (features.length === 0) fail("features", "there are none");
  if (trees.length % (outputs / outputsPerTree) !== 0) {
    fail("trees", `there are ${trees.length}, which cannot be shared out over ${outputs} outputs`);
  }
  trees.forEach((tree, t) => {
    checkTree(tree, features.length, outputsPerTree, (node, why) =>
      fail(node < 0 ? `tree ${t}` : `tree ${t}, node ${node}`, why),
    );
  });
}

type Fail = (node: number, why: string) => never;

function checkTree(tree: Tree, features: number, outputsPerTree: number, fail: Fail): void {
  const nodes = tree.feature.length;
  if (nodes === 0) fail(-1, "it has no nodes");
  for (const key of ["threshold", "missingLeft", "left", "right", "cover", "gain"] as const) {
    if (tree[key].length !== nodes) fail(-1, `${key} has ${tree[key].length} entries for ${nodes} nodes`);
  }
  if (tree.value.length !== nodes * outputsPerTree) {
    fail(-1, `value has ${tree.value.length} entries for ${nodes} nodes of ${outputsPerTree}`);
  }
  if (tree.categories && tree.categories.length !== nodes) {
    fail(-1, `categories has ${tree.categories.length} entries for ${nodes} nodes`);
  }
  const hasParent = new Uint8Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const feature = tree.feature[node]!;
    if (!(tree.cover[node]! >= 0 && tree.cover[node]! < Number.POSITIVE_INFINITY)) {
      fail(node, "its cover is not a finite number of 0 or more");
    }
    if (Number.isNaN(tree.gain[node])) fail(node, "its gain is NaN");
    if (tree.missingLeft[node]! > 1) fail(node, "its direction for missing values is neither 0 nor 1");
    for (let k = node * outputsPerTree; k < (node + 1) * outputsPerTree; k++) {
      if (!Number.isFinite(tree.value[k])) fail(node, "its value is NaN or infinite");
    }
    if (feature === -1) {
      if (tree.left[node] !== -1 || tree.right[node] !== -1) fail(node, "it is a leaf but has children");
      continue;
    }
    if (!(feature >= 0 && feature < features)) {
      fail(node, `it tests column ${feature}, but there are ${features} columns`);
    }
    const set = tree.categories?.[node];
    if (set ? set.length === 0 : Number.isNaN(tree.threshold[node])) {
      fail(node, set ? "its set of categories is empty" : "its threshold is NaN");
    }
    for (const child of [tree.left[node]!, tree.right[node]!]) {
      if (!(child > node && child < nodes)) {
        fail(node, `its child is ${child}, but has to be a later node below ${nodes}`);
      }
      if (hasParent[child]) fail(child, "it is the child of two splits");
      hasParent[child] = 1;
    }
  }
  const orphan = hasParent.indexOf(0, 1);
  if (orphan > 0) fail(orphan, "no split leads to it");
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

/** The error for a model whose parts do not fit. */
export function badModel(where: string, why: string, { code, fix }: CheckOptions = {}): BedsideError {
  return new BedsideError({
    code: code ?? "trees/bad-model",
    what: "This is not a sound tree model",
    where,
    why,
    fix: fix ?? "Give a model as its training or its file reader made it",
  });
}
