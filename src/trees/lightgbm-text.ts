// Reads LightGBM's text models (versions 3 and 4) so that predictions come out the same. Refuses by name what has no equal here.
import { BedsideError } from "../core/errors.ts";
import { checkEnsemble } from "./check.ts";
import { blankTree, type Tree, type TreeEnsemble, type TreeFeature, type TreeObjective } from "./ensemble.ts";

/**
 * LightGBM objectives by the form of theirs here that turns margins into predictions in the same way. Huber, Fair, MAPE,
 * gamma, Tweedie and cross-entropy differ from it in training only.
 */
const objectives: Readonly<Record<string, TreeObjective>> = {
  binary: "binary",
  cross_entropy: "binary",
  multiclass: "multiclass",
  regression: "l2",
  huber: "l2",
  regression_l1: "l1",
  mape: "l1",
  fair: "l1",
  quantile: "quantile",
  poisson: "poisson",
  gamma: "poisson",
  tweedie: "poisson",
  custom: "l2",
};

/** LightGBM takes numbers this near to 0 for 0 where zeros count as missing (kZeroThreshold, meta.h). */
const zeroThreshold = Math.fround(1e-35);
/** Unnamed categories above this code are not given names. */
const mostNamedCodes = 1 << 16;

/** Bits of LightGBM's decision_type (tree.h): categorical, missing goes left, and what counts as missing. */
const categoricalBit = 1;
const defaultLeftBit = 2;
const missingKinds = ["none", "zero", "nan"];

/**
 * The ensemble of a LightGBM text model (`Booster.save_model`, `model_to_string`). Margins and predictions equal
 * LightGBM's on 64-bit input, missing values and unknown categories too; covers are its row counts.
 *
 * Where a split takes NaN for 0 (missing type none) the direction is that of 0; where zeros count as missing (missing type
 * zero) the split is kept only if 0 goes the default way by comparison as well.
 * @throws BedsideError `trees/lightgbm-unsupported` naming linear trees, other objectives, zeros as missing values;
 *   `trees/bad-lightgbm` naming the line or tree where the text is not such a model
 */
export function lightgbmFromText(text: string): TreeEnsemble {
  const end = text.search(/^end of trees\s*$/m);
  if (!/^\s*tree\s*$/m.test(text.slice(0, 1000))) throw bad("first line", "it is not `tree`");
  if (end < 0) throw bad("end", "the line `end of trees` is missing; the text is cut off");
  const [head = "", ...blocks] = text.slice(0, end).split(/^(?=Tree=\d+\s*$)/m);
  const header = fields(head);
  const version = need(header, "version", "the head");
  if (version !== "v3" && version !== "v4")
    throw unsupported("version", `the text is of version ${version}, not v3 or v4`);
  const outputs = count(header, "num_tree_per_iteration", "the head");
  const sizes = header.get("tree_sizes")?.split(" ").filter(Boolean);
  if (sizes && sizes.length !== blocks.length) {
    throw bad("end", `there are ${blocks.length} trees of the ${sizes.length} announced`);
  }
  const { objective, sigmoid } = readObjective(header.get("objective") ?? "custom");
  const features = readFeatures(header, text.slice(end));
  const trees = blocks.map((block, t) => readTree(fields(block), t));
  const ensemble: TreeEnsemble = {
    schema: 1,
    kind: "boosting",
    objective,
    outputs,
    outputsPerTree: 1,
    baseScore: new Float64Array(outputs),
    average: header.has("average_output"),
    ...(sigmoid === 1 ? {} : { sigmoid }),
    features,
    trees,
  };
  checkEnsemble(ensemble, { code: "trees/bad-lightgbm", fix });
  return ensemble;
}

const fix = "Give a whole text file as LightGBM's save_model writes it";

function bad(where: string, why: string): BedsideError {
  return new BedsideError({ code: "trees/bad-lightgbm", what: "This is not a LightGBM text model", where, why, fix });
}

function unsupported(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "trees/lightgbm-unsupported",
    what: "This LightGBM model uses something that has no equal here",
    where,
    why,
    fix: "Train the model again without it",
  });
}

/** The `key=value` lines of a block; a line without a value stands for itself. */
function fields(block: string): Map<string, string> {
  const map = new Map<string, string>();
  for (const line of block.split(/\r?\n/)) {
    const at = line.indexOf("=");
    if (at > 0) map.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
    else if (line.trim()) map.set(line.trim(), "");
  }
  return map;
}

function need(map: Map<string, string>, key: string, where: string): string {
  const value = map.get(key);
  if (value === undefined) throw bad(where, `the line ${key}= is missing`);
  return value;
}

function count(map: Map<string, string>, key: string, where: string): number {
  const value = Number(need(map, key, where));
  if (!Number.isInteger(value) || value < 1) throw bad(where, `${key} is not a whole number above 0`);
  return value;
}

/** The numbers of a line; `length` says how many there have to be. */
function numbers(map: Map<string, string>, key: string, length: number, where: string): Float64Array {
  const value = need(map, key, where);
  const parts = value === "" ? [] : value.split(" ");
  if (parts.length !== length) throw bad(where, `${key} has ${parts.length} entries, not ${length}`);
  return Float64Array.from(parts, (part) => {
    const number = /^[+-]?inf/i.test(part) ? (part.startsWith("-") ? -Infinity : Infinity) : Number(part);
    if (part === "" || Number.isNaN(number)) throw bad(where, `${key} holds something that is not a number`);
    return number;
  });
}

