// Trains a grid of penalties, each from its neighbour's solution, and chooses one on tuning data. Knows no test data.
import type { Matrix } from "../../core/matrix.ts";
import { badOption, checkLabels, checkMatrix, checkWeights, oneClass } from "../checks.ts";
import { decisionFunction, type LogisticModel, type LogisticSettings } from "./model.ts";
import { type LogisticProblem, logisticProblem } from "./problem.ts";
import { minimise, solverState } from "./solver.ts";
import { type LogisticOptions, logisticSettings, modelAt, penaltyOf } from "./train.ts";
import { tuningAuroc, tuningLogLoss } from "./tuning.ts";

/** What the tuning data decide by. */
export type TuningScore = "auroc" | "logLoss";

export interface LogisticPathOptions extends LogisticOptions {
  /** Rows, of other patients than `x`, that choose the penalty; `weights` count in the scores. */
  tuning: { readonly x: Matrix; readonly y: ArrayLike<number>; readonly weights?: ArrayLike<number> | undefined };
  /** Inverse penalty strengths. Default: `defaultStrengths`. */
  cs?: readonly number[] | undefined;
  /** L1 shares of the penalty. Default 0, 0.5, 1. */
  l1Ratios?: readonly number[] | undefined;
  /**
   * Default `auroc`: balanced class weights shift all probabilities and with them the log loss, but not the ranking.
   * Choose `logLoss` when training without class weights and calibration counts.
   */
  by?: TuningScore | undefined;
  /** Called after each training. */
  onProgress?: ((done: number, total: number, latest: LogisticPathRow) => void) | undefined;
}

