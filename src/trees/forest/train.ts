// Trains random forests and extremely randomised trees. Knows no data set and no file.
import { Stopped } from "../../core/errors.ts";
import type { Tree, TreeEnsemble } from "../ensemble.ts";
import { coreCount } from "../workers.ts";
import { growAll } from "./grow-all.ts";
import { checkNames, checkTable, checkTargets, checkWeights, type ForestInput } from "./input.ts";
import type { GrownTree, GrowTable } from "./kernel/index.ts";
import { type ForestOptions, type ForestSettings, resolveOptions } from "./options.ts";
import { type OutOfBag, OutOfBagSums } from "./out-of-bag.ts";
import { sampler } from "./sample.ts";
import { between, layOut } from "./table.ts";

/** Below this many cells times trees, starting threads takes longer than they save. */
const CELLS_FOR_THREADS = 5e6;

/** A trained forest and what its training learned of itself. */
export interface TrainedForest {
  ensemble: TreeEnsemble;
  /** Present when asked for. */
  outOfBag?: OutOfBag;
  /** Threads that took part; the model does not depend on it. */
  threads: number;
}

/**
 * Trains a forest as scikit-learn 1.9 defines `RandomForestClassifier`, `RandomForestRegressor` and their `ExtraTrees`
 * kin: a prediction is the mean of the trees' class frequencies or means. Each tree draws from a stream of its own, so
 * that a seed gives the same model whatever the number of threads.
 *
 * Where it differs from scikit-learn: values are compared in 64 bits (there in 32, and values within 1e-7 are one);
 * columns with more than `maxBins` distinct values share codes; a cut that parts only missing values has the largest
 * number as its threshold (there infinity); the random numbers are others. Categories are taken as ordered numbers.
 *
 * Constant and wholly missing columns are never used; where no column can be split the trees are single leaves.
 * @returns the ensemble: `value` of a node holds the frequency of 1 (`binary`), those of all classes, or the mean; `gain`
 *   the decrease of impurity weighted by the node's share of the tree's weight; `cover` the weight of its rows.
 * @throws BedsideError `trees/empty`, `trees/size-mismatch`, `trees/infinite`, `trees/bad-label`, `trees/one-class`,
 *   `trees/bad-weight`, `trees/duplicate-feature`, `trees/bad-option`; `Stopped` when stopped
 * @example const { ensemble } = await trainForest({ x, y }, { trees: 300, minSamplesLeaf: 5, seed: 1 });
 */
export async function trainForest(input: ForestInput, options: ForestOptions = {}): Promise<TrainedForest> {
  const { x, y } = input;
  const { objective = "binary", signal, progress } = options;
  const names = checkNames(input.featureNames, x.columns);
  checkTable(x, names);
  const { targets, classes } = checkTargets(y, x.rows, objective);
  const weights = checkWeights(input.weights, x.rows);
  const settings = resolveOptions(options, x.rows, x.columns, classes);
  const task = sampler(settings, targets, classes, weights);
  const signals = [signal, progress?.signal].filter((one) => one !== undefined);
  const checkStop = () => {
    if (signals.some((one) => one.aborted)) throw new Stopped();
  };
  checkStop();
  const threads = options.threads ?? (x.data.length * settings.trees < CELLS_FOR_THREADS ? 1 : await coreCount());

  const table = layOut(x, targets, settings.grow.splitter, settings.maxBins);
  const trees: Tree[] = [];
  const outOfBag = settings.outOfBag ? new OutOfBagSums(x, settings.grow.outputs) : undefined;
  /** The rows that trees under way have seen. */
  const seen = new Map<number, Uint8Array>();
  progress?.begin("Trees", settings.trees);
  const used = await growAll(
    {
      table,
      settings: settings.grow,
      trees: settings.trees,
      task(tree) {
        const made = task(tree);
        if (outOfBag) seen.set(tree, marked(made.rows, x.rows));
        return made;
      },
      grown(grown) {
        const tree = finishTree(grown, table, settings.grow.splitter);
        trees.push(tree);
        outOfBag?.add(tree, seen.get(grown.tree)!);
        seen.delete(grown.tree);
        progress?.at(trees.length);
      },
      checkStop,
      signals,
    },
    threads,
  );
  progress?.end(`${settings.trees} trees`);
  return {
    ensemble: ensembleOf(settings, names, trees),
    ...(outOfBag ? { outOfBag: outOfBag.finish(targets, objective === "l2") } : {}),
    threads: used,
  };
}

function marked(rows: Uint32Array, count: number): Uint8Array {
  const marks = new Uint8Array(count);
  for (const row of rows) marks[row] = 1;
  return marks;
}

/** Puts thresholds to best splits, which are found on codes. */
function finishTree(grown: GrownTree, table: GrowTable, splitter: "best" | "random"): Tree {
  const { feature, threshold, leftCode, rightCode, missingLeft, left, right, value, cover, gain } = grown;
  for (let node = 0; node < feature.length && splitter === "best"; node++) {
    const column = feature[node]!;
    if (column < 0) continue;
    const from = table.greatestAt[column]!;
    const low = table.greatest[from + leftCode[node]!]!;
    if (rightCode[node]! < 0) {
      // Only missing values go right; no number is above this one.
      threshold[node] = Number.MAX_VALUE;
    } else if (table.coarse[column] === 1) {
      const last = table.greatest[from + rightCode[node]! - 1]!;
      threshold[node] = low < last ? between(low, last) : low;
    } else {
      threshold[node] = between(low, table.greatest[from + rightCode[node]!]!);
    }
  }
  return { feature, threshold, missingLeft, left, right, categories: undefined, value, cover, gain };
}

function ensembleOf({ objective, grow }: ForestSettings, names: readonly string[], trees: Tree[]): TreeEnsemble {
  return {
    schema: 1,
    kind: "forest",
    objective,
    outputs: grow.outputs,
    outputsPerTree: grow.outputs,
    baseScore: new Float64Array(grow.outputs),
    average: true,
    features: names.map((name) => ({ name })),
    trees,
  };
}
