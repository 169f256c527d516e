// Finds the elastic-net minimum: proximal Newton steps with a cheap, mended curvature. Knows no options and no model.
//
// One step reads the matrix once (a gradient); an exact Hessian would cost as much as p/4 steps. So the Hessian is taken from some
// rows once, mended by every step's gradient change (BFGS), carried along a path of penalties, and remade from more
// rows only when steps stop paying. Where the Hessian is cheap it is remade at each step, which is Newton's method.
import { Stopped } from "../../core/errors.ts";
import { type Curvature, curvatureAt, learnFromStep } from "./curvature.ts";
import { gradientAt, lossBetween, lossOfScores, parameterCount, scoresAndGradient } from "./loss.ts";
import type { LogisticProblem } from "./problem.ts";
import { largestViolation, minimiseQuadratic, type Penalty } from "./quadratic.ts";

/** A point, its loss and gradient, and what is known of the curvature: the warm start of the next penalty. */
export interface SolverState {
  readonly problem: LogisticProblem;
  parameters: Float64Array;
  scores: Float64Array;
  gradient: Float64Array;
  loss: number;
  curvature: Curvature | undefined;
}

export interface SolverLimits {
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly signal?: AbortSignal | undefined;
  readonly onIteration?: ((iteration: number, violation: number) => void) | undefined;
}

export interface SolverOutcome {
  readonly iterations: number;
  readonly converged: boolean;
  /** The largest breach of an optimality condition, relative to total weight × the column's spread. */
  readonly violation: number;
}

/** Rows a first Hessian is made from, per parameter; below this its noise costs more steps than it saves. */
const ROWS_A_PARAMETER = 10;
/** Multiplications below which a Hessian counts as free. */
const FREE_WORK = 3e6;
/** Relative rounding noise of a loss summed over many rows. */
const LOSS_NOISE = 1e-12;

/** The state at the given centred parameters. */
export function solverState(problem: LogisticProblem, parameters: Float64Array): SolverState {
  const scores = new Float64Array(problem.x.rows);
  const gradient = new Float64Array(parameters.length);
  scoresAndGradient(problem, parameters, scores, gradient);
  return { problem, parameters, scores, gradient, loss: lossOfScores(problem, scores), curvature: undefined };
}

/** Total weight × spread of each column (1 for the intercept): the natural size of the loss's gradient. */
export function gradientScales({ totalWeight, spread, fitIntercept }: LogisticProblem): Float64Array {
  const scales = [...spread].map((value) => totalWeight * value);
  if (fitIntercept) scales.push(totalWeight);
  return Float64Array.from(scales);
}

/** Moves the state to the minimum of loss + penalty. The state afterwards is the warm start of the next penalty. */
export function minimise(state: SolverState, penalty: Penalty, limits: SolverLimits): SolverOutcome {
  const { problem } = state;
  const columns = problem.x.columns;
  const scale = gradientScales(problem);
  const schedule = new CurvatureSchedule(state, limits.tolerance);
  let violation = violationAt(state, penalty, scale);
  let iterations = 0;
  let stuck = false;
  while (violation > limits.tolerance && iterations < limits.maxIterations) {
    if (limits.signal?.aborted) throw new Stopped();
    iterations++;
    const curvature = schedule.curvature(violation, stuck);
    const inner = violation * Math.min(0.1, Math.sqrt(violation));
    const target = minimiseQuadratic(curvature, state.gradient, state.parameters, penalty, columns, scale, inner);
    const moved = takeStep(state, target, penalty);
    if (!moved && stuck) break;
    stuck = !moved;
    violation = violationAt(state, penalty, scale);
    limits.onIteration?.(iterations, violation);
  }
  return { iterations, converged: violation <= limits.tolerance, violation };
}

function violationAt({ parameters, gradient, problem }: SolverState, penalty: Penalty, scale: Float64Array): number {
  const slope = gradient.slice();
  for (let j = 0; j < problem.x.columns; j++) slope[j]! += penalty.l2 * parameters[j]!;
  return largestViolation(parameters, slope, penalty.l1, problem.x.columns, scale);
}

/** Decides, from counts of multiplications only, when the Hessian is remade and from how many rows. */
class CurvatureSchedule {
  private readonly violations: number[] = [];
  private rows: number;
  private remade = false;

  constructor(
    private readonly state: SolverState,
    private readonly tolerance: number,
  ) {
    this.rows = Math.min(state.problem.x.rows, ROWS_A_PARAMETER * parameterCount(state.problem));
  }

  curvature(violation: number, stuck: boolean): Curvature {
    const { state } = this;
    this.violations.push(violation);
    if (!state.curvature || stuck || this.due()) {
      if (stuck) this.rows = state.problem.x.rows;
      else if (this.remade) this.rows = Math.min(state.problem.x.rows, 4 * this.rows);
      state.curvature = curvatureAt(state.problem, state.scores, this.rows, state.curvature);
      this.remade = true;
      this.violations.length = 0;
      this.violations.push(violation);
    }
    return state.curvature;
  }

