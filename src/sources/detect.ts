// Says which data sets lie in folders, without importing them. Reads headers only.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupBy } from "../core/group.ts";
import { openDatabase, type StoredSource } from "../store/index.ts";
import { type FoundTable, findTables, realFolders } from "./find.ts";
import { missingTables } from "./manifest.ts";
import { tellVersion, versionBounds } from "./version.ts";

/** A data set as found: its version as far as columns tell it, for row counts are not known yet. */
export interface DetectedSource extends Omit<StoredSource, "tables"> {
  tables: ({ table: string } & Pick<FoundTable, "path" | "format" | "bytes">)[];
}

/**
 * The data sets in the folders, with their tables.
 * @throws BedsideError as the import does for folders and files that are not what they should be.
 * @example await detectSources(["mimic-iv-3.1", "mimic-iv-ed-2.2"])
 */
export async function detectSources(folders: readonly string[]): Promise<DetectedSource[]> {
  const tempFolder = mkdtempSync(join(tmpdir(), "bedside-detect-"));
  try {
    const db = await openDatabase({ folders: realFolders(folders), tempFolder, threads: 1 });
    try {
      const tables = await findTables(db, folders);
      return [...groupBy(tables, ({ source }) => source).values()].map(describeFound);
    } finally {
      db.close();
    }
  } finally {
    rmSync(tempFolder, { recursive: true, force: true });
  }
}

function describeFound(tables: readonly FoundTable[]): DetectedSource {
  const { source } = tables[0]!;
  const { declared: _, oldest, ...told } = tellVersion(source, tables, new Map(), versionBounds(tables));
  return {
    id: source.id,
    title: source.title,
    ...told,
    tables: tables.map(({ spec, path, format, bytes }) => ({ table: spec.table, path, format, bytes })),
    missing: missingTables(source, new Set(tables.map(({ spec }) => spec.table)), oldest),
  };
}
