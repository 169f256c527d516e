// The benchmark's table for linear models: 6 statistics of 7 subperiods of 17 variables, 714 numbers a sample. Knows no model.
import { tscanVariables } from "../../cohort/index.ts";
import type { Mode } from "../../concepts/mode.ts";
import type { ColumnMeaning, HourlyData } from "../../features/index.ts";
import { hourlyData } from "./hourly.ts";
import { checkVariables } from "./variables.ts";
import type { View } from "./view.ts";

/** Parts of the time between a variable's first and last value: all, the first and the last 10, 25 and 50 %. */
export const subperiods: readonly { id: string; words: string; from: number; to: number }[] = [
  { id: "all", words: "whole period", from: 0, to: 1 },
  { id: "first10", words: "first 10 %", from: 0, to: 0.1 },
  { id: "first25", words: "first 25 %", from: 0, to: 0.25 },
  { id: "first50", words: "first 50 %", from: 0, to: 0.5 },
  { id: "last50", words: "last 50 %", from: 0.5, to: 1 },
  { id: "last25", words: "last 25 %", from: 0.75, to: 1 },
  { id: "last10", words: "last 10 %", from: 0.9, to: 1 },
];
/** Lowest, highest, mean, standard deviation (over n), skewness, number. */
export const statistics = ["min", "max", "mean", "sd", "skew", "count"] as const;
const words: Record<(typeof statistics)[number], string> = {
  min: "lowest",
  max: "highest",
  mean: "mean",
  sd: "standard deviation",
  skew: "skewness",
  count: "hours measured",
};

const EPSILON = 1e-6;
/** Below this spread, relative to the size of the values, a skewness is noise. */
const LEAST_SPREAD = 1e-7;

/** Plain JSON: the mean and standard deviation of each column over the training samples. */
interface StatisticsRecipe {
  schema: 1;
  mode: Mode;
  missing?: "keep";
  variables: { name: string }[];
  static: { name: string }[];
  columns: { mean: number; scale: number }[];
}

/** Training samples that means are taken of, evenly drawn. */
const FITTED_ROWS = 20_000;
const CELLS_AT_ONCE = 8_000_000;
const TRAINING_CELLS = 20_000_000;

/**
 * The statistics of one variable, NaN where it was not measured: `subperiods × statistics` numbers into `out` at `at`.
 * @param times ascending hours with a value
 */
