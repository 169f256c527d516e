// Trains elastic nets: one, or a path of penalties of which tuning rows choose. Knows no test data.
import { Stopped } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { badOption, checkFeatureNames, checkMatrix, sizeMismatch } from "../checks.ts";
import { checkValues } from "./checks.ts";
import { type Descent, descend, startDescent } from "./descent.ts";
import { type Gram, gramOf } from "./gram.ts";
import { type ElasticNetModel, type ElasticNetSettings, elasticNetModel } from "./model.ts";

/** Options shared by a single training and a path. */
export interface ElasticNetOptions {
  /** Default true. */
  fitIntercept?: boolean | undefined;
  /** Where sweeps end: see `descend`. Default 1e-8 (scikit-learn's is 1e-4, which moves coefficients in the fourth digit). */
  tolerance?: number | undefined;
  /** Sweeps over the columns, at most. Default 10,000. A model that needs more is returned with `converged: false`. */
  maxIterations?: number | undefined;
  /** Column names for errors and the model. Default `x0`, `x1`, … */
  featureNames?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
}

export interface TrainElasticNetOptions extends ElasticNetOptions {
  /** Penalty strength, above 0. Default 1. */
  alpha?: number | undefined;
  /** 0: ridge; 1: lasso; between: elastic net. Default 0.5. */
  l1Ratio?: number | undefined;
}

