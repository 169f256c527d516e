// Fits the scaling of hourly values on the training samples' hours alone. Knows no table and no model.
import type { Mode } from "../../concepts/mode.ts";
import type { CohortShape } from "../cohort-shape.ts";
import { fitStatic, type Scaling, type StaticRecipe } from "../preprocess.ts";
import { momentsOf, scalingOf } from "../preprocess-moments.ts";
import type { StaticSummary } from "../stay-summary.ts";
import type { HourlyGrid } from "./grid.ts";
import type { Places } from "./samples.ts";

export interface HourlyVariable extends Scaling {
  name: string;
  title: string;
  /** Of the logarithm of one plus the hours measured up to a sample; tables in corrected mode only. */
  logCount?: Scaling;
}

/** What the hourly preprocessing needs; plain JSON, kept in the model file. */
export interface HourlyRecipe {
  schema: 1;
  mode: Mode;
  /** `keep`: what was never measured stays NaN, for models that take missing values. */
  missing?: "keep";
  variables: HourlyVariable[];
  static: StaticRecipe[];
}

/** What hourly features are made of. */
export interface HourlyData {
  grid: HourlyGrid;
  places: Places;
  cohort: Pick<CohortShape, "dynamic" | "static">;
  /** By stay of the grid. */
  statics: readonly StaticSummary[];
}

/**
 * Means and standard deviations (over n) of the values measured in the training stays, each stay up to its last training
 * sample: hours that no training sample has seen take no part.
 * @param trainRows samples, grouped by stay, ascending by hour
 */
export function fitHourly(
  { grid, places, cohort, statics }: HourlyData,
  trainRows: ArrayLike<number>,
  { mode, missing, counts = false }: { mode: Mode; missing?: "keep" | undefined; counts?: boolean },
): HourlyRecipe {
  const { spans, stays } = knownSpans(grid, places, trainRows);
  const countsOf = (v: number) => (counts ? { logCount: momentsOf(logCounts(grid, places, trainRows, v)) } : {});
  return {
    schema: 1,
    mode,
    ...(missing ? { missing } : {}),
    variables: cohort.dynamic.map(({ name, title }, v) => ({
      name,
      title,
      ...momentsIn(grid, spans, v),
      ...countsOf(v),
    })),
    static: statics.map((column) => fitStatic(column, stays)),
  };
}

/** The rows of the grid that training samples have seen, and their stays, each once. */
function knownSpans({ offsets }: HourlyGrid, { stay, row }: Places, trainRows: ArrayLike<number>) {
  const last = new Map<number, number>();
  for (let i = 0; i < trainRows.length; i++) {
    const sample = trainRows[i]!;
    last.set(stay[sample]!, Math.max(last.get(stay[sample]!) ?? 0, row[sample]! + 1));
  }
  const spans = Int32Array.from([...last].flatMap(([s, end]) => [offsets[s]!, end]));
  return { spans, stays: [...last.keys()] };
}

function momentsIn({ values, variables }: HourlyGrid, spans: Int32Array, v: number): Scaling {
  const width = variables.length;
  let [count, sum] = [0, 0];
  const each = (visit: (value: number) => void) => {
    for (let i = 0; i < spans.length; i += 2) {
      for (let row = spans[i]!; row < spans[i + 1]!; row++) {
        const value = values[row * width + v]!;
        if (!Number.isNaN(value)) visit(value);
      }
    }
  };
  each((value) => {
    count++;
    sum += value;
  });
  const mean = sum / count;
  let spread = 0;
  each((value) => {
    spread += (value - mean) ** 2;
  });
  return scalingOf(count, mean, spread);
}

/** For each training sample the logarithm of one plus the hours with a value up to it. */
function logCounts(grid: HourlyGrid, { stay, row }: Places, trainRows: ArrayLike<number>, v: number): Float64Array {
  const { values, variables, offsets } = grid;
  const found = new Float64Array(trainRows.length);
  let [own, next, count] = [-1, 0, 0];
  for (let i = 0; i < trainRows.length; i++) {
    const sample = trainRows[i]!;
    if (stay[sample] !== own || row[sample]! + 1 < next) {
      own = stay[sample]!;
      next = offsets[own]!;
      count = 0;
    }
    for (; next <= row[sample]!; next++) {
      const value = values[next * variables.length + v]!;
      if (!Number.isNaN(value)) count++;
    }
    found[i] = Math.log1p(count);
  }
  return found;
}
