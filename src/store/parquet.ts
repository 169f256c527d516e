// Writes typed arrays to a Parquet file, whole or not at all. Knows nothing of what the columns mean.
import { BIGINT, BOOLEAN, DOUBLE, type DuckDBType, type DuckDBValue, INTEGER, VARCHAR } from "@duckdb/node-api";
import { Bug } from "../core/errors.ts";
import type { Database } from "./database.ts";
import { replaceFile } from "./files.ts";
import { identifier, literal, type Sql, sql } from "./sql.ts";

/** A column to write. `id` holds whole numbers up to 2^53 as 64-bit integers. */
export interface OutputColumn {
  name: string;
  type: "id" | "integer" | "double" | "boolean" | "text";
  values: ArrayLike<number | string | null>;
}

const TYPES: Record<OutputColumn["type"], DuckDBType> = {
  id: BIGINT,
  integer: INTEGER,
  double: DOUBLE,
  boolean: BOOLEAN,
  text: VARCHAR,
};

/** Writes the columns, in the order of their rows, zstd-compressed. The same columns give the same bytes. */
export async function writeParquet(db: Database, path: string, columns: readonly OutputColumn[]): Promise<void> {
  const rows = columns[0]?.values.length ?? 0;
  if (columns.some((column) => column.values.length !== rows)) throw new Bug("Columns of one file differ in length");
  const table = identifier("parquet_output");
  const place = "row number inside the file";
  await db.fill(
    "parquet_output",
    [{ name: place, type: INTEGER }, ...columns.map(({ name, type }) => ({ name, type: TYPES[type] }))],
    rows,
    (row) => [row, ...columns.map((column) => cellOf(column, row))],
  );
  try {
    await replaceFile(path, async (temporary) => {
      await db.run(sql`
        copy (select * exclude (${identifier(place)}) from ${table} order by ${identifier(place)})
        to ${literal(temporary)} (format parquet, compression zstd)`);
    });
  } finally {
    await db.run(sql`drop table ${table}`);
  }
}

function cellOf({ type, values }: OutputColumn, row: number): DuckDBValue {
  const value = values[row]!;
  if (value === null || Number.isNaN(value)) return null;
  if (type === "id") return BigInt(value);
  if (type === "boolean") return value !== 0;
  return value;
}

/** DuckDB's own size of a group of rows, and the vectors it is made of. */
const GROUP_ROWS = 122_880;
const VECTOR_ROWS = 2048;
/** Columns of a table whose groups are that long: with more of them the groups get shorter, for several are held at a time. */
const GROUP_COLUMNS = 12;

/** The option of `copy … to` for the rows of a group, so that one of a wide table needs no more memory than one of a narrow table. */
export function rowGroups(columns: number): Sql {
  const rows = Math.min(GROUP_ROWS, (GROUP_ROWS * GROUP_COLUMNS) / columns);
  return sql`row_group_size ${literal(String(Math.max(1, Math.floor(rows / VECTOR_ROWS)) * VECTOR_ROWS))}`;
}
