// Writes tree ensembles as LightGBM text models (version 4) that LightGBM loads. Refuses by name what the format cannot say.
import { BedsideError } from "../core/errors.ts";
import { blankTree, type Tree, type TreeEnsemble } from "./ensemble.ts";
import { missingRightOfCategories } from "./lightgbm-missing.ts";

/** Ensemble objectives in LightGBM's words. */
const names = {
  binary: "binary",
  multiclass: "multiclass",
  l2: "regression",
  l1: "regression_l1",
  quantile: "quantile",
  poisson: "poisson",
} as const;

/** decision_type of a numeric split whose missing values are NaN (tree.h), without the bit for their direction. */
const numericNan = 2 << 2;
const defaultLeft = 1 << 1;
const categorical = 1;

/** The range of a column whose range is not known: all finite numbers. */
const anyRange = `[-${Number.MAX_VALUE}:${Number.MAX_VALUE}]`;

/**
 * The text of a LightGBM model with the same margins and predictions. The base score goes into the leaves of the first
 * trees (of all trees where outputs are means). A forest has no LightGBM objective and is written without one, its leaves'
 * class frequencies as one tree a class. A categorical split that sends missing values left gets a numeric split before it.
 * Spaces in names become `_`. LightGBM keeps row counts as whole numbers above 0: covers that are not are all scaled up by
 * a power of two and rounded, which keeps their ratios.
 * @throws BedsideError `trees/lightgbm-cannot-say` naming two feature names that become the same, or a tree with too many
 *   categorical splits that send missing values left
 */
export function lightgbmToText(ensemble: TreeEnsemble): string {
  const { outputs, outputsPerTree, baseScore, average, kind, objective } = ensemble;
  const blocks: string[] = [];
  const write = (tree: Tree, k: number, base: number) => {
    blocks.push(treeText(tree, k, outputsPerTree, base, blocks.length));
  };
  ensemble.trees.forEach((tree, t) => {
    const first = (t * outputsPerTree) % outputs;
    const written = missingRightOfCategories(tree, outputsPerTree, `tree ${t}`);
    for (let k = 0; k < outputsPerTree; k++) {
      const base = average || blocks.length < outputs ? baseScore[first + k]! : 0;
      write(written, k, base);
    }
  });
  if (blocks.length === 0) for (let k = 0; k < outputs; k++) write(blankTree(1, outputsPerTree), 0, baseScore[k]!);
  const objectiveLine =
    kind === "forest"
      ? []
      : [
          `objective=${names[objective]}${
            objective === "binary"
              ? ` sigmoid:${ensemble.sigmoid ?? 1}`
              : objective === "multiclass"
                ? ` num_class:${outputs}`
                : ""
          }`,
        ];
  const head = [
    "tree",
    "version=v4",
    `num_class=${outputs}`,
    `num_tree_per_iteration=${outputs}`,
    "label_index=0",
    `max_feature_idx=${ensemble.features.length - 1}`,
    ...objectiveLine,
    ...(average ? ["average_output"] : []),
    `feature_names=${featureNames(ensemble).join(" ")}`,
    `feature_infos=${ensemble.features.map(({ categories }) => categoryRange(categories)).join(" ")}`,
    `tree_sizes=${blocks.map((block) => block.length).join(" ")}`,
  ];
  return `${head.join("\n")}\n\n${blocks.join("")}end of trees\n\nfeature_importances:\n\nparameters:\n[boosting: ${
    average ? "rf" : "gbdt"
  }]\nend of parameters\n\npandas_categorical:${pandasCategories(ensemble)}\n`;
}

function cannotSay(where: string, why: string, fix: string): BedsideError {
  return new BedsideError({
    code: "trees/lightgbm-cannot-say",
    what: "LightGBM's text format cannot hold this model",
    where,
    why,
    fix,
  });
}

