// The columns of the feature matrix and how each is worked out from a stay's summary, by mode. Runs in a browser too.
import type { Mode } from "../concepts/mode.ts";
import type { Scaling, StaticRecipe, TabularRecipe, VariableRecipe } from "./preprocess.ts";
import type { StaticSummary, StaySummary } from "./stay-summary.ts";

/** A column of the matrix. */
export interface FeatureColumn {
  name: string;
  title: string;
  /** The number of a stay, by its row in the summary. */
  at(row: number): number;
}

/** The columns that a recipe makes of a summary: those of each variable side by side, then those known once a stay. */
export function columnsOf(summary: StaySummary, recipe: TabularRecipe): FeatureColumn[] {
  const make = recipe.mode === "faithful" ? faithfulColumns : correctedColumns;
  return [
    ...recipe.variables.flatMap((variable, v) =>
      make(summary, v * summary.stays, variable, recipe.gridHours).map(([suffix, words, at]) => ({
        name: suffix ? `${variable.name}_${suffix}` : variable.name,
        title: `${variable.title}, ${words}`,
        at,
      })),
    ),
    ...recipe.static.flatMap((column, i) => staticColumns(summary.static[i]!, column, recipe.mode)),
  ];
}

type ColumnSpec = [suffix: string, words: string, at: (row: number) => number];

/** A standardised number; 0, the training mean, where the recipe knows no mean. */
function standardise(value: number, { mean, scale }: Scaling): number {
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

function staticColumns(summary: StaticSummary, recipe: StaticRecipe, mode: Mode): FeatureColumn[] {
  const { name, title } = recipe;
  if (recipe.kind === "text" && summary.kind === "text") {
    const { levels, mostFrequent } = recipe;
    const codes = new Map(levels.map((level, code) => [level, code]));
    const usual = mostFrequent === null ? 0 : codes.get(mostFrequent)!;
    const meaning = levels.map((level, code) => `${code} ${level}`).join(", ");
    return [{ name, title: `${title} (${meaning})`, at: (row) => codes.get(summary.values[row] ?? "") ?? usual }];
  }
  const values = summary.values as Float64Array;
  const scaling = recipe as Extract<StaticRecipe, { kind: "number" }>;
  const isKnown = (row: number) => !Number.isNaN(values[row]!);
  const value = { name, title, at: (row: number) => (isKnown(row) ? standardise(values[row]!, scaling) : 0) };
  if (mode === "faithful") return [value];
  return [
    value,
    { name: `${name}_missing`, title: `${title}, not recorded`, at: (row: number) => (isKnown(row) ? 0 : 1) },
  ];
}
