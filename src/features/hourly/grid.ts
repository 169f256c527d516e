// The hourly grid of every stay of a cohort, of any length, read once. Knows no sample and no model.
import { BedsideError, Stopped } from "../../core/errors.ts";
import { type Progress, silent } from "../../core/progress.ts";
import { type Database, identifier, join, sql } from "../../store/index.ts";
import type { CohortShape } from "../cohort-shape.ts";
import { cohortTable } from "../labels.ts";

/** The measured values of every stay that has a label, hour by hour, NaN where there is none. */
export interface HourlyGrid {
  stays: number;
  /** Ascending. */
  stayIds: Float64Array;
  /** Stay s has the rows `offsets[s]` to `offsets[s + 1]` (not included). */
  offsets: Int32Array;
  /** The hour since admission of each stay's first row. */
  firstHour: Int16Array;
  variables: readonly string[];
  /** Row r, variable v at `r * variables.length + v`. 960 MB for five million hours of 48 variables. */
  values: Float32Array;
}

/** Grid rows read at once. */
const BATCH_ROWS = 65_536;

/**
 * Reads the grid of the stays that have a label, by stay id and hour.
 * @throws BedsideError `features/hours-missing` where a stay's rows leave out an hour, or it has none; Stopped.
 */
export async function readHourlyGrid(
  db: Database,
  folder: string,
  cohort: Pick<CohortShape, "dynamic">,
  { progress = silent }: { progress?: Progress } = {},
): Promise<HourlyGrid> {
  const { stayIds, offsets, firstHour } = await readShape(db, folder);
  const stays = stayIds.length;
  const variables = cohort.dynamic.map(({ name }) => name);
  const width = variables.length;
  const values = new Float32Array(offsets[stays]! * width).fill(Number.NaN);
  const columns = join(variables.map((name) => sql`coalesce(${identifier(name)}, 'nan') as ${identifier(name)}`));
  progress.begin("Reading hours", stays);
  for (let start = 0; start < stays; ) {
    if (progress.signal.aborted) throw new Stopped();
    let end = start + 1;
    while (end < stays && offsets[end + 1]! - offsets[start]! <= BATCH_ROWS) end++;
    const grid = await db.columns(sql`
      select stay_id::bigint as "stay id of the row", ${columns} from ${cohortTable(folder, "dynamic")}
      where stay_id between ${BigInt(stayIds[start]!)} and ${BigInt(stayIds[end - 1]!)}
      order by stay_id, "time"`);
    const places = placesOf(grid.numbers("stay id of the row"), { stayIds, offsets, start, end }, folder);
    for (const [v, name] of variables.entries()) {
      const column = grid.numbers(name);
      for (let row = 0; row < column.length; row++) {
        if (places[row]! >= 0) values[places[row]! * width + v] = column[row]!;
      }
    }
    start = end;
    progress.at(end);
  }
  progress.end(`${stays} stays, ${offsets[stays]} hours`);
  return { stays, stayIds, offsets, firstHour, variables, values };
}

/** Which stays there are, and how many rows each has: every hour from its first on. */
async function readShape(db: Database, folder: string): Promise<Pick<HourlyGrid, "stayIds" | "offsets" | "firstHour">> {
  const shape = await db.columns(sql`
    select l.stay_id::bigint as stay_id, count(d."time")::integer as "rows",
      coalesce(min(d."time"), 0)::integer as "first", coalesce(max(d."time"), 0)::integer as "last"
    from (select distinct stay_id from ${cohortTable(folder, "labels")}) as l
      left join ${cohortTable(folder, "dynamic")} as d using (stay_id)
    group by l.stay_id order by l.stay_id`);
  const stayIds = shape.numbers("stay_id");
  const [rows, first, last] = [shape.integers("rows"), shape.integers("first"), shape.integers("last")];
  const offsets = new Int32Array(stayIds.length + 1);
  for (let s = 0; s < stayIds.length; s++) {
    if (rows[s] !== last[s]! - first[s]! + 1) throw missingHours(folder);
    offsets[s + 1] = offsets[s]! + rows[s]!;
  }
  return { stayIds, offsets, firstHour: Int16Array.from(first) };
}

/** The grid row of each row read; −1 for those of a stay without a label. */
function placesOf(
  ids: Float64Array,
  { stayIds, offsets, start, end }: Pick<HourlyGrid, "stayIds" | "offsets"> & { start: number; end: number },
  folder: string,
): Int32Array {
  const places = new Int32Array(ids.length).fill(-1);
  let row = 0;
  for (let stay = start; stay < end; stay++) {
    while (row < ids.length && ids[row]! < stayIds[stay]!) row++;
    let next = offsets[stay]!;
    while (row < ids.length && ids[row] === stayIds[stay]) places[row++] = next++;
    if (next !== offsets[stay + 1]) throw missingHours(folder);
  }
  return places;
}

function missingHours(folder: string): BedsideError {
  return new BedsideError({
    code: "features/hours-missing",
    what: "A stay of the cohort lacks hours of its grid",
    where: folder,
    why: "every hour from a stay's first to its last must have a row",
    fix: "extract the cohort again",
  });
}
