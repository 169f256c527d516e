// MEDS data sets that others made: found in a folder, told from other Parquet files, read as a relation of events. Writes
// nothing.
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { BedsideError } from "../../core/errors.ts";
import {
  type Database,
  explainFailure,
  identifier,
  isFolder,
  join as joinSql,
  openDatabase,
  readJson,
  type Sql,
  sql,
} from "../../store/index.ts";
import { MEDS_PATHS } from "./schema.ts";

/** A MEDS data set in a folder. */
export interface MedsFolder {
  folder: string;
  /** The event files, sorted by path. */
  files: string[];
  /** The columns of the events and their types. */
  columns: Map<string, string>;
  /** The column that holds the numbers: `numeric_value`, `value` in repacked single files, or none. */
  number: string | undefined;
  /** What `dataset.json` says, as far as it is there. */
  dataset: { dataset_name?: string; dataset_version?: string; meds_version?: string };
  /** Paths of the code dictionary and the splits, where there are any. */
  codes: string | undefined;
  splits: string | undefined;
}

const NEEDED = ["subject_id", "time", "code"];
/** How deep shards may lie below `data`. */
const DEPTH = 4;

/**
 * The MEDS data set of a folder: `data/` with Parquet files, or Parquet files of events lying in the folder itself. Undefined
 * where the folder is none, so that other data sets may be looked for.
 * @throws BedsideError where event files differ in their columns or cannot be read.
 */
export async function readMeds(db: Database, folder: string): Promise<MedsFolder | undefined> {
  if (!isFolder(folder)) return undefined;
  const data = join(folder, MEDS_PATHS.data);
  const files = isFolder(data) ? parquetFiles(data, DEPTH) : parquetFiles(folder, 0);
  if (files.length === 0) return undefined;
  const columns = await columnsOf(db, files);
  if (!NEEDED.every((name) => columns.has(name))) return undefined;
  const present = (path: string) => (existsSync(join(folder, path)) ? join(folder, path) : undefined);
  const number = ["numeric_value", "value"].find((name) => columns.has(name));
  return {
    folder,
    files,
    columns,
    number,
    dataset: readDataset(join(folder, MEDS_PATHS.dataset)),
    codes: present(MEDS_PATHS.codes),
    splits: present(MEDS_PATHS.splits),
  };
}

/** Whether a folder is a MEDS data set; opens a database of its own, which needs a place for temporary files. */
export async function isMedsFolder(folder: string, { tempFolder }: { tempFolder: string }): Promise<boolean> {
  if (!isFolder(folder)) return false;
  const db = await openDatabase({ folders: [folder], tempFolder, memory: "256MB", threads: 1 });
  try {
    return (await readMeds(db, folder)) !== undefined;
  } finally {
    db.close();
  }
}

/**
 * The events of a MEDS folder, to stand after `from`: subject_id BIGINT, time TIMESTAMP, code VARCHAR, numeric_value FLOAT,
 * text_value VARCHAR, hadm_id BIGINT, icustay_id BIGINT (null where the data set has none), then its other columns.
 */
export function medsEvents({ files, columns, number }: MedsFolder): Sql {
  const cast = (name: string | undefined, type: Sql) =>
    sql`cast(${name && columns.has(name) ? identifier(name) : sql`null`} as ${type})`;
  const own = new Set(["subject_id", "time", "code", "text_value", "hadm_id", "icustay_id", "numeric_value", number]);
  const others = [...columns.keys()].filter((name) => !own.has(name)).map((name) => sql`, ${identifier(name)}`);
  return sql`(
    select ${cast("subject_id", sql`bigint`)} as subject_id, ${cast("time", sql`timestamp`)} as time,
      ${cast("code", sql`varchar`)} as code, ${cast(number, sql`float`)} as numeric_value,
      ${cast("text_value", sql`varchar`)} as text_value, ${cast("hadm_id", sql`bigint`)} as hadm_id,
      ${cast("icustay_id", sql`bigint`)} as icustay_id${joinSql(others, "")}
    from read_parquet(${files}, union_by_name = true))`;
}

async function columnsOf(db: Database, files: string[]): Promise<Map<string, string>> {
  try {
    const rows = await db.rows<{ column_name: string; column_type: string }>(
      sql`describe select * from read_parquet(${files}, union_by_name = true)`,
    );
    return new Map(rows.map(({ column_name, column_type }) => [column_name, column_type]));
  } catch (cause) {
    throw new BedsideError(
      {
        code: "meds/unreadable",
        what: "The event files of this MEDS data set cannot be read together",
        where: files.length === 1 ? files[0]! : `${files[0]} and ${files.length - 1} more`,
        why: "one of them is no Parquet file, or a column has different types in two of them",
        fix: "copy the data set again; all files under data/ must have the MEDS columns",
      },
      { cause },
    );
  }
}

function parquetFiles(folder: string, depth: number): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.name.startsWith(".")) return [];
        if (isFolder(path)) return depth > 0 ? parquetFiles(path, depth - 1) : [];
        const isFile = statSync(path, { throwIfNoEntry: false })?.isFile();
        return isFile && basename(path).endsWith(".parquet") ? [path] : [];
      });
  } catch (cause) {
    throw explainFailure(cause, folder);
  }
}

function readDataset(path: string): MedsFolder["dataset"] {
  try {
    const found = readJson<unknown>(path);
    return typeof found === "object" && found !== null ? (found as MedsFolder["dataset"]) : {};
  } catch {
    return {}; // all of it is optional
  }
}
