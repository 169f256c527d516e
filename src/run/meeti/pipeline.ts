// The whole run of MEETI: recordings cut into shards, shards made by threads, the manifest and report made of what they say.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { BedsideError, UsageError } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import { MACHINE_MEASUREMENTS } from "../../sources/mimic-iv-ecg/machine.ts";
import { hashText, lockFolder, makeFolder, openDatabase, readJson, writeJson, writeWhole } from "../../store/index.ts";
import { codeVersion, environment } from "../version.ts";
import { countFindings, measureAgreement } from "./agreement.ts";
import { examplePictures } from "./examples.ts";
import { makeShards } from "./pool.ts";
import type { MeetiManifest, MeetiResult } from "./result.ts";
import { checkRuling, type Ruling } from "./ruling.ts";
import {
  type MeetiFaults,
  type MeetiSettings,
  noFaults,
  type ShardNote,
  type ShardWork,
  shardName,
} from "./settings.ts";
import { dropShardsFrom, finishedShard } from "./shard.ts";
import { headerPath, type MeetiSource, openMeetiSource } from "./source.ts";
import { TABLES_SCHEMA } from "./tables.ts";
import { chatAddress } from "./text/model.ts";

export interface MeetiOptions extends MeetiSettings {
  /** A store, or a release's folder. */
  data: string;
  out: string;
  /** The first so many recordings, in order of patient and time; all where left out. */
  limit?: number | undefined;
  /** Threads, one a core. Default 1. */
  workers?: number;
  /** Recordings a shard. Default 200. */
  shardSize?: number;
  /** The file with the ruling on credentialed data. */
  ruling?: string | undefined;
  apiKey?: string | undefined;
  memory?: string;
  command: string;
  /** When the command began, ISO 8601. */
  startedAt: string;
  progress: Progress;
  /** Makes the documents beside the manifest: name → text. */
  documents?: (result: MeetiResult) => Record<string, string>;
}

const SHARD_SIZE = 200;

/**
 * Runs MEETI. Finished shards of an earlier call with the same settings stay; a stopped run goes on with the next shard.
 * @throws BedsideError for what is wrong with folders, settings or the text model; Stopped.
 */
export async function runMeeti(options: MeetiOptions): Promise<MeetiResult> {
  const { data, out, progress, textModel, workers = 1 } = options;
  if (textModel) chatAddress(textModel.url);
  const release = lockFolder(out);
  try {
    checkFolder(out);
    const source = await openMeetiSource(data, {
      reports: textModel !== undefined && options.mode === "faithful",
      ...(options.memory ? { memory: options.memory } : {}),
      signal: progress.signal,
    });
    const { id, dataUse } = source;
    const ruling = textModel && checkRuling({ dataUse, source: id, url: textModel.url }, options.ruling);
    const asked = Math.min(source.records.count, options.limit ?? source.records.count);
    if (asked === 0) throw nothingToDo(data);
    makeFolder(join(out, "shards"));
    const began = performance.now();
    const notes = await makeAll(source, asked, options);
    const seconds = (performance.now() - began) / 1000;
    const measured = { records: notes.measured, seconds, workers };
    const speed = measured.records > 0 ? measured : speedBefore(out);
    const made = await writeManifest(source, { asked, ruling, notes: notes.all }, options);
    const manifest: MeetiManifest = { ...made, ...(speed ? { speed } : {}) };
    const examples = examplePictures(source, asked, options.seed);
    const result: MeetiResult = { manifest, examples, measured };
    await writeJson(join(out, "manifest.json"), manifest);
    for (const [name, text] of Object.entries(options.documents?.(result) ?? {}))
      await writeWhole(join(out, name), text);
    return result;
  } finally {
    release();
  }
}

/** The speed an earlier process noted, for one that found everything done. */
function speedBefore(out: string): MeetiManifest["speed"] {
  try {
    return readJson<MeetiManifest>(join(out, "manifest.json"))?.speed;
  } catch {
    return undefined;
  }
}

/** A folder of another run would be mixed with this one. */
function checkFolder(out: string): void {
  let other: unknown;
  try {
    other = readJson(join(out, "run.json")) ?? readJson(join(out, "store.json"));
  } catch {
    other = true;
  }
  if (!other) return;
  throw new BedsideError({
    code: "meeti/output-taken",
    what: "The folder holds another run or a store",
    where: out,
    fix: "choose another --out",
  });
}

function nothingToDo(data: string): BedsideError {
  return new UsageError({
    code: "meeti/no-records",
    what: "There is no recording to measure",
    where: data,
    why: "the list of recordings is empty, or --limit is 0",
    fix: "give a data set with recordings",
  });
}

