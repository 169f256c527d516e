// The columns of the feature matrix and how each is worked out from a stay's summary, by mode. Runs in a browser too.
import type { ColumnMeaning, Scaling, StaticRecipe, TabularRecipe, VariableRecipe } from "./preprocess.ts";
import type { StaticSummary, StaySummary } from "./stay-summary.ts";

/** A column of the matrix. */
export interface FeatureColumn extends ColumnMeaning {
  /** The number of a stay, by its row in the summary. */
  at(row: number): number;
}

/** The columns that a recipe makes of a summary: those of each variable side by side, then those known once a stay. */
export function columnsOf(summary: StaySummary, recipe: TabularRecipe): FeatureColumn[] {
  const make =
    recipe.mode === "faithful" ? faithfulColumns : recipe.missing === "keep" ? sparseColumns : correctedColumns;
  return [
    ...recipe.variables.flatMap((variable, v) =>
      make(summary, v * summary.stays, variable, recipe.gridHours).map(([suffix, words, at]) => ({
        name: suffix ? `${variable.name}_${suffix}` : variable.name,
        title: `${variable.title}, ${words}`,
        variable: variable.name,
        ...measureOf(suffix, variable, recipe),
        at,
      })),
    ),
    ...recipe.static.flatMap((column, i) => staticColumns(summary.static[i]!, column, recipe)),
  ];
}

type ColumnSpec = [suffix: string, words: string, at: (row: number) => number];
type Measure = Pick<ColumnMeaning, "kind" | "toClinical" | "fromClinical">;

const asIs = { toClinical: (value: number) => value, fromClinical: (value: number) => value };

/** What a column of a charted variable is counted in. */
function measureOf(suffix: string, variable: VariableRecipe, { mode, gridHours }: TabularRecipe): Measure {
  if (suffix === "missing") return { kind: "flag", ...asIs };
  if (suffix === "count" && mode === "faithful") return { kind: "hours", ...asIs };
  if (suffix === "count") {
    const { mean, scale } = variable.logCount!;
    return {
      kind: "hours",
      toClinical: (value) => Math.round(Math.expm1(value * scale + (mean ?? 0))),
      fromClinical: (hours) => standardise(Math.log1p(hours), { mean, scale }),
    };
  }
  if (suffix === "hours_since") {
    return { kind: "hours", toClinical: (share) => share * gridHours, fromClinical: (hours) => hours / gridHours };
  }
  return { kind: "value", ...unscaled(variable) };
}

/** From a standardised number to the variable's own unit, and back. */
export function unscaled({ mean, scale }: Scaling): Pick<ColumnMeaning, "toClinical" | "fromClinical"> {
  return {
    toClinical: (value) => value * scale + (mean ?? 0),
    fromClinical: (value) => (value - (mean ?? 0)) / scale,
  };
}

/** A standardised number; 0, the training mean, where the recipe knows no mean. */
export function standardise(value: number, { mean, scale }: Scaling): number {
  return mean === null ? 0 : (value - mean) / scale;
}

/**
 * YAIB standardises, marks missing hours, fills forward, fills the rest with 0, and takes running figures of the result.
 * Standardising keeps the order and is linear, so the same comes of the raw figures; the zeros before the first value
 * take part in lowest, highest and mean. A variable that training stays never have is nowhere but missing (scikit-learn
 * makes NaN of it, which is then filled).
 */
function faithfulColumns(
  { hours, observed, before, since, min, max, last, filledSum }: StaySummary,
  offset: number,
  recipe: VariableRecipe,
): ColumnSpec[] {
  const isKnown = (row: number) => recipe.mean !== null && observed[offset + row]! > 0;
  const isFilledWithMean = (row: number) => before[offset + row]! > 0;
  return [
    ["", "last value", (row) => (isKnown(row) ? standardise(last[offset + row]!, recipe) : 0)],
    ["missing", "missing in the last hour", (row) => (isKnown(row) && since[offset + row] === 0 ? 0 : 1)],
    [
      "min",
      "lowest of the filled values",
      (row) => {
        if (!isKnown(row)) return 0;
        const lowest = standardise(min[offset + row]!, recipe);
        return isFilledWithMean(row) ? Math.min(0, lowest) : lowest;
      },
    ],
    [
      "max",
      "highest of the filled values",
      (row) => {
        if (!isKnown(row)) return 0;
        const highest = standardise(max[offset + row]!, recipe);
        return isFilledWithMean(row) ? Math.max(0, highest) : highest;
      },
    ],
    ["count", "hours of the stay", (row) => hours[row]!],
    [
      "mean",
      "mean of the filled values",
      (row) => {
        if (!isKnown(row)) return 0;
        const filledHours = hours[row]! - before[offset + row]!;
        return (standardise(filledSum[offset + row]! / filledHours, recipe) * filledHours) / hours[row]!;
      },
    ],
  ];
}