function featureNames({ features }: TreeEnsemble): string[] {
  const seen = new Set<string>();
  return features.map(({ name }, j) => {
    const written = name.replace(/\s/g, "_") || `Column_${j}`;
    if (seen.has(written)) {
      throw cannotSay(
        `features, ${name}`,
        "two names are the same once spaces are `_`",
        "Give every column a name of its own",
      );
    }
    seen.add(written);
    return written;
  });
}

function categoryRange(categories: readonly string[] | undefined): string {
  if (!categories) return anyRange;
  return categories.length < 2 ? "0:1" : categories.map((_, code) => code).join(":");
}

/** Names of categories, or null where they are no more than their codes. */
function pandasCategories({ features }: TreeEnsemble): string {
  const lists = features.flatMap(({ categories }) => (categories ? [categories] : []));
  return lists.some((list) => list.some((name, code) => name !== `${code}`)) ? JSON.stringify(lists) : "null";
}

/** One tree's lines for output k: splits numbered in the order of their nodes, leaves likewise. */
function treeText(tree: Tree, k: number, outputsPerTree: number, base: number, number: number): string {
  const splits: number[] = [];
  const leaves: number[] = [];
  const place = new Int32Array(tree.feature.length);
  for (let node = 0; node < tree.feature.length; node++) {
    const list = tree.feature[node]! < 0 ? leaves : splits;
    place[node] = list === leaves ? ~leaves.length : splits.length;
    list.push(node);
  }
  const counts = wholeCounts(tree.cover);
  const bounds = [0];
  const words: number[] = [];
  const thresholds: number[] = [];
  const decisions: number[] = [];
  for (const node of splits) {
    const set = tree.categories?.[node];
    if (set) {
      thresholds.push(bounds.length - 1);
      decisions.push(categorical | numericNan);
      for (const word of set) words.push(word);
      bounds.push(words.length);
    } else {
      thresholds.push(tree.threshold[node]!);
      decisions.push(numericNan | (tree.missingLeft[node] ? defaultLeft : 0));
    }
  }
  const value = (node: number) => tree.value[node * outputsPerTree + k]! + base;
  const line = (key: string, nodes: readonly number[], of: (node: number) => number) =>
    `${key}=${nodes.map((node) => text(of(node))).join(" ")}`;
  const lines = [
    `Tree=${number}`,
    `num_leaves=${leaves.length}`,
    `num_cat=${bounds.length - 1}`,
    line("split_feature", splits, (node) => tree.feature[node]!),
    line("split_gain", splits, (node) => tree.gain[node]!),
    `threshold=${thresholds.map(text).join(" ")}`,
    `decision_type=${decisions.join(" ")}`,
    line("left_child", splits, (node) => place[tree.left[node]!]!),
    line("right_child", splits, (node) => place[tree.right[node]!]!),
    line("leaf_value", leaves, value),
    line("leaf_weight", splits.length ? leaves : [], (node) => tree.cover[node]!),
    line("leaf_count", leaves, (node) => counts[node]!),
    line("internal_value", splits, value),
    line("internal_weight", splits, (node) => tree.cover[node]!),
    line("internal_count", splits, (node) => counts[node]!),
    ...(words.length ? [`cat_boundaries=${bounds.join(" ")}`, `cat_threshold=${words.join(" ")}`] : []),
    "is_linear=0",
    "shrinkage=1",
  ];
  return `${lines.join("\n")}\n\n\n`;
}

/** Shortest decimal form that reads back as the same number, infinity in C's words. */
function text(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (value === Number.NEGATIVE_INFINITY) return "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Covers as whole numbers from 1 to the largest 32-bit count, ratios kept as well as that allows. */
function wholeCounts(cover: Float64Array): Float64Array {
  const whole = 2 ** 31 - 1;
  const largest = cover.reduce((most, value) => Math.max(most, value), 0);
  if (largest === 0 || cover.every((value) => Number.isInteger(value) && value > 0 && value <= whole)) return cover;
  const scale = 2 ** Math.floor(Math.log2(2 ** 30 / largest));
  return cover.map((value) => Math.max(1, Math.round(value * scale)));
}