function readObjective(line: string): { objective: TreeObjective; sigmoid: number } {
  const [name = "", ...settings] = line.split(" ").filter(Boolean);
  const objective = objectives[name];
  if (!objective) throw unsupported("objective", `its objective is ${name}`);
  let sigmoid = 1;
  for (const setting of settings) {
    if (setting === "sqrt") throw unsupported("objective", `its objective is ${line}: trained on square roots`);
    if (setting.startsWith("sigmoid:")) sigmoid = Number(setting.slice(8));
  }
  if (!(sigmoid > 0)) throw bad("objective", "its sigmoid is not a number above 0");
  return { objective, sigmoid };
}

function readFeatures(header: Map<string, string>, tail: string): TreeFeature[] {
  const highest = Number(need(header, "max_feature_idx", "the head"));
  const names = need(header, "feature_names", "the head").split(" ");
  const infos = (header.get("feature_infos") ?? "").split(" ");
  if (names.length !== highest + 1) throw bad("feature_names", `there are ${names.length} for ${highest + 1} columns`);
  const labels = pandasCategories(tail);
  let categorical = 0;
  return names.map((name, j) => {
    const info = infos[j] ?? "none";
    if (!/^-?\d+(:-?\d+)*$/.test(info)) return { name };
    const named = labels?.[categorical++];
    if (named) return { name, categories: named };
    const most = info.split(":").reduce((largest, code) => Math.max(largest, Number(code)), 0);
    return most < mostNamedCodes
      ? { name, categories: Array.from({ length: most + 1 }, (_, code) => `${code}`) }
      : { name };
  });
}

/** Names of categories that the Python package keeps in the last line, one list a categorical column. */
function pandasCategories(tail: string): string[][] | undefined {
  const line = /^pandas_categorical:(.*)$/m.exec(tail)?.[1]?.trim();
  if (!line || line === "null") return undefined;
  try {
    const lists: unknown = JSON.parse(line);
    if (!Array.isArray(lists)) return undefined;
    return lists.map((list) => (Array.isArray(list) ? list.map(String) : []));
  } catch {
    throw bad("pandas_categorical", "it is not JSON");
  }
}

/** Inner nodes keep LightGBM's numbers; leaf l becomes node (number of leaves − 1) + l. */
function readTree(map: Map<string, string>, t: number): Tree {
  const where = `tree ${t}`;
  const leaves = count(map, "num_leaves", where);
  if (map.get("is_linear") === "1") throw unsupported(where, "it has linear models in its leaves (linear_tree)");
  const inner = leaves - 1;
  const nodes = inner + leaves;
  const column = (key: string) => numbers(map, key, inner, where);
  const tree = blankTree(nodes);
  tree.value.set(numbers(map, "leaf_value", leaves, where), inner);
  if (inner === 0) {
    if (map.get("leaf_count")) tree.cover.set(numbers(map, "leaf_count", 1, where));
    return tree;
  }
  const features = column("split_feature");
  const thresholds = column("threshold");
  const decisions = column("decision_type");
  const lefts = column("left_child");
  const rights = column("right_child");
  const sets = readSets(map, where);
  tree.cover.set(numbers(map, "leaf_count", leaves, where), inner);
  tree.cover.set(column("internal_count"));
  tree.gain.set(column("split_gain"));
  tree.value.set(column("internal_value"));
  for (let node = 0; node < inner; node++) {
    tree.feature[node] = features[node]!;
    for (const [from, to] of [
      [lefts, tree.left],
      [rights, tree.right],
    ] as const) {
      const child = from[node]!;
      const place = child < 0 ? inner + ~child : child;
      if (child < -leaves || child >= inner) throw bad(`${where}, node ${node}`, `its child ${child} does not exist`);
      to[node] = place;
    }
    const decision = decisions[node]!;
    if (decision & categoricalBit) {
      const set = sets[thresholds[node]!];
      if (!set) throw bad(`${where}, node ${node}`, "its set of categories does not exist");
      tree.categories ??= new Array<Uint32Array | undefined>(nodes).fill(undefined);
      tree.categories[node] = set;
    } else {
      tree.threshold[node] = thresholds[node]!;
      tree.missingLeft[node] = missingGoesLeft(decision, thresholds[node]!, `${where}, node ${node}`) ? 1 : 0;
    }
  }
  return tree;
}

function readSets(map: Map<string, string>, where: string): Uint32Array[] {
  const sets = Number(map.get("num_cat") ?? 0);
  if (!sets) return [];
  const bounds = numbers(map, "cat_boundaries", sets + 1, where);
  const words = numbers(map, "cat_threshold", bounds[sets]!, where);
  return Array.from({ length: sets }, (_, s) => Uint32Array.from(words.subarray(bounds[s]!, bounds[s + 1]!)));
}

/** The direction of NaN at a numeric split (Tree::NumericalDecision of tree.h). */
function missingGoesLeft(decision: number, threshold: number, where: string): boolean {
  const defaultLeft = (decision & defaultLeftBit) !== 0;
  const kind = missingKinds[(decision >> 2) & 3];
  if (kind === "nan") return defaultLeft;
  if (kind === "none") return 0 <= threshold;
  if (kind !== "zero") throw bad(where, `its decision type ${decision} is unknown`);
  // Every value within ±zeroThreshold takes the default way: the comparison has to send all of them there too.
  if (defaultLeft ? zeroThreshold <= threshold : -zeroThreshold > threshold) return defaultLeft;
  throw unsupported(where, "it takes zeros for missing values (zero_as_missing)");
}
