// Writes a store as a MEDS data set: shards of whole patients, code dictionary, splits, description. Goes on where an
// interrupted export stopped; the folders `data` and `metadata` appear when everything is there. Reads no clock.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { BedsideError, Stopped } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import {
  explainFailure,
  identifier,
  join as joinSql,
  literal,
  type RecordStore,
  readJson,
  replaceFile,
  type Sql,
  sql,
  writeJson,
} from "../../store/index.ts";
import { codesRelation } from "./descriptions.ts";
import { cutShards, fillSplits, type Shard, splitSubjects, subjectSizes } from "./plan.ts";
import { defaultSources, EVENT_COLUMNS, eventCounts, eventsRelation, hasMeds } from "./relation.ts";
import type { CodeStyle } from "./rules.ts";
import { arrowSchema, MEDS_PATHS, MEDS_SPLITS, type MedsVersion } from "./schema.ts";

export interface ExportOptions {
  progress: Progress;
  /** The version of MEDS. Default `0.4.0`. */
  version?: MedsVersion;
  /** The generation of codes, for MIMIC-IV. Default `0.1`, which MEDS-DEV's predicates are written for. */
  style?: CodeStyle;
  /** Decides which subjects are for training, tuning and testing. Default 1. */
  seed?: number;
  /** Events of a shard, all splits together; what memory is needed for. Default 2 million. */
  shardEvents?: number;
  /** ISO 8601, written as `created_at`; left out where undefined, so that the same store gives the same files. */
  createdAt?: string | undefined;
  /** Bedside's version, written as `etl_version`. */
  codeVersion?: string;
}

/** What an export wrote. */
export interface MedsExport {
  folder: string;
  subjects: number;
  events: number;
  codes: number;
  /** Files under `data`. */
  shards: number;
}

/** Where an export is made. */
const MAKING = ".making";
const SPLITS = "meds_splits";

/**
 * Writes the data set to the folder `out`, which must be one the store's database may write to.
 *
 * Memory: a shard of `shardEvents` events at a time, sorted on its own; the store's tables are sorted by subject, so that
 * each shard reads its part of them.
 * @throws BedsideError where `out` holds a data set already; `disk/…`; Stopped (the same call goes on from there).
 */
export async function exportMeds(store: RecordStore, out: string, options: ExportOptions): Promise<MedsExport> {
  const { progress, style = "0.1", version = "0.4.0", seed = 1, shardEvents = 2_000_000 } = options;
  checkOutput(out);
  const { db } = store;
  const sizes = await subjectSizes(db, eventCounts(store, { style }));
  const shards = cutShards(sizes, shardEvents);
  const splits = splitSubjects(sizes.ids, seed);
  const making = join(out, MAKING);
  await beginOrGoOn(making, { fingerprint: store.manifest.fingerprint, style, version, seed, shardEvents });
  await fillSplits(db, SPLITS, sizes.ids, splits);
  try {
    progress.begin("MEDS", shards.length);
    for (const [i, shard] of shards.entries()) {
      if (progress.signal.aborted) throw new Stopped();
      progress.at(i, `subjects ${i + 1} of ${shards.length}`);
      await writeShard(store, shard, { making, number: i, style });
    }
    const written = await writeMetadata(store, making, { ...options, version });
    for (const folder of ["data", "metadata"]) renameSync(join(making, folder), join(out, folder));
    rmSync(making, { recursive: true });
    const files = MEDS_SPLITS.flatMap((split) => filesOf(join(out, MEDS_PATHS.data, split)));
    progress.end(
      `${written.events.toLocaleString("en-US")} events of ${sizes.ids.length.toLocaleString("en-US")} subjects`,
    );
    return { folder: out, subjects: sizes.ids.length, shards: files.length, ...written };
  } catch (cause) {
    throw explainFailure(cause, out);
  } finally {
    await db.run(sql`drop table if exists ${identifier(SPLITS)}`);
  }
}

function checkOutput(out: string): void {
  const taken = ["data", "metadata"].find((name) => existsSync(join(out, name)));
  if (!taken) return;
  throw new BedsideError({
    code: "meds/output-taken",
    what: "The folder for the MEDS data set holds one already",
    where: join(out, taken),
    fix: "choose another --out, or remove the folders data and metadata",
  });
}

