// The settings of a forest: their meaning, their defaults, and what is refused. Knows no rows.
import { BedsideError } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import type { GrowSettings } from "./kernel/index.ts";
import { MISSING_CODE, MOST_CODES } from "./table.ts";

/** Weights by class: none, inverse to frequency in all rows or in each tree's own sample, or one number a class. */
export type ForestClassWeight = "balanced" | "balanced_subsample" | readonly number[] | null;

/** Settings of `trainForest`; names and defaults follow scikit-learn's unless told otherwise. */
export interface ForestOptions {
  /** `random-forest`: the best split of the drawn columns; `extra-trees`: the best of one random split for each. */
  kind?: "random-forest" | "extra-trees";
  /** `binary`: labels 0 and 1; `multiclass`: 0 … K − 1; `l2`: any numbers. Default `binary`. */
  objective?: "binary" | "multiclass" | "l2";
  /** For classes. Regression always goes by the variance. Default `gini`. */
  criterion?: "gini" | "entropy";
  /** Number of trees. Default 100. */
  trees?: number;
  /** Columns drawn for a split; a number in (0, 1) is a share of the columns, one from 1 on a count. Default `sqrt` for classes, `all` for regression. */
  maxFeatures?: "sqrt" | "log2" | "all" | number;
  /** Splits from root to leaf, at most. Default: no limit. */
  maxDepth?: number;
  /** Leaves, at most; the tree then grows where it gains most. Default: no limit, depth first. */
  maxLeafNodes?: number;
  /** Rows a node must have to be split; below 1 a share of all rows. Default 2. */
  minSamplesSplit?: number;
  /** Rows a leaf must have; below 1 a share of all rows. Default 1. */
  minSamplesLeaf?: number;
  /** Share of the weight of a tree's rows that a leaf must have, 0 to 0.5. Default 0. */
  minWeightFractionLeaf?: number;
  /** A split must lower the impurity by this, weighted by the node's share of the tree's weight. Default 0. */
  minImpurityDecrease?: number;
  /** Each tree learns from rows drawn with replacement. Default true for random forests, false for extra trees. */
  bootstrap?: boolean;
  /** Rows drawn for a tree; below 1 a share of the rows (of the sum of weights, where given). Default: as many as there are. Needs `bootstrap`. */
  maxSamples?: number;
  classWeight?: ForestClassWeight;
  /** Predict each row by the trees that did not see it. Needs `bootstrap`. Default false. */
  outOfBag?: boolean;
  /** Distinct codes a column keeps for best splits, 2 to 65,534; fewer are quicker and coarser. Default 65,534 (exact up to as many distinct values). */
  maxBins?: number;
  /** Default 0. */
  seed?: number;
  /** Threads; the model does not depend on it. Default: one for each core, and one alone for small tables. */
  threads?: number;
  /** Stops the training with the signal's reason. */
  signal?: AbortSignal;
  /** Told of every finished tree; its signal stops the training too. */
  progress?: Progress;
}

/** Options with nothing left open. */
export interface ForestSettings {
  kind: "random-forest" | "extra-trees";
  objective: "binary" | "multiclass" | "l2";
  trees: number;
  bootstrap: boolean;
  maxSamples: number | undefined;
  classWeight: ForestClassWeight;
  outOfBag: boolean;
  maxBins: number;
  seed: number;
  grow: GrowSettings;
}

