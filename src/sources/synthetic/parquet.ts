// Turns the compressed CSV files of a finished hospital into Parquet, one by one, rows in their order. Knows no patient.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Bug, Stopped } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import { identifier, literal, openDatabase, type Sql, join as separated, sql } from "../../store/index.ts";
import { sourceCatalog } from "../catalog.ts";
import { SQL_TYPES } from "../column-types.ts";
import type { ColumnSpec } from "../source.ts";
import { ECG_TRUTH_TABLES } from "./ecg/write.ts";
import { TRUTH_TABLES } from "./truth.ts";

const CSV = ".csv.gz";
/** Little: rows stream through, so that a hospital of any size is made in half a gigabyte. */
const MEMORY = "200MB";
/** One, which keeps the rows in order. */
const THREADS = 1;

/** Converts every file below `folder` in place. */
export async function asParquet(
  folder: string,
  { progress, signal }: { progress: Progress; signal: AbortSignal | undefined },
): Promise<void> {
  // tables lie one folder down; waveforms lie deeper, by the thousand
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => join(name, file)))
    .filter((name) => name.endsWith(CSV))
    .sort();
  const tempFolder = join(folder, ".temp");
  const db = await openDatabase({ folders: [folder], tempFolder, memory: MEMORY, threads: THREADS, signal });
  progress.begin("Parquet", files.length);
  try {
    for (const [i, inside] of files.entries()) {
      if (signal?.aborted) throw new Stopped();
      progress.at(i, inside);
      const [module, name] = inside.slice(0, -CSV.length).split(/[\\/]/) as [string, string];
      const path = join(folder, inside);
      await db.run(conversion(columnsOf(module, name), path, join(folder, module, `${name}.parquet`)));
      rmSync(path);
    }
  } finally {
    db.close();
  }
  progress.end(`${files.length} tables`);
}

/** Reads a file by its declared types alone and writes it in small row groups, so that little is held at once. */
function conversion(columns: readonly ColumnSpec[], path: string, output: string): Sql {
  const types = separated(columns.map(({ name, type }) => sql`${literal(name)}: ${literal(SQL_TYPES[type].text)}`));
  const names = separated(columns.map(({ name }) => identifier(name)));
  return sql`
    copy (
      select ${names} from read_csv(${literal(path)}, columns = {${types}}, header = true, auto_detect = false,
        delim = ',', quote = '"', escape = '"', compression = 'gzip', buffer_size = 8388608)
    ) to ${literal(output)} (format parquet, compression zstd, row_group_size 61440)`;
}

function columnsOf(module: string, name: string): readonly ColumnSpec[] {
  for (const { tables } of sourceCatalog()) {
    const spec = tables.find((table) => table.table === name && table.module === module);
    if (spec) return spec.columns;
  }
  const truth = [...TRUTH_TABLES, ...ECG_TRUTH_TABLES].find((table) => table.name === name);
  if (!truth) throw new Bug(`The synthetic hospital has no table ${module}/${name}`);
  return truth.columns;
}