export function writeStatistics(
  times: readonly number[],
  values: readonly number[],
  out: Float32Array,
  at: number,
): void {
  const [first, last] = [times[0]!, times.at(-1)!];
  for (const [p, { from, to }] of subperiods.entries()) {
    const to6 = at + p * statistics.length;
    const begin = first + from * (last - first) - EPSILON;
    const end = first + to * (last - first) + EPSILON;
    let [count, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < times.length; i++) {
      if (times[i]! <= begin || times[i]! >= end) continue;
      const value = values[i]!;
      count++;
      sum += value;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    if (count === 0) {
      out.fill(Number.NaN, to6, to6 + statistics.length);
      continue;
    }
    const mean = sum / count;
    let [second, third] = [0, 0];
    for (let i = 0; i < times.length; i++) {
      if (times[i]! <= begin || times[i]! >= end) continue;
      const d = values[i]! - mean;
      second += d * d;
      third += d * d * d;
    }
    const sd = Math.sqrt(second / count);
    out[to6] = min;
    out[to6 + 1] = max;
    out[to6 + 2] = mean;
    out[to6 + 3] = sd;
    out[to6 + 4] = sd > LEAST_SPREAD * Math.max(1, Math.abs(mean)) ? third / count / sd ** 3 : 0;
    out[to6 + 5] = count;
  }
}

/** The table of samples, as measured: NaN where nothing was. */
function rawTable({ grid, places }: HourlyData, rows: ArrayLike<number>, mode: Mode): Float32Array {
  const variables = tscanVariables(mode);
  const count = variables.length;
  const each = subperiods.length * statistics.length;
  const levels = variables.map(({ categories }) => new Map(categories.map(({ code, level }) => [code, level])));
  const out = new Float32Array(rows.length * count * each);
  for (let i = 0; i < rows.length; i++) {
    const begin = grid.offsets[places.stay[rows[i]!]!]!;
    const end = places.row[rows[i]!]!;
    for (let v = 0; v < count; v++) {
      const times: number[] = [];
      const values: number[] = [];
      for (let row = begin; row <= end; row++) {
        const value = grid.values[row * count + v]!;
        if (Number.isNaN(value)) continue;
        times.push(row - begin);
        values.push(levels[v]!.get(value) ?? value);
      }
      const at = (i * count + v) * each;
      if (times.length === 0) {
        out.fill(Number.NaN, at, at + each);
        if (mode === "corrected") for (let p = 0; p < subperiods.length; p++) out[at + p * statistics.length + 5] = 0;
      } else writeStatistics(times, values, out, at);
    }
  }
  return out;
}

function fitStatistics(
  data: HourlyData,
  trainRows: Int32Array,
  mode: Mode,
  missing: "keep" | undefined,
): StatisticsRecipe {
  const step = Math.max(1, Math.floor(trainRows.length / FITTED_ROWS));
  const used = trainRows.filter((_, i) => i % step === 0);
  const width = columnCount(mode);
  const [counts, sums, squares] = [new Float64Array(width), new Float64Array(width), new Float64Array(width)];
  // a part at a time, twice: means, then spreads
  const part = Math.max(1, Math.floor(CELLS_AT_ONCE / width));
  const each = (visit: (column: number, value: number) => void) => {
    for (let from = 0; from < used.length; from += part) {
      const table = rawTable(data, used.subarray(from, from + part), mode);
      for (let i = 0; i < table.length; i++) if (!Number.isNaN(table[i]!)) visit(i % width, table[i]!);
    }
  };
  each((column, value) => {
    counts[column]!++;
    sums[column]! += value;
  });
  const means = sums.map((sum, column) => (counts[column] ? sum / counts[column]! : 0));
  each((column, value) => {
    squares[column]! += (value - means[column]!) ** 2;
  });
  const columns = Array.from(means, (mean, column) => ({
    mean,
    scale: (counts[column] && Math.sqrt(squares[column]! / counts[column]!)) || 1,
  }));
  const variables = tscanVariables(mode).map(({ name }) => ({ name }));
  return { schema: 1, mode, ...(missing ? { missing } : {}), variables, static: [], columns };
}

function columnCount(mode: Mode): number {
  return tscanVariables(mode).length * subperiods.length * statistics.length;
}

function meaningsOf({ mode, columns }: StatisticsRecipe): ColumnMeaning[] {
  const names = tscanVariables(mode).flatMap((variable) =>
    subperiods.flatMap((period) => statistics.map((statistic) => ({ variable, period, statistic }))),
  );
  return names.map(({ variable, period, statistic }, column) => {
    const { mean, scale } = columns[column]!;
    return {
      name: `${variable.name}_${period.id}_${statistic}`,
      title: `${variable.title}, ${words[statistic]}, ${period.words}`,
      variable: variable.name,
      kind: statistic === "count" ? "hours" : "value",
      toClinical: (value: number) => value * scale + mean,
      fromClinical: (value: number) => (value - mean) / scale,
    };
  });
}

/** `tscan-statistics`: 714 standardised statistics a sample, of the hours up to it; missing ones are the training mean. */
export const tscanStatistics: View = {
  id: "tscan-statistics",
  async open(scene) {
    const data = await hourlyData(scene);
    const width = columnCount(scene.mode);
    const known = (recipe: unknown) => checkVariables(recipe as StatisticsRecipe, data.cohort);
    return {
      fit: (trainRows, { mode, missing }) => fitStatistics(data, trainRows, mode, missing),
      apply(rows, recipe) {
        const own = known(recipe);
        const table = rawTable(data, rows, own.mode);
        const filled = own.missing === "keep" ? Number.NaN : 0;
        for (let i = 0; i < table.length; i++) {
          const { mean, scale } = own.columns[i % width]!;
          const value = table[i]!;
          table[i] = Number.isNaN(value) ? filled : (value - mean) / scale;
        }
        const meanings = meaningsOf(own);
        return {
          kind: "table",
          matrix: { rows: rows.length, columns: width, data: table },
          names: meanings.map(({ name }) => name),
          titles: meanings.map(({ title }) => title),
        };
      },
      meanings: (recipe) => meaningsOf(known(recipe)),
      rowsAtOnce: Math.floor(CELLS_AT_ONCE / width),
      trainingRows: Math.floor(TRAINING_CELLS / width),
    };
  },
};
