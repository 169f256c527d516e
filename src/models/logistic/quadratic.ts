// Minimises a quadratic with an elastic-net penalty: coordinate descent, finished by a linear solve on the support.
import type { Curvature } from "./curvature.ts";

/** The penalty of the objective divided by C: l1·‖w‖₁ + l2/2·‖w‖², the intercept left out. */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** Supports larger than this are not solved directly: the factor would cost more than the sweeps it saves. */
const LARGEST_SOLVE = 1500;
const MAX_ROUNDS = 60;
const SWEEPS_A_ROUND = 6;

/**
 * The point v minimising gᵀ(v − w) + ½ (v − w)ᵀ B (v − w) + penalty(v), by coordinate descent (Friedman, Hastie and
 * Tibshirani, J Stat Softw 2010;33(1), eq. 5) and, on the coefficients other than 0 with their signs held, a
 * Cholesky solve cut off where a sign would change (feature-sign search; Lee et al., NIPS 2006).
 *
 * `penalised` is how many of the leading parameters the penalty covers. Stops when every optimality condition is within
 * `tolerance × scale_j`. Coordinates with scale 0 become 0.
 */
export function minimiseQuadratic(
  { size, matrix }: Curvature,
  gradient: Float64Array,
  from: Float64Array,
  penalty: Penalty,
  penalised: number,
  scale: Float64Array,
  tolerance: number,
): Float64Array {
  const task = new QuadraticTask(size, matrix, gradient, from, penalty, penalised, scale);
  const { l1 } = penalty;
  if (l1 === 0 && size <= LARGEST_SOLVE) {
    task.solveSupport();
    return task.point;
  }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    task.sweep(false);
    for (let sweep = 1; sweep < SWEEPS_A_ROUND && task.violation(true) > tolerance; sweep++) task.sweep(true);
    if (task.violation(false) <= tolerance) break;
    task.solveSupport();
    if (task.violation(false) <= tolerance) break;
  }
  return task.point;
}

/** One quadratic and the point reached so far, with the gradient there. */
class QuadraticTask {
  readonly point: Float64Array;
  /** Gradient of the quadratic plus the ridge term at `point`. */
  private readonly slope: Float64Array;

  constructor(
    private readonly size: number,
    private readonly matrix: Float64Array,
    gradient: Float64Array,
    from: Float64Array,
    private readonly penalty: Penalty,
    private readonly penalised: number,
    private readonly scale: Float64Array,
  ) {
    this.point = from.slice();
    this.slope = gradient.slice();
    for (let j = 0; j < penalised; j++) this.slope[j]! += penalty.l2 * from[j]!;
    for (let j = 0; j < size; j++) if (scale[j] === 0 && from[j] !== 0) this.move(j, -from[j]!);
  }

  /** Minimises along each coordinate in turn; `supportOnly` passes over coefficients that are 0. */
  sweep(supportOnly: boolean): void {
    const { point, slope, matrix, size, penalised, penalty, scale } = this;
    for (let j = 0; j < size; j++) {
      const value = point[j]!;
      if (scale[j] === 0 || (supportOnly && value === 0)) continue;
      const free = j >= penalised;
      const curvature = matrix[j * size + j]! + (free ? 0 : penalty.l2);
      if (!(curvature > 0)) continue;
      const target = free
        ? value - slope[j]! / curvature
        : shrink(curvature * value - slope[j]!, penalty.l1) / curvature;
      if (target !== value) this.move(j, target - value, target);
    }
  }

  private move(j: number, change: number, target = 0): void {
    const { slope, matrix, size } = this;
    this.point[j] = target;
    for (let k = 0, at = j * size; k < size; k++, at++) slope[k]! += matrix[at]! * change;
    if (j < this.penalised) slope[j]! += this.penalty.l2 * change;
  }

  /** The largest breach of an optimality condition, in units of its scale. */
  violation(supportOnly: boolean): number {
    return largestViolation(this.point, this.slope, this.penalty.l1, this.penalised, this.scale, supportOnly);
  }