/** An unfinished export is gone on with if it was to become the same data set; otherwise it is begun anew. */
async function beginOrGoOn(making: string, wanted: Record<string, unknown>): Promise<void> {
  const path = join(making, "export.json");
  let before: unknown;
  try {
    before = readJson(path);
  } catch {
    // an unreadable note costs a new beginning
  }
  if (JSON.stringify(before) === JSON.stringify(wanted)) return;
  rmSync(making, { recursive: true, force: true });
  await writeJson(path, wanted);
}

async function writeShard(
  store: RecordStore,
  { first, last }: Shard,
  { making, number, style }: { making: string; number: number; style: CodeStyle },
): Promise<void> {
  const { db } = store;
  const done = join(making, "done", `${number}.json`);
  if (existsSync(done)) return;
  const table = identifier("meds_shard");
  const columns = joinSql(EVENT_COLUMNS.map((name) => identifier(name)));
  await db.run(sql`drop table if exists ${table}`);
  await db.run(sql`
    create temp table ${table} as
    select e.*, s.split from ${eventsRelation(store, { style, once: true })} as e
    join ${identifier(SPLITS)} as s on e.subject_id = s.subject_id
    where e.subject_id between ${first} and ${last}`);
  const counts = await db.rows<{ split: string }>(sql`select distinct split from ${table}`);
  for (const { split } of counts) {
    await copyTo(
      store,
      sql`
        select ${columns} from ${table} where split = ${literal(split)}
        order by subject_id, time nulls first, rule, code, numeric_value, text_value, hadm_id, icustay_id`,
      join(making, MEDS_PATHS.data, split, `${number}.parquet`),
      arrowSchema("data"),
    );
  }
  await db.run(sql`drop table ${table}`);
  await writeJson(done, { number });
}

async function writeMetadata(
  store: RecordStore,
  making: string,
  options: ExportOptions & { version: MedsVersion },
): Promise<{ events: number; codes: number }> {
  const { db } = store;
  const files = MEDS_SPLITS.flatMap((split) => filesOf(join(making, MEDS_PATHS.data, split)));
  const data = sql`read_parquet([${joinSql(files.map((file) => literal(file)))}])`;
  const dictionary = codesRelation(store, data);
  await copyTo(store, sql`from ${dictionary} as c order by code`, join(making, MEDS_PATHS.codes), arrowSchema("codes"));
  const splits = sql`select subject_id, split from ${identifier(SPLITS)} order by subject_id`;
  await copyTo(store, splits, join(making, MEDS_PATHS.splits), arrowSchema("splits"));
  await writeJson(join(making, MEDS_PATHS.dataset), describe(store, options));
  const { events } = await db.row<{ events: bigint }>(sql`select count(*) as events from ${data}`);
  const { codes } = await db.row<{ codes: bigint }>(
    sql`select count(*) as codes from read_parquet(${join(making, MEDS_PATHS.codes)})`,
  );
  return { events: Number(events), codes: Number(codes) };
}

/** `dataset.json`; what only 0.4 knows is left out of 0.3.3. */
function describe(
  store: RecordStore,
  { version, createdAt, codeVersion }: ExportOptions & { version: MedsVersion },
): Record<string, unknown> {
  const sources = (hasMeds(store) ? ["meds"] : defaultSources(store)).map((id) => store.source(id)!);
  return {
    dataset_name: sources.map(({ title }) => title).join(" + "),
    dataset_version: sources.map((source) => source.version).join(" + "),
    etl_name: "Bedside",
    ...(codeVersion ? { etl_version: codeVersion } : {}),
    meds_version: version,
    ...(createdAt ? { created_at: createdAt } : {}),
    ...(version === "0.4.0" ? { raw_source_id_columns: ["hadm_id", "icustay_id"] } : {}),
  };
}

async function copyTo({ db }: RecordStore, rows: Sql, path: string, schema: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await replaceFile(path, async (temporary) => {
    await db.run(sql`copy (${rows}) to ${literal(temporary)} (format parquet, compression zstd,
        kv_metadata {'ARROW:schema': ${literal(schema)}})`);
  });
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".parquet"));
  return files.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).map((name) => join(folder, name));
}
