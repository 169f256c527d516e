// How every cohort's files are put on the disk, whatever made them: each whole, the description last. Knows no task.
import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  type Database,
  explainFailure,
  identifier,
  literal,
  replaceFile,
  rowGroups,
  type Sql,
  sql,
} from "../store/index.ts";
import { cohortFiles } from "./cohort.ts";

/** A folder whose files are being replaced is no cohort until the last one is there. */
export function removeOldDescription(out: string): void {
  const path = join(out, cohortFiles.description);
  try {
    rmSync(path, { force: true });
  } catch (cause) {
    throw explainFailure(cause, path);
  }
}

/** A file of a cohort and the query that fills it. */
export interface CohortTable {
  name: string;
  query: Sql;
  /** Columns of a wide table: it gets shorter groups of rows. */
  columns?: number;
}

/** Writes the tables one after the other; `before` is called with the number of each and may throw. */
export async function writeTables(
  db: Database,
  out: string,
  tables: readonly CohortTable[],
  before: (done: number, name: string) => void,
): Promise<void> {
  for (const [done, { name, query, columns }] of tables.entries()) {
    before(done, name);
    const groups = columns === undefined ? sql`` : sql`, ${rowGroups(columns)}`;
    await replaceFile(join(out, name), async (temporary) => {
      await db.run(sql`copy (${query}) to ${literal(temporary)} (format parquet, compression zstd${groups})`);
    });
  }
}

/** Gives the memory of the intermediate tables back: those whose names begin so. */
export async function dropTables(db: Database, prefix: string): Promise<void> {
  const tables = await db.rows<{ name: string }>(sql`
    select table_name as name from duckdb_tables() where temporary and starts_with(table_name, ${prefix})`);
  for (const { name } of tables) await db.run(sql`drop table if exists ${identifier(name)}`);
}
