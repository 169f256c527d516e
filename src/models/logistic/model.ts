// The trained logistic regression: an unchanging value that predicts and describes itself. Knows no solver and no file.
import type { Matrix } from "../../core/matrix.ts";
import { checkFeatureNames } from "../checks.ts";
import { linearSums } from "../linear.ts";
import type { Model, ModelDescription } from "../model.ts";
import { logisticToJSON } from "./json.ts";
import { probability } from "./loss.ts";
import type { ClassWeight } from "./problem.ts";

/** What the training was asked to do. */
export interface LogisticSettings {
  /** Inverse strength of the penalty; `Infinity`: none. */
  readonly c: number;
  /** Share of the penalty that is ‖w‖₁; the rest is ½‖w‖². */
  readonly l1Ratio: number;
  readonly classWeight: ClassWeight | null;
  readonly fitIntercept: boolean;
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** The numbers a logistic model consists of. */
export interface LogisticParts {
  readonly featureNames: readonly string[];
  /** One per column, in log-odds per unit of the column. */
  readonly coefficients: Float64Array;
  /** Log-odds where all columns are 0. */
  readonly intercept: number;
  readonly iterations: number;
  /** False when training ended before the optimality conditions held to the tolerance. */
  readonly converged: boolean;
  /** The largest remaining breach of an optimality condition; at most `settings.tolerance` when converged. */
  readonly violation: number;
  readonly settings: LogisticSettings;
}

/** A trained logistic regression. `coefficients` gives a fresh copy at each reading, so nothing can change the model. */
export interface LogisticModel extends Model, LogisticParts {
  readonly kind: "logistic";
  predict(x: Matrix): Float64Array;
}

/** Makes the model of its parts. */
export function logisticModel(parts: LogisticParts): LogisticModel {
  const coefficients = parts.coefficients.slice();
  const { classWeight } = parts.settings;
  const settings = Object.freeze({
    ...parts.settings,
    classWeight: typeof classWeight === "object" && classWeight ? Object.freeze({ ...classWeight }) : classWeight,
  });
  const model: LogisticModel = Object.freeze({
    kind: "logistic" as const,
    featureNames: checkFeatureNames(parts.featureNames, coefficients.length),
    get coefficients() {
      return coefficients.slice();
    },
    intercept: parts.intercept,
    iterations: parts.iterations,
    converged: parts.converged,
    violation: parts.violation,
    settings,
    predict: (x: Matrix) => predictLogistic(model, x),
    describe: () => describeLogistic(model),
    toJSON: () => logisticToJSON(model),
  });
  return model;
}

/**
 * The probability of label 1 for each row.
 * @throws BedsideError `models/size-mismatch` for another number of columns, `models/not-finite` for NaN or infinity.
 */
export function predictLogistic(model: LogisticModel, x: Matrix): Float64Array {
  const scores = decisionFunction(model, x);
  for (let i = 0; i < scores.length; i++) scores[i] = probability(scores[i]!);
  return scores;
}

/** The log-odds of label 1 for each row: intercept + Σ_j coefficient_j · x_ij. Errors as `predictLogistic`. */
export function decisionFunction(model: LogisticModel, x: Matrix): Float64Array {
  return linearSums(model, x);
}

function describeLogistic(model: LogisticModel): ModelDescription {
  const { c, l1Ratio, classWeight, fitIntercept } = model.settings;
  const { coefficients, converged, iterations, violation } = model;
  const penalty =
    c === Number.POSITIVE_INFINITY ? "no penalty" : l1Ratio === 0 ? "L2" : l1Ratio === 1 ? "L1" : "elastic net";
  const weights =
    typeof classWeight === "object" && classWeight ? `0: ${classWeight[0]}, 1: ${classWeight[1]}` : classWeight;
  return {
    title: `Logistic regression, ${penalty}`,
    facts: [
      { name: "C (inverse penalty strength)", value: c },
      { name: "L1 share of the penalty", value: l1Ratio },
      { name: "Class weights", value: weights ?? "none" },
      { name: "Intercept", value: fitIntercept ? model.intercept : "none" },
      { name: "Features", value: coefficients.length },
      { name: "Features with a coefficient other than 0", value: coefficients.filter((value) => value !== 0).length },
      { name: "Iterations", value: iterations },
    ],
    features: model.featureNames.map((name, j) => ({ name, weight: coefficients[j]! })),
    warnings: converged
      ? []
      : [
          `Training ended after ${iterations} iterations before it converged (largest remaining breach ${violation.toExponential(1)})`,
        ],
  };
}
