// A first solution from a share of the rows, so that the full table is read only to finish it. Knows no options.
import { takeRows } from "../../core/matrix.ts";
import { parameterCount } from "./loss.ts";
import type { LogisticProblem } from "./problem.ts";
import type { Penalty } from "./quadratic.ts";
import { minimise, type SolverState, solverState } from "./solver.ts";

/** One row in this many is taken. */
const STRIDE = 8;
/** Rows a parameter below which the share would be too small to resemble the whole. */
const ROWS_A_PARAMETER = 60;
/** Rows of each label the share must hold. */
const ROWS_A_LABEL = 50;
/** The share's own noise is far above this: going on would fit it to no end. */
const COARSE_TOLERANCE = 1e-3;

/**
 * The state of the whole problem at the solution of every eighth row, with the curvature found there; undefined where
 * the table is small or the share lacks one outcome. Only where to start from, never what is found, depends on it.
 */
export function coarseStart(problem: LogisticProblem, penalty: Penalty, signal?: AbortSignal): SolverState | undefined {
  const size = parameterCount(problem);
  if (problem.x.rows < ROWS_A_PARAMETER * size || problem.x.rows * size < 1e6) return undefined;
  const share = everyEighth(problem);
  let positives = 0;
  for (const label of share.labels) positives += label;
  if (Math.min(positives, share.labels.length - positives) < ROWS_A_LABEL) return undefined;
  const state = solverState(share, new Float64Array(size));
  minimise(state, penalty, { tolerance: COARSE_TOLERANCE, maxIterations: 30, signal });
  const full = solverState(problem, state.parameters);
  full.curvature = state.curvature;
  return full;
}

/** The problem of every eighth row, weighted up to the whole, in the whole's centres and spreads. */
function everyEighth(problem: LogisticProblem): LogisticProblem {
  const rows = Uint32Array.from({ length: Math.floor(problem.x.rows / STRIDE) }, (_, i) => i * STRIDE);
  const weights = Float64Array.from(rows, (row) => problem.weights[row]!);
  const factor = problem.totalWeight / weights.reduce((sum, weight) => sum + weight, 0);
  return {
    ...problem,
    x: takeRows(problem.x, rows),
    labels: Uint8Array.from(rows, (row) => problem.labels[row]!),
    weights: weights.map((weight) => weight * factor),
  };
}
