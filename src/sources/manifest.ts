// The manifest of a store, from the tables found and what became of them. Reads no file of the records.
import { hashText, type StoredSource, type StoredTable, type StoreManifest } from "../store/index.ts";
import { compareVersions } from "./catalog.ts";
import { matchColumns } from "./columns.ts";
import type { FoundTable } from "./find.ts";
import type { JournalEntry } from "./journal.ts";
import type { SourceSpec } from "./source.ts";
import { tellVersion, type VersionBounds } from "./version.ts";

/** Everything `store.json` holds. The fingerprint depends on the bytes of the inputs only, not on where they lie. */
export function describeStore(
  sources: readonly FoundTable[][],
  bounds: readonly VersionBounds[],
  stored: ReadonlyMap<FoundTable, JournalEntry>,
  codeVersion: string,
): StoreManifest {
  const described = sources.map((tables, i): StoredSource => {
    const { source } = tables[0]!;
    const rows = new Map(tables.map((table) => [table.spec.table, stored.get(table)!.rows]));
    const { declared, oldest, ...told } = tellVersion(source, tables, rows, bounds[i]!);
    return {
      id: source.id,
      title: source.title,
      ...told,
      tables: tables.map((found): StoredTable => {
        const { table, file, rows, input } = stored.get(found)!;
        const declaredRows = declared[table];
        const { dropped } = matchColumns(found.spec, found.header);
        return {
          table,
          file,
          rows,
          ...(declaredRows === undefined ? {} : { declaredRows }),
          input,
          ...(dropped.length === 0 ? {} : { dropped }),
        };
      }),
      missing: missingTables(source, new Set(rows.keys()), oldest),
    };
  });
  const inputs = described.flatMap(({ id, tables }) =>
    tables.map(({ table, input }) => `${id}/${table} ${input.sha256}`),
  );
  return { schema: 1, codeVersion, fingerprint: hashText(inputs.sort().join("\n")), sources: described };
}

/** The tables that a version has and a folder lacks. */
export function missingTables(
  source: SourceSpec,
  there: ReadonlySet<string>,
  version: string,
): { table: string; neededFor: string[] }[] {
  return source.tables
    .filter(({ table }) => !there.has(table))
    .filter(({ since }) => !since || compareVersions(since, version) <= 0)
    .filter(({ until }) => !until || compareVersions(until, version) >= 0)
    .map(({ table, neededFor }) => ({ table, neededFor }));
}