/** Fills in the defaults for a table of that size; throws `trees/bad-option` for what cannot be. */
export function resolveOptions(options: ForestOptions, rows: number, columns: number, classes: number): ForestSettings {
  const { kind = "random-forest", objective = "binary", criterion = "gini", seed = 0 } = options;
  oneOf("kind", kind, ["random-forest", "extra-trees"]);
  oneOf("criterion", criterion, ["gini", "entropy"]);
  const { bootstrap = kind === "random-forest", outOfBag = false, classWeight = null, maxSamples } = options;
  const regression = objective === "l2";
  if (options.threads !== undefined) whole("threads", options.threads, 1);
  if (outOfBag && !bootstrap)
    throw badOption("outOfBag", "without bootstrap every tree sees every row", "Set bootstrap");
  if (maxSamples !== undefined && !bootstrap) {
    throw badOption("maxSamples", "without bootstrap every tree sees every row", "Set bootstrap, or leave it out");
  }
  if (regression && classWeight !== null) throw badOption("classWeight", "regression has no classes", "Leave it out");
  if (typeof classWeight === "string") oneOf("classWeight", classWeight, ["balanced", "balanced_subsample"]);
  if (typeof classWeight === "object" && classWeight !== null) checkClassWeights(classWeight, classes);
  if (regression && options.criterion !== undefined) {
    throw badOption("criterion", "regression goes by the variance", "Leave it out");
  }
  const bySums = regression || (classes === 2 && criterion === "gini" && objective === "binary");
  return {
    kind,
    objective,
    trees: whole("trees", options.trees ?? 100, 1),
    bootstrap,
    maxSamples: maxSamples === undefined ? undefined : shareOrCount("maxSamples", maxSamples),
    classWeight,
    outOfBag,
    maxBins: whole("maxBins", options.maxBins ?? MOST_CODES, 2, MOST_CODES),
    seed: number("seed", seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    grow: {
      splitter: kind === "random-forest" ? "best" : "random",
      criterion: bySums ? "sums" : criterion,
      doubled: bySums && !regression,
      classes: regression ? 0 : classes,
      outputs: objective === "multiclass" ? classes : 1,
      maxFeatures: columnsDrawn(options.maxFeatures ?? (regression ? "all" : "sqrt"), columns),
      maxDepth: limit("maxDepth", options.maxDepth, 1),
      maxLeafNodes: limit("maxLeafNodes", options.maxLeafNodes, 2),
      minSamplesSplit: Math.max(2, rowsOf("minSamplesSplit", options.minSamplesSplit ?? 2, rows, 2)),
      minSamplesLeaf: rowsOf("minSamplesLeaf", options.minSamplesLeaf ?? 1, rows, 1),
      minWeightFractionLeaf: number("minWeightFractionLeaf", options.minWeightFractionLeaf ?? 0, 0, 0.5),
      minImpurityDecrease: number("minImpurityDecrease", options.minImpurityDecrease ?? 0, 0, Number.MAX_VALUE),
      missingCode: MISSING_CODE,
    },
  };
}

/** The error for a setting outside its range. */
export function badOption(name: string, why: string, fix: string): BedsideError {
  return new BedsideError({
    code: "trees/bad-option",
    what: `The setting ${name} cannot be used`,
    where: name,
    why,
    fix,
  });
}

function columnsDrawn(maxFeatures: string | number, columns: number): number {
  if (maxFeatures === "all") return columns;
  if (maxFeatures === "sqrt") return Math.max(1, Math.floor(Math.sqrt(columns)));
  if (maxFeatures === "log2") return Math.max(1, Math.floor(Math.log2(columns)));
  if (typeof maxFeatures === "number" && maxFeatures > 0) {
    if (maxFeatures < 1) return Math.max(1, Math.floor(maxFeatures * columns));
    if (Number.isInteger(maxFeatures) && maxFeatures <= columns) return maxFeatures;
  }
  throw badOption(
    "maxFeatures",
    `it is ${maxFeatures}, and there are ${columns} columns`,
    "Give sqrt, log2, all, a share below 1, or a whole number of columns there are",
  );
}

function rowsOf(name: string, value: number, rows: number, least: number): number {
  if (value > 0 && value < 1) return Math.ceil(value * rows);
  if (Number.isInteger(value) && value >= least) return value;
  throw badOption(name, `it is ${value}`, `Give a whole number from ${least} on, or a share between 0 and 1`);
}

function shareOrCount(name: string, value: number): number {
  if (value > 0 && (value < 1 || Number.isInteger(value))) return value;
  throw badOption(name, `it is ${value}`, "Give a whole number of rows, or a share between 0 and 1");
}

function limit(name: string, value: number | undefined, least: number): number {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  return whole(name, value, least);
}

function whole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const upTo = most === Number.MAX_SAFE_INTEGER ? "on" : `to ${most}`;
  throw badOption(name, `it is ${value}`, `Give a whole number from ${least} ${upTo}`);
}

function number(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw badOption(name, `it is ${value}`, `Give a number from ${least} to ${most}`);
}

function oneOf(name: string, value: unknown, known: readonly string[]): void {
  if (!known.includes(value as string)) throw badOption(name, `it is ${value}`, `Give one of: ${known.join(", ")}`);
}

function checkClassWeights(weights: readonly number[], classes: number): void {
  if (weights.length === classes && weights.every((w) => w > 0 && w < Number.POSITIVE_INFINITY)) return;
  throw badOption("classWeight", `there are ${classes} classes`, "Give one finite weight above 0 for each class");
}
