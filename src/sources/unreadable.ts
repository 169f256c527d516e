// What DuckDB says of a file it cannot read, told with file, column and line, and never with what stands there.
import { BedsideError } from "../core/errors.ts";
import { type Database, explainFailure, identifier, literal, sql } from "../store/index.ts";
import { SQL_TYPES, TYPE_WORDS } from "./column-types.ts";
import { matchColumns } from "./columns.ts";
import type { FoundTable } from "./find.ts";
import { unreadableFile } from "./header.ts";
import type { ColumnSpec, ColumnType } from "./source.ts";

/** The problem behind a failed conversion. */
export async function explainReading(db: Database, table: FoundTable, cause: unknown): Promise<Error> {
  const { path, spec } = table;
  const text = cause instanceof Error ? cause.message : String(cause);
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const where = line ? `${path}, line ${line}` : path;
  const given = /Error when converting column "([^"]+)"/.exec(text)?.[1];
  if (given !== undefined) {
    const column = [...matchColumns(spec, table.header).byColumn].find(([, name]) => name === given)?.[0];
    return unreadableValue(table, where, { name: given, type: column?.type });
  }
  if (/Expected Number of Columns|unterminated quote|invalid state|Maximum line size/i.test(text)) {
    return new BedsideError({
      code: "import/unreadable-line",
      what: "A line cannot be read",
      where,
      why: "it does not have the columns of the header line, or a quotation mark is not closed; a file that was cut off ends so",
      fix: "correct or remove the line, or download the file again",
    });
  }
  if (/Conversion Error|out of range/i.test(text)) {
    const bad = table.format === "parquet" ? await findBadColumn(db, table) : undefined;
    if (bad) return unreadableValue(table, bad.row === undefined ? path : `${path}, row ${bad.row}`, bad.column);
  }
  if (/utf-?8|unicode/i.test(text)) {
    return new BedsideError({
      code: "import/encoding",
      what: "The file is not written in UTF-8",
      where,
      why: "it holds bytes that are no character there",
      fix: "convert it to UTF-8, or download it again",
    });
  }
  return unreadableFile(path, explainFailure(cause, path));
}

function unreadableValue(
  { spec, source }: FoundTable,
  where: string,
  { name, type }: { name: string; type: ColumnType | undefined },
): BedsideError {
  return new BedsideError({
    code: "import/unreadable-value",
    what: `A value of column ${name} cannot be read`,
    where,
    why: `it is not ${type ? TYPE_WORDS[type] : "of the column's type"}, as ${spec.table} of ${source.title} has it there`,
    fix: "correct or remove the line, or download the file again",
  });
}

/** The first column of a Parquet file that cannot be read as its type, and the first such row, counted from 1. */
async function findBadColumn(
  db: Database,
  { spec, header, path }: FoundTable,
): Promise<{ column: ColumnSpec; row?: number } | undefined> {
  for (const [column, given] of matchColumns(spec, header).byColumn) {
    if (given === undefined) continue;
    const value = identifier(given);
    try {
      const { row } = await db.row<{ row: bigint | null }>(sql`
        select min(file_row_number) + 1 as row
        from read_parquet(${literal(path)}, file_row_number = true)
        where ${value} is not null and try_cast(${value} as ${SQL_TYPES[column.type]}) is null`);
      if (row !== null) return { column, row: Number(row) };
    } catch {
      return { column }; // no value of its type can become one of ours
    }
  }
  return undefined;
}
