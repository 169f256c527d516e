// One shard: its recordings measured, drawn, worded and written into a folder that appears whole or not at all.
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { BedsideError, Stopped } from "../../core/errors.ts";
import { npy, parquet } from "../../formats/index.ts";
import { type EcgRecord, ecgPng, ecgSvg, type PictureMark } from "../../signal/index.ts";
import { openEcgFile } from "../../sources/ecg-records/file.ts";
import { MACHINE_MEASUREMENTS } from "../../sources/mimic-iv-ecg/machine.ts";
import { explainFailure } from "../../store/failures.ts";
import { hashFile, makeFolder, readJson, writeJson } from "../../store/files.ts";
import { measureFaithful } from "./faithful/index.ts";
import { disagreements, machineRow } from "./machine.ts";
import { type MeasuredRecord, measureCorrected } from "./measured.ts";
import {
  type MeetiFaults,
  type MeetiSettings,
  noFaults,
  type ShardNote,
  type ShardPlace,
  type ShardWork,
  shardName,
} from "./settings.ts";
import { cellsOf, type Row, TABLES_SCHEMA, tablesOf, WAVEFORMS } from "./tables.ts";
import { type AskedText, askForText } from "./text/asked.ts";
import { Facts } from "./text/facts.ts";
import { interpret, textOf } from "./text/interpret.ts";

/** Rows of a page of a table. */
const PAGE_ROWS = 8192;
/** Fast; traces of ten seconds pack little better with more. */
const GZIP = { level: 1 };
const DEFLATE = { level: 3 };
/** The original's sheets: 300 dots an inch, twelve rows. */
const FAITHFUL_SHEET = { dpi: 300, format: "12x1" } as const;

const gzip = (bytes: Uint8Array) => gzipSync(bytes, GZIP);

export interface ShardHooks {
  signal?: AbortSignal | undefined;
  /** After each recording. */
  onRecord?(): void;
}

/** The note of a shard that is done with this key and whose files are there; undefined otherwise. */
export function finishedShard(out: string, { shard, key }: Pick<ShardWork, "shard" | "key">): ShardNote | undefined {
  const folder = join(out, "shards", shardName(shard));
  let note: ShardNote | undefined;
  try {
    note = readJson<ShardNote>(join(folder, "shard.json"));
  } catch {
    return undefined; // damaged: made anew
  }
  if (note?.schema !== 1 || note.key !== key) return undefined;
  const isWhole = Object.entries(note.files).every(
    ([name, { bytes }]) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === bytes,
  );
  return isWhole ? note : undefined;
}

/**
 * Makes a shard. Nothing of it is left behind when it fails or is stopped.
 * @throws BedsideError what writing and the text model throw; Stopped.
 */
export async function makeShard(work: ShardWork, place: ShardPlace, hooks: ShardHooks = {}): Promise<ShardNote> {
  const folder = join(place.out, "shards", shardName(work.shard));
  const part = join(place.out, "shards", `.${shardName(work.shard)}.part`);
  rmSync(part, { recursive: true, force: true });
  makeFolder(part);
  try {
    const note = await new ShardMaker(work, place, part, hooks).make();
    await writeJson(join(part, "shard.json"), note);
    rmSync(folder, { recursive: true, force: true });
    renameSync(part, folder);
    return note;
  } catch (cause) {
    rmSync(part, { recursive: true, force: true });
    throw cause;
  }
}

class ShardMaker {
  private readonly work: ShardWork;
  private readonly place: ShardPlace;
  private readonly part: string;
  private readonly hooks: ShardHooks;
  private readonly settings: MeetiSettings;
  private readonly tables: Map<string, Row[]>;
  private readonly waveforms = new parquet.ParquetWriter({
    columns: WAVEFORMS.columns,
    gzip,
    metadata: metadataOf(WAVEFORMS.name),
  });
  private readonly faults: MeetiFaults = noFaults();
  private readonly names: string[] = [];
  private readonly prompts: string[] = [];
  private records = 0;
  private withoutBeats = 0;
  private textsRejected = 0;

