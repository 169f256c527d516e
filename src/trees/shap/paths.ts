// The ways from the root to the nodes of a tree, with the splits on one feature merged. Knows no Shapley value.
import { inCategories, type Tree } from "../ensemble.ts";

/**
 * What SHAP needs of a tree, one entry a node; each node but the root stands for the edge from its parent. `share` and
 * `on` belong to all edges of the same feature on the way to the node, the node's own included.
 */
export interface TreePaths {
  tree: Tree;
  parent: Int32Array;
  /** Column tested by the parent; −1 at the root. */
  feature: Int32Array;
  /** The nearest node above, this one left out, whose edge tests the same feature; −1 where there is none. */
  previous: Int32Array;
  /** Share of the training weight that takes the edges of this feature. */
  share: Float64Array;
  /** Share of the root's training weight that comes through the node. */
  weight: Float64Array;
  /** The largest number of different features on a way. */
  mostFeatures: number;
}

/** Follows all ways. Where no training weight came through a split, both sides count half. */
export function pathsOf(tree: Tree): TreePaths {
  const nodes = tree.feature.length;
  const parent = new Int32Array(nodes).fill(-1);
  const feature = new Int32Array(nodes).fill(-1);
  const previous = new Int32Array(nodes).fill(-1);
  const share = new Float64Array(nodes).fill(1);
  const weight = new Float64Array(nodes).fill(1);
  const features = new Int32Array(nodes);
  let mostFeatures = 0;
  for (let node = 0; node < nodes; node++) {
    mostFeatures = Math.max(mostFeatures, features[node]!);
    const tested = tree.feature[node]!;
    if (tested < 0) continue;
    let above = node;
    while (above > 0 && feature[above] !== tested) above = parent[above]!;
    const left = tree.left[node]!;
    const right = tree.right[node]!;
    const sum = tree.cover[left]! + tree.cover[right]!;
    for (const child of [left, right]) {
      const part = sum > 0 ? tree.cover[child]! / sum : 0.5;
      parent[child] = node;
      feature[child] = tested;
      previous[child] = above > 0 ? above : -1;
      share[child] = part * (above > 0 ? share[above]! : 1);
      weight[child] = part * weight[node]!;
      features[child] = features[node]! + (above > 0 ? 0 : 1);
    }
  }
  return { tree, parent, feature, previous, share, weight, mostFeatures };
}

/** The mean of the leaves' output k over the training weight. */
export function expectedValue({ tree, weight }: TreePaths, outputsPerTree: number, k: number): number {
  let sum = 0;
  for (let node = 0; node < weight.length; node++) {
    if (tree.feature[node]! < 0) sum += weight[node]! * tree.value[node * outputsPerTree + k]!;
  }
  return sum;
}

/** Writes 1 into `on` for each node whose edge, and all edges of its feature above it, the row takes; else 0. */
export function markEdges(
  { tree, previous }: TreePaths,
  data: Float64Array | Float32Array,
  at: number,
  on: Uint8Array,
): void {
  const { feature, threshold, missingLeft, left, right, categories } = tree;
  on[0] = 1;
  for (let node = 0; node < feature.length; node++) {
    const tested = feature[node]!;
    if (tested < 0) continue;
    const value = data[at + tested]!;
    const set = categories?.[node];
    let goesLeft: number;
    if (Number.isNaN(value)) goesLeft = missingLeft[node]!;
    else if (set) goesLeft = inCategories(set, value) ? 1 : 0;
    else goesLeft = value <= threshold[node]! ? 1 : 0;
    const child = left[node]!;
    const above = previous[child]!;
    const before = above < 0 ? 1 : on[above]!;
    on[child] = before & goesLeft;
    on[right[node]!] = before & (goesLeft ^ 1);
  }
}

/** The merged edges of each leaf. */
export interface LeafPaths {
  leaves: Int32Array;
  /** Entries of leaf l: `start[l]` to `start[l + 1]`. */
  start: Int32Array;
  /** The lowest node of each feature on the way: its `feature`, `share` and `on` are those of all its edges. */
  node: Int32Array;
}

/** Lists, leaf by leaf, one node for each different feature on the way. */
export function leafPathsOf({ tree, parent, feature }: TreePaths): LeafPaths {
  const leaves: number[] = [];
  const start = [0];
  const node: number[] = [];
  for (let leaf = 0; leaf < parent.length; leaf++) {
    if (tree.feature[leaf]! >= 0) continue;
    const seen = new Set<number>();
    for (let at = leaf; at > 0; at = parent[at]!) {
      if (seen.has(feature[at]!)) continue;
      seen.add(feature[at]!);
      node.push(at);
    }
    leaves.push(leaf);
    start.push(node.length);
  }
  return { leaves: Int32Array.from(leaves), start: Int32Array.from(start), node: Int32Array.from(node) };
}
