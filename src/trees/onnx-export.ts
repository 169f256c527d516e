// Writes tree ensembles as ONNX models that any ONNX runtime predicts with. Refuses by name what ONNX cannot say.
import { BedsideError } from "../core/errors.ts";
import { encodeModel, ONNX_TYPES, type OnnxAttribute, type OnnxModel, type OnnxNode } from "../formats/onnx/index.ts";
import { blankTree, type Tree, type TreeEnsemble } from "./ensemble.ts";
import { nextAbove } from "./layout.ts";
import { treesOfOutput } from "./predict.ts";

export interface TreesOnnxOptions {
  /** Type of the rows. Default `float32`, the common one. */
  input?: "float32" | "float64" | undefined;
  /**
   * Type of thresholds, leaves and sums. Default `float64`: rows go the same way through every tree as here, and margins
   * are right to the last place of the 32-bit output. `float32`, for runtimes without 64-bit trees and for 32-bit rows
   * alone: rows still go the same way, but sums lose about a digit in a hundred trees.
   */
  arithmetic?: "float32" | "float64" | undefined;
  /** Words kept in the file: name and text. */
  metadata?: Readonly<Record<string, string>> | undefined;
}

type Numbers = "float32" | "float64";

/** A categorical split becomes two nodes for each run of codes; splits of more runs than this are refused. */
const mostRuns = 4096;
/** Whole numbers up to here are exact in 32 bits. */
const largestFloat32Code = 2 ** 24;

/**
 * The bytes of an `.onnx` file: input `x` (rows × columns, NaN where missing), outputs `margin` and `prediction`
 * (rows × outputs, 32 bits). Trees are one TreeEnsembleRegressor (ai.onnx.ml 3) whose sums a sigmoid, softmax or
 * exponential follows. All splits are `value <= number`, categorical ones several in a chain.
 * @throws BedsideError `trees/onnx-cannot-say` naming a categorical split with too many runs of categories,
 *   `trees/bad-option` for 64-bit rows in 32-bit arithmetic
 */
export function treesToOnnx(ensemble: TreeEnsemble, options: TreesOnnxOptions = {}): Uint8Array<ArrayBuffer> {
  return encodeModel(treesOnnxModel(ensemble, options));
}

/** The same as plain data. */
export function treesOnnxModel(
  ensemble: TreeEnsemble,
  { input = "float32", arithmetic = "float64", metadata = {} }: TreesOnnxOptions = {},
): OnnxModel {
  if (input === "float64" && arithmetic === "float32") {
    throw new BedsideError({
      code: "trees/bad-option",
      what: "Rows of 64-bit numbers cannot be compared with 32-bit thresholds without going astray",
      where: "arithmetic",
      fix: "Leave the option out, or give 32-bit rows",
    });
  }
  const cast = input !== arithmetic;
  const { outputs, features, baseScore } = ensemble;
  const columns = features.length;
  const regressor: OnnxNode = {
    op: "TreeEnsembleRegressor",
    domain: "ai.onnx.ml",
    inputs: [cast ? "wide" : "x"],
    outputs: ["margin"],
    attributes: {
      n_targets: { int: outputs },
      aggregate_function: { text: "SUM" },
      post_transform: { text: "NONE" },
      ...floats("base_values", baseScore, arithmetic),
      ...treeAttributes(ensemble, arithmetic),
    },
  };
  const steepness = ensemble.sigmoid ?? 1;
  return {
    graph: {
      name: "trees",
      inputs: [{ name: "x", type: input, shape: ["rows", columns] }],
      outputs: [
        { name: "margin", type: "float32", shape: ["rows", outputs] },
        { name: "prediction", type: "float32", shape: ["rows", outputs] },
      ],
      constants:
        steepness === 1 ? [] : [{ name: "steepness", type: "float32", shape: [1], data: Float32Array.of(steepness) }],
      nodes: [
        ...(cast
          ? [{ op: "Cast", inputs: ["x"], outputs: ["wide"], attributes: { to: { int: ONNX_TYPES.float64 } } }]
          : []),
        regressor,
        ...linkNodes(ensemble),
      ],
    },
    operatorSets: { "": 18, "ai.onnx.ml": 3 },
    metadata,
  };
}

/** From margin to prediction. */
function linkNodes({ kind, objective, sigmoid = 1 }: TreeEnsemble): OnnxNode[] {
  const last = (op: string, from = "margin", attributes: OnnxNode["attributes"] = {}): OnnxNode => ({
    op,
    inputs: [from],
    outputs: ["prediction"],
    attributes,
  });
  if (kind === "forest") return [last("Identity")];
  switch (objective) {
    case "binary":
      if (sigmoid === 1) return [last("Sigmoid")];
      return [{ op: "Mul", inputs: ["margin", "steepness"], outputs: ["scaled"] }, last("Sigmoid", "scaled")];
    case "multiclass":
      return [last("Softmax", "margin", { axis: { int: 1 } })];
    case "poisson":
      return [last("Exp")];
    default:
      return [last("Identity")];
  }
}

/** Numbers as a list of 32-bit ones, or as a 64-bit tensor, for which ONNX has attributes of their own. */
function floats(name: string, values: ArrayLike<number>, numbers: Numbers): Record<string, OnnxAttribute> {
  if (numbers === "float32") return { [name]: { floats: values } };
  return {
    [`${name}_as_tensor`]: { tensor: { name, type: "float64", shape: [values.length], data: values } },
  };
}

/** The parallel lists of ai.onnx.ml's tree operators, one entry a node, and one entry a leaf and output. */
interface Lists {
  tree: number[];
  id: number[];
  feature: number[];
  mode: string[];
  value: number[];
  yes: number[];
  no: number[];
  missingYes: number[];
  leafTree: number[];
  leafId: number[];
  leafTarget: number[];
  leafWeight: number[];
}

