// Folders of raw records into a store: found, checked, converted table by table, resumable. Knows no data set by name.
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Stopped } from "../core/errors.ts";
import { groupBy } from "../core/group.ts";
import type { Progress } from "../core/progress.ts";
import {
  type Database,
  hashText,
  isFolder,
  lockFolder,
  openDatabase,
  readJson,
  type StoreManifest,
  writeJson,
} from "../store/index.ts";
import { convertTable } from "./convert.ts";
import { type FoundTable, findTables, realFolders } from "./find.ts";
import { Journal, type JournalEntry } from "./journal.ts";
import { describeStore } from "./manifest.ts";
import { checkApart, checkOutput, removeIfEmpty, removeLeftovers } from "./output.ts";
import { noteTruths } from "./truths.ts";
import { verifyInput } from "./verify.ts";
import { versionBounds } from "./version.ts";
import { noteWaveforms } from "./waveforms.ts";

/** What an import may use, and where it tells of itself. */
export interface ImportOptions {
  progress: Progress;
  /** Memory the database may use, as `1GB`. */
  memory?: string;
  threads?: number;
  signal?: AbortSignal | undefined;
  /** Written into the store. */
  codeVersion?: string;
}

/**
 * Imports the folders into `store`. Tables that are there already, from the same files, are kept.
 * @throws BedsideError for everything that is wrong with the folders, the files or the output; Stopped.
 */
export async function importRecords(
  folders: readonly string[],
  store: string,
  { progress, memory = "1GB", threads = 2, signal, codeVersion = "" }: ImportOptions,
): Promise<StoreManifest> {
  for (const folder of folders) checkApart(folder, store);
  checkOutput(store);
  const wasThere = isFolder(store);
  const release = lockFolder(store);
  try {
    removeLeftovers(store);
    const given = [...folders.filter(isFolder), ...realFolders(folders)];
    const db = await openDatabase({
      folders: [...given, store],
      tempFolder: join(store, ".temp"),
      memory,
      threads,
      signal,
    });
    try {
      const tables = await findTables(db, folders);
      const sources = [...groupBy(tables, ({ source }) => source).values()];
      const bounds = sources.map((found) => versionBounds(found));
      const stored = await convertAll(db, tables, store, { progress, signal });
      const manifest = describeStore(sources, bounds, stored, codeVersion);
      await keepManifest(store, manifest);
      await noteWaveforms(store, tables);
      await noteTruths(store, folders);
      return manifest;
    } finally {
      db.close();
    }
  } finally {
    release();
    if (!wasThere) removeIfEmpty(store);
  }
}

/** Files up to this size are converted two at a time: reading one is single-threaded, sorting a large one needs all memory. */
const SMALL_BYTES = 256 * 1024 ** 2;

async function convertAll(
  db: Database,
  tables: readonly FoundTable[],
  store: string,
  { progress, signal }: Pick<ImportOptions, "progress" | "signal">,
): Promise<Map<FoundTable, JournalEntry>> {
  const journal = new Journal(store);
  await journal.begin();
  const stored = new Map<FoundTable, JournalEntry>();
  let done = 0;
  let made = 0;
  progress.begin(
    "Import",
    tables.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  const bring = async (connection: Database, table: FoundTable) => {
    if (signal?.aborted) throw new Stopped();
    const key = `${table.source.id}/${table.spec.table}`;
    progress.at(done, key);
    let read = 0;
    const onBytes = (bytes: number) => {
      read += bytes;
      done += bytes;
      progress.at(done, key);
    };
    const before = journal.find(key, readingOf(table));
    const known = await stillTheSame(table, before, { signal });
    const entry = known ?? (await convertOne(connection, table, store, { signal, onBytes }));
    if (!known) made++;
    if (!known || known.modifiedMs !== before?.modifiedMs) await journal.keep(key, entry);
    stored.set(table, entry);
    done += table.bytes - read;
  };
  const bySize = [...tables].sort((a, b) => b.bytes - a.bytes);
  for (const table of bySize.filter(({ bytes }) => bytes > SMALL_BYTES)) await bring(db, table);
  const second = await db.beside();
  try {
    await inLanes(
      [db, second],
      bySize.filter(({ bytes }) => bytes <= SMALL_BYTES),
      bring,
    );
  } finally {
    second.close();
  }
  const rows = [...stored.values()].reduce((sum, entry) => sum + entry.rows, 0);
  const kept = tables.length - made;
  progress.end(`${tables.length} tables, ${rows.toLocaleString("en")} rows${kept ? `, ${kept} there already` : ""}`);
  return stored;
}

/** Each lane takes the next item when it is free; after a failure no lane takes another, and the first failure is thrown. */
async function inLanes<Lane, Item>(
  lanes: readonly Lane[],
  items: readonly Item[],
  work: (lane: Lane, item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let item = waiting.shift(); item !== undefined && failures.length === 0; item = waiting.shift()) {
        try {
          await work(lane, item);
        } catch (failure) {
          failures.push(failure);
        }
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}

/** What a table depends on beside its file: its declaration and the columns the file has. */
function readingOf({ spec, header, format }: FoundTable): string {
  return hashText(JSON.stringify([spec.columns, spec.sortBy, header, format]));
}

/** A finished table whose input has not changed: same size and time, or same contents. */
async function stillTheSame(
  table: FoundTable,
  known: JournalEntry | undefined,
  { signal }: { signal?: AbortSignal | undefined },
): Promise<JournalEntry | undefined> {
  if (!known || known.input.bytes !== table.bytes) return undefined;
  const input = { ...known.input, path: table.inside };
  if (known.modifiedMs === table.modifiedMs) return { ...known, input };
  const sha256 = await verifyInput(table.path, table.format, { signal });
  return sha256 === known.input.sha256 ? { ...known, input, modifiedMs: table.modifiedMs } : undefined;
}

/** Converts and verifies at the same time; a file that is not whole leaves no table behind. */
async function convertOne(
  db: Database,
  table: FoundTable,
  store: string,
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes: (bytes: number) => void },
): Promise<JournalEntry> {
  const file = `${table.source.id}/${table.spec.table}.parquet`;
  const output = join(store, file);
  const verified = verifyInput(table.path, table.format, { signal, onBytes });
  const [checked, converted] = await Promise.allSettled([verified, convertTable(db, table, output)]);
  // a damaged file explains whatever the conversion complained of
  if (checked.status === "rejected") {
    rmSync(output, { force: true });
    throw checked.reason;
  }
  if (converted.status === "rejected") throw converted.reason;
  return {
    table: table.spec.table,
    file,
    rows: converted.value,
    input: { path: table.inside, bytes: table.bytes, sha256: checked.value },
    modifiedMs: table.modifiedMs,
    reading: readingOf(table),
    outputBytes: statSync(output).size,
  };
}

/** Writes store.json only where it changes, so that an unchanged store stays as it is. */
async function keepManifest(store: string, manifest: StoreManifest): Promise<void> {
  const path = join(store, "store.json");
  let before: unknown;
  try {
    before = readJson(path);
  } catch {
    // a damaged manifest is written anew
  }
  if (JSON.stringify(before) !== JSON.stringify(manifest)) await writeJson(path, manifest);
}
