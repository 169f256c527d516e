// Turns one file into one sorted Parquet table. Knows no folder and no version.
import { type Database, identifier, join, literal, replaceFile, rowGroups, type Sql, sql } from "../store/index.ts";
import { SQL_TYPES } from "./column-types.ts";
import { matchColumns } from "./columns.ts";
import type { FoundTable } from "./find.ts";
import { explainReading } from "./unreadable.ts";

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
      throw await explainReading(db, table, cause);
    }
  });
  return rows;
}

/**
 * Columns by the newest version's names, in the order of the table's declaration; a column the file lacks is null.
 * The order of rows is total, so that the same input gives the same bytes with any memory and number of threads.
 */
function conversion(table: FoundTable, output: string): Sql {
  const { spec, header } = table;
  const { byColumn } = matchColumns(spec, header);
  const columns = spec.columns.map((column) => {
    const given = byColumn.get(column);
    const value = given === undefined ? sql`null` : identifier(given);
    return sql`cast(${value} as ${SQL_TYPES[column.type]}) as ${identifier(column.name)}`;
  });
  // rows equal in all that sorts them would come in any order: the hash of the whole row settles it, in few bytes
  const row = sql`hash(${join(spec.columns.map(({ name }) => identifier(name)))})`;
  const order = join([...spec.sortBy.map((name) => sql`${identifier(name)} nulls first`), row]);
  return sql`
    copy (select ${join(columns)} from ${reader(table)} order by ${order})
    to ${literal(output)} (format parquet, compression zstd, ${rowGroups(columns.length)})`;
}

/** A file of a table as a relation, its columns under the file's own names, by their declared types. */
export function reader(table: FoundTable): Sql {
  const { spec, header, path, format } = table;
  // said outright, for DuckDB would read a file named .CSV.GZ as plain text
  const compression = literal(format === "csv.gz" ? "gzip" : "none");
  if (format === "parquet") return sql`read_parquet(${literal(path)})`;
  const { byColumn } = matchColumns(spec, header);
  const types = new Map([...byColumn].map(([column, given]) => [given, SQL_TYPES[column.type]]));
  const columns = join(header.map((name) => sql`${literal(name)}: ${quoted(types.get(name) ?? SQL_TYPES.text)}`));
  return sql`read_csv(${literal(path)}, columns = {${columns}}, header = true, auto_detect = false,
    delim = ',', quote = '"', escape = '"', compression = ${compression}, buffer_size = 8388608)`;
}

function quoted(type: Sql): Sql {
  return literal(type.text);
}
