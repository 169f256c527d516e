// Writes typed arrays to a Parquet file, whole or not at all. Knows nothing of what the columns mean.
import { BIGINT, BOOLEAN, DOUBLE, type DuckDBType, type DuckDBValue, INTEGER, VARCHAR } from "@duckdb/node-api";
import { Bug } from "../core/errors.ts";
import type { Database } from "./database.ts";
import { replaceFile } from "./files.ts";
import { identifier, literal, sql } from "./sql.ts";

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