export interface ElasticNetPathOptions extends ElasticNetOptions {
  /** Rows, of other patients than `x`, that choose the penalty. */
  tuning: { readonly x: Matrix; readonly y: ArrayLike<number> };
  /** Default: 30 in equal ratios from the least that makes every coefficient 0 down to a 10,000th of it, for each share. */
  alphas?: readonly number[] | undefined;
  /** Default 0.1, 0.5, 1. */
  l1Ratios?: readonly number[] | undefined;
  /** Leaves the weaker penalties of a share out after so many without a lower error than the share's best. Default: never. */
  patience?: number | undefined;
  /** Called after each penalty. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** One penalty of a path and how its model did. */
export interface ElasticNetPathRow {
  readonly alpha: number;
  readonly l1Ratio: number;
  readonly nonZero: number;
  /** Mean squared error on the tuning rows. */
  readonly error: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface ElasticNetPath {
  readonly model: ElasticNetModel;
  /** Its place in `table`. */
  readonly chosen: number;
  /** All penalties, by l1Ratio ascending, then by alpha descending; measured on models trained to a tolerance of 1e-4. */
  readonly table: readonly ElasticNetPathRow[];
}

const STEPS = 30;
/** The weakest penalty of a path, as a share of the one that makes every coefficient 0. */
const WEAKEST = 1e-4;
/** Enough to tell penalties apart; the model chosen is finished to the tolerance asked for. */
const PATH_TOLERANCE = 1e-4;
/** Columns whose products fit in half a gigabyte. */
const MOST_COLUMNS = 8192;

/** A table and its targets, prepared for any penalty. */
export interface ElasticNetProblem {
  gram: Gram;
  featureNames: readonly string[];
  fitIntercept: boolean;
}

/** Checks a table and sums its products, once for all penalties. Errors as `trainElasticNet`. */
export function elasticNetProblem(x: Matrix, y: ArrayLike<number>, options: ElasticNetOptions = {}): ElasticNetProblem {
  const { fitIntercept = true, signal } = options;
  const featureNames = checkFeatureNames(options.featureNames, x.columns);
  checkMatrix(x, featureNames);
  const values = checkValues(y, x.rows);
  if (x.columns > MOST_COLUMNS) {
    throw sizeMismatch("x", `it has ${x.columns} columns, and products of more than ${MOST_COLUMNS} are not kept`);
  }
  return { gram: gramOf(x, values, { fitIntercept, signal }), featureNames, fitIntercept };
}

/** Trains at one penalty on a prepared problem, from the weights given or from 0. */
export function solveElasticNet(
  { gram, featureNames, fitIntercept }: ElasticNetProblem,
  options: Omit<TrainElasticNetOptions, "featureNames" | "fitIntercept" | "signal"> = {},
  state = startDescent(gram),
): ElasticNetModel {
  const settings = settingsOf({ ...options, fitIntercept });
  const { alpha, l1Ratio } = settings;
  const penalties = { l1: alpha * l1Ratio * gram.rows, l2: alpha * (1 - l1Ratio) * gram.rows };
  const outcome = descend(gram, state, penalties, settings);
  let intercept = gram.targetMean;
  state.weights.forEach((weight, j) => {
    intercept -= weight * gram.centre[j]!;
  });
  return elasticNetModel({ featureNames, coefficients: state.weights, intercept, ...outcome, settings });
}

/**
 * Trains a linear regression: the minimum of scikit-learn's objective
 *
 *     1/(2n) · ‖y − Xw − intercept‖² + alpha · l1Ratio · ‖w‖₁ + ½ · alpha · (1 − l1Ratio) · ‖w‖²
 *
 * by cyclic coordinate descent (Friedman, Hastie and Tibshirani, J Stat Softw 2010;33:1). The intercept carries no penalty;
 * columns are used as they are. A column that never changes gets 0 where there is an intercept.
 * @throws BedsideError `models/not-finite` (names the column), `models/bad-target`, `models/size-mismatch`,
 *   `models/bad-option`, `models/duplicate-feature`; `Stopped` on abort.
 * @example
 * const model = trainElasticNet({ rows: 3, columns: 1, data: Float64Array.of(0, 1, 2) }, [1, 2, 4], { alpha: 0.1 });
 * model.predict({ rows: 1, columns: 1, data: Float64Array.of(3) }); // one value
 */
export function trainElasticNet(
  x: Matrix,
  y: ArrayLike<number>,
  options: TrainElasticNetOptions = {},
): ElasticNetModel {
  settingsOf(options);
  return solveElasticNet(elasticNetProblem(x, y, options), options);
}

/**
 * Trains every combination of penalties, each from its neighbour's solution, and keeps the model with the least squared
 * error on the tuning rows; equal errors go to the stronger penalty. Deterministic. Other options and errors are those of
 * `trainElasticNet`.
 */
export async function elasticNetPath(
  x: Matrix,
  y: ArrayLike<number>,
  options: ElasticNetPathOptions,
): Promise<ElasticNetPath> {
  const {
    tuning,
    l1Ratios = [0.1, 0.5, 1],
    patience = Number.POSITIVE_INFINITY,
    signal,
    onProgress,
    ...rest
  } = options;
  for (const l1Ratio of l1Ratios) settingsOf({ ...rest, l1Ratio });
  for (const alpha of options.alphas ?? []) settingsOf({ ...rest, alpha });
  if (l1Ratios.length === 0) throw badOption("l1Ratios", "it is empty", "Give at least one share, or leave it out");
  const problem = elasticNetProblem(x, y, options);
  checkMatrix(tuning.x, problem.featureNames, "tuning.x");
  const truth = checkValues(tuning.y, tuning.x.rows, "tuning.y");
  const plan = [...l1Ratios]
    .sort((a, b) => a - b)
    .map((l1Ratio) => ({
      l1Ratio,
      alphas: [...(options.alphas ?? defaultAlphas(problem.gram, l1Ratio))].sort((a, b) => b - a),
    }));
  const total = plan.reduce((sum, { alphas }) => sum + alphas.length, 0);
  const table: ElasticNetPathRow[] = [];
  const coarse = Math.max(PATH_TOLERANCE, rest.tolerance ?? 0);
  let best: { error: number; at: number; state: Descent } | undefined;
  for (const { l1Ratio, alphas } of plan) {
    const state = startDescent(problem.gram);
    let lowest = { error: Number.POSITIVE_INFINITY, at: 0 };
    for (const [step, alpha] of alphas.entries()) {
      if (step - lowest.at > patience) break;
      if (signal?.aborted) throw new Stopped();
      const model = solveElasticNet(problem, { ...rest, alpha, l1Ratio, tolerance: coarse }, state);
      const error = squaredError(truth, model.predict(tuning.x));
      if (error < lowest.error) lowest = { error, at: step };
      if (!best || error < best.error) best = { error, at: table.length, state: copyOf(state) };
      const { iterations, converged, coefficients } = model;
      table.push({ alpha, l1Ratio, nonZero: coefficients.filter((w) => w !== 0).length, error, iterations, converged });
      onProgress?.(table.length, total);
      await new Promise((resume) => setTimeout(resume, 0));
    }
  }
  const { at, state } = best!;
  const { alpha, l1Ratio } = table[at]!;
  return { model: solveElasticNet(problem, { ...rest, alpha, l1Ratio }, state), chosen: at, table };
}

function copyOf({ weights, product }: Descent): Descent {
  return { weights: weights.slice(), product: product.slice() };
}

/** Mean squared difference. */
export function squaredError(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (truth[i]! - predicted[i]!) ** 2;
  return sum / truth.length;
}

/** For shares too small to make every coefficient 0, the path of a share of 0.1. */
function defaultAlphas({ withTarget, rows }: Gram, l1Ratio: number): number[] {
  const steepest = withTarget.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const strongest = Math.max(steepest / rows / Math.max(l1Ratio, 0.1), 1e-12);
  return Array.from({ length: STEPS }, (_, i) => strongest * WEAKEST ** (i / (STEPS - 1)));
}

function settingsOf(options: TrainElasticNetOptions): ElasticNetSettings {
  const { alpha = 1, l1Ratio = 0.5, fitIntercept = true, tolerance = 1e-8, maxIterations = 10_000 } = options;
  if (!(alpha > 0 && alpha < Number.POSITIVE_INFINITY)) {
    throw badOption(
      "alpha",
      "it is not a finite number above 0",
      "Use a number above 0; a small one for hardly any penalty",
    );
  }
  if (!(l1Ratio >= 0 && l1Ratio <= 1))
    throw badOption("l1Ratio", "it is not from 0 to 1", "Use 0 for ridge, 1 for lasso");
  if (!(tolerance > 0)) throw badOption("tolerance", "it is not above 0", "Use a small number such as 1e-8");
  if (!(Number.isInteger(maxIterations) && maxIterations > 0)) {
    throw badOption("maxIterations", "it is not a whole number above 0", "Leave it out for 10,000");
  }
  return { alpha, l1Ratio, fitIntercept, tolerance, maxIterations };
}
