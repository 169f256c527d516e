// The mean prediction as one or two features are set to fixed values: the curves of dependence plots. Knows no chart.
import { BedsideError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import type { TreeEnsemble } from "./ensemble.ts";
import { checkColumns, predict, predictMargin } from "./predict.ts";

export interface PartialDependenceOptions {
  /** Most grid points of a feature. Default 20. */
  points?: number | undefined;
  /** Quantiles between which the grid lies. Default [0.05, 0.95]. */
  between?: readonly [number, number] | undefined;
  /** Average predictions or margins. Default `prediction`. */
  of?: "prediction" | "margin" | undefined;
  /** Grids of one's own, one a feature. Default: from the rows. */
  grids?: readonly ArrayLike<number>[] | undefined;
}

/** Means over the rows at each point of the grid. */
export interface PartialDependence {
  columns: readonly number[];
  /** One a column. NaN, where it occurs, stands last: the mean with the value missing. */
  grids: Float64Array[];
  outputs: number;
  /** One column: `[point · outputs + k]`; two: `[(first · length of the second grid + second) · outputs + k]`. */
  means: Float64Array;
}

/**
 * Partial dependence (Friedman, Annals of Statistics 29, 2001) of one or two columns: their values are set to each grid
 * point in all rows, and predictions averaged. Grid points are evenly spaced quantiles of the values present (inverse of
 * the empirical distribution, so that each is a value that occurs), all different values where there are few or where the
 * column is categorical, and a missing value where some are missing. Rows × grid points predictions are made.
 * @throws BedsideError `trees/size-mismatch`, `trees/bad-option`
 */
export function partialDependence(
  ensemble: TreeEnsemble,
  x: Matrix,
  columns: readonly number[],
  options: PartialDependenceOptions = {},
): PartialDependence {
  checkColumns(ensemble, x);
  const { of = "prediction" } = options;
  if (columns.length < 1 || columns.length > 2) throw badOption("columns", `there are ${columns.length}, not 1 or 2`);
  if (x.rows === 0) throw badOption("x", "it has no rows");
  const grids = columns.map((column, c) => {
    if (!ensemble.features[column]) throw badOption("columns", `there is no column ${column} among ${x.columns}`);
    const own = options.grids?.[c];
    if (own) return Float64Array.from(own);
    return quantileGrid(x, column, ensemble.features[column].categories !== undefined, options);
  });
  const { outputs } = ensemble;
  const [first, second] = grids as [Float64Array, Float64Array?];
  const means = new Float64Array(first.length * (second?.length ?? 1) * outputs);
  const set = { ...x, data: x.data.slice() };
  let at = 0;
  for (const value of first) {
    fillColumn(set, columns[0]!, value);
    for (const other of second ?? [0]) {
      if (second) fillColumn(set, columns[1]!, other);
      const predictions = of === "margin" ? predictMargin(ensemble, set) : predict(ensemble, set);
      for (let i = 0; i < predictions.length; i++) means[at + (i % outputs)]! += predictions[i]!;
      for (let k = 0; k < outputs; k++, at++) means[at]! /= x.rows;
    }
  }
  return { columns, grids, outputs, means };
}

/** Evenly spaced quantiles of a column, or all its values, in rising order; NaN last where values are missing. */
function quantileGrid(
  x: Matrix,
  column: number,
  categorical: boolean,
  { points = 20, between: [low, high] = [0.05, 0.95] }: PartialDependenceOptions,
): Float64Array {
  if (!(Number.isInteger(points) && points >= 2)) throw badOption("points", "it is not a whole number of 2 or more");
  if (!(low >= 0 && low < high && high <= 1)) throw badOption("between", "it is not two rising shares between 0 and 1");
  const all = Float64Array.from({ length: x.rows }, (_, row) => x.data[row * x.columns + column]!);
  const present = all.filter((value) => !Number.isNaN(value)).sort();
  let grid: Float64Array | number[] = present.filter((value, i) => i === 0 || value !== present[i - 1]);
  if (grid.length > points && !categorical) {
    const quantiles = Array.from({ length: points }, (_, p) => {
      const share = low + ((high - low) * p) / (points - 1);
      return present[Math.max(0, Math.ceil(share * present.length) - 1)]!;
    });
    grid = quantiles.filter((value, i) => i === 0 || value !== quantiles[i - 1]);
  }
  return present.length < all.length ? Float64Array.of(...grid, Number.NaN) : Float64Array.from(grid);
}

function fillColumn({ rows, columns, data }: Matrix, column: number, value: number): void {
  for (let row = 0; row < rows; row++) data[row * columns + column] = value;
}

function badOption(where: string, why: string): BedsideError {
  return new BedsideError({
    code: "trees/bad-option",
    what: "The partial dependence cannot be computed",
    where,
    why,
    fix: "Give one or two columns of the table, some rows, and at least two grid points",
  });
}
