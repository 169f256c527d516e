// How a feature's contribution follows its value: groups of rows by value, and the partial dependence at their medians.
import { partialDependence, predictMargin } from "../../trees/index.ts";
import type { Dependence, DependenceBand } from "../explanation.ts";
import { clinicalValues, type ExplainedRows } from "./folds.ts";
import { cutByValue, isFew, joinSmall, quantileOf } from "./groups.ts";

/** Most groups by value. */
const GROUPS = 12;

/** The dependence of one feature, or undefined where the rows with a value are of too few patients. */
export function dependenceOf(
  rows: ExplainedRows,
  column: number,
  contributions: Float64Array,
  unitOf: (variable: string) => string,
): Dependence | undefined {
  const values = clinicalValues(rows, column);
  const all = Array.from(values.keys());
  const known = all.filter((row) => !Number.isNaN(values[row]!)).sort((a, b) => values[a]! - values[b]! || a - b);
  const unknown = all.filter((row) => Number.isNaN(values[row]!));
  const take = (from: Float64Array, chosen: readonly number[]) => Float64Array.from(chosen, (row) => from[row]!);
  const inOrder = take(values, known);
  const groups = joinSmall(cutByValue(inOrder, GROUPS), take(rows.subjects, known));
  if (groups.length === 0) return undefined;
  const at = groups.map(({ from, to }) => inOrder[(from + to - 1) >> 1]!);
  const showsMissing = !isFew({ from: 0, to: unknown.length }, take(rows.subjects, unknown));
  const partial = centredDependence(rows, column, showsMissing ? [...at, Number.NaN] : at);
  const { name, title, variable, kind } = rows.folds[0]!.meanings[column]!;
  const units = { value: unitOf(variable), hours: "hours", flag: "0 no, 1 yes", code: "" };
  return {
    name,
    title,
    unit: units[kind],
    points: groups.map(({ from, to }, g) => ({
      at: at[g]!,
      ...band(take(contributions, known.slice(from, to)), partial[g]!),
    })),
    missing: showsMissing ? band(take(contributions, unknown), partial.at(-1)!) : null,
  };
}

function band(contributions: Float64Array, partial: number): DependenceBand {
  const ascending = contributions.sort();
  return {
    mean: ascending.reduce((sum, value) => sum + value, 0) / ascending.length,
    low: quantileOf(ascending, 0.1),
    high: quantileOf(ascending, 0.9),
    partial,
  };
}

/** Partial dependence at clinical values less the mean margin, averaged over folds by their rows. */
function centredDependence({ folds, labels }: ExplainedRows, column: number, at: readonly number[]): number[] {
  const sums = at.map(() => 0);
  for (const { ensemble, matrix, meanings } of folds) {
    const grid = at.map((value) => meanings[column]!.fromClinical(value));
    const { means } = partialDependence(ensemble, matrix, [column], { grids: [grid], of: "margin" });
    const margins = predictMargin(ensemble, matrix);
    const mean = margins.reduce((sum, margin) => sum + margin, 0) / matrix.rows;
    means.forEach((value, i) => {
      sums[i]! += (value - mean) * matrix.rows;
    });
  }
  return sums.map((sum) => sum / labels.length);
}
