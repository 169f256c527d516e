// Trains one logistic regression with an elastic-net penalty. Knows no tuning data.
import type { Matrix } from "../../core/matrix.ts";
import { badOption, sizeMismatch } from "../checks.ts";
import { coarseStart } from "./coarse.ts";
import { type LogisticModel, type LogisticSettings, logisticModel } from "./model.ts";
import { type ClassWeight, type LogisticProblem, logisticProblem } from "./problem.ts";
import type { Penalty } from "./quadratic.ts";
import { minimise, type SolverOutcome, type SolverState, solverState } from "./solver.ts";

/** Options shared by a single training and a path. */
export interface LogisticOptions {
  /** `balanced` (as scikit-learn's) or a weight for each label. Default: all rows count alike. */
  classWeight?: ClassWeight | undefined;
  /** One weight, 0 or more, per row. Default 1. */
  sampleWeights?: ArrayLike<number> | undefined;
  /** Default true. */
  fitIntercept?: boolean | undefined;
  /**
   * Largest breach of an optimality condition at the end, relative to the total weight × the column's spread.
   * Default 1e-9, which fixes coefficients to well below 1e-6 of a standard deviation's effect.
   */
  tolerance?: number | undefined;
  /** Default 500. A model that needs more is returned with `converged: false`. */
  maxIterations?: number | undefined;
  /** Column names for errors and the model. Default `x0`, `x1`, … */
  featureNames?: readonly string[] | undefined;
  /** Aborted: training throws `Stopped` before its next iteration. */
  signal?: AbortSignal | undefined;
}

export interface TrainLogisticOptions extends LogisticOptions {
  /** Inverse penalty strength, above 0; `Infinity` for no penalty. Default 1. */
  c?: number | undefined;
  /** 0: ridge; 1: lasso; between: elastic net. Default 0. */
  l1Ratio?: number | undefined;
  /** Where to start from, such as a model of a neighbouring penalty. Default: all 0. */
  start?: { readonly coefficients: ArrayLike<number>; readonly intercept: number } | undefined;
  /** Called after each iteration with the largest remaining breach of an optimality condition. */
  onProgress?: ((iteration: number, violation: number) => void) | undefined;
}

/**
 * Trains a logistic regression: the minimum of scikit-learn's objective
 *
 *     (1 − l1Ratio)/2 · ‖w‖² + l1Ratio · ‖w‖₁ + c · Σ_i s_i · (log(1 + e^z_i) − y_i z_i),   z_i = x_i·w + intercept
 *
 * where s_i is sample weight × class weight and the intercept carries no penalty. Columns are used as they are: scale
 * them first, as the penalty treats them alike. A column that never changes gets 0 when there is an intercept.
 *
 * A solution always exists with a finite `c`. Without a penalty (`c: Infinity`) it does not when the outcomes can be told apart without
 * error; such a model is returned with `converged: false`.
 *
 * @param x rows × columns, 32- or 64-bit; read in place, never copied.
 * @param y one label, 0 or 1, per row; both must occur.
 * @throws BedsideError `models/not-finite` (names the column), `models/one-class`, `models/bad-label`,
 *   `models/size-mismatch`, `models/bad-weight`, `models/bad-option`, `models/duplicate-feature`; `Stopped` on abort.
 * @example
 * const model = trainLogisticRegression({ rows: 4, columns: 1, data: Float64Array.of(0, 1, 2, 3) }, [0, 1, 0, 1], { c: 0.5 });
 * model.predict({ rows: 1, columns: 1, data: Float64Array.of(2) }); // one probability
 */
export function trainLogisticRegression(
  x: Matrix,
  y: ArrayLike<number>,
  options: TrainLogisticOptions = {},
): LogisticModel {
  const settings = logisticSettings(options);
  const problem = logisticProblem(x, y, { ...options, fitIntercept: settings.fitIntercept });
  const penalty = penaltyOf(settings);
  const coarse = options.start ? undefined : coarseStart(problem, penalty, options.signal);
  const state = coarse ?? solverState(problem, startingPoint(problem, options.start));
  const outcome = minimise(state, penalty, {
    ...settings,
    signal: options.signal,
    onIteration: options.onProgress,
  });
  return modelAt(state, settings, outcome);
}

/** Fills in the defaults and throws for settings outside their range. */
export function logisticSettings(options: Omit<TrainLogisticOptions, "onProgress">): LogisticSettings {
  const { c = 1, l1Ratio = 0, classWeight, fitIntercept = true, tolerance = 1e-9, maxIterations = 500 } = options;
  if (!(c > 0)) throw badOption("c", "it is not above 0", "Use a number above 0, or Infinity for no penalty");
  if (!(l1Ratio >= 0 && l1Ratio <= 1)) throw badOption("l1Ratio", "it is not from 0 to 1", "Use 0 for L2, 1 for L1");
  if (!(tolerance > 0)) throw badOption("tolerance", "it is not above 0", "Use a small number such as 1e-9");
  if (!(Number.isInteger(maxIterations) && maxIterations > 0)) {
    throw badOption("maxIterations", "it is not a whole number above 0", "Leave it out for 500");
  }
  return { c, l1Ratio, classWeight: classWeight ?? null, fitIntercept, tolerance, maxIterations };
}

/** The penalty of the objective divided by c, so that c = Infinity is no penalty. */
export function penaltyOf({ c, l1Ratio }: Pick<LogisticSettings, "c" | "l1Ratio">): Penalty {
  return { l1: l1Ratio / c, l2: (1 - l1Ratio) / c };
}

/** Centred parameters of the given start; all 0 by default. */
export function startingPoint(problem: LogisticProblem, start: TrainLogisticOptions["start"]): Float64Array {
  const { x, centre, fitIntercept } = problem;
  const parameters = new Float64Array(x.columns + (fitIntercept ? 1 : 0));
  if (!start) return parameters;
  if (start.coefficients.length !== x.columns) {
    throw sizeMismatch("start", `it has ${start.coefficients.length} coefficients for ${x.columns} columns`);
  }
  let intercept = start.intercept;
  for (let j = 0; j < x.columns; j++) {
    parameters[j] = start.coefficients[j]!;
    intercept += centre[j]! * start.coefficients[j]!;
  }
  if (fitIntercept) parameters[x.columns] = intercept;
  if (!parameters.every(Number.isFinite)) throw badOption("start", "a number in it is not finite", "Leave it out");
  return parameters;
}

/** The model of the state the solver stopped at. */
export function modelAt(state: SolverState, settings: LogisticSettings, outcome: SolverOutcome): LogisticModel {
  const { problem, parameters } = state;
  const { x, centre, spread, fitIntercept, featureNames } = problem;
  const coefficients = new Float64Array(x.columns);
  let intercept = fitIntercept ? parameters[x.columns]! : 0;
  for (let j = 0; j < x.columns; j++) {
    // `+ 0` turns −0, which JSON cannot hold, into 0.
    coefficients[j] = spread[j] === 0 ? 0 : parameters[j]! + 0;
    intercept -= centre[j]! * coefficients[j]!;
  }
  const converged = outcome.converged && !(settings.c === Number.POSITIVE_INFINITY && separates(state));
  return logisticModel({ ...outcome, converged, featureNames, coefficients, intercept, settings });
}

/** Whether the scores tell all weighted rows apart: then larger coefficients always fit better, without end. */
function separates({ problem: { labels, weights }, scores }: SolverState): boolean {
  return scores.every((score, i) => weights[i] === 0 || (labels[i] === 1 ? score > 0 : score < 0));
}
