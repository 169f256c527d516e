// Judges the candidates of a task on Spark and brings them into the embedded database, where labels and funnel are made as
// always. Knows no data set.
import { BIGINT, BOOLEAN, type DuckDBType, type DuckDBValue, INTEGER } from "@duckdb/node-api";
import { Bug } from "../../core/errors.ts";
import type { RecordStore } from "../../store/records.ts";
import { identifier, sql } from "../../store/sql.ts";
import { type Judge, judgedRows } from "../aces/extract.ts";
import { sparkSetting, textOf } from "./plan.ts";
import { tablesIn } from "./tables.ts";
import { openSpark, type SparkOptions, type SparkValue } from "./thrift.ts";
import { written } from "./written.ts";

export interface SparkJudgeOptions extends Omit<SparkOptions, "signal"> {
  /** Where Spark finds the folder of the store: a path or `s3a://…`. Default: where it lies. */
  data?: string | undefined;
}

/** Lets the server hand out the candidates part by part instead of gathering them all first. */
const IN_PIECES = "set spark.sql.thriftServer.incrementalCollect = true";

const TYPES: Record<string, DuckDBType> = { BIGINT, INTEGER, BOOLEAN };

/**
 * What `extractLabels` takes as `judge`: predicates, windows and counts are worked out by Spark over the store's files, and a
 * row per candidate comes back.
 */
export function sparkJudge(store: RecordStore, { url, password, data }: SparkJudgeOptions): Judge {
  return async ({ compiled, table, sizes, progress }) => {
    const { db } = store;
    const tables = await tablesIn(store, textOf(compiled) + written(sizes), data);
    const { before, translated } = sparkSetting(tables);
    const described = await db.rows<{ column_name: string; column_type: string }>(
      sql`describe select * from ${identifier(table)}`,
    );
    const columns = described.map(({ column_name, column_type }) => {
      const type = TYPES[column_type];
      if (!type) throw new Bug(`Judged candidates hold a column of type ${column_type}`);
      return { name: column_name, type };
    });
    progress.begin("Spark");
    const session = await openSpark({ url, password, signal: progress.signal });
    let rows = 0;
    try {
      for (const statement of [...before, IN_PIECES]) await session.run(statement);
      for await (const piece of session.columns(translated(judgedRows(compiled)))) {
        rows += await keep(store, table, columns, piece);
        progress.at(0, `${rows.toLocaleString("en-US")} candidates`);
      }
      const counted = sql`select count(distinct subject_id) as subjects from ${sizes} as s where subject_id is not null`;
      let subjects = 0;
      for await (const [column] of session.columns(translated(counted))) {
        subjects += Number(column?.[0] ?? 0); // one row; a last piece may be empty
      }
      progress.end(`${rows.toLocaleString("en-US")} candidates`);
      return { subjects };
    } finally {
      await session.close();
    }
  };
}

/** Adds a piece of the result to the table. */
async function keep(
  { db }: RecordStore,
  table: string,
  columns: readonly { name: string; type: DuckDBType }[],
  piece: SparkValue[][],
): Promise<number> {
  const rows = piece[0]?.length ?? 0;
  if (rows === 0) return 0;
  const name = `${table}_piece`;
  await db.fill(name, columns, rows, (row) => piece.map((column) => column[row] as DuckDBValue));
  await db.run(sql`insert into ${identifier(table)} select * from ${identifier(name)}`);
  await db.run(sql`drop table ${identifier(name)}`);
  return rows;
}
