// The recordings of a store or folder with what a run needs beside them: version, terms of use, the cart's measurements.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, normalize } from "node:path";
import { BedsideError } from "../../core/errors.ts";
import { matchColumns } from "../../sources/columns.ts";
import { reader } from "../../sources/convert.ts";
import { findTables, realFolders } from "../../sources/find.ts";
import { detectSources, type EcgRecords, openEcgRecords } from "../../sources/index.ts";
import { MACHINE_MEASUREMENTS } from "../../sources/mimic-iv-ecg/machine.ts";
import {
  type Database,
  identifier,
  isFolder,
  join as joinSql,
  openDatabase,
  openRecordStore,
  type Sql,
  type StoredSource,
  schemaOf,
  sql,
} from "../../store/index.ts";

/** The recordings of a run. */
export interface MeetiSource {
  records: EcgRecords;
  id: string;
  title: string;
  version: string;
  /** The strictest of the data sets that lie together. */
  dataUse: StoredSource["dataUse"];
  /** `MACHINE_MEASUREMENTS` numbers a recording, NaN where there is none; absent where the data has no such table. */
  machine?: Float64Array;
  /** The machine's report of each recording, its lines joined. */
  reports?: string[];
}

export interface OpenSourceOptions {
  /** Whether the reports are needed. */
  reports?: boolean;
  memory?: string;
  signal?: AbortSignal | undefined;
}

const TABLE = "machine_measurements";
const REPORT_LINES = Array.from({ length: 18 }, (_, i) => `report_${i}`);

/**
 * Opens MIMIC-IV-ECG or PTB-XL in a store or a release's folder.
 * @throws BedsideError what `openEcgRecords` throws.
 */
export async function openMeetiSource(place: string, options: OpenSourceOptions = {}): Promise<MeetiSource> {
  const records = await openRecordings(place, options.signal);
  const tempFolder = mkdtempSync(join(tmpdir(), "bedside-meeti-"));
  const { memory = "800MB", signal } = options;
  try {
    const { db, sources, table } = isStore(place)
      ? await fromStore(place, { memory, signal, tempFolder })
      : await fromFolder(place, { memory, signal, tempFolder });
    try {
      const own = sources.find(({ id }) => id === records.source)!;
      const found = table && (await readMachine(db, table, records, options.reports ?? false));
      return { records, id: own.id, title: own.title, version: own.version, dataUse: strictest(sources), ...found };
    } finally {
      db.close();
    }
  } finally {
    rmSync(tempFolder, { recursive: true, force: true });
  }
}

/** PTB-XL may be there at 100 samples a second only. */
async function openRecordings(place: string, signal: AbortSignal | undefined): Promise<EcgRecords> {
  const records = await openEcgRecords(place, { signal });
  const slow = records.source === "ptb-xl" && !isFolder(join(records.folder, "records500"));
  return slow ? openEcgRecords(place, { signal, rateHz: 100 }) : records;
}

const isStore = (place: string) => existsSync(join(place, "store.json"));

type Source = Pick<StoredSource, "id" | "title" | "version" | "dataUse">;
interface Opened {
  db: Database;
  sources: readonly Source[];
  /** The cart's measurements as a relation with the release's own column names. */
  table: Sql | undefined;
}
interface Work {
  memory: string;
  signal: AbortSignal | undefined;
  tempFolder: string;
}

async function fromStore(place: string, work: Work): Promise<Opened> {
  const store = await openRecordStore(place, work);
  const table = store.has("mimic-iv-ecg", TABLE) ? identifier(schemaOf("mimic-iv-ecg"), TABLE) : undefined;
  return { db: store.db, sources: store.manifest.sources, table };
}

async function fromFolder(place: string, work: Work): Promise<Opened> {
  const sources = await detectSources([place]);
  const db = await openDatabase({ ...work, folders: realFolders([place]), threads: 1 });
  try {
    const found = (await findTables(db, [place])).find(({ spec }) => spec.table === TABLE);
    if (!found) return { db, sources, table: undefined };
    const given = [...matchColumns(found.spec, found.header).byColumn].filter(([, name]) => name !== undefined);
    const columns = joinSql(given.map(([column, name]) => sql`${identifier(name!)} as ${identifier(column.name)}`));
    return { db, sources, table: sql`(select ${columns} from ${reader(found)})` };
  } catch (cause) {
    db.close();
    throw cause;
  }
}

function strictest(sources: readonly Source[]): StoredSource["dataUse"] {
  const uses = new Set(sources.map(({ dataUse }) => dataUse));
  return (["credentialed", "open", "synthetic"] as const).find((use) => uses.has(use)) ?? "credentialed";
}

/** The cart's numbers by recording. A recording without a row keeps NaN. */
async function readMachine(
  db: Database,
  table: Sql,
  records: EcgRecords,
  withReports: boolean,
): Promise<Pick<MeetiSource, "machine" | "reports">> {
  const width = MACHINE_MEASUREMENTS.length;
  const machine = new Float64Array(records.count * width).fill(Number.NaN);
  const reports = withReports ? new Array<string>(records.count).fill("") : undefined;
  for await (const chunk of db.chunks(machineRows(table, withReports))) {
    const ids = chunk.numbers("study_id");
    const values = MACHINE_MEASUREMENTS.map((name) => chunk.numbers(name));
    const words = reports && chunk.texts("report");
    for (let row = 0; row < ids.length; row++) {
      const place = records.indexOf(ids[row]!);
      if (place === undefined) continue;
      for (let c = 0; c < width; c++) machine[place * width + c] = values[c]![row]!;
      if (reports) reports[place] = words![row] ?? "";
    }
  }
  return { machine, ...(reports ? { reports } : {}) };
}

function machineRows(table: Sql, withReports: boolean): Sql {
  const numbers = joinSql(MACHINE_MEASUREMENTS.map((name) => sql`${identifier(name)}::double as ${identifier(name)}`));
  const report = withReports
    ? sql`, concat_ws('. ', ${joinSql(REPORT_LINES.map((name) => identifier(name)))}) as report`
    : sql``;
  return sql`select study_id::double as study_id, ${numbers}${report} from ${table}`;
}

/** The header's path of a recording. @throws BedsideError where it leads out of the folder. */
export function headerPath(records: EcgRecords, index: number): string {
  const path = normalize(records.pathOf(index));
  if (!isAbsolute(path) && !path.startsWith("..")) return join(records.folder, path);
  throw new BedsideError({
    code: "ecg/outside",
    what: "The list names a recording outside its folder",
    why: "a path in it is absolute or leads upwards",
    fix: "take the list as released",
  });
}
