// Turns the compressed CSV files of a finished hospital into Parquet, one by one. Knows no patient.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../../core/progress.ts";
import { openDatabase } from "../../store/index.ts";
import { sourceCatalog } from "../catalog.ts";
import { convertTable } from "../convert.ts";
import type { SourceSpec, TableSpec } from "../source.ts";
import { TRUTH_TABLES } from "./truth.ts";

/** Converts every file below `folder` in place. */
export async function asParquet(
  folder: string,
  { progress, signal }: { progress: Progress; signal: AbortSignal | undefined },
): Promise<void> {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".csv.gz"))
    .sort();
  const db = await openDatabase({ folders: [folder], tempFolder: join(folder, ".temp"), signal });
  progress.begin("Parquet", files.length);
  try {
    for (const [i, inside] of files.entries()) {
      progress.at(i, inside);
      const path = join(folder, inside);
      const [module, name] = inside.slice(0, -".csv.gz".length).split(/[\\/]/) as [string, string];
      const { source, spec } = declared(module, name);
      const table = {
        source,
        spec,
        path,
        inside,
        format: "csv.gz" as const,
        bytes: 0,
        modifiedMs: 0,
        release: folder,
        header: spec.columns.map((column) => column.name),
        module,
      };
      await convertTable(db, table, join(folder, module, `${name}.parquet`));
      rmSync(path);
    }
  } finally {
    db.close();
  }
  progress.end(`${files.length} tables`);
}

function declared(module: string, name: string): { source: SourceSpec; spec: TableSpec } {
  for (const source of sourceCatalog()) {
    const spec = source.tables.find((table) => table.table === name && table.module === module);
    if (spec) return { source, spec };
  }
  const { columns } = TRUTH_TABLES.find((table) => table.name === name)!;
  const truth: SourceSpec = { id: "truth", title: "True risks", tables: [], versions: [] };
  return { source: truth, spec: { table: name, module, columns: [...columns], sortBy: ["subject_id"], neededFor: [] } };
}
