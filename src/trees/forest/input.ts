// Refuses tables, labels and weights no forest can learn from, naming the column at fault. Knows no settings of trees.
import { BedsideError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";

/** What a forest learns from. */
export interface ForestInput {
  /** One row each; NaN is a missing value. Constant and wholly missing columns are allowed and never used. */
  x: Matrix;
  /** One label, class or number a row. */
  y: ArrayLike<number>;
  /** One weight a row, 0 or more. With bootstrap they are the chances of being drawn, as in scikit-learn from 1.9 on. */
  weights?: ArrayLike<number> | undefined;
  /** Default `x0`, `x1`, … */
  featureNames?: readonly string[] | undefined;
}

/** The names given, or made ones; throws on a wrong number or equal names. */
export function checkNames(names: readonly string[] | undefined, columns: number): readonly string[] {
  if (!names) return Array.from({ length: columns }, (_, j) => `x${j}`);
  if (names.length !== columns) {
    throw sizeMismatch("featureNames", `${names.length} names were given for ${columns} columns`);
  }
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  if (twice === undefined) return [...names];
  throw new BedsideError({
    code: "trees/duplicate-feature",
    what: `Two columns are named ${twice}`,
    where: "featureNames",
    fix: "Give every column a name of its own",
  });
}

/** Throws unless the table has rows, columns, as many numbers as it says, and no infinity. */
export function checkTable({ rows, columns, data }: Matrix, names: readonly string[]): void {
  if (!(rows > 0) || !(columns > 0)) {
    throw new BedsideError({
      code: "trees/empty",
      what: `The table has ${rows} rows and ${columns} columns`,
      where: "x",
      fix: "Give at least one row and one column",
    });
  }
  if (data.length !== rows * columns) {
    throw sizeMismatch("x", `it holds ${data.length} numbers, but ${rows} × ${columns} were announced`);
  }
  const infinite = data.findIndex((value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY);
  if (infinite < 0) return;
  const column = infinite % columns;
  let count = 0;
  for (let k = column; k < data.length; k += columns) if (Math.abs(data[k]!) === Number.POSITIVE_INFINITY) count++;
  throw new BedsideError({
    code: "trees/infinite",
    what: `Column ${names[column]} holds infinity in ${count} of ${rows} rows`,
    where: "x",
    why: "a threshold between numbers and infinity has no value",
    fix: "Set infinities to NaN (missing) or to the largest value that can be measured",
  });
}

/** Targets as numbers and the number of classes (0 for regression). */
export function checkTargets(y: ArrayLike<number>, rows: number, objective: "binary" | "multiclass" | "l2") {
  if (y.length !== rows) throw sizeMismatch("y", `it has ${y.length} labels, but the table has ${rows} rows`);
  const targets = Float64Array.from(y);
  const labelError = (what: string, fix: string) =>
    new BedsideError({ code: "trees/bad-label", what, where: "y", fix });
  if (objective === "l2") {
    if (targets.every(Number.isFinite)) return { targets, classes: 0 };
    throw labelError("A target is not a finite number", "Leave out rows without an outcome");
  }
  const counts: number[] = [];
  for (const label of targets) {
    if (objective === "binary" && label !== 0 && label !== 1) {
      throw labelError(
        "A label is neither 0 nor 1",
        "Code the outcome as 0 (no) and 1 (yes) and leave out rows without an outcome",
      );
    }
    if (!Number.isInteger(label) || label < 0 || label >= rows) {
      throw labelError(
        "A label is not a class number",
        "Number the classes 0, 1, 2, … and leave out rows without an outcome",
      );
    }
    counts[label] = (counts[label] ?? 0) + 1;
  }
  const present = counts.filter((count) => count > 0).length;
  if (present < 2) {
    throw new BedsideError({
      code: "trees/one-class",
      what: "Only one outcome occurs, so there is nothing to tell apart",
      where: "y",
      why: `all ${rows} labels are ${targets[0]}`,
      fix: "Use more rows, or check how the outcome was defined",
    });
  }
  if (present < counts.length) {
    throw labelError("A class number below the largest does not occur", "Number the classes that occur 0, 1, 2, …");
  }
  return { targets, classes: counts.length };
}

/** Weights as numbers, undefined where none are given; throws on a wrong number, negative or infinite ones, or all 0. */
export function checkWeights(weights: ArrayLike<number> | undefined, rows: number): Float64Array | undefined {
  if (!weights) return undefined;
  if (weights.length !== rows) throw sizeMismatch("weights", `it has ${weights.length} weights for ${rows} rows`);
  const copy = Float64Array.from(weights);
  let total = 0;
  for (const weight of copy) total += weight >= 0 ? weight : Number.NaN;
  if (total > 0 && total < Number.POSITIVE_INFINITY) return copy;
  throw new BedsideError({
    code: "trees/bad-weight",
    what: total === 0 ? "All weights are 0" : "A weight is negative, infinite or not a number",
    where: "weights",
    fix: "Give every row a finite weight of 0 or more, and some above 0",
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
