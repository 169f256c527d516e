// Refuses tables, labels and weights that boosting cannot learn from. Knows no bins.
import { BedsideError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { BoostingSettings } from "./options.ts";

/** Data to train on, or to tune by. */
export interface BoostingInput {
  readonly x: Matrix;
  readonly y: ArrayLike<number>;
  /** One weight of 0 or more a row. Default 1. */
  readonly weights?: ArrayLike<number> | undefined;
  /** Default `x0`, `x1`, … */
  readonly featureNames?: readonly string[] | undefined;
  /** Columns that hold category codes, by name or number. */
  readonly categorical?: readonly (string | number)[] | undefined;
  /** Names of the codes 0, 1, … by column name; only carried into the model. */
  readonly categories?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Data the loss is watched on; same columns. */
  readonly tuning?:
    | { readonly x: Matrix; readonly y: ArrayLike<number>; readonly weights?: ArrayLike<number> | undefined }
    | undefined;
}

export interface CheckedRows {
  readonly x: Matrix;
  readonly y: Float64Array;
  readonly weights: Float64Array | undefined;
}

export interface CheckedInput extends CheckedRows {
  readonly names: readonly string[];
  readonly categorical: ReadonlySet<number>;
  readonly categories: ReadonlyMap<number, readonly string[]>;
  /** Classes of `multiclass`, 2 for `binary`, else 1. */
  readonly classes: number;
  /** Sample weights as the starting score counts them: like LightGBM's, it leaves scalePosWeight out. */
  readonly baseWeights: Float64Array | undefined;
  readonly largestWeight: number;
  readonly totalWeight: number;
  readonly tuning: CheckedRows | undefined;
}

/** The input with its weights worked out: sample weight × class weight. */
export function checkInput(input: BoostingInput, settings: BoostingSettings): CheckedInput {
  const { x } = input;
  checkShape(x, "x");
  const y = checkLabels(input.y, x.rows, settings, "y");
  const names = checkNames(input.featureNames, x.columns);
  const categorical = new Set((input.categorical ?? []).map((column) => columnOf(column, names)));
  for (const column of categorical) {
    if (settings.monotone?.[column]) throw monotoneCategory(names[column]!);
  }
  const classes = countClasses(y, settings);
  let weights = checkWeights(input.weights, x.rows, "weights");
  let baseWeights = weights;
  const classWeights = classWeightsOf(y, weights, classes, settings);
  if (classWeights) weights = y.map((label, i) => (weights ? weights[i]! : 1) * classWeights[label]!);
  if (settings.scalePosWeight === 1) baseWeights = weights;
  let largestWeight = 1;
  let totalWeight = x.rows;
  if (weights) {
    largestWeight = 0;
    totalWeight = 0;
    for (const weight of weights) {
      largestWeight = Math.max(largestWeight, weight);
      totalWeight += weight;
    }
    if (totalWeight === 0) throw badWeight("weights", "all weights are 0");
  }
  const { tuning } = input;
  if (tuning) {
    checkShape(tuning.x, "tuning.x");
    if (tuning.x.columns !== x.columns)
      throw sizeMismatch("tuning.x", `it has ${tuning.x.columns} columns, x has ${x.columns}`);
  } else if (settings.earlyStopping !== undefined) {
    throw new BedsideError({
      code: "trees/bad-option",
      what: "Early stopping has no data to go by",
      where: "tuning",
      fix: "Give tuning data, or leave earlyStopping out",
    });
  }
  const checkedTuning = tuning && {
    x: tuning.x,
    y: checkLabels(tuning.y, tuning.x.rows, settings, "tuning.y", classes),
    weights: checkWeights(tuning.weights, tuning.x.rows, "tuning.weights"),
  };
  const categories = new Map<number, readonly string[]>();
  for (const [name, codes] of Object.entries(input.categories ?? {})) categories.set(columnOf(name, names), codes);
  return {
    x,
    y,
    weights,
    names,
    categorical,
    categories,
    classes,
    baseWeights,
    largestWeight,
    totalWeight,
    tuning: checkedTuning,
  };
}

function checkShape({ rows, columns, data }: Matrix, where: string): void {
  if (!(rows > 0) || !(columns > 0)) {
    throw new BedsideError({
      code: "trees/empty",
      what: `The table has ${rows} rows and ${columns} columns`,
      where,
      fix: "Give at least one row and one column",
    });
  }
  if (data.length !== rows * columns) {
    throw sizeMismatch(where, `it holds ${data.length} numbers, but ${rows} × ${columns} were announced`);
  }
}

function checkNames(names: readonly string[] | undefined, columns: number): readonly string[] {
  if (!names) return Array.from({ length: columns }, (_, j) => `x${j}`);
  if (names.length !== columns)
    throw sizeMismatch("featureNames", `${names.length} names were given for ${columns} columns`);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new BedsideError({
        code: "trees/duplicate-feature",
        what: `Two columns are named ${name}`,
        where: "featureNames",
        fix: "Give every column a name of its own",
      });
    }
    seen.add(name);
  }
  return names;
}

function columnOf(column: string | number, names: readonly string[]): number {
  const at = typeof column === "string" ? names.indexOf(column) : column;
  if (Number.isInteger(at) && at >= 0 && at < names.length) return at;
  throw new BedsideError({
    code: "trees/unknown-column",
    what: `There is no column ${column}`,
    where: "categorical",
    fix: `Name a column of the table, or give its number from 0 to ${names.length - 1}`,
  });
}

