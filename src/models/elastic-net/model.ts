// The trained elastic net: an unchanging value that predicts and describes itself. Knows no solver and no file.
import type { Matrix } from "../../core/matrix.ts";
import { checkFeatureNames } from "../checks.ts";
import { linearSums } from "../linear.ts";
import type { Model, ModelDescription } from "../model.ts";
import { elasticNetToJSON } from "./json.ts";

/** What the training was asked to do. */
export interface ElasticNetSettings {
  /** Strength of the penalty. */
  readonly alpha: number;
  /** Share of the penalty that is ‖w‖₁; the rest is ½‖w‖². */
  readonly l1Ratio: number;
  readonly fitIntercept: boolean;
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** The numbers an elastic net consists of. */
export interface ElasticNetParts {
  readonly featureNames: readonly string[];
  /** One per column, in the target's unit per unit of the column. */
  readonly coefficients: Float64Array;
  /** The value where all columns are 0. */
  readonly intercept: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** How far the objective can at most be from its least value. */
  readonly dualGap: number;
  readonly settings: ElasticNetSettings;
}

/** A trained elastic net. `coefficients` gives a fresh copy at each reading, so nothing can change the model. */
export interface ElasticNetModel extends Model, ElasticNetParts {
  readonly kind: "elastic-net";
  predict(x: Matrix): Float64Array;
}

/** Makes the model of its parts. */
export function elasticNetModel(parts: ElasticNetParts): ElasticNetModel {
  const coefficients = parts.coefficients.slice();
  const model: ElasticNetModel = Object.freeze({
    kind: "elastic-net" as const,
    featureNames: checkFeatureNames(parts.featureNames, coefficients.length),
    get coefficients() {
      return coefficients.slice();
    },
    intercept: parts.intercept,
    iterations: parts.iterations,
    converged: parts.converged,
    dualGap: parts.dualGap,
    settings: Object.freeze({ ...parts.settings }),
    predict: (x: Matrix) => predictElasticNet(model, x),
    describe: () => describeElasticNet(model),
    toJSON: () => elasticNetToJSON(model),
  });
  return model;
}

/** The model of a target so many times as large: one trained on a scaled target, in the target's unit. */
export function withTargetTimes(model: ElasticNetModel, factor: number): ElasticNetModel {
  const { coefficients, intercept, dualGap } = model;
  return elasticNetModel({
    ...model,
    coefficients: coefficients.map((value) => value * factor),
    intercept: intercept * factor,
    dualGap: dualGap * factor * factor,
  });
}

/**
 * The value of each row: intercept + Σ_j coefficient_j · x_ij.
 * @throws BedsideError `models/size-mismatch` for another number of columns, `models/not-finite` for NaN or infinity.
 */
export function predictElasticNet(model: ElasticNetModel, x: Matrix): Float64Array {
  return linearSums(model, x);
}

function describeElasticNet(model: ElasticNetModel): ModelDescription {
  const { coefficients, converged, iterations, dualGap, settings } = model;
  const { alpha, l1Ratio, fitIntercept } = settings;
  const penalty = l1Ratio === 0 ? "ridge" : l1Ratio === 1 ? "lasso" : "elastic net";
  return {
    title: `Linear regression, ${penalty}`,
    facts: [
      { name: "Alpha (penalty strength)", value: alpha },
      { name: "L1 share of the penalty", value: l1Ratio },
      { name: "Intercept", value: fitIntercept ? model.intercept : "none" },
      { name: "Features", value: coefficients.length },
      { name: "Features with a coefficient other than 0", value: coefficients.filter((value) => value !== 0).length },
      { name: "Iterations", value: iterations },
    ],
    features: model.featureNames.map((name, j) => ({ name, weight: coefficients[j]! })),
    warnings: converged
      ? []
      : [`Training ended after ${iterations} iterations before it converged (duality gap ${dualGap.toExponential(1)})`],
  };
}
