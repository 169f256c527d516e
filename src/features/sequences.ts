// The hourly grid of every stay as sequences for networks: read once, scaled by a recipe of the training stays. Knows no network.
import { BedsideError, Stopped } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import { type Progress, silent } from "../core/progress.ts";
import { type Database, identifier, join, sql } from "../store/index.ts";
import type { CohortShape } from "./cohort-shape.ts";
import { cohortTable } from "./labels.ts";
import type { TabularRecipe } from "./preprocess.ts";
import type { StaySummary } from "./stay-summary.ts";

/** The measured values of every stay, hour by hour, NaN where there is none. */
export interface StaySequences {
  stays: number;
  hours: number;
  variables: readonly string[];
  /** Stay s, hour h, variable v at `(s * hours + h) * variables.length + v`. 345 MB for 72,000 stays of 25 hours and 48 variables. */
  values: Float32Array;
}

/** Grid rows read at once. */
const BATCH_ROWS = 65_536;

/**
 * Reads the grid of a cohort whose stays all have the same hours, in the order of the labels.
 * @throws BedsideError `features/uneven-hours` for stays of other lengths; Stopped.
 */
export async function readSequences(
  db: Database,
  folder: string,
  cohort: Pick<CohortShape, "hours" | "dynamic">,
  { progress = silent }: { progress?: Progress } = {},
): Promise<StaySequences> {
  const ids = (
    await db.columns(sql`select stay_id::bigint as stay_id from ${cohortTable(folder, "labels")} order by stay_id`)
  ).numbers("stay_id");
  const [stays, hours] = [ids.length, cohort.hours.length];
  const variables = cohort.dynamic.map(({ name }) => name);
  const values = new Float32Array(stays * hours * variables.length).fill(Number.NaN);
  const batch = Math.max(1, Math.floor(BATCH_ROWS / hours));
  progress.begin("Reading sequences", stays);
  for (let start = 0; start < stays; start += batch) {
    if (progress.signal.aborted) throw new Stopped();
    const end = Math.min(start + batch, stays);
    const columns = join(variables.map((name) => sql`coalesce(${identifier(name)}, 'nan') as ${identifier(name)}`));
    const grid = await db.columns(sql`
      select stay_id::bigint as "stay id of the row", ${columns} from ${cohortTable(folder, "dynamic")}
      where stay_id between ${BigInt(ids[start]!)} and ${BigInt(ids[end - 1]!)}
      order by stay_id, "time"`);
    checkHours(grid.numbers("stay id of the row"), ids, { start, end, hours }, folder);
    for (const [v, name] of variables.entries()) {
      const column = grid.numbers(name);
      const first = start * hours;
      for (let row = 0; row < column.length; row++) values[(first + row) * variables.length + v] = column[row]!;
    }
    progress.at(end);
  }
  progress.end(`${stays} stays of ${hours} hours`);
  return { stays, hours, variables, values };
}

/** Every stay must have every hour of the grid, or its rows would be taken for its neighbour's. */
function checkHours(
  found: Float64Array,
  ids: Float64Array,
  { start, end, hours }: { start: number; end: number; hours: number },
  folder: string,
): void {
  const even =
    found.length === (end - start) * hours && found.every((id, row) => id === ids[start + Math.floor(row / hours)]);
  if (even) return;
  throw new BedsideError({
    code: "features/uneven-hours",
    what: "The stays do not all have the same hours",
    where: folder,
    why: `networks of this kind of run take ${hours} hours of every stay`,
    fix: "choose a task with one label a stay and a fixed window, as yaib/mortality24",
  });
}

/** Names of what a network is given at every hour: values, whether each is missing, what is known once a stay. */
export function sequenceInputs(recipe: TabularRecipe): string[] {
  return [
    ...recipe.variables.map(({ name }) => name),
    ...recipe.variables.map(({ name }) => `${name}_missing`),
    ...recipe.static.map(({ name }) => name),
  ];
}

/**
 * The sequences of the rows chosen, a row of the matrix each: hour after hour, and at every hour the inputs of
 * `sequenceInputs`. As YAIB (van de Water et al. 2023): values standardised by the training stays, whether each was
 * missing, then filled forward, and with the training mean (0) before the first; texts as their place in the recipe.
 */
export function applySequences(
  { values, hours, variables }: StaySequences,
  summary: Pick<StaySummary, "static">,
  rows: ArrayLike<number>,
  recipe: TabularRecipe,
): Matrix {
  const count = variables.length;
  const width = 2 * count + recipe.static.length;
  const data = new Float32Array(rows.length * hours * width);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    for (const [v, { mean, scale }] of recipe.variables.entries()) {
      let last = 0;
      for (let hour = 0; hour < hours; hour++) {
        const value = values[(row * hours + hour) * count + v]!;
        const at = (i * hours + hour) * width;
        const missing = Number.isNaN(value);
        if (!missing) last = (value - (mean ?? 0)) / scale;
        data[at + v] = last;
        data[at + count + v] = missing ? 1 : 0;
      }
    }
    for (const [s, own] of recipe.static.entries()) {
      const known = staticValue(summary.static[s]!, row, own);
      for (let hour = 0; hour < hours; hour++) data[(i * hours + hour) * width + 2 * count + s] = known;
    }
  }
  return { rows: rows.length, columns: hours * width, data };
}

function staticValue(
  column: StaySummary["static"][number],
  row: number,
  recipe: TabularRecipe["static"][number],
): number {
  if (column.kind === "number" && recipe.kind === "number") {
    const value = column.values[row]!;
    return Number.isNaN(value) || recipe.mean === null ? 0 : (value - recipe.mean) / recipe.scale;
  }
  if (column.kind === "text" && recipe.kind === "text") {
    const place = recipe.levels.indexOf(column.values[row] ?? recipe.mostFrequent ?? "");
    return place >= 0 ? place : Math.max(0, recipe.levels.indexOf(recipe.mostFrequent ?? ""));
  }
  return 0;
}
