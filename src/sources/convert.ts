// Turns one file into one sorted Parquet table. Knows no folder and no version.
import { BedsideError } from "../core/errors.ts";
import {
  type Database,
  explainFailure,
  identifier,
  join,
  literal,
  replaceFile,
  type Sql,
  sql,
} from "../store/index.ts";
import { matchColumns } from "./columns.ts";
import type { FoundTable } from "./find.ts";
import type { ColumnType } from "./source.ts";

const SQL_TYPES: Record<ColumnType, Sql> = {
  integer: sql`integer`,
  bigint: sql`bigint`,
  double: sql`double`,
  text: sql`varchar`,
  timestamp: sql`timestamp`,
  date: sql`date`,
};
const WORDS: Record<string, string> = {
  INTEGER: "a whole number",
  BIGINT: "a whole number",
  DOUBLE: "a number",
  TIMESTAMP: "a date and time",
  DATE: "a date",
};

/**
 * Writes the table, whole or not at all; gives its rows.
 * @throws BedsideError that names file, column and line of what cannot be read, never what stands there.
 */
export async function convertTable(db: Database, table: FoundTable, output: string): Promise<number> {
  let rows = 0;
  await replaceFile(output, async (temporary) => {
    try {
      rows = await db.run(conversion(table, temporary));
    } catch (cause) {
      throw explainReading(cause, table);
    }
  });
  return rows;
}

/** Columns by the newest version's names, in the order of the table's declaration; a column the file lacks is null. */
function conversion(table: FoundTable, output: string): Sql {
  const { spec, header } = table;
  const { byColumn } = matchColumns(spec, header);
  const columns = spec.columns.map((column) => {
    const given = byColumn.get(column);
    const value = given === undefined ? sql`null` : identifier(given);
    return sql`cast(${value} as ${SQL_TYPES[column.type]}) as ${identifier(column.name)}`;
  });
  const order = join(spec.sortBy.map((name) => sql`${identifier(name)} nulls first`));
  return sql`
    copy (select ${join(columns)} from ${reader(table)} order by ${order})
    to ${literal(output)} (format parquet, compression zstd, row_group_size 122880)`;
}

function reader(table: FoundTable): Sql {
  const { spec, header, path, format } = table;
  if (format === "parquet") return sql`read_parquet(${literal(path)})`;
  const { byColumn } = matchColumns(spec, header);
  const types = new Map([...byColumn].map(([column, given]) => [given, SQL_TYPES[column.type]]));
  const columns = join(header.map((name) => sql`${literal(name)}: ${quoted(types.get(name) ?? SQL_TYPES.text)}`));
  return sql`read_csv(${literal(path)}, columns = {${columns}}, header = true, auto_detect = false,
    delim = ',', quote = '"', escape = '"', buffer_size = 8388608)`;
}

function quoted(type: Sql): Sql {
  return literal(type.text);
}

/** What DuckDB says of a line it cannot read, without the line. */
function explainReading(cause: unknown, { path, spec, source }: FoundTable): Error {
  const text = cause instanceof Error ? cause.message : String(cause);
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const column = /Error when converting column "([^"]+)"/.exec(text)?.[1];
  const type = /to '([A-Z]+)'/.exec(text)?.[1] ?? /converted as type ([A-Z]+)/.exec(text)?.[1];
  const where = line ? `${path}, line ${line}` : path;
  if (column) {
    return new BedsideError({
      code: "import/unreadable-value",
      what: `A value of column ${column} cannot be read`,
      where,
      why: `it is not ${WORDS[type ?? ""] ?? "of the column's type"}, as ${spec.table} of ${source.title} has it there`,
      fix: "correct or remove the line, or download the file again",
    });
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
  if (/Could not convert|Conversion Error|invalid (timestamp|date)|out of range/i.test(text)) {
    return new BedsideError({
      code: "import/unreadable-value",
      what: `A value of table ${spec.table} cannot be read`,
      where,
      why: `it is not ${WORDS[type ?? ""] ?? "of its column's type"}`,
      fix: "correct the column, or download the file again",
    });
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
  return explainFailure(cause);
}
