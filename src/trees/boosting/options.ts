// The settings of boosting: their meaning, their defaults (LightGBM's) and their limits. Knows no data.
import { BedsideError } from "../../core/errors.ts";
import type { TreeObjective } from "../ensemble.ts";

export interface BoostingOptions {
  /** What is predicted. Default `binary`. */
  objective?: TreeObjective | undefined;
  /** Level of the `quantile` objective, above 0 and below 1. Default 0.5. */
  quantile?: number | undefined;
  /** Most rounds; a round grows one tree, or one a class. Default 100. */
  rounds?: number | undefined;
  /** Each tree's outputs are multiplied by it. Default 0.1. */
  learningRate?: number | undefined;
  /** Most leaves of a tree. Default 31. */
  numLeaves?: number | undefined;
  /** Most splits between root and leaf; −1: no limit. Default −1. */
  maxDepth?: number | undefined;
  /** Fewest rows in a leaf. As in LightGBM a side's rows are estimated: the leaf's rows × the side's share of the hessian. Default 20. */
  minDataInLeaf?: number | undefined;
  /** Least sum of second derivatives in a leaf. Default 1e-3. */
  minSumHessian?: number | undefined;
  /** L1 penalty on leaf outputs. Default 0. */
  lambdaL1?: number | undefined;
  /** L2 penalty on leaf outputs. Default 0. */
  lambdaL2?: number | undefined;
  /** A split must gain more. Default 0. */
  minGainToSplit?: number | undefined;
  /** Most bins of a column, the missing one among them: 2 to 255. Default 255. */
  maxBins?: number | undefined;
  /** Fewest (sampled) rows of a bin. Default 3. */
  minDataInBin?: number | undefined;
  /** Share of the columns a tree may use. Default 1. */
  columnFraction?: number | undefined;
  /** Share of the rows a tree is grown on. Default 1. */
  rowFraction?: number | undefined;
  /** Rounds between two draws of rows. Default 1. */
  rowFrequency?: number | undefined;
  /** Yes/no outcomes: weight of label 1. Default 1. */
  scalePosWeight?: number | undefined;
  /** `balanced`: every class gets the same total weight (rows / (classes × rows of the class)). */
  classWeight?: "balanced" | readonly number[] | undefined;
  /** By column: 1: the output may only rise with it, −1: only fall, 0: free. Default: all free. */
  monotone?: readonly number[] | undefined;
  /** Start from the mean (median, quantile, log-odds, …) of the labels. Default true. */
  boostFromAverage?: boolean | undefined;
  /** Categorical columns: added to the hessian where categories are put in order. Default 10. */
  catSmooth?: number | undefined;
  /** Categorical columns: L2 penalty of splits by ordered categories. Default 10. */
  catL2?: number | undefined;
  /** Categorical columns: most categories on one side. Default 32. */
  maxCatThreshold?: number | undefined;
  /** Categorical columns of at most this many categories are split one against the rest. Default 4. */
  maxCatToOnehot?: number | undefined;
  /** Categorical columns: fewest rows taken to a side at once. Default 100. */
  minDataPerGroup?: number | undefined;
  /** Stop when the loss on tuning data has not fallen for so many rounds. Default: never. Needs tuning data. */
  earlyStopping?: number | undefined;
  /** Seed of the draws of rows and columns. Default 0. */
  seed?: number | undefined;
  /** Threads, the caller's among them. Default: as many as the machine has. The model does not depend on it. */
  threads?: number | undefined;
  /** Called after each round. */
  onRound?: ((round: RoundLog) => void) | undefined;
  /** Aborted: training throws `Stopped` before the next round. */
  signal?: AbortSignal | undefined;
}

export interface RoundLog {
  /** 0 for the first. */
  readonly round: number;
  readonly rounds: number;
  /** Mean loss on the tuning data after the round; undefined without tuning data. */
  readonly tuningLoss: number | undefined;
}

type Filled<K extends keyof BoostingOptions> = { readonly [P in K]-?: NonNullable<BoostingOptions[P]> };
export type BoostingSettings = Filled<
  Exclude<keyof BoostingOptions, "classWeight" | "monotone" | "earlyStopping" | "threads" | "onRound" | "signal">
> &
  Pick<BoostingOptions, "classWeight" | "monotone" | "earlyStopping" | "threads" | "onRound" | "signal">;

