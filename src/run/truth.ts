// The true risks that a synthetic hospital writes apart, for the rows of a run. Never seen by a model.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Mode } from "../concepts/mode.ts";
import { BedsideError } from "../core/errors.ts";
import type { Samples } from "../features/index.ts";
import { cohortTable } from "../features/labels.ts";
import { type Database, literal, type Sql, sql } from "../store/index.ts";
import type { SystemTask } from "../systems/index.ts";

/** A file of true risks. */
export interface TruthFile {
  path: string;
  /** Whether it has a risk for each hour of a stay; else one a stay. */
  hourly: boolean;
}

/**
 * The file of a task's true risks in the folders given, if one of them is a synthetic hospital that knows them, they are those
 * of the mode's labels, and there is one for each row: an hour or a stay.
 */
export async function findTruth(
  db: Database,
  folders: readonly string[],
  { truth, truthMode }: Pick<SystemTask, "truth" | "truthMode">,
  { mode, hourly }: { mode: Mode; hourly: boolean },
): Promise<TruthFile | undefined> {
  if (!truth || (truthMode && truthMode !== mode)) return undefined;
  for (const folder of folders) {
    for (const ending of ["parquet", "csv.gz"]) {
      const path = join(folder, "truth", `${truth}.${ending}`);
      if (!existsSync(path)) continue;
      const columns = await db.rows<{ column_name: string }>(sql`describe ${truthTable(path)}`);
      const file = { path, hourly: columns.some(({ column_name }) => column_name === "hour") };
      return file.hourly === hourly ? file : undefined;
    }
  }
  return undefined;
}

/** The types of a text file are not guessed from its first rows: risks that begin with zeros would be whole numbers. */
function truthTable(path: string): Sql {
  return path.endsWith(".parquet")
    ? sql`select * from read_parquet(${literal(path)})`
    : sql`select * from read_csv(${literal(path)}, all_varchar = true)`;
}

/**
 * The true risk of each row of a cohort, in the order of its samples; NaN where the file has none. The file may hold many more
 * rows than are asked for: DuckDB joins them, and only the risks asked for come out.
 * @throws BedsideError where the file has several risks for one row.
 */
export async function readTruth(
  db: Database,
  truth: TruthFile,
  cohort: string,
  samples: Samples,
): Promise<Float64Array> {
  const risks = (await db.columns(riskQuery(truth, cohort))).numbers("risk");
  if (risks.length === samples.stayIds.length) return risks;
  throw new BedsideError({
    code: "run/truth-rows",
    what: "The true risks cannot be told row by row",
    where: truth.path,
    why: `some ${truth.hourly ? "hour of a stay" : "stay"} has more than one`,
    fix: "make the synthetic hospital anew",
  });
}

/** The rows of the cohort by stay and hour, as samples are read. */
function riskQuery({ path, hourly }: TruthFile, cohort: string): Sql {
  const labels = cohortTable(cohort, "labels");
  const hour = (column: Sql) => (hourly ? sql`${column}::integer` : sql`0`);
  return sql`
    with row as (select stay_id::bigint as stay_id, ${hour(sql`"time"`)} as hour from ${labels}),
    truth as (
      select stay_id::bigint as stay_id, ${hour(sql`hour`)} as hour, risk::double as risk
      from (${truthTable(path)}) where stay_id::bigint in (select stay_id from row)
    )
    select risk from row left join truth using (stay_id, hour) order by stay_id, hour`;
}
