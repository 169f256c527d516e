// The one form of tree models: every trainer makes it, and prediction, SHAP and model files read it. Knows no trainer.

/**
 * One decision tree as parallel arrays over its nodes. Node 0 is the root, a child has a larger number than its parent,
 * and a leaf has feature −1 (its children are −1 too).
 */
export interface Tree {
  /** Column tested; −1 at a leaf. */
  feature: Int32Array;
  /** Numeric split: `value <= threshold` goes left, compared in 64 bits. 0 at leaves and categorical splits. */
  threshold: Float64Array;
  /** 1: a missing value (NaN) goes left, at numeric and categorical splits alike. */
  missingLeft: Uint8Array;
  left: Int32Array;
  right: Int32Array;
  /**
   * At a categorical split: the set of category codes that go left, code c at bit c % 32 of word c >> 5. All other codes,
   * unknown and negative ones too, go right. A value is cut to a whole number first.
   */
  categories: (Uint32Array | undefined)[] | undefined;
  /** What a leaf adds, the learning rate applied already: `value[node * outputsPerTree + k]`. 0 or a mean at inner nodes. */
  value: Float64Array;
  /** Training weight through the node: number of rows or sum of their weights. Sums of the children. SHAP goes by it. */
  cover: Float64Array;
  /** Gain of the split; 0 at a leaf. */
  gain: Float64Array;
}

/** What the trees were trained for; it says how margins turn into predictions. */
export type TreeObjective = "binary" | "multiclass" | "l2" | "l1" | "quantile" | "poisson";

/** A column the trees were trained on; `categories` names the codes 0, 1, … of a categorical one. */
export interface TreeFeature {
  name: string;
  categories?: readonly string[] | undefined;
}

/** A trained set of trees. Nothing changes it after training. */
export interface TreeEnsemble {
  schema: 1;
  /** A forest's leaves hold class frequencies or means, so that its margins are its predictions; boosting's do not. */
  kind: "boosting" | "forest";
  objective: TreeObjective;
  /** Raw outputs a row: 1, or the number of classes. */
  outputs: number;
  /** Boosting: 1, tree t adds to output t % outputs. Forest: equal to `outputs`. */
  outputsPerTree: number;
  /** Length `outputs`, on the margin scale; zeros for forests. */
  baseScore: Float64Array;
  /** True: an output is the mean over its trees, not their sum. */
  average: boolean;
  /** Steepness of the logistic curve of boosting for yes/no outcomes: probability = 1 / (1 + exp(−sigmoid · margin)). Default 1. */
  sigmoid?: number | undefined;
  features: TreeFeature[];
  trees: Tree[];
}

/** A tree of nothing but leaves of value 0, to be filled in; with one node, a whole tree. */
export function blankTree(nodes: number, outputsPerTree = 1): Tree {
  return {
    feature: new Int32Array(nodes).fill(-1),
    threshold: new Float64Array(nodes),
    missingLeft: new Uint8Array(nodes),
    left: new Int32Array(nodes).fill(-1),
    right: new Int32Array(nodes).fill(-1),
    categories: undefined,
    value: new Float64Array(nodes * outputsPerTree),
    cover: new Float64Array(nodes),
    gain: new Float64Array(nodes),
  };
}

/** Trees grown in one round: one per output of boosting, one for all outputs of a forest. */
export function treesPerRound(ensemble: TreeEnsemble): number {
  return ensemble.outputs / ensemble.outputsPerTree;
}

/** True where the code goes left; codes outside the set, negative ones and NaN do not. */
export function inCategories(set: Uint32Array, value: number): boolean {
  const code = Math.trunc(value);
  if (!(code >= 0 && code < set.length * 32)) return false;
  return ((set[code >>> 5]! >>> (code & 31)) & 1) === 1;
}

/** The child of `node` that a value goes to: the rule that every reader of the trees follows. */
export function childOf(tree: Tree, node: number, value: number): number {
  const set = tree.categories?.[node];
  const goesLeft = Number.isNaN(value)
    ? tree.missingLeft[node] === 1
    : set
      ? inCategories(set, value)
      : value <= tree.threshold[node]!;
  return goesLeft ? tree.left[node]! : tree.right[node]!;
}