function treeAttributes(ensemble: TreeEnsemble, numbers: Numbers): Record<string, OnnxAttribute> {
  const lists: Lists = {
    tree: [],
    id: [],
    feature: [],
    mode: [],
    value: [],
    yes: [],
    no: [],
    missingYes: [],
    leafTree: [],
    leafId: [],
    leafTarget: [],
    leafWeight: [],
  };
  const trees = ensemble.trees.length ? ensemble.trees : [blankTree(1, ensemble.outputsPerTree)];
  trees.forEach((tree, t) => {
    addTree(lists, tree, t, ensemble, numbers);
  });
  return {
    nodes_treeids: { ints: lists.tree },
    nodes_nodeids: { ints: lists.id },
    nodes_featureids: { ints: lists.feature },
    nodes_modes: { texts: lists.mode },
    nodes_truenodeids: { ints: lists.yes },
    nodes_falsenodeids: { ints: lists.no },
    nodes_missing_value_tracks_true: { ints: lists.missingYes },
    ...floats("nodes_values", lists.value, numbers),
    target_treeids: { ints: lists.leafTree },
    target_nodeids: { ints: lists.leafId },
    target_ids: { ints: lists.leafTarget },
    ...floats("target_weights", lists.leafWeight, numbers),
  };
}

/** Nodes keep their numbers; the further nodes of a categorical split's chain are numbered behind them. */
function addTree(lists: Lists, tree: Tree, t: number, ensemble: TreeEnsemble, numbers: Numbers): void {
  const { outputs, outputsPerTree, average, trees } = ensemble;
  const firstTarget = (t * outputsPerTree) % outputs;
  const scale = average ? 1 / Math.max(1, treesOfOutput(ensemble, trees.length, firstTarget)) : 1;
  let free = tree.feature.length;
  const add = (id: number, feature: number, value: number, yes: number, no: number, missingYes: number) => {
    lists.tree.push(t);
    lists.id.push(id);
    lists.feature.push(feature);
    lists.mode.push(yes === no ? "LEAF" : "BRANCH_LEQ");
    lists.value.push(value);
    lists.yes.push(yes);
    lists.no.push(no);
    lists.missingYes.push(missingYes);
  };
  for (let node = 0; node < tree.feature.length; node++) {
    const feature = tree.feature[node]!;
    const left = tree.left[node]!;
    const right = tree.right[node]!;
    const set = tree.categories?.[node];
    if (feature < 0) {
      add(node, 0, 0, 0, 0, 0);
      for (let k = 0; k < outputsPerTree; k++) {
        lists.leafTree.push(t);
        lists.leafId.push(node);
        lists.leafTarget.push(firstTarget + k);
        lists.leafWeight.push(tree.value[node * outputsPerTree + k]! * scale);
      }
    } else if (set) {
      const missingLeft = tree.missingLeft[node]!;
      const runs = runsOf(set, `tree ${t}, node ${node}`, numbers);
      // No code goes left: every number goes right as it is not above infinity, NaN the way of missing values.
      if (runs.length === 0) add(node, feature, Infinity, right, left, missingLeft ^ 1);
      // Before the run: right. Within the run: left. Behind the last run: right. NaN is not below any number, so that it
      // comes to the second link. onnxruntime wants a false branch that no other split shares, which holds for the chain.
      let id = node;
      runs.forEach(([first, last], r) => {
        const within = free++;
        add(id, feature, first === 0 ? -1 : justBelow(first, numbers), right, within, 0);
        id = r + 1 < runs.length ? free++ : right;
        add(within, feature, justBelow(last + 1, numbers), left, id, r === 0 ? missingLeft : 0);
      });
    } else {
      const threshold = tree.threshold[node]!;
      const value = numbers === "float32" ? float32Below(threshold) : threshold;
      add(node, feature, value, left, right, tree.missingLeft[node]!);
    }
  }
}

/** The runs of neighbouring codes in a set, first and last code. */
function runsOf(set: Uint32Array, where: string, numbers: Numbers): [number, number][] {
  const runs: [number, number][] = [];
  for (let code = 0; code < set.length * 32; code++) {
    if (((set[code >>> 5]! >>> (code & 31)) & 1) === 0) continue;
    const run = runs.at(-1);
    if (run?.[1] === code - 1) run[1] = code;
    else runs.push([code, code]);
  }
  const last = runs.at(-1)?.[1] ?? 0;
  if (runs.length > mostRuns || (numbers === "float32" && last >= largestFloat32Code)) {
    throw new BedsideError({
      code: "trees/onnx-cannot-say",
      what: "ONNX cannot hold this model",
      where,
      why:
        runs.length > mostRuns
          ? `a categorical split sends ${runs.length} runs of categories left, each of which would become two nodes`
          : `category code ${last} is not exact in 32 bits`,
      fix: "Group rare categories before training, or keep the model in Bedside's own format",
    });
  }
  return runs;
}

/** The largest number, of 32 or 64 bits, below a whole number above 0. */
function justBelow(whole: number, numbers: Numbers): number {
  const below = -nextAbove(-whole);
  return numbers === "float32" ? float32Below(below) : below;
}

const bits = new DataView(new ArrayBuffer(4));

/** The largest 32-bit number not above a number: 32-bit values lie on the same side of both. */
export function float32Below(value: number): number {
  const near = Math.fround(value);
  if (!(near > value)) return near;
  if (near === 0) return -(2 ** -149); // the smallest step below 0
  bits.setFloat32(0, near);
  bits.setInt32(0, bits.getInt32(0) + (near > 0 ? -1 : 1));
  return bits.getFloat32(0);
}
