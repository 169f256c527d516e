// Builds an AutoScore: ranks, cuts, weighs, chooses how many variables, calibrates. Knows no file and no data set.
import { BedsideError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { badOption, checkFeatureNames, checkLabels, sizeMismatch } from "../checks.ts";
import { trainLogisticRegression } from "../logistic/index.ts";
import { growScore, type Step } from "./grow.ts";
import { type AutoScoreModel, autoScoreModel } from "./model.ts";
import { type AutoScoreOptions, type AutoScoreSettings, autoScoreSettings, checkCutoffs } from "./options.ts";
import { rankVariables } from "./rank.ts";

/** Rows and outcomes. NaN is missing. */
export interface AutoScoreRows {
  x: Matrix;
  /** 0 or 1 a row; both must occur. */
  y: ArrayLike<number>;
}

/** What an AutoScore is made of. */
export interface AutoScoreInput extends AutoScoreRows {
  /** Rows of other patients: they say how many variables are enough and, by default, how likely the outcome is at each total. */
  tuning?: AutoScoreRows | undefined;
  /** Default `x0`, `x1`, … */
  featureNames?: readonly string[] | undefined;
}

/** Next to no penalty on the slope: it ends where a total parts the outcomes without error. */
const CALIBRATION_C = 1000;

/**
 * Makes an integer score as AutoScore does (Xie et al., JMIR Med Inform 2020;8(10):e21798): random forest ranking,
 * categories cut at quantiles of the training rows, logistic regression on the categories turned into whole points, and
 * as many variables as the parsimony plot on the tuning rows asks for. Missing is a category of its own where training
 * rows have it; elsewhere missing values, and codes never seen, count as the variable's most common category.
 *
 * Otherwise than in the published program, cut-offs have no more decimals than the column, the regression has a small
 * penalty (see `c`), the total never passes the maximum, the number of variables is chosen by a rule and not by eye, a
 * category without a training row (after fine-tuning) takes its neighbour's points, and the total is turned into a
 * probability by a logistic regression on the rows named in `settings.calibratedOn`.
 * @returns the same model for the same rows and seed, whatever the number of threads
 * @throws BedsideError `models/empty`, `models/size-mismatch`, `models/infinite`, `models/bad-label`, `models/one-class`,
 *   `models/duplicate-feature`, `models/bad-option`, and what `trainForest` throws; `Stopped` when stopped
 * @example
 * const score = await trainAutoScore({ x, y, tuning, featureNames }, { categorical: ["gender"] });
 * score.table; // variable, category, points
 */
export async function trainAutoScore(input: AutoScoreInput, options: AutoScoreOptions = {}): Promise<AutoScoreModel> {
  const { x, tuning } = input;
  const featureNames = checkFeatureNames(input.featureNames, x.columns);
  const settings = autoScoreSettings(options, tuning !== undefined);
  checkCutoffs(options, featureNames);
  checkRows(x, featureNames, "x");
  const labels = checkLabels(input.y, x.rows);
  if (tuning) checkRows(tuning.x, featureNames, "tuning.x");
  const held = tuning && { x: tuning.x, y: checkLabels(tuning.y, tuning.x.rows, "tuning.y") };

  const ranking = await rankVariables(x, labels, featureNames, options);
  const order = variableOrder(ranking, options, settings, held !== undefined);
  const steps = growScore({ x, labels, held, featureNames, order }, options, settings);
  const chosen = chooseStep(steps, options, settings);
  const warnings = [...chosen.warnings];
  const parsimony = steps.flatMap(({ point }) => (point ? [point] : []));
  const [at, y] = settings.calibratedOn === "tuning" ? [held!.x, held!.y] : [x, labels];
  const uncalibrated = { featureNames, variables: chosen.variables, ranking, parsimony, settings, warnings };
  const score = autoScoreModel({ ...uncalibrated, calibration: { intercept: 0, slope: 0 } });
  if (score.highestScore === 0) warnings.push("No category differs from another: everybody has the score 0");
  const calibration = calibrate(score.score(at), y, settings, warnings);
  return autoScoreModel({ ...uncalibrated, calibration });
}

/** The variables to add one by one. */
function variableOrder(
  ranking: readonly { name: string }[],
  { variables }: AutoScoreOptions,
  { mostVariables }: AutoScoreSettings,
  plotted: boolean,
): string[] {
  const names = ranking.map(({ name }) => name);
  if (typeof variables === "object") {
    if (variables.length === 0) throw badOption("variables", "there is none", "Name at least one column");
    return names.filter((name) => variables.includes(name));
  }
  if (variables !== undefined && variables > names.length) {
    throw badOption("variables", `there are ${names.length} to choose from`, "Ask for fewer");
  }
  if (names.length === 0) throw badOption("ranking", "there is none", "Name at least one column");
  return names.slice(0, plotted ? Math.max(mostVariables, variables ?? 0) : variables);
}

/** The score of as many variables as asked for, or of the fewest within the tolerance of the best AUROC. */
function chooseStep(steps: readonly Step[], { variables }: AutoScoreOptions, { tolerance }: AutoScoreSettings): Step {
  if (variables !== undefined) {
    const wanted = typeof variables === "number" ? variables : variables.length;
    return steps.find((step) => step.variables.length === wanted)!;
  }
  const best = Math.max(...steps.map(({ point }) => point!.auroc));
  return steps.find(({ point }) => point!.auroc >= best - tolerance)!;
}

/** Logistic regression of the outcome on the total, in tenths of the maximum, where the slope is of the order of 1. */
function calibrate(totals: Int32Array, y: Uint8Array, { maximum }: AutoScoreSettings, warnings: string[]) {
  const unit = maximum / 10;
  const x = { rows: totals.length, columns: 1, data: Float64Array.from(totals, (points) => points / unit) };
  const { coefficients, intercept } = trainLogisticRegression(x, y, { c: CALIBRATION_C });
  const slope = coefficients[0]! / unit;
  if (slope < 0) warnings.push("More points go with less risk on the rows the probabilities were fitted on");
  return { intercept, slope };
}

function checkRows({ rows, columns, data }: Matrix, featureNames: readonly string[], where: string): void {
  if (!(rows > 0) || !(columns > 0)) {
    throw new BedsideError({
      code: "models/empty",
      what: `The table has ${rows} rows and ${columns} columns`,
      where,
      fix: "Give at least one row and one column",
    });
  }
  if (columns !== featureNames.length) {
    throw sizeMismatch(where, `it has ${columns} columns, but there are ${featureNames.length} names`);
  }
  if (data.length !== rows * columns) {
    throw sizeMismatch(where, `it holds ${data.length} numbers, but ${rows} × ${columns} were announced`);
  }
  const infinite = data.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (infinite < 0) return;
  throw new BedsideError({
    code: "models/infinite",
    what: `Column ${featureNames[infinite % columns]} holds infinity`,
    where,
    fix: "Set infinities to NaN (missing) or to the largest value that can be measured",
  });
}
