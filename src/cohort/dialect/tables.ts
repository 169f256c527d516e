// The stored tables a query reads, declared to an engine as views over their Parquet files. Knows no task.
import { resolve } from "node:path";
import { type RecordStore, schemaOf } from "../../store/records.ts";
import { identifier, sql } from "../../store/sql.ts";

/** A stored table. */
export interface DeclaredTable {
  schema: string;
  table: string;
  /** The view that stands for it in an engine whose views have no schema. */
  view: string;
  file: string;
  columns: { name: string; type: string }[];
}

/**
 * The tables of a store that the text of a query names, in the words of DuckDB. `root`: where the engine finds the folder of
 * the store; default: where it lies.
 */
export async function tablesIn(store: RecordStore, text: string, root = store.folder): Promise<DeclaredTable[]> {
  const tables: DeclaredTable[] = [];
  for (const source of store.manifest.sources) {
    const schema = schemaOf(source.id);
    for (const { table, file } of source.tables) {
      const name = identifier(schema, table);
      if (!text.includes(name.text)) continue;
      const columns = await store.db.rows<{ column_name: string; column_type: string }>(
        sql`describe select * from ${name}`,
      );
      tables.push({
        schema,
        table,
        view: `${schema}_${table}`,
        file: /^[a-z0-9+.-]+:\/\//i.test(root) ? `${root.replace(/\/+$/, "")}/${file}` : resolve(root, file),
        columns: columns.map(({ column_name, column_type }) => ({ name: column_name, type: column_type })),
      });
    }
  }
  return tables;
}