async function makeAll(
  source: MeetiSource,
  asked: number,
  options: MeetiOptions,
): Promise<{ all: ShardNote[]; measured: number }> {
  const { out, progress, workers = 1, shardSize = SHARD_SIZE } = options;
  const { mode, format, pictures, fiducials, seed, textModel } = options;
  const settings: MeetiSettings = { mode, format, pictures, fiducials, seed, textModel };
  const count = Math.ceil(asked / shardSize);
  const all: ShardNote[] = [];
  const base = JSON.stringify([codeVersion(), TABLES_SCHEMA, settings, source.id, source.version]);
  let done = 0;
  let measured = 0;
  function* missing(): Generator<ShardWork> {
    for (let shard = 0; shard < count; shard++) {
      const work = workOf(source, shard, shard * shardSize, Math.min(asked, (shard + 1) * shardSize), base);
      const note = finishedShard(out, work);
      if (note) {
        all.push(note);
        done += work.ids.length;
        progress.at(done, "done before");
      } else yield work;
    }
  }
  progress.begin("Recordings", asked);
  await makeShards(
    missing(),
    { out, settings, apiKey: options.apiKey },
    {
      workers: Math.min(workers, count),
      signal: progress.signal,
      onRecord: () => {
        measured++;
        progress.at(++done, "recordings");
      },
      onShard: (note) => all.push(note),
    },
  );
  dropShardsFrom(out, count);
  all.sort((a, b) => a.shard - b.shard);
  progress.end(`${all.reduce((sum, { records }) => sum + records, 0).toLocaleString("en")} written`);
  return { all, measured };
}

function workOf(source: MeetiSource, shard: number, from: number, to: number, base: string): ShardWork {
  const { records, machine, reports } = source;
  const width = MACHINE_MEASUREMENTS.length;
  const work = {
    shard,
    ids: records.ids.slice(from, to),
    subjectIds: records.subjectIds.slice(from, to),
    times: records.times.slice(from, to),
    ...(machine ? { machine: machine.slice(from * width, to * width) } : {}),
    ...(reports ? { reports: reports.slice(from, to) } : {}),
  };
  const hash = createHash("sha256").update(base);
  for (const numbers of [work.ids, work.subjectIds, work.times, work.machine ?? new Float64Array(0)])
    hash.update(numbers);
  hash.update(JSON.stringify(work.reports ?? []));
  const paths = Array.from(work.ids, (_, i) => headerPath(records, from + i));
  return { ...work, paths, key: hash.digest("hex") };
}

async function writeManifest(
  source: MeetiSource,
  { asked, ruling, notes }: { asked: number; ruling: Ruling | undefined; notes: readonly ShardNote[] },
  options: MeetiOptions,
): Promise<MeetiManifest> {
  const { out, memory = "800MB", progress, textModel } = options;
  progress.begin("Agreement");
  const tempFolder = join(out, ".bedside-temp");
  const db = await openDatabase({ folders: [out], tempFolder, memory, threads: 1, signal: progress.signal });
  try {
    const agreement = await measureAgreement(db, out);
    const findings = await countFindings(db, out);
    progress.end();
    const { id, title, version, dataUse, records } = source;
    const sum = (of: (note: ShardNote) => number) => notes.reduce((total, note) => total + of(note), 0);
    const names = [...new Set(notes.flatMap(({ rows }) => Object.keys(rows)))];
    const faults = Object.keys(noFaults()) as (keyof MeetiFaults)[];
    return {
      schema: 1,
      system: "meeti",
      mode: options.mode,
      codeVersion: codeVersion(),
      environment: environment(),
      command: options.command,
      startedAt: options.startedAt,
      data: { id, title, version, dataUse },
      settings: {
        waveforms: options.format,
        pictures: options.pictures,
        fiducials: options.fiducials,
        seed: options.seed,
      },
      tablesSchema: TABLES_SCHEMA,
      records: {
        listed: records.count,
        asked,
        written: sum((note) => note.records),
        patients: new Set(records.subjectIds.subarray(0, asked)).size,
        withoutBeats: sum((note) => note.withoutBeats),
      },
      faults: Object.fromEntries(
        faults.map((name) => [name, sum((note) => note.faults[name])]),
      ) as unknown as MeetiFaults,
      rows: Object.fromEntries(names.map((name) => [name, sum(({ rows }) => rows[name] ?? 0)])),
      text: {
        source: textModel ? "model" : "rules",
        ...(textModel ? { model: textModel } : {}),
        ...(ruling ? { ruling } : {}),
        rejected: sum((note) => note.textsRejected),
      },
      agreement,
      findings,
      shards: notes.map(({ shard, records: count, files }) => ({
        shard: shardName(shard),
        records: count,
        tables: Object.fromEntries(
          Object.entries(files).flatMap(([name, { sha256 }]) => (name.endsWith(".parquet") ? [[name, sha256]] : [])),
        ),
        sha256: hashText(
          Object.entries(files)
            .map(([name, { sha256 }]) => `${name} ${sha256}\n`)
            .join(""),
        ),
      })),
    };
  } finally {
    db.close();
  }
}
