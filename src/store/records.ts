// A folder of imported records: one sorted Parquet file per table and a manifest of where they came from. Knows no data set.
import { join } from "node:path";
import { BedsideError } from "../core/errors.ts";
import { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
import { isFolder, readJson } from "./files.ts";
import { identifier, literal, sql } from "./sql.ts";

/** One imported table. */
export interface StoredTable {
  /** `icustays` */
  table: string;
  /** Path of the Parquet file inside the store. */
  file: string;
  rows: number;
  /** Rows the data set's version declares, where known. */
  declaredRows?: number | undefined;
  /** The file it was made from: its path inside the user's folder, its size and SHA-256. */
  input: { path: string; bytes: number; sha256: string };
  /** Columns of the input that are not in the store. */
  dropped?: string[] | undefined;
}

/** One data set inside a store. */
export interface StoredSource {
  /** `mimic-iv`, `mimic-iii`, `mimic-iv-ed` … */
  id: string;
  title: string;
  /** `3.1`, or `2.2 demo`, found from the files. */
  version: string;
  /** How the version was told. */
  versionReason: string;
  /** `open`, `credentialed` or `synthetic`. */
  dataUse: "open" | "credentialed" | "synthetic";
  tables: StoredTable[];
  /** Tables the version has and the folder lacks, with what cannot be run without them. */
  missing: { table: string; neededFor: string[] }[];
}

/** `store.json` */
export interface StoreManifest {
  schema: 1;
  codeVersion: string;
  /** SHA-256 over the contents of all inputs: the data version that every result carries. */
  fingerprint: string;
  sources: StoredSource[];
}

/** An open store: a database with a schema per data set (`mimic_iv.icustays`), and the manifest. */
export interface RecordStore {
  folder: string;
  manifest: StoreManifest;
  db: Database;
  /** The data set of that id, if the store has it. */
  source(id: string): StoredSource | undefined;
  /** Whether a table of a data set is there. */
  has(source: string, table: string): boolean;
  close(): void;
}

/** The schema that holds a data set's tables: `mimic-iv` → `mimic_iv`. */
export function schemaOf(source: string): string {
  return source.replaceAll("-", "_");
}

/**
 * Opens an imported store. `folders` are further folders the database may read and write (the output).
 * @throws BedsideError when the folder is not a store or a table file is gone.
 */
export async function openRecordStore(
  folder: string,
  options: Omit<DatabaseOptions, "folders" | "tempFolder"> & { folders?: readonly string[]; tempFolder: string },
): Promise<RecordStore> {
  const manifest = isFolder(folder) ? readManifest(folder) : undefined;
  if (manifest?.schema !== 1) {
    throw new BedsideError({
      code: "store/not-a-store",
      what: "This folder is not an imported store",
      where: folder,
      why: manifest
        ? `its store.json has schema ${String(manifest.schema)}, this version reads 1`
        : "it has no store.json",
      fix: "make one with: bedside import --data DIR --out STORE",
    });
  }
  const db = await openDatabase({ ...options, folders: [folder, ...(options.folders ?? [])] });
  try {
    for (const source of manifest.sources) {
      await db.run(sql`create schema ${identifier(schemaOf(source.id))}`);
      for (const { table, file } of source.tables) {
        await db.run(
          sql`create view ${identifier(schemaOf(source.id), table)} as from read_parquet(${literal(join(folder, file))})`,
        );
      }
    }
  } catch (cause) {
    db.close();
    throw cause;
  }
  const find = (id: string) => manifest.sources.find((source) => source.id === id);
  return {
    folder,
    manifest,
    db,
    source: find,
    has: (id, table) => find(id)?.tables.some((stored) => stored.table === table) ?? false,
    close: () => db.close(),
  };
}

function readManifest(folder: string): StoreManifest | undefined {
  try {
    return readJson<StoreManifest>(join(folder, "store.json"));
  } catch {
    return undefined;
  }
}