  constructor(work: ShardWork, place: ShardPlace, part: string, hooks: ShardHooks) {
    this.work = work;
    this.place = place;
    this.part = part;
    this.hooks = hooks;
    this.settings = place.settings;
    this.tables = new Map(tablesOf(place.settings.mode).map(({ name }) => [name, []]));
  }

  async make(): Promise<ShardNote> {
    for (let i = 0; i < this.work.ids.length; i++) {
      if (this.hooks.signal?.aborted) throw new Stopped();
      await this.addRecord(i);
      this.hooks.onRecord?.();
      // lets a stop come through where there are no threads
      await new Promise((resume) => setImmediate(resume));
    }
    const rows = this.writeTables();
    const files: ShardNote["files"] = {};
    for (const name of this.names.sort()) {
      const path = join(this.part, name);
      files[name] = { sha256: await hashFile(path), bytes: statSync(path).size };
    }
    const { shard, key } = this.work;
    const { records, faults, withoutBeats, textsRejected } = this;
    return { schema: 1, shard, key, records, faults, withoutBeats, textsRejected, rows, files };
  }

  private async addRecord(i: number): Promise<void> {
    const ecg = this.read(this.work.paths[i]!);
    const id = this.work.ids[i]!;
    const measured = ecg && this.measure(ecg, id);
    if (!ecg || !measured) return;
    const record: Row = { ...this.headOf(i), ...measured.record };
    if (this.work.machine) {
      const width = MACHINE_MEASUREMENTS.length;
      Object.assign(record, machineRow(this.work.machine.subarray(i * width, (i + 1) * width)));
      record["disagreements"] = disagreements(record);
    }
    if (!(Number(record["beats"]) > 0)) this.withoutBeats++;
    await this.addText(record, measured, i);
    this.tables.get("records")!.push(record);
    this.tables.get("leads")!.push(...measured.leads);
    this.tables.get("beats")!.push(...measured.beats);
    this.writeWaveform(ecg, id);
    this.writePicture(ecg, id, measured.marks);
    this.records++;
  }

  private headOf(i: number): Row {
    const { ids, subjectIds, times } = this.work;
    const seconds = times[i]!;
    const isKnown = Number.isFinite(seconds);
    return {
      record_id: ids[i]!,
      subject_id: subjectIds[i]!,
      recorded_at: isKnown ? new Date(1000 * seconds).toISOString().slice(0, 19).replace("T", " ") : null,
    };
  }

  /** The leads in mV, or undefined with the fault counted. */
  private read(path: string): EcgRecord | undefined {
    try {
      const ecg = openEcgFile(path).record();
      const hasSamples = ecg.signals.length > 0 && ecg.signals.some((lead) => lead.some(Number.isFinite));
      if (hasSamples) return ecg;
      this.faults.unmeasurable++;
    } catch (cause) {
      if (!(cause instanceof BedsideError)) throw cause;
      if (cause.problem.code === "ecg/missing-file") this.faults.missing++;
      else this.faults.unreadable++;
    }
    return undefined;
  }

  private measure(ecg: EcgRecord, id: number): MeasuredRecord | undefined {
    try {
      if (this.settings.mode === "corrected") return measureCorrected(ecg, id);
      const measured = measureFaithful(ecg, id);
      if (!measured) this.faults.fewBeats++;
      return measured;
    } catch (cause) {
      if (!(cause instanceof BedsideError)) throw cause;
      this.faults.unmeasurable++;
      return undefined;
    }
  }

