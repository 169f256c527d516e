// A MEDS data set into a store of its own: events sorted into one Parquet file, dictionary and splits beside. Reads no clock.
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { BedsideError } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import {
  type Database,
  hashFile,
  hashText,
  isFolder,
  literal,
  lockFolder,
  openDatabase,
  readJson,
  replaceFile,
  type Sql,
  type StoredSource,
  type StoredTable,
  type StoreManifest,
  sql,
  writeJson,
} from "../../store/index.ts";
import { type MedsFolder, medsEvents, readMeds } from "./find.ts";

export interface MedsImportOptions {
  progress: Progress;
  /** Memory the database may use, as `1GB`. */
  memory?: string;
  threads?: number;
  /** Written into the store. */
  codeVersion?: string;
}

/**
 * Imports the MEDS data set of a folder into `store`, a folder that is empty, new, or a store of the same data set: then
 * nothing is done. Tables: `meds.events` (sorted by subject and time, static rows first), `meds.codes`, `meds.subject_splits`.
 * @throws BedsideError where the folder is no MEDS data set, a row has no subject or code, or the store holds other things.
 */
export async function importMeds(folder: string, store: string, options: MedsImportOptions): Promise<StoreManifest> {
  const { progress, memory = "1GB", threads = 2, codeVersion = "" } = options;
  const release = lockFolder(store);
  try {
    const folders = [...(isFolder(folder) ? [folder] : []), store];
    const db = await openDatabase({
      folders,
      tempFolder: join(store, ".temp"),
      memory,
      threads,
      signal: progress.signal,
    });
    try {
      const found = await readMeds(db, folder);
      if (!found) throw notMeds(folder);
      progress.begin("Import MEDS", 2);
      const inputs = await hashInputs(found);
      const fingerprint = hashText([...inputs.values()].map(({ line }) => line).join("\n"));
      const before = manifestOf(store);
      if (before?.fingerprint === fingerprint && isWhole(store, before)) {
        progress.end("there already");
        return before;
      }
      checkOutput(store, before);
      progress.at(1, "sorting the events");
      const source = await convertMeds(db, found, store, inputs);
      const manifest: StoreManifest = { schema: 1, codeVersion, fingerprint, sources: [source] };
      await writeJson(join(store, "store.json"), manifest);
      progress.end(`${source.tables[0]!.rows.toLocaleString("en-US")} events`);
      return manifest;
    } finally {
      db.close();
    }
  } finally {
    release();
  }
}

type Input = StoredTable["input"] & { line: string };

/** What each table is made from; the events from all their files together. */
async function hashInputs({ folder, files, codes, splits }: MedsFolder): Promise<Map<string, Input>> {
  const inputs = new Map<string, Input>();
  const given: [string, string[]][] = [["events", files]];
  if (codes) given.push(["codes", [codes]]);
  if (splits) given.push(["subject_splits", [splits]]);
  for (const [table, paths] of given) {
    const hashes = [];
    for (const path of paths) hashes.push(await hashFile(path));
    const inside = paths.map((path) => relative(folder, path).split(sep).join("/"));
    const sha256 = hashes.length === 1 ? hashes[0]! : hashText(hashes.join("\n"));
    const path = inside.length === 1 ? inside[0]! : `data (${inside.length} files)`;
    const bytes = paths.reduce((sum, one) => sum + statSync(one).size, 0);
    inputs.set(table, { path, bytes, sha256, line: `meds/${table} ${sha256}` });
  }
  return inputs;
}

/** Writes the tables of a MEDS data set, each whole or not at all, and describes them. */
async function convertMeds(
  db: Database,
  found: MedsFolder,
  store: string,
  inputs: Map<string, Input>,
): Promise<StoredSource> {
  const events = medsEvents(found);
  const { broken } = await db.row<{ broken: bigint }>(
    sql`select count(*) as broken from ${events} as e where subject_id is null or code is null`,
  );
  if (broken > 0n) {
    throw new BedsideError({
      code: "meds/no-subject-or-code",
      what: `${broken} events have no subject or no code`,
      where: found.folder,
      why: "MEDS demands both in every row",
      fix: "make the data set again with the tool that made it",
    });
  }
  const tables: StoredTable[] = [];
  const keep = async (table: string, rows: Sql) => {
    const file = `meds/${table}.parquet`;
    mkdirSync(join(store, "meds"), { recursive: true });
    let count = 0;
    await replaceFile(join(store, file), async (temporary) => {
      count = await db.run(
        sql`copy (${rows}) to ${literal(temporary)} (format parquet, compression zstd, row_group_size 122880)`,
      );
    });
    const { line: _, ...input } = inputs.get(table)!;
    tables.push({ table, file, rows: count, input });
  };
  await keep("events", sql`from ${events} as e order by subject_id, time nulls first, code, numeric_value, text_value`);
  if (found.codes) await keep("codes", sql`from read_parquet(${found.codes}) order by code`);
  if (found.splits) await keep("subject_splits", sql`from read_parquet(${found.splits}) order by subject_id`);
  const { dataset_name, dataset_version, meds_version } = found.dataset;
  return {
    id: "meds",
    title: dataset_name ?? "MEDS data set",
    version: dataset_version ?? "unknown",
    versionReason: dataset_version
      ? "dataset.json says so"
      : `dataset.json names no version${meds_version ? ` (MEDS ${meds_version})` : ""}`,
    dataUse: /\b(demo|synthetic)\b/i.test(`${dataset_name} ${dataset_version}`) ? "open" : "credentialed",
    tables,
    missing: [],
  };
}

function manifestOf(store: string): StoreManifest | undefined {
  try {
    return readJson<StoreManifest>(join(store, "store.json"));
  } catch {
    return undefined;
  }
}

function isWhole(store: string, { sources }: StoreManifest): boolean {
  return sources.every(({ tables }) =>
    tables.every(({ file }) => statSync(join(store, file), { throwIfNoEntry: false })?.isFile()),
  );
}

function checkOutput(store: string, before: StoreManifest | undefined): void {
  const others = readdirSync(store).filter((name) => ![".bedside.lock", ".temp", "meds", "store.json"].includes(name));
  const foreign = before?.sources.some(({ id }) => id !== "meds");
  if (others.length === 0 && !foreign) {
    rmSync(join(store, "meds"), { recursive: true, force: true });
    return;
  }
  throw new BedsideError({
    code: "import/output-taken",
    what: "The folder of the store holds other things",
    where: store,
    why: "a MEDS data set has a store of its own",
    fix: "choose an empty or new folder with --out",
  });
}

function notMeds(folder: string): BedsideError {
  return new BedsideError({
    code: "meds/not-meds",
    what: "This folder is not a MEDS data set",
    where: folder,
    why: "it has no Parquet files with the columns subject_id, time and code, in data/ or in itself",
    fix: "name the folder that holds data/ and metadata/",
  });
}