  private due(): boolean {
    const { problem } = this.state;
    const q = parameterCount(problem);
    const work = (rows: number) => (rows * q * q) / 2 + 2 * problem.x.rows * q;
    if (work(problem.x.rows) <= FREE_WORK) {
      this.rows = problem.x.rows;
      return true;
    }
    const seen = this.violations.length;
    if (seen < 5) return false;
    const rate = (this.violations[seen - 1]! / this.violations[seen - 4]!) ** (1 / 3);
    const left = rate < 0.97 ? Math.log(this.tolerance / this.violations[seen - 1]!) / Math.log(rate) : 500;
    const stepWork = 2 * problem.x.rows * q + 10 * q * q;
    return left * stepWork > work(this.remade ? Math.min(4 * this.rows, problem.x.rows) : this.rows) + 5 * stepWork;
  }
}

/** Goes from the state to `target`, or part of the way, so that the objective falls. False when it cannot. */
function takeStep(state: SolverState, target: Float64Array, penalty: Penalty): boolean {
  const { problem, parameters, gradient } = state;
  const columns = problem.x.columns;
  const size = parameters.length;
  const direction = target.map((value, j) => value - parameters[j]!);
  const oldPenalty = penaltyOf(parameters, penalty, columns);
  const expected = expectedChange(gradient, parameters, direction, penalty, columns);
  const before = state.loss + oldPenalty;
  const noise = LOSS_NOISE * (Math.abs(state.loss) + oldPenalty);
  if (!(expected < 0)) return false;

  const scores = new Float64Array(state.scores.length);
  const newGradient = new Float64Array(size);
  scoresAndGradient(problem, target, scores, newGradient);
  let loss = lossOfScores(problem, scores);
  let reached = target;
  const after = loss + penaltyOf(target, penalty, columns);
  const falls = after <= before + 1e-4 * expected;
  const level =
    after <= before + noise && slopeAtEnd(newGradient, target, direction, penalty, columns) <= -0.9 * expected;
  if (!falls && !level) {
    let step = 0.5;
    for (; step > 1e-9; step *= 0.5) {
      reached = parameters.map((value, j) => (target[j] === value ? value : value + step * direction[j]!));
      loss = lossBetween(problem, state.scores, scores, step);
      if (loss + penaltyOf(reached, penalty, columns) <= before + 1e-4 * step * expected + (step < 0.2 ? noise : 0))
        break;
    }
    if (step <= 1e-9) return false;
    for (let i = 0; i < scores.length; i++) scores[i] = state.scores[i]! + step * (scores[i]! - state.scores[i]!);
    gradientAt(problem, scores, newGradient);
  }
  if (state.curvature) {
    const moved = reached.map((value, j) => value - parameters[j]!);
    learnFromStep(
      state.curvature,
      moved,
      newGradient.map((value, j) => value - gradient[j]!),
    );
  }
  Object.assign(state, { parameters: reached, scores, gradient: newGradient, loss });
  return true;
}

/**
 * What the loss's slope and the penalty promise of a step. Summed coordinate by coordinate, for near the minimum the change
 * is far below the last place of the penalty itself.
 */
function expectedChange(
  gradient: Float64Array,
  from: Float64Array,
  direction: Float64Array,
  { l1, l2 }: Penalty,
  columns: number,
): number {
  let sum = 0;
  for (let j = 0; j < from.length; j++) {
    const along = direction[j]!;
    if (j >= columns) {
      sum += gradient[j]! * along;
      continue;
    }
    const value = from[j]!;
    const end = value + along;
    const sign = Math.sign(value) || Math.sign(end);
    sum += (gradient[j]! + l1 * sign + l2 * (value + along / 2)) * along;
    if (end * value < 0) sum += 2 * l1 * Math.abs(end);
  }
  return sum;
}

function penaltyOf(parameters: Float64Array, { l1, l2 }: Penalty, columns: number): number {
  let sum = 0;
  for (let j = 0; j < columns; j++) sum += l1 * Math.abs(parameters[j]!) + 0.5 * l2 * parameters[j]! ** 2;
  return sum;
}

/** The objective's slope along the direction as the end is reached: positive when the step was too long. */
function slopeAtEnd(
  gradient: Float64Array,
  end: Float64Array,
  direction: Float64Array,
  { l1, l2 }: Penalty,
  columns: number,
): number {
  let sum = 0;
  for (let j = 0; j < end.length; j++) {
    const along = direction[j]!;
    sum += gradient[j]! * along;
    if (j < columns)
      sum += l2 * end[j]! * along + (end[j] === 0 ? -l1 * Math.abs(along) : l1 * Math.sign(end[j]!) * along);
  }
  return sum;
}
