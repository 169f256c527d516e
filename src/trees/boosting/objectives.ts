// What boosting lowers: the losses, their first and second derivatives by score, and where each starts. Knows no trees.
import type { TreeObjective } from "../ensemble.ts";
import type { BoostingSettings } from "./options.ts";

export interface Objective {
  /** Scores a row. */
  readonly outputs: number;
  /** The constant scores to start from. */
  base(y: Float64Array, weights: Float64Array | undefined): Float64Array;
  /** Gradients and hessians of output k by row, times the row's weight. `scores` and `into` hold output after output. */
  derivatives(
    scores: readonly Float64Array[],
    y: Float64Array,
    weights: Float64Array | undefined,
    k: number,
    gradients: Float64Array,
    hessians: Float64Array,
  ): void;
  /** Losses with a constant second derivative of no use: a leaf's output is this quantile of its rows' residuals. */
  readonly renewAt?: number | undefined;
  /** The loss of one row. */
  rowLoss(scores: readonly Float64Array[], y: Float64Array, row: number): number;
}

/** LightGBM's poisson_max_delta_step: keeps the hessian of the Poisson loss away from 0. */
const POISSON_STEP = 0.7;
const LEAST_PROBABILITY = 1e-15;

/** The objective of the settings; `classes` is the number of classes of `multiclass`. */
export function objectiveOf(settings: BoostingSettings, classes: number): Objective {
  const makers: Record<TreeObjective, () => Objective> = {
    binary,
    multiclass: () => multiclass(classes),
    l2: squared,
    l1: () => absolute(0.5, true),
    quantile: () => absolute(settings.quantile, false),
    poisson,
  };
  return makers[settings.objective]();
}

function weightedMean(y: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const weight = weights ? weights[i]! : 1;
    sum += weight * y[i]!;
    total += weight;
  }
  return sum / total;
}

/** log(1 + e^−z) without overflow. */
function logOnePlusExp(z: number): number {
  return Math.log1p(Math.exp(-Math.abs(z))) + Math.max(0, -z);
}

function binary(): Objective {
  return {
    outputs: 1,
    base(y, weights) {
      const p = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, weightedMean(y, weights)));
      return Float64Array.of(Math.log(p / (1 - p)));
    },
    derivatives([score], y, weights, _, gradients, hessians) {
      for (let i = 0; i < y.length; i++) {
        const p = 1 / (1 + Math.exp(-score![i]!));
        const weight = weights ? weights[i]! : 1;
        gradients[i] = weight * (p - y[i]!);
        hessians[i] = weight * p * (1 - p);
      }
    },
    rowLoss: ([score], y, row) => logOnePlusExp(y[row] === 1 ? score![row]! : -score![row]!),
  };
}

function multiclass(classes: number): Objective {
  /** LightGBM's factor on the hessian: what is left of a class's own when the scores may move together. */
  const factor = classes / (classes - 1);
  return {
    outputs: classes,
    base(y, weights) {
      const totals = new Float64Array(classes);
      let total = 0;
      for (let i = 0; i < y.length; i++) {
        totals[y[i]!]! += weights ? weights[i]! : 1;
        total += weights ? weights[i]! : 1;
      }
      return totals.map((sum) => Math.log(Math.max(LEAST_PROBABILITY, sum / total)));
    },
    derivatives(scores, y, weights, k, gradients, hessians) {
      for (let i = 0; i < y.length; i++) {
        let largest = scores[0]![i]!;
        for (let c = 1; c < classes; c++) largest = Math.max(largest, scores[c]![i]!);
        let sum = 0;
        for (let c = 0; c < classes; c++) sum += Math.exp(scores[c]![i]! - largest);
        const p = Math.exp(scores[k]![i]! - largest) / sum;
        const weight = weights ? weights[i]! : 1;
        gradients[i] = weight * (p - (y[i] === k ? 1 : 0));
        hessians[i] = weight * factor * p * (1 - p);
      }
    },
    rowLoss(scores, y, row) {
      let largest = Number.NEGATIVE_INFINITY;
      for (const score of scores) largest = Math.max(largest, score[row]!);
      let sum = 0;
      for (const score of scores) sum += Math.exp(score[row]! - largest);
      return largest + Math.log(sum) - scores[y[row]!]![row]!;
    },
  };
}

function squared(): Objective {
  return {
    outputs: 1,
    base: (y, weights) => Float64Array.of(weightedMean(y, weights)),
    derivatives([score], y, weights, _, gradients, hessians) {
      for (let i = 0; i < y.length; i++) {
        const weight = weights ? weights[i]! : 1;
        gradients[i] = weight * (score![i]! - y[i]!);
        hessians[i] = weight;
      }
    },
    rowLoss: ([score], y, row) => (score![row]! - y[row]!) ** 2,
  };
}

/** |y − score| for level ½ and `symmetric`, else the pinball loss of the level. */
function absolute(level: number, symmetric: boolean): Objective {
  const above = symmetric ? 1 : 1 - level;
  const below = symmetric ? 1 : level;
  return {
    outputs: 1,
    renewAt: level,
    base: (y, weights) => Float64Array.of(quantileOf(y.slice(), weights?.slice(), level)),
    derivatives([score], y, weights, _, gradients, hessians) {
      for (let i = 0; i < y.length; i++) {
        const weight = weights ? weights[i]! : 1;
        const residual = score![i]! - y[i]!;
        gradients[i] = weight * (residual > 0 || (residual === 0 && !symmetric) ? above : residual === 0 ? 0 : -below);
        hessians[i] = weight;
      }
    },
    rowLoss: ([score], y, row) => {
      const residual = score![row]! - y[row]!;
      return residual >= 0 ? above * residual : -below * residual;
    },
  };
}

function poisson(): Objective {
  return {
    outputs: 1,
    base: (y, weights) => Float64Array.of(Math.log(Math.max(LEAST_PROBABILITY, weightedMean(y, weights)))),
    derivatives([score], y, weights, _, gradients, hessians) {
      for (let i = 0; i < y.length; i++) {
        const weight = weights ? weights[i]! : 1;
        const rate = Math.exp(score![i]!);
        gradients[i] = weight * (rate - y[i]!);
        hessians[i] = weight * rate * Math.exp(POISSON_STEP);
      }
    },
    rowLoss: ([score], y, row) => Math.exp(score![row]!) - y[row]! * score![row]!,
  };
}

/**
 * The quantile as LightGBM finds it (PercentileFun and WeightedPercentileFun of regression_objective.hpp): between the two
 * values around it. Puts `values` in order in place.
 */
export function quantileOf(values: Float64Array, weights: Float64Array | undefined, level: number): number {
  const count = values.length;
  if (count <= 1) return values[0] ?? 0;
  if (!weights) {
    values.sort();
    const place = (1 - level) * (count - 1);
    const whole = Math.min(count - 2, Math.floor(place));
    const upper = values[count - 1 - whole]!;
    const lower = values[count - 2 - whole]!;
    return upper - (upper - lower) * (place - whole);
  }
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
  const sums = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum += weights[order[k]!]!;
    sums[k] = sum;
  }
  const threshold = sum * level;
  let at = sums.findIndex((value) => value > threshold);
  if (at < 0) at = count - 1;
  if (at === 0 || at === count - 1) return values[order[at]!]!;
  const lower = values[order[at - 1]!]!;
  const upper = values[order[at]!]!;
  const step = sums[at + 1]! - sums[at]!;
  return step >= 1 ? ((threshold - sums[at]!) / step) * (upper - lower) + lower : upper;
}
