// The settings of an AutoScore: their meaning, their defaults, and what is refused. Knows no rows.
import type { Progress } from "../../core/progress.ts";
import type { ForestOptions } from "../../trees/index.ts";
import { badOption } from "../checks.ts";

/** The published inner quantiles (Xie et al. 2020, module 2); 0 and 100 % are the open ends. */
export const PUBLISHED_QUANTILES = [0.05, 0.2, 0.8, 0.95] as const;
/** The highest number of variables the parsimony plot of the published program tries. */
const PUBLISHED_MOST_VARIABLES = 20;
const DEFAULT_C = 10;
const MOST_CUTOFFS = 100;

/** Settings of `trainAutoScore`. */
export interface AutoScoreOptions {
  /** The highest total. Default 100. */
  maximum?: number | undefined;
  /** Shares at which numeric variables are cut, between 0 and 1. Default 0.05, 0.2, 0.8, 0.95. */
  quantiles?: readonly number[] | undefined;
  /** Significant digits of the cut-offs, more where categories would fall together; null: not rounded. Default 3. */
  digits?: number | null | undefined;
  /** Columns whose numbers are codes of categories, which are kept as they are. Default none. */
  categorical?: readonly string[] | undefined;
  /** Fine-tuning: own cut-offs of numeric variables, ascending. They hold for the parsimony plot too. */
  cutoffs?: Readonly<Record<string, readonly number[]>> | undefined;
  /** How many variables, or which. Default: chosen on the tuning rows by `tolerance`. */
  variables?: number | readonly string[] | undefined;
  /** Default: the fewest variables whose AUROC on the tuning rows is at most this below the best. Default 0.01. */
  tolerance?: number | undefined;
  /** The most variables of the parsimony plot. Default 20. */
  mostVariables?: number | undefined;
  /** Own order of the variables, best first; no forest is trained. Variables left out are not used. */
  ranking?: readonly string[] | undefined;
  /** Settings of the forest that ranks, such as `trees` (default 100), `threads` and `maxDepth`. */
  forest?: Omit<ForestOptions, "objective" | "seed" | "signal" | "progress" | "outOfBag"> | undefined;
  /**
   * Inverse penalty strength of the regression; `Infinity`, as published: none. Default 10, a normal prior of deviation
   * 3.2 on a category's log-odds: nothing beside a dozen events, but it holds a category in which an outcome never occurs
   * to a few points, where the unpenalised regression gives it most of the score.
   */
  c?: number | undefined;
  /** Rows the probabilities are fitted on. Default the tuning rows where given, else the training rows. */
  calibrateOn?: "tuning" | "training" | undefined;
  /** Seed of the forest. Default 1. */
  seed?: number | undefined;
  /** Stops the training. */
  signal?: AbortSignal | undefined;
  /** Told of the forest's trees and of each number of variables tried. */
  progress?: Progress | undefined;
}

/** The settings that the model keeps. */
export interface AutoScoreSettings {
  readonly maximum: number;
  readonly quantiles: readonly number[];
  readonly digits: number | null;
  readonly tolerance: number;
  readonly mostVariables: number;
  readonly c: number;
  readonly calibratedOn: "tuning" | "training";
  readonly seed: number;
}

/** Fills in the defaults and throws `models/bad-option` for settings outside their range. */
export function autoScoreSettings(options: AutoScoreOptions, hasTuning: boolean): AutoScoreSettings {
  const {
    maximum = 100,
    quantiles = PUBLISHED_QUANTILES,
    digits = 3,
    tolerance = 0.01,
    c = DEFAULT_C,
    seed = 1,
  } = options;
  const { mostVariables = PUBLISHED_MOST_VARIABLES, calibrateOn = hasTuning ? "tuning" : "training" } = options;
  whole("maximum", maximum, 1, 1e6);
  whole("mostVariables", mostVariables, 1, Number.MAX_SAFE_INTEGER);
  if (digits !== null) whole("digits", digits, 1, 15);
  if (typeof options.variables === "number") whole("variables", options.variables, 1, Number.MAX_SAFE_INTEGER);
  if (!(quantiles.length > 0 && ascending(quantiles) && quantiles[0]! > 0 && quantiles.at(-1)! < 1)) {
    throw badOption("quantiles", "they are not ascending numbers between 0 and 1", "Give some such as 0.05, 0.2, 0.8");
  }
  if (!(tolerance >= 0 && tolerance < 1)) throw badOption("tolerance", "it is not from 0 to below 1", "Use 0.01");
  if (!(c > 0)) throw badOption("c", "it is not above 0", "Use a number above 0, or Infinity for no penalty");
  if (!Number.isSafeInteger(seed)) throw badOption("seed", "it is not a whole number", "Leave it out for 1");
  if (calibrateOn !== "tuning" && calibrateOn !== "training") {
    throw badOption("calibrateOn", "it is neither tuning nor training", "Leave it out");
  }
  if (calibrateOn === "tuning" && !hasTuning) {
    throw badOption("calibrateOn", "there are no tuning rows", 'Give tuning rows, or calibrate on "training"');
  }
  if (options.variables === undefined && !hasTuning) {
    throw badOption(
      "variables",
      "without tuning rows nothing tells how many are enough",
      "Give tuning rows, or say how many variables or which",
    );
  }
  return { maximum, quantiles: [...quantiles], digits, tolerance, mostVariables, c, calibratedOn: calibrateOn, seed };
}

/** Throws unless the cut-offs are for numeric columns of the table, ascending and finite. */
export function checkCutoffs(options: AutoScoreOptions, featureNames: readonly string[]): void {
  const { cutoffs = {}, categorical = [] } = options;
  knownNames("categorical", categorical, featureNames);
  knownNames("cutoffs", Object.keys(cutoffs), featureNames);
  for (const [name, cuts] of Object.entries(cutoffs)) {
    const where = `cutoffs.${name}`;
    if (categorical.includes(name)) {
      throw badOption(where, "its numbers are codes of categories", "Leave one of the two out");
    }
    if (!(cuts.length > 0 && cuts.length <= MOST_CUTOFFS && ascending(cuts) && cuts.every(Number.isFinite))) {
      throw badOption(where, `they are not 1 to ${MOST_CUTOFFS} ascending numbers`, "Give some such as 60, 80, 100");
    }
  }
}

/** Throws unless every name is a column's and none comes twice. */
export function knownNames(where: string, names: readonly string[], featureNames: readonly string[]): void {
  const known = new Set(featureNames);
  for (const name of names) {
    if (!known.delete(name)) {
      const why = featureNames.includes(name) ? `${name} is there twice` : `there is no column ${name}`;
      throw badOption(where, why, "Give names of columns, each once");
    }
  }
}

function ascending(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > values[i - 1]!);
}

function whole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw badOption(name, `it is not a whole number from ${least} on`, "Leave it out for the default");
}