/** One penalty of the path and how its model did. */
export interface LogisticPathRow {
  readonly c: number;
  readonly l1Ratio: number;
  /** Coefficients other than 0. */
  readonly nonZero: number;
  /** AUROC on the tuning data. */
  readonly auroc: number;
  /** Mean log loss on the tuning data, in nats. */
  readonly logLoss: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface LogisticPath {
  /** The model of the chosen penalty, trained to the full tolerance. */
  readonly model: LogisticModel;
  /** Its place in `table`. */
  readonly chosen: number;
  readonly by: TuningScore;
  /** All penalties, by l1Ratio, then by c, both ascending; measured on models trained to a tolerance of 1e-6. */
  readonly table: readonly LogisticPathRow[];
}

/** The range of C that YAIB searches (its logistic regression configuration). */
const YAIB_RANGE = [1e-3, 10] as const;
const DEFAULT_STEPS = 20;
/** Enough to tell penalties apart; the model chosen is finished to the tolerance asked for. */
const PATH_TOLERANCE = 1e-6;

/**
 * Trains every combination of `cs` and `l1Ratios` and keeps the model best on the tuning data; equal scores go to the
 * stronger penalty (smaller c, then larger l1Ratio). Deterministic. Waits a moment between trainings so that an abort
 * can come through. Other options and errors are those of `trainLogisticRegression`, for the tuning data too.
 *
 * @example
 * const { model, table, chosen } = await logisticPath(x, y, { classWeight: "balanced", tuning: { x: xTuning, y: yTuning } });
 */
export async function logisticPath(
  x: Matrix,
  y: ArrayLike<number>,
  options: LogisticPathOptions,
): Promise<LogisticPath> {
  const { tuning, by = "auroc", signal, onProgress } = options;
  if (by !== "auroc" && by !== "logLoss") throw badOption("by", "it is no known score", 'Use "auroc" or "logLoss"');
  const base = logisticSettings(options);
  const problem = logisticProblem(x, y, { ...options, fitIntercept: base.fitIntercept });
  checkMatrix(tuning.x, problem.featureNames, "tuning.x");
  const labels = checkLabels(tuning.y, tuning.x.rows, "tuning.y");
  const weights = checkWeights(tuning.weights, tuning.x.rows, "tuning.weights");
  checkBothWeighted(labels, weights);

  const l1Ratios = ascending("l1Ratios", options.l1Ratios ?? [0, 0.5, 1]);
  for (const l1Ratio of l1Ratios) logisticSettings({ l1Ratio });
  const cs = ascending("cs", options.cs ?? defaultStrengths(problem, l1Ratios));
  for (const c of cs) logisticSettings({ c });

  const state = solverState(problem, new Float64Array(x.columns + (base.fitIntercept ? 1 : 0)));
  const rows = new Map<string, LogisticPathRow>();
  let best: { row: LogisticPathRow; parameters: Float64Array; settings: LogisticSettings } | undefined;
  for (const { c, l1Ratio } of snake(cs, l1Ratios)) {
    const settings = { ...base, c, l1Ratio };
    const outcome = minimise(state, penaltyOf(settings), {
      ...settings,
      tolerance: Math.max(PATH_TOLERANCE, settings.tolerance),
      signal,
    });
    const model = modelAt(state, settings, outcome);
    const scores = decisionFunction(model, tuning.x);
    const row: LogisticPathRow = Object.freeze({
      c,
      l1Ratio,
      nonZero: model.coefficients.filter((value) => value !== 0).length,
      auroc: tuningAuroc(labels, scores, weights),
      logLoss: tuningLogLoss(labels, scores, weights),
      iterations: model.iterations,
      converged: model.converged,
    });
    rows.set(`${l1Ratio} ${c}`, row);
    if (!best || isBetter(row, best.row, by)) best = { row, parameters: state.parameters.slice(), settings };
    onProgress?.(rows.size, cs.length * l1Ratios.length, row);
    await new Promise((resume) => setTimeout(resume, 0));
  }
  const table = Object.freeze(l1Ratios.flatMap((l1Ratio) => cs.map((c) => rows.get(`${l1Ratio} ${c}`)!)));
  const { row, parameters, settings } = best!;
  const finished = solverState(problem, parameters);
  const model = modelAt(finished, settings, minimise(finished, penaltyOf(settings), { ...settings, signal }));
  return Object.freeze({ model, chosen: table.indexOf(row), by, table });
}

/** Whether a row wins: a better score, or the same one with a stronger penalty. */
function isBetter(a: LogisticPathRow, b: LogisticPathRow, by: TuningScore): boolean {
  const gain = by === "auroc" ? a.auroc - b.auroc : b.logLoss - a.logLoss;
  if (gain !== 0) return gain > 0;
  return a.c !== b.c ? a.c < b.c : a.l1Ratio > b.l1Ratio;
}

/** All pairs so that neighbours differ in one of the two only: c up, then down at the next ratio, and so on. */
function snake(cs: readonly number[], l1Ratios: readonly number[]): { c: number; l1Ratio: number }[] {
  return l1Ratios.flatMap((l1Ratio, i) => (i % 2 === 0 ? cs : cs.toReversed()).map((c) => ({ c, l1Ratio })));
}

/**
 * 20 strengths in equal ratios up to 10, from 1e-3 (the range YAIB searches) or, where that is smaller, from the largest c
 * at which every coefficient is 0 for the smallest l1Ratio above 0, so that the path starts at the empty model.
 */
export function defaultStrengths(problem: LogisticProblem, l1Ratios: readonly number[]): number[] {
  const smallest = Math.min(...l1Ratios.filter((l1Ratio) => l1Ratio > 0));
  const weakest = YAIB_RANGE[1];
  const strongest = Math.min(YAIB_RANGE[0], smallest < 2 ? smallest / largestNullGradient(problem) : weakest);
  return Array.from({ length: DEFAULT_STEPS }, (_, i) =>
    i === DEFAULT_STEPS - 1 ? weakest : strongest * (weakest / strongest) ** (i / (DEFAULT_STEPS - 1)),
  );
}

/** The largest gradient of a coefficient in the model with no feature. */
function largestNullGradient(problem: LogisticProblem): number {
  const { x, labels, weights, totalWeight, fitIntercept } = problem;
  const parameters = new Float64Array(x.columns + (fitIntercept ? 1 : 0));
  if (fitIntercept) {
    let positive = 0;
    for (let i = 0; i < labels.length; i++) positive += labels[i]! * weights[i]!;
    parameters[x.columns] = Math.log(positive / (totalWeight - positive));
  }
  const { gradient } = solverState(problem, parameters);
  return gradient.subarray(0, x.columns).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

function ascending(name: string, values: readonly number[]): readonly number[] {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  if (sorted.length === 0) throw badOption(name, "it is empty", "Give at least one value, or leave it out");
  return sorted;
}

function checkBothWeighted(labels: Uint8Array, weights: Float64Array): void {
  for (const label of [0, 1]) {
    if (!labels.some((value, i) => value === label && weights[i]! > 0)) {
      throw oneClass("tuning.weights", `all rows with label ${label} have weight 0`);
    }
  }
}
