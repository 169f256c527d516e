// Random tree ensembles and rows for tests, and the slow, plain walk that fast prediction is held against.
import type { Matrix } from "../core/matrix.ts";
import { type RandomStream, randomStream } from "../core/random.ts";
import { blankTree, childOf, type Tree, type TreeEnsemble } from "./ensemble.ts";

/** What a random ensemble is like. */
export interface RandomEnsembleOptions {
  seed?: number;
  features?: number;
  trees?: number;
  splits?: number;
  outputs?: number;
  kind?: TreeEnsemble["kind"];
  objective?: TreeEnsemble["objective"];
  average?: boolean;
  /** Share of splits that are categorical. */
  categorical?: number;
  /** Share of leaves that no training weight reached. */
  empty?: number;
}

/** An ensemble of random splits; thresholds are multiples of ¼, so that values meet them exactly now and then. */
export function randomEnsemble({
  seed = 1,
  features = 5,
  trees = 4,
  splits = 7,
  outputs = 1,
  kind = "boosting",
  objective = outputs > 1 ? "multiclass" : "binary",
  average = kind === "forest",
  categorical = 0.2,
  empty = 0,
}: RandomEnsembleOptions = {}): TreeEnsemble {
  const random = randomStream(seed, "ensemble");
  const outputsPerTree = kind === "forest" ? outputs : 1;
  const count = trees * (outputs / outputsPerTree);
  return {
    schema: 1,
    kind,
    objective,
    outputs,
    outputsPerTree,
    baseScore: Float64Array.from({ length: outputs }, () => (kind === "forest" ? 0 : random.normal())),
    average,
    features: Array.from({ length: features }, (_, j) => ({ name: `x${j}` })),
    trees: Array.from({ length: count }, () =>
      randomTree(random, features, random.below(splits + 1), outputsPerTree, categorical, empty),
    ),
  };
}

function randomTree(
  random: RandomStream,
  features: number,
  splits: number,
  outputsPerTree: number,
  categorical: number,
  empty: number,
): Tree {
  const nodes = 2 * splits + 1;
  const tree: Tree = {
    ...blankTree(nodes, outputsPerTree),
    value: Float64Array.from({ length: nodes * outputsPerTree }, () => random.normal()),
    cover: Float64Array.from({ length: nodes }, () => (random.chance(empty) ? 0 : 1 + random.below(20))),
  };
  const leaves = [0];
  for (let s = 0; s < splits; s++) {
    const [node = 0] = leaves.splice(random.below(leaves.length), 1);
    tree.feature[node] = random.below(features);
    tree.missingLeft[node] = random.below(2);
    tree.left[node] = 2 * s + 1;
    tree.right[node] = 2 * s + 2;
    tree.gain[node] = random.exponential();
    if (random.chance(categorical)) {
      tree.categories ??= new Array<Uint32Array | undefined>(nodes).fill(undefined);
      tree.categories[node] = Uint32Array.from({ length: 1 + random.below(2) }, () => random.uint32());
    } else tree.threshold[node] = (random.below(17) - 8) / 4;
    leaves.push(2 * s + 1, 2 * s + 2);
  }
  for (let node = nodes - 1; node >= 0; node--) {
    if (tree.feature[node]! >= 0) tree.cover[node] = tree.cover[tree.left[node]!]! + tree.cover[tree.right[node]!]!;
  }
  return tree;
}

/** Rows of multiples of ¼, with missing values, and some whole numbers up to 70 that stand for categories. */
export function randomRows(rows: number, columns: number, seed = 1, missing = 0.15): Matrix {
  const random = randomStream(seed, "rows");
  const data = Float64Array.from({ length: rows * columns }, () => {
    if (random.chance(missing)) return Number.NaN;
    return random.chance(0.3) ? random.below(70) : (random.below(33) - 16) / 4;
  });
  return { rows, columns, data };
}

/** The leaf of a tree that a row falls into, one comparison after the other. */
export function leafOf(tree: Tree, row: ArrayLike<number>, node = 0): number {
  const feature = tree.feature[node]!;
  return feature < 0 ? node : leafOf(tree, row, childOf(tree, node, row[feature]!));
}

/** The margin of output k for one row, tree by tree. */
export function slowMargin(ensemble: TreeEnsemble, row: ArrayLike<number>, k: number): number {
  const { outputs, outputsPerTree, trees, average, baseScore } = ensemble;
  const mine = trees.filter((_, t) => outputsPerTree > 1 || t % outputs === k);
  let sum = average ? 0 : baseScore[k]!;
  for (const tree of mine) sum += tree.value[leafOf(tree, row) * outputsPerTree + (outputsPerTree > 1 ? k : 0)]!;
  return average ? baseScore[k]! + (mine.length ? sum / mine.length : 0) : sum;
}