  private async addText(record: Row, { leads, beats }: MeasuredRecord, i: number): Promise<void> {
    const findings = interpret(new Facts(record, leads));
    const id = record["record_id"]!;
    findings.forEach(({ section, rule, sentence, cites }, place) => {
      const row: Row = { record_id: id, place: place + 1, section, rule, sentence, cites: cites.join(",") };
      this.tables.get("findings")!.push(row);
    });
    record["text"] = textOf(findings);
    record["text_source"] = "rules";
    record["text_checked"] = true;
    const model = this.settings.textModel;
    if (!model) return;
    const asked = await askForText(model, {
      record,
      leads,
      beats,
      mode: this.settings.mode,
      report: this.work.reports?.[i] ?? "",
      seed: this.settings.seed,
      apiKey: this.place.apiKey,
      signal: this.hooks.signal,
    });
    this.keepAsked(record, asked, model.name);
  }

  private keepAsked(record: Row, asked: AskedText, model: string): void {
    this.prompts.push(JSON.stringify({ record_id: record["record_id"], model, ...asked }));
    if (asked.unsupported.length && this.settings.mode === "corrected") {
      this.textsRejected++;
      return;
    }
    if (asked.unsupported.length) this.textsRejected++;
    record["text"] = asked.text;
    record["text_source"] = model;
    record["text_checked"] = asked.unsupported.length === 0;
  }

  private writeWaveform({ leads, signals, rateHz }: EcgRecord, id: number): void {
    if (this.settings.format === "parquet") {
      this.waveforms.page(leads.map((lead, l) => [id, lead, rateHz, signals[l]!]));
      return;
    }
    const length = signals[0]!.length;
    const data = new Float32Array(leads.length * length);
    signals.forEach((signal, l) => {
      data.set(signal, l * length);
    });
    this.put(`waveforms/${id}.npy`, npy.writeNpy({ shape: [leads.length, length], data }));
  }

  private writePicture(ecg: EcgRecord, id: number, marks: readonly PictureMark[]): void {
    const { pictures, fiducials, mode } = this.settings;
    if (pictures === "none") return;
    const sheet = { ...(fiducials ? { marks } : {}), ...(mode === "faithful" ? FAITHFUL_SHEET : {}) };
    const content =
      pictures === "svg"
        ? ecgSvg(ecg, sheet)
        : ecgPng(ecg, { ...sheet, deflate: (bytes) => deflateSync(bytes, DEFLATE) });
    this.put(`pictures/${id}.${pictures}`, content);
  }

  private writeTables(): Record<string, number> {
    const rows: Record<string, number> = {};
    for (const spec of tablesOf(this.settings.mode)) {
      const all = this.tables.get(spec.name)!;
      const file = new parquet.ParquetWriter({ columns: spec.columns, gzip, metadata: metadataOf(spec.name) });
      for (let i = 0; i < all.length; i += PAGE_ROWS) {
        file.page(all.slice(i, i + PAGE_ROWS).map((row) => cellsOf(spec, row)));
      }
      rows[spec.name] = all.length;
      this.put(`${spec.name}.parquet`, file.bytes());
    }
    if (this.settings.format === "parquet") {
      rows[WAVEFORMS.name] = this.waveforms.rows;
      this.put("waveforms.parquet", this.waveforms.bytes());
    }
    if (this.prompts.length) this.put("prompts.jsonl", `${this.prompts.join("\n")}\n`, 0o600);
    return rows;
  }

  /** The folder is not the shard's yet: a plain write will do, for the folder's name comes last. */
  private put(name: string, content: string | Uint8Array, mode = 0o644): void {
    const path = join(this.part, name);
    try {
      makeFolder(dirname(path));
      writeFileSync(path, content, { mode });
    } catch (cause) {
      throw explainFailure(cause, this.place.out);
    }
    this.names.push(name);
  }
}

const metadataOf = (table: string) => ({ "bedside.table": `meeti/${table}`, "bedside.schema": String(TABLES_SCHEMA) });

/** Removes shards that a larger run left behind. */
export function dropShardsFrom(out: string, count: number): void {
  for (let shard = count; existsSync(join(out, "shards", shardName(shard))); shard++) {
    rmSync(join(out, "shards", shardName(shard)), { recursive: true, force: true });
  }
}
