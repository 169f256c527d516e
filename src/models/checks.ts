// Refuses tables and labels no model can learn from, naming the column at fault. Knows no model family.
import { BedsideError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";

/** The given names, or `x0`, `x1`, … where none are given; throws when there are too few, too many or equal ones. */
export function checkFeatureNames(names: readonly string[] | undefined, columns: number): readonly string[] {
  if (!names) return Object.freeze(Array.from({ length: columns }, (_, j) => `x${j}`));
  if (names.length !== columns) {
    throw sizeMismatch("featureNames", `${names.length} names were given for ${columns} columns`);
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new BedsideError({
        code: "models/duplicate-feature",
        what: `Two columns are named ${name}`,
        where: "featureNames",
        why: "a model finds its columns by name",
        fix: "Give every column a name of its own",
      });
    }
    seen.add(name);
  }
  return Object.freeze([...names]);
}

/** Throws unless the matrix has rows and columns, as many numbers as they say, and no NaN or infinity. */
export function checkMatrix(x: Matrix, featureNames: readonly string[], where = "x"): void {
  const { rows, columns, data } = x;
  if (!(rows > 0) || !(columns > 0)) {
    throw new BedsideError({
      code: "models/empty",
      what: `The table has ${rows} rows and ${columns} columns`,
      where,
      fix: "Give at least one row and one column",
    });
  }
  if (data.length !== rows * columns) {
    throw sizeMismatch(where, `it holds ${data.length} numbers, but ${rows} × ${columns} were announced`);
  }
  // Zero times a finite number is zero; times NaN or infinity it is NaN, which no later sum can undo.
  let trace = 0;
  for (let k = 0; k < data.length; k++) trace += data[k]! * 0;
  if (trace !== 0) throw notFinite(x, featureNames, where);
}

/** The error that names the first column holding NaN or infinity and counts its rows. */
export function notFinite(x: Matrix, featureNames: readonly string[], where = "x"): BedsideError {
  const { rows, columns, data } = x;
  const counts = new Uint32Array(columns);
  for (let i = 0, k = 0; i < rows; i++)
    for (let j = 0; j < columns; j++, k++) if (!Number.isFinite(data[k])) counts[j]!++;
  const first = counts.findIndex((count) => count > 0);
  const others = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) - 1;
  return new BedsideError({
    code: "models/not-finite",
    what: `Column ${featureNames[first] ?? first} holds NaN or infinity in ${counts[first] ?? 0} of ${rows} rows`,
    where,
    why:
      others > 0
        ? `so do ${others} other columns; this model has no place for missing values`
        : "this model has no place for missing values",
    fix: "Impute the missing values, or leave the column out",
  });
}

/** Labels as bytes; throws unless there is one 0 or 1 per row and both occur. */
export function checkLabels(y: ArrayLike<number>, rows: number, where = "y"): Uint8Array {
  if (y.length !== rows) throw sizeMismatch(where, `it has ${y.length} labels, but the table has ${rows} rows`);
  const labels = new Uint8Array(rows);
  let positives = 0;
  for (let i = 0; i < rows; i++) {
    const label = y[i]!;
    if (label !== 0 && label !== 1) {
      throw new BedsideError({
        code: "models/bad-label",
        what: "A label is neither 0 nor 1",
        where,
        fix: "Code the outcome as 0 (no) and 1 (yes) and leave out rows without an outcome",
      });
    }
    labels[i] = label;
    positives += label;
  }
  if (positives === 0 || positives === rows) throw oneClass(where, `all ${rows} labels are ${positives === 0 ? 0 : 1}`);
  return labels;
}

/** Weights as numbers, all 1 where none are given; throws unless there is one finite weight, not below 0, per row. */
export function checkWeights(weights: ArrayLike<number> | undefined, rows: number, where: string): Float64Array {
  if (!weights) return new Float64Array(rows).fill(1);
  if (weights.length !== rows) throw sizeMismatch(where, `it has ${weights.length} weights for ${rows} rows`);
  const copy = Float64Array.from(weights);
  if (!copy.every((weight) => weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
    throw new BedsideError({
      code: "models/bad-weight",
      what: "A weight is negative, infinite or not a number",
      where,
      fix: "Give every row a finite weight of 0 or more",
    });
  }
  return copy;
}

/** The error for an outcome that never changes. */
export function oneClass(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "models/one-class",
    what: "Only one outcome occurs, so there is nothing to tell apart",
    where,
    why,
    fix: "Use more rows, or check how the outcome was defined",
  });
}

/** The error for two inputs whose sizes do not fit. */
export function sizeMismatch(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "models/size-mismatch",
    what: "The sizes of the inputs do not fit together",
    where,
    why,
    fix: "Give as many labels, weights and names as the table has rows and columns",
  });
}

/** The error for a setting outside its range. */
export function badOption(name: string, why: string, fix: string): BedsideError {
  return new BedsideError({
    code: "models/bad-option",
    what: `The setting ${name} cannot be used`,
    where: name,
    why,
    fix,
  });
}
