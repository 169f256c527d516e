// The finished score: an unchanging table of points that scores, predicts and describes itself. Knows no training.
import type { Matrix } from "../../core/matrix.ts";
import { checkFeatureNames, sizeMismatch } from "../checks.ts";
import type { Model, ModelDescription } from "../model.ts";
import { type Categories, type CategoryBounds, categoriesOf, describeCategories } from "./categories.ts";
import { autoScoreToJSON } from "./json.ts";
import type { AutoScoreSettings } from "./options.ts";

/** One variable of the score: its categories and the points of each, in order. */
export interface ScoredVariable extends Categories {
  readonly points: readonly number[];
}

/** One point of the parsimony plot. */
export interface ParsimonyPoint {
  /** How many variables the score has. */
  readonly variables: number;
  /** The one that came last. */
  readonly added: string;
  /** AUROC of that score on the tuning rows. */
  readonly auroc: number;
}

/** The parts a score consists of. */
export interface AutoScoreParts {
  readonly featureNames: readonly string[];
  /** The variables of the score, best first. */
  readonly variables: readonly ScoredVariable[];
  /** Best first. `importance` is the share of the forest's gain, null where the caller gave the order. */
  readonly ranking: readonly { readonly name: string; readonly importance: number | null }[];
  /** Empty where the caller chose the variables and gave no tuning rows. */
  readonly parsimony: readonly ParsimonyPoint[];
  /** log-odds = intercept + slope × score. */
  readonly calibration: { readonly intercept: number; readonly slope: number };
  readonly settings: AutoScoreSettings;
  readonly warnings: readonly string[];
}

/** One line of the printed score. */
export interface ScoreRow extends CategoryBounds {
  readonly variable: string;
  readonly points: number;
}

/** An integer score and the probability that goes with each total. */
export interface AutoScoreModel extends Model, AutoScoreParts {
  readonly kind: "autoscore";
  /** The score as it is printed, variable by variable. */
  readonly table: readonly ScoreRow[];
  /** The highest total anybody can have; at most `settings.maximum`. */
  readonly highestScore: number;
  predict(x: Matrix): Float64Array;
  /** Whole points, 0 to `highestScore`, one total per row. NaN is missing. Errors as `predict`. */
  score(x: Matrix): Int32Array;
}

/** Makes the model of its parts. */
export function autoScoreModel(parts: AutoScoreParts): AutoScoreModel {
  const { variables, ranking, parsimony, calibration, settings, warnings } = frozen(structuredClone(parts));
  const featureNames = checkFeatureNames(parts.featureNames, parts.featureNames.length);
  const table = variables.flatMap((variable) =>
    describeCategories(variable).map((bounds, i) => ({
      variable: variable.name,
      ...bounds,
      points: variable.points[i]!,
    })),
  );
  const model: AutoScoreModel = Object.freeze({
    kind: "autoscore" as const,
    featureNames,
    variables,
    ranking,
    parsimony,
    calibration,
    settings,
    warnings,
    table: frozen(table),
    highestScore: variables.reduce((sum, { points }) => sum + Math.max(...points), 0),
    score: (x: Matrix) => totalPoints(variables, x, featureNames.length),
    predict: (x: Matrix) => Float64Array.from(model.score(x), (points) => probabilityAt(calibration, points)),
    describe: () => describeScore(model),
    toJSON: () => autoScoreToJSON(model),
  });
  return model;
}

/** The probability of the outcome at a total of points. */
export function probabilityAt({ intercept, slope }: AutoScoreParts["calibration"], points: number): number {
  return 1 / (1 + Math.exp(-(intercept + slope * points)));
}

function totalPoints(variables: readonly ScoredVariable[], x: Matrix, columns: number): Int32Array {
  if (x.columns !== columns) {
    throw sizeMismatch("x", `it has ${x.columns} columns, but the model was trained on ${columns}`);
  }
  if (x.data.length !== x.rows * columns) {
    throw sizeMismatch("x", `it holds ${x.data.length} numbers, but ${x.rows} × ${columns} were announced`);
  }
  const totals = new Int32Array(x.rows);
  for (const variable of variables) {
    const codes = categoriesOf(variable, x);
    for (let i = 0; i < totals.length; i++) totals[i]! += variable.points[codes[i]!]!;
  }
  return totals;
}

function describeScore(model: AutoScoreModel): ModelDescription {
  const { variables, parsimony, calibration, settings, featureNames, ranking } = model;
  const best = parsimony.reduce((most, { auroc }) => Math.max(most, auroc), 0);
  const here = parsimony.find((point) => point.variables === variables.length);
  const highest = new Map(variables.map(({ name, points }) => [name, Math.max(...points)]));
  return {
    title: "AutoScore, an integer score",
    facts: [
      { name: "Variables", value: variables.length },
      { name: "Variables to choose from", value: featureNames.length },
      { name: "Ranked by", value: ranking[0]?.importance === null ? "the caller" : "random forest importance" },
      { name: "Highest score", value: model.highestScore },
      { name: "Cut at quantiles", value: settings.quantiles.join(", ") },
      ...(here
        ? [
            { name: "AUROC on the tuning rows", value: here.auroc },
            { name: "Best AUROC of the parsimony plot", value: best },
            { name: "Tolerance of the choice", value: settings.tolerance },
          ]
        : []),
      { name: "C (inverse penalty strength)", value: settings.c },
      { name: "Probabilities fitted on", value: `${settings.calibratedOn} rows` },
      { name: "Log-odds at score 0", value: calibration.intercept },
      { name: "Log-odds per point", value: calibration.slope },
    ],
    features: featureNames.map((name) => ({ name, weight: highest.get(name) ?? 0 })),
    warnings: model.warnings,
  };
}

/** Freezes plain values all the way down. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