function correctedColumns(
  { observed, since, min, max, last, sum }: StaySummary,
  offset: number,
  recipe: VariableRecipe,
  gridHours: number,
): ColumnSpec[] {
  const isKnown = (row: number) => recipe.mean !== null && observed[offset + row]! > 0;
  const known = (figures: Float64Array) => (row: number) =>
    isKnown(row) ? standardise(figures[offset + row]!, recipe) : 0;
  return [
    ["", "last value", known(last)],
    ["missing", "never measured", (row) => (isKnown(row) ? 0 : 1)],
    ["min", "lowest", known(min)],
    ["max", "highest", known(max)],
    ["mean", "mean", (row) => (isKnown(row) ? standardise(sum[offset + row]! / observed[offset + row]!, recipe) : 0)],
    ["count", "hours measured (log)", (row) => standardise(Math.log1p(observed[offset + row]!), recipe.logCount!)],
    ["hours_since", "time since the last value", (row) => (isKnown(row) ? since[offset + row]! / gridHours : 1)],
  ];
}

/** As `correctedColumns`, but NaN where nothing was measured; the trees of a model find out what that means. */
function sparseColumns(
  { observed, since, min, max, last, sum }: StaySummary,
  offset: number,
  recipe: VariableRecipe,
  gridHours: number,
): ColumnSpec[] {
  const isKnown = (row: number) => recipe.mean !== null && observed[offset + row]! > 0;
  const known = (figure: (cell: number) => number) => (row: number) =>
    isKnown(row) ? standardise(figure(offset + row), recipe) : Number.NaN;
  return [
    ["", "last value", known((cell) => last[cell]!)],
    ["min", "lowest", known((cell) => min[cell]!)],
    ["max", "highest", known((cell) => max[cell]!)],
    ["mean", "mean", known((cell) => sum[cell]! / observed[cell]!)],
    ["count", "hours measured", (row) => standardise(Math.log1p(observed[offset + row]!), recipe.logCount!)],
    [
      "hours_since",
      "time since the last value",
      (row) => (isKnown(row) ? since[offset + row]! / gridHours : Number.NaN),
    ],
  ];
}

/** The columns of a predictor known once a stay: its value, and in some modes whether it is missing. */
export function staticColumns(
  summary: StaticSummary,
  recipe: StaticRecipe,
  { mode, missing }: Pick<TabularRecipe, "mode"> & { missing?: "keep" | undefined },
): FeatureColumn[] {
  const { name, title } = recipe;
  const keep = missing === "keep" && mode === "corrected";
  if (recipe.kind === "text" && summary.kind === "text") {
    const { levels, mostFrequent } = recipe;
    const codes = new Map(levels.map((level, code) => [level, code]));
    const usual = mostFrequent === null ? 0 : codes.get(mostFrequent)!;
    const meaning = levels.map((level, code) => `${code} ${level}`).join(", ");
    const other = keep ? Number.NaN : usual;
    return [
      {
        name,
        title: `${title} (${meaning})`,
        variable: name,
        kind: "code",
        ...asIs,
        at: (row) => codes.get(summary.values[row] ?? "") ?? other,
      },
    ];
  }
  const values = summary.values as Float64Array;
  const scaling = recipe as Extract<StaticRecipe, { kind: "number" }>;
  const isKnown = (row: number) => !Number.isNaN(values[row]!);
  const unknown = keep ? Number.NaN : 0;
  const value: FeatureColumn = {
    name,
    title,
    variable: name,
    kind: "value",
    ...unscaled(scaling),
    at: (row) => (isKnown(row) ? standardise(values[row]!, scaling) : unknown),
  };
  if (mode === "faithful" || keep) return [value];
  return [
    value,
    {
      name: `${name}_missing`,
      title: `${title}, not recorded`,
      variable: name,
      kind: "flag",
      ...asIs,
      at: (row) => (isKnown(row) ? 0 : 1),
    },
  ];
}
