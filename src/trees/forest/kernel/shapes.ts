// What goes into the growing of one tree and what comes out: typed arrays only, so that it can cross to another thread.

/** The training table as every thread sees it. */
export interface GrowTable {
  rows: number;
  columns: number;
  /** Code of row i, column j at `codes[j * rows + i]`, in the order of the values; `missingCode` for NaN. */
  codes: Uint16Array;
  /** The same codes at `codesByRow[i * columns + j]`; only for best splits. */
  codesByRow: Uint16Array | undefined;
  /** The values at `values[i * columns + j]`; only for random splits. */
  values: Float64Array | Float32Array | undefined;
  /** Number of codes of each column. */
  codeCounts: Int32Array;
  /** Greatest value that code c of column j stands for, at `greatest[greatestAt[j] + c]`. */
  greatest: Float64Array;
  greatestAt: Int32Array;
  /** 1: the column's codes stand for ranges of values, not for one value each. */
  coarse: Uint8Array;
  /** 0/1, the class number, or the number to predict. */
  targets: Float64Array;
}

/** The settings of a tree, with nothing left to be decided. */
export interface GrowSettings {
  splitter: "best" | "random";
  /** `sums`: variance, and Gini of two classes, which is twice the variance of 0/1. Otherwise weights by class. */
  criterion: "sums" | "gini" | "entropy";
  /** True: impurities of the `sums` criterion are doubled (Gini of two classes). */
  doubled: boolean;
  /** Number of classes; 2 for yes/no, 0 for regression. */
  classes: number;
  /** Values a node holds: 1 for yes/no (frequency of 1) and regression (mean), else one frequency a class. */
  outputs: number;
  maxFeatures: number;
  maxDepth: number;
  maxLeafNodes: number;
  minSamplesSplit: number;
  minSamplesLeaf: number;
  /** Share of the tree's weight that a leaf must hold. */
  minWeightFractionLeaf: number;
  minImpurityDecrease: number;
  missingCode: number;
}

/** One tree to grow: the rows with a weight above 0, in ascending order, their weights, and the seeds of its stream. */
export interface GrowTask {
  tree: number;
  rows: Uint32Array;
  weights: Float64Array;
  seeds: [number, number, number];
}

/**
 * A grown tree. A best split is told by codes: the largest that goes left and the smallest that goes right (−1: only
 * missing values go right); whoever has the table makes the threshold of them. A random split has its threshold.
 */
export interface GrownTree {
  tree: number;
  feature: Int32Array;
  threshold: Float64Array;
  leftCode: Int32Array;
  rightCode: Int32Array;
  missingLeft: Uint8Array;
  left: Int32Array;
  right: Int32Array;
  value: Float64Array;
  cover: Float64Array;
  gain: Float64Array;
}

/** The random numbers a tree draws: those of core's `RandomStream`. */
export interface Draws {
  uniform(): number;
  below(n: number): number;
}

/** The rows of the node under study, gathered into runs, and its sums. */
export interface NodeView {
  /** Code of row i, column j at `codes[j * columnStride + i]`: the whole table, or a copy of a few rows numbered from 0. */
  codes: Uint16Array;
  /** In place of the codes, the values of the copied rows: random splits of small nodes go by these. */
  values: Float64Array | undefined;
  columnStride: number;
  rows: Uint32Array;
  start: number;
  end: number;
  /** Weight and target of the node's rows, from 0 on; regression targets are less the node's mean. */
  weights: Float64Array;
  targets: Float64Array;
  /** True: all weights are 1 and targets 0 or 1, which stand in `ones` too. */
  plain: boolean;
  ones: Uint8Array;
  weight: number;
  /** Σ weight · target for `sums`, else weight by class. */
  sums: Float64Array;
  /** Least weight of a leaf. */
  minWeightLeaf: number;
  draws: Draws;
  /** True at the root of a tree, where nothing is left over from the tree before. */
  isRoot: boolean;
  /** Columns known to be constant here, kept at the front of the finder's list. */
  knownConstants: number;
}

/** The best split of a node, overwritten by every search. */
export interface Split {
  /** −1: none found. */
  feature: number;
  /** Largest code that goes left. */
  leftCode: number;
  /** Smallest code that goes right; −1: only missing values do. */
  rightCode: number;
  threshold: number;
  missingLeft: boolean;
  /** Decrease of impurity times weight, up to the factor of the criterion. */
  decrease: number;
  /** Columns constant in this node, for its children. */
  constants: number;
}

/** Finds the split of a node. */
export type SplitFinder = (node: NodeView) => Split;
