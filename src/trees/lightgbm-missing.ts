// Rewrites trees so that no categorical split sends missing values left, which LightGBM's format cannot say. Knows no text.
import { BedsideError } from "../core/errors.ts";
import type { Tree } from "./ensemble.ts";

/** Cover of a copy by that of the original. */
const copyShare = 2 ** -14;
/** Trees that would grow beyond this many nodes are refused. */
const mostNodes = 1 << 20;

/**
 * The same tree for every row, with a numeric split before each categorical one that sends missing values left: all
 * numbers go on to the categorical split, missing ones to a copy of its left side, in which splits on the same column are
 * resolved. The copy's covers are the original's made very small, since the rows of the training are counted at the
 * original. LightGBM's own SHAP values of the tree go by these covers and are not those of the tree as trained. A tree
 * without such splits is given back as it is.
 * @throws BedsideError `trees/lightgbm-cannot-say` where copies of copies make the tree too large
 */
export function missingRightOfCategories(tree: Tree, outputsPerTree: number, where: string): Tree {
  if (!tree.categories?.some((set, node) => set && tree.missingLeft[node] === 1)) return tree;
  const copied: Entry[] = [{ node: 0, missing: [], parent: -1, side: "left", guarded: false }];
  const left: number[] = [];
  const right: number[] = [];
  for (let at = 0; at < copied.length; at++) {
    if (copied.length > mostNodes) throw tooLarge(where);
    const entry = copied[at]!;
    const { missing } = entry;
    while (missing.includes(tree.feature[entry.node]!)) {
      entry.node = tree.missingLeft[entry.node] ? tree.left[entry.node]! : tree.right[entry.node]!;
    }
    const { node, parent } = entry;
    if (parent >= 0) (entry.side === "left" ? left : right)[parent] = at;
    left.push(-1);
    right.push(-1);
    const feature = tree.feature[node]!;
    if (feature < 0) continue;
    if (needsGuard(tree, entry)) {
      entry.guard = true;
      copied.push({ node, missing, parent: at, side: "left", guarded: true });
      copied.push({
        node: tree.left[node]!,
        missing: [...missing, feature],
        parent: at,
        side: "right",
        guarded: false,
      });
    } else {
      copied.push({ node: tree.left[node]!, missing, parent: at, side: "left", guarded: false });
      copied.push({ node: tree.right[node]!, missing, parent: at, side: "right", guarded: false });
    }
  }
  const of = (array: ArrayLike<number>) => copied.map(({ node }) => array[node]!);
  const isSet = ({ guard, node }: Entry) => (guard ? undefined : tree.categories?.[node]);
  return {
    feature: Int32Array.from(of(tree.feature)),
    threshold: Float64Array.from(copied, ({ guard, node }) => (guard ? Infinity : tree.threshold[node]!)),
    missingLeft: Uint8Array.from(copied, (entry) => (entry.guard || isSet(entry) ? 0 : tree.missingLeft[entry.node]!)),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    categories: copied.map(isSet),
    value: Float64Array.from(
      copied.flatMap(({ node }) => [...tree.value.subarray(node * outputsPerTree, (node + 1) * outputsPerTree)]),
    ),
    cover: Float64Array.from(copied, ({ node, missing }) => tree.cover[node]! * copyShare ** missing.length),
    gain: Float64Array.from(copied, ({ guard, node }) => (guard ? 0 : tree.gain[node]!)),
  };
}

/** A node of the new tree. */
interface Entry {
  /** The node of the old tree it comes from. */
  node: number;
  /** Columns known to be missing here. */
  missing: readonly number[];
  parent: number;
  side: "left" | "right";
  /** True where missing values have been led away already. */
  guarded: boolean;
  /** True for the numeric split that leads them away. */
  guard?: boolean;
}

function needsGuard(tree: Tree, { node, guarded }: Entry): boolean {
  return !guarded && tree.categories?.[node] !== undefined && tree.missingLeft[node] === 1;
}

function tooLarge(where: string): BedsideError {
  return new BedsideError({
    code: "trees/lightgbm-cannot-say",
    what: "LightGBM's text format cannot hold this model",
    where,
    why: "too many categorical splits send missing values left; LightGBM sends them right",
    fix: "Save the model in Bedside's own format, or give missing values a category of their own before training",
  });
}