const defaults: Filled<
  Exclude<keyof BoostingSettings, "classWeight" | "monotone" | "earlyStopping" | "threads" | "onRound" | "signal">
> = {
  objective: "binary",
  quantile: 0.5,
  rounds: 100,
  learningRate: 0.1,
  numLeaves: 31,
  maxDepth: -1,
  minDataInLeaf: 20,
  minSumHessian: 1e-3,
  lambdaL1: 0,
  lambdaL2: 0,
  minGainToSplit: 0,
  maxBins: 255,
  minDataInBin: 3,
  columnFraction: 1,
  rowFraction: 1,
  rowFrequency: 1,
  scalePosWeight: 1,
  boostFromAverage: true,
  catSmooth: 10,
  catL2: 10,
  maxCatThreshold: 32,
  maxCatToOnehot: 4,
  minDataPerGroup: 100,
  seed: 0,
};

const objectives: readonly TreeObjective[] = ["binary", "multiclass", "l2", "l1", "quantile", "poisson"];

/** Fills in the defaults; throws `trees/bad-option` for a setting outside its range. */
export function boostingSettings(options: BoostingOptions, columns: number): BoostingSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: BoostingSettings = { ...defaults, ...given };
  const need = (name: keyof BoostingOptions, holds: boolean, range: string) => {
    if (!holds) throw badOption(name, `it is not ${range}`, `Use ${range}, or leave it out for the default`);
  };
  const whole = (
    name:
      | "rounds"
      | "numLeaves"
      | "minDataInLeaf"
      | "maxBins"
      | "minDataInBin"
      | "rowFrequency"
      | "maxCatThreshold"
      | "maxCatToOnehot"
      | "minDataPerGroup",
    least: number,
    most = 2 ** 31 - 1,
  ) =>
    need(
      name,
      Number.isInteger(settings[name]) && settings[name] >= least && settings[name] <= most,
      most < 2 ** 31 - 1 ? `a whole number from ${least} to ${most}` : `a whole number of ${least} or more`,
    );
  const atLeast0 = (name: "minSumHessian" | "lambdaL1" | "lambdaL2" | "minGainToSplit" | "catSmooth" | "catL2") =>
    need(name, settings[name] >= 0 && settings[name] < Number.POSITIVE_INFINITY, "a number of 0 or more");
  const share = (name: "columnFraction" | "rowFraction") =>
    need(name, settings[name] > 0 && settings[name] <= 1, "above 0 and at most 1");
  need("objective", objectives.includes(settings.objective), `one of ${objectives.join(", ")}`);
  need("quantile", settings.quantile > 0 && settings.quantile < 1, "above 0 and below 1");
  whole("rounds", 1);
  need(
    "learningRate",
    settings.learningRate > 0 && settings.learningRate < Number.POSITIVE_INFINITY,
    "a number above 0",
  );
  whole("numLeaves", 2, 131_072);
  need(
    "maxDepth",
    Number.isInteger(settings.maxDepth) && (settings.maxDepth === -1 || settings.maxDepth > 0),
    "−1 or a whole number above 0",
  );
  whole("minDataInLeaf", 1);
  for (const name of ["minSumHessian", "lambdaL1", "lambdaL2", "minGainToSplit", "catSmooth", "catL2"] as const)
    atLeast0(name);
  whole("maxBins", 2, 255);
  for (const name of ["minDataInBin", "rowFrequency", "maxCatThreshold", "maxCatToOnehot", "minDataPerGroup"] as const)
    whole(name, 1);
  share("columnFraction");
  share("rowFraction");
  need(
    "scalePosWeight",
    settings.scalePosWeight > 0 && settings.scalePosWeight < Number.POSITIVE_INFINITY,
    "a number above 0",
  );
  need("seed", Number.isFinite(settings.seed), "a number");
  const { monotone, threads, earlyStopping } = settings;
  if (monotone) {
    need(
      "monotone",
      monotone.length === columns && monotone.every((way) => way === 0 || way === 1 || way === -1),
      "one of −1, 0 and 1 for each column",
    );
  }
  if (threads !== undefined)
    need("threads", Number.isInteger(threads) && threads >= 1 && threads <= 256, "a whole number from 1 to 256");
  if (earlyStopping !== undefined)
    need("earlyStopping", Number.isInteger(earlyStopping) && earlyStopping >= 1, "a whole number of 1 or more");
  return settings;
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