  /** Goes to the minimum over the coefficients other than 0 (all, without an l1 penalty), or as far as signs allow. */
  solveSupport(): void {
    const { point, slope, matrix, size, penalised, penalty, scale } = this;
    const support: number[] = [];
    for (let j = 0; j < size; j++) {
      if (scale[j] !== 0 && (point[j] !== 0 || penalty.l1 === 0 || j >= penalised)) support.push(j);
    }
    const n = support.length;
    if (n === 0 || n > LARGEST_SOLVE) return;
    const factor = new Float64Array(n * n);
    const change = new Float64Array(n);
    for (let a = 0; a < n; a++) {
      const j = support[a]!;
      for (let b = 0; b <= a; b++) factor[a * n + b] = matrix[j * size + support[b]!]!;
      if (j < penalised) factor[a * n + a]! += penalty.l2;
      change[a] = -slope[j]! - (j < penalised ? penalty.l1 * Math.sign(point[j]!) : 0);
    }
    solveInPlace(factor, n, change);
    let fraction = 1;
    if (penalty.l1 > 0) {
      for (let a = 0; a < n; a++) {
        const j = support[a]!;
        if (j < penalised && (point[j]! + change[a]!) * point[j]! < 0)
          fraction = Math.min(fraction, -point[j]! / change[a]!);
      }
    }
    for (let a = 0; a < n; a++) {
      const j = support[a]!;
      const stop = point[j]! + fraction * change[a]!;
      const crosses = penalty.l1 > 0 && j < penalised && stop * point[j]! <= 1e-14 * point[j]! ** 2;
      this.move(j, (crosses ? 0 : stop) - point[j]!, crosses ? 0 : stop);
    }
  }
}

function shrink(value: number, by: number): number {
  return value > by ? value - by : value < -by ? value + by : 0;
}

/**
 * The largest breach of the conditions of a minimum, each divided by its scale: slope = 0 for what is not penalised,
 * slope = −l1·sign(w) for w ≠ 0, |slope| ≤ l1 for w = 0. `slope` has the ridge term in it.
 */
export function largestViolation(
  point: Float64Array,
  slope: Float64Array,
  l1: number,
  penalised: number,
  scale: Float64Array,
  supportOnly = false,
): number {
  let largest = 0;
  for (let j = 0; j < point.length; j++) {
    if (scale[j] === 0) continue;
    let breach = Math.abs(slope[j]!);
    if (j < penalised) {
      if (point[j] === 0) breach = supportOnly ? 0 : Math.max(0, breach - l1);
      else breach = Math.abs(slope[j]! + l1 * Math.sign(point[j]!));
    }
    if (!(breach <= largest * scale[j]!)) largest = breach / scale[j]!;
  }
  return largest;
}

/**
 * Solves the symmetric positive system whose lower triangle is given, overwriting both. A row that depends on earlier
 * ones gets the solution 0.
 */
function solveInPlace(factor: Float64Array, n: number, right: Float64Array): void {
  for (let a = 0; a < n; a++) {
    const rowA = a * n;
    for (let b = 0; b < a; b++) {
      const rowB = b * n;
      let sum = factor[rowA + b]!;
      for (let k = 0; k < b; k++) sum -= factor[rowA + k]! * factor[rowB + k]!;
      factor[rowA + b] = factor[rowB + b] === 0 ? 0 : sum / factor[rowB + b]!;
    }
    const diagonal = factor[rowA + a]!;
    let pivot = diagonal;
    for (let k = 0; k < a; k++) pivot -= factor[rowA + k]! ** 2;
    factor[rowA + a] = pivot > 1e-12 * diagonal ? Math.sqrt(pivot) : 0;
  }
  for (let a = 0; a < n; a++) {
    let sum = right[a]!;
    for (let k = 0; k < a; k++) sum -= factor[a * n + k]! * right[k]!;
    right[a] = factor[a * n + a] === 0 ? 0 : sum / factor[a * n + a]!;
  }
  for (let a = n - 1; a >= 0; a--) {
    const pivot = factor[a * n + a]!;
    right[a] = pivot === 0 ? 0 : right[a]! / pivot;
    const value = right[a]!;
    for (let k = 0; k < a; k++) right[k]! -= factor[a * n + k]! * value;
  }
}