function checkLabels(
  y: ArrayLike<number>,
  rows: number,
  { objective }: BoostingSettings,
  where: string,
  classes = Number.POSITIVE_INFINITY,
): Float64Array {
  if (y.length !== rows) throw sizeMismatch(where, `it has ${y.length} labels, but the table has ${rows} rows`);
  const labels = Float64Array.from(y);
  const wrong = {
    binary: (label: number) => label !== 0 && label !== 1,
    multiclass: (label: number) => !Number.isInteger(label) || label < 0 || label >= Math.min(classes, 65_536),
    poisson: (label: number) => !(label >= 0 && label < Number.POSITIVE_INFINITY),
    l2: (label: number) => !Number.isFinite(label),
    l1: (label: number) => !Number.isFinite(label),
    quantile: (label: number) => !Number.isFinite(label),
  }[objective];
  const fixes = {
    binary: "Code the outcome as 0 (no) and 1 (yes) and leave out rows without an outcome",
    multiclass: "Number the classes 0, 1, 2, … and leave out rows without an outcome",
    poisson: "Give counts or rates of 0 or more",
    l2: "Give finite numbers and leave out rows without an outcome",
    l1: "Give finite numbers and leave out rows without an outcome",
    quantile: "Give finite numbers and leave out rows without an outcome",
  };
  if (labels.some(wrong)) {
    throw new BedsideError({
      code: "trees/bad-label",
      what: `A label does not fit the objective ${objective}`,
      where,
      fix: fixes[objective],
    });
  }
  return labels;
}

function countClasses(y: Float64Array, { objective }: BoostingSettings): number {
  if (objective !== "binary" && objective !== "multiclass") {
    if (objective === "poisson" && y.every((label) => label === 0)) throw oneClass("all labels are 0");
    return 1;
  }
  const counts: number[] = [];
  for (const label of y) {
    while (counts.length <= label) counts.push(0);
    counts[label]!++;
  }
  if (objective === "binary" && counts.length < 2) throw oneClass("all labels are 0");
  const absent = counts.indexOf(0);
  if (objective === "binary" && absent >= 0) throw oneClass("all labels are 1");
  if (counts.length < 2) throw oneClass("all labels are 0");
  if (absent >= 0) throw oneClass(`no row has class ${absent}, though a higher one occurs`);
  return counts.length;
}

function classWeightsOf(
  y: Float64Array,
  weights: Float64Array | undefined,
  classes: number,
  { classWeight, scalePosWeight, objective }: BoostingSettings,
): readonly number[] | undefined {
  if (scalePosWeight !== 1) {
    if (objective !== "binary" || classWeight) {
      throw new BedsideError({
        code: "trees/bad-option",
        what: "scalePosWeight is for binary outcomes without class weights",
        where: "scalePosWeight",
        fix: "Use classWeight alone",
      });
    }
    return [1, scalePosWeight];
  }
  if (!classWeight) return undefined;
  if (classes < 2) {
    throw new BedsideError({
      code: "trees/bad-option",
      what: `The objective ${objective} has no classes to weigh`,
      where: "classWeight",
      fix: "Leave it out, or give a weight a row",
    });
  }
  if (classWeight !== "balanced") {
    if (
      classWeight.length !== classes ||
      !classWeight.every((weight) => weight >= 0 && weight < Number.POSITIVE_INFINITY)
    ) {
      throw badWeight("classWeight", `one finite weight of 0 or more is needed for each of ${classes} classes`);
    }
    return classWeight;
  }
  const totals = new Array<number>(classes).fill(0);
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    totals[y[i]!]! += weights ? weights[i]! : 1;
    total += weights ? weights[i]! : 1;
  }
  return totals.map((sum) => (sum > 0 ? total / (classes * sum) : 0));
}

function checkWeights(weights: ArrayLike<number> | undefined, rows: number, where: string): Float64Array | undefined {
  if (!weights) return undefined;
  if (weights.length !== rows) throw sizeMismatch(where, `it has ${weights.length} weights for ${rows} rows`);
  const copy = Float64Array.from(weights);
  if (!copy.every((weight) => weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
    throw badWeight(where, "a weight is negative, infinite or not a number");
  }
  return copy;
}

function badWeight(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "trees/bad-weight",
    what: "The weights cannot be used",
    where,
    why,
    fix: "Give finite weights of 0 or more, not all of them 0",
  });
}

function oneClass(why: string): BedsideError {
  return new BedsideError({
    code: "trees/one-class",
    what: "An outcome does not occur, so there is nothing to tell apart",
    where: "y",
    why,
    fix: "Use more rows, or check how the outcome was defined",
  });
}

function sizeMismatch(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "trees/size-mismatch",
    what: "The sizes of the inputs do not fit together",
    where,
    why,
    fix: "Give as many labels, weights and names as the table has rows and columns",
  });
}

function monotoneCategory(name: string): BedsideError {
  return new BedsideError({
    code: "trees/bad-option",
    what: `The column ${name} is categorical and cannot be monotone`,
    where: "monotone",
    fix: "Use 0 for it",
  });
}
