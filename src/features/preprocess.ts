// Turns summaries of stays into the matrix a model takes, by a recipe fitted on training stays alone. Runs in a browser too.

import type { Mode } from "../concepts/mode.ts";
import { BedsideError } from "../core/errors.ts";
import { type Matrix, zeros } from "../core/matrix.ts";
import { columnsOf } from "./preprocess-columns.ts";
import { momentsOf, pooledMoments } from "./preprocess-moments.ts";
import type { StaticSummary, StaySummary } from "./stay-summary.ts";

/** What is subtracted from a number and what it is divided by; `mean` is null where training stays have no value. */
export interface Scaling {
  mean: number | null;
  scale: number;
}

export interface VariableRecipe extends Scaling {
  name: string;
  title: string;
  /** Of the logarithm of one plus the hours with a value; corrected mode only. */
  logCount?: Scaling;
}

export type StaticRecipe =
  | ({ name: string; title: string; kind: "number" } & Scaling)
  | { name: string; title: string; kind: "text"; levels: string[]; mostFrequent: string | null };

/** Every number the preprocessing needs; plain JSON, kept in the model file. */
export interface TabularRecipe {
  schema: 1;
  mode: Mode;
  /** `keep`: what is missing stays NaN, for models that take missing values; left out: it is filled in and marked. */
  missing?: "keep";
  /** Hours of the grid: what hours since the last value are divided by. */
  gridHours: number;
  variables: VariableRecipe[];
  static: StaticRecipe[];
}

/** A matrix with what its columns are. */
export interface Tabular {
  matrix: Matrix;
  /** `hr_min` */
  names: string[];
  /** `Heart rate, lowest` */
  titles: string[];
}

/** What a column of the matrix means, apart from any row. */
export interface ColumnMeaning {
  name: string;
  title: string;
  /** The variable it is made of: `hr`. */
  variable: string;
  /** `value`: in the variable's own unit; `hours`: a number of hours; `flag`: 0 or 1; `code`: a number for a word. */
  kind: "value" | "hours" | "flag" | "code";
  /** From the matrix's number to the one a clinician knows, and back. */
  toClinical(value: number): number;
  fromClinical(value: number): number;
}

/**
 * Fits the recipe on the training rows and looks at no other.
 *
 * Numbers are standardised by the mean and standard deviation (over n, as scikit-learn's StandardScaler) of all observed
 * hours of the training stays; what is constant there keeps scale 1.
 */
export function fitTabular(
  summary: StaySummary,
  trainRows: ArrayLike<number>,
  { mode = "corrected", missing }: { mode?: Mode; missing?: "keep" | undefined } = {},
): TabularRecipe {
  const variables = summary.variables.map(({ name, title }, variable): VariableRecipe => {
    const recipe = { name, title, ...pooledMoments(summary, variable, trainRows) };
    if (mode === "faithful") return recipe;
    const offset = variable * summary.stays;
    const counts = Float64Array.from(trainRows, (row) => Math.log1p(summary.observed[offset + row]!));
    return { ...recipe, logCount: momentsOf(counts) };
  });
  return {
    schema: 1,
    mode,
    ...(missing ? { missing } : {}),
    gridHours: summary.gridHours,
    variables,
    static: summary.static.map((column) => fitStatic(column, trainRows)),
  };
}

/** Fits a predictor known once a stay on the stays given. */
export function fitStatic(column: StaticSummary, trainRows: ArrayLike<number>): StaticRecipe {
  const { name, title } = column;
  if (column.kind === "number") {
    return { name, title, kind: "number", ...momentsOf(Float64Array.from(trainRows, (row) => column.values[row]!)) };
  }
  const counts = new Map<string, number>();
  for (let i = 0; i < trainRows.length; i++) {
    const text = column.values[trainRows[i]!]!;
    if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const levels = [...counts.keys()].sort();
  const mostFrequent = levels.reduce<string | null>(
    (best, level) => (best === null || counts.get(level)! > counts.get(best)! ? level : best),
    null,
  );
  return { name, title, kind: "text", levels, mostFrequent };
}

/**
 * The features of the rows chosen, in their order.
 *
 * Faithful mode (YAIB, van de Water et al. 2023, code of the paper): per variable the filled value of the last hour,
 * whether that hour lacks a value, and lowest, highest, count and mean of the filled values since admission, where hours
 * before the first value are filled with the training mean; so the count is but the number of hours. Corrected mode: the
 * last value, whether there was never one, lowest, highest, mean and number of the values measured, and the hours since
 * the last one as a share of the grid (1 for never). With `missing: "keep"` in corrected mode, values never measured and
 * hours since them are NaN, and no column says whether there was one.
 *
 * @throws `features/other-variables` when the summary is of other variables than the recipe.
 */
export function applyTabular(summary: StaySummary, rows: ArrayLike<number>, recipe: TabularRecipe): Tabular {
  needSameVariables(summary, recipe);
  const columns = columnsOf(summary, recipe);
  const matrix = zeros(rows.length, columns.length);
  columns.forEach(({ at }, column) => {
    for (let i = 0; i < rows.length; i++) matrix.data[i * columns.length + column] = at(rows[i]!);
  });
  return { matrix, names: columns.map(({ name }) => name), titles: columns.map(({ title }) => title) };
}

/**
 * What the columns of `applyTabular` mean, in their order.
 * @throws `features/other-variables` when the summary is of other variables than the recipe.
 */
export function columnMeanings(summary: StaySummary, recipe: TabularRecipe): ColumnMeaning[] {
  needSameVariables(summary, recipe);
  return columnsOf(summary, recipe).map(({ at: _, ...meaning }) => meaning);
}

function needSameVariables(summary: StaySummary, recipe: TabularRecipe): void {
  const namesOf = ({ variables, static: fixed }: TabularRecipe | StaySummary) => [
    ...variables.map(({ name }) => name),
    ...fixed.map(({ name, kind }) => `${name}, a ${kind}`),
  ];
  const [has, needs] = [namesOf(summary), namesOf(recipe)];
  const differing = needs.findIndex((name, i) => name !== has[i]);
  if (differing < 0 && has.length === needs.length) return;
  throw new BedsideError({
    code: "features/other-variables",
    what: "The stays are not summarised by the variables that the model was trained on",
    where: `variable ${(differing < 0 ? needs.length : differing) + 1} of ${needs.length}`,
    why: "the model belongs to another cohort",
    fix: "use the cohort of the same task and mode, or train again",
  });
}
