// A WFDB record: a header and the bytes of its files become signals, part by part. Knows no disk; asks for files by name.

import { BedsideError } from "../../core/errors.ts";
import { readHeader, type SignalLine, type WfdbHeader } from "./header.ts";
import { invalid } from "./problem.ts";
import { type Allowance, type ReadSignalFile, readSignalFile } from "./signal-file.ts";

/** The samples of one signal over one part. */
export interface PartSignal {
  line: SignalLine;
  /** Samples as stored, from the part's first frame; `line.skew` frames early, and shorter where the file ends early. */
  digital: Int32Array;
  /** The digital value that marks a sample as invalid. */
  invalid: number;
  /** Whether the header's checksum agrees; undefined where none is given or only a window was read. */
  checksumAgrees?: boolean;
}

/** A stretch of the record in which the signals do not change. */
export interface RecordPart {
  name: string;
  startFrame: number;
  frames: number;
  /** By place in the segment's header; undefined where a signal has no file. */
  signals: (PartSignal | undefined)[];
}

/** A signal of the whole record. */
export interface RecordSignal {
  name: string;
  unit: string;
  samplesPerFrame: number;
  /** Samples a second. */
  rateHz: number;
}

/** What `readRecord` returns. Between its parts, and where a part lacks a signal, there is nothing. */
export interface WfdbRecord {
  header: WfdbHeader;
  /** Frames a second. */
  rateHz: number;
  /** The window that was read, in frames of the record. */
  from: number;
  to: number;
  signals: RecordSignal[];
  parts: RecordPart[];
  warnings: string[];
}

/** The files of a record by the names that its headers use: `100.dat`, `seg_01.hea`. */
export type RecordFiles = ReadonlyMap<string, Uint8Array>;

export interface ReadRecordOptions {
  /** First frame to read. Default 0. */
  from?: number;
  /** The frame after the last. Default the record's length. */
  to?: number;
  /** What to do where a file is not given: refuse (default), or leave a gap and warn. */
  missing?: "refuse" | "gap";
  /** What to do where a checksum does not agree: warn (default) or refuse. */
  checksum?: "warn" | "refuse";
  /**
   * The most bytes that decoded samples may take. Default 8 times the files' bytes; where a file is FLAC, which stores a
   * flat line in next to nothing, at least 64 MiB.
   */
  largestBytes?: number;
}

const FLAC_BYTES = 64 * 2 ** 20;

/** The names of the files that `readRecord` needs and `files` lacks, as far as the headers at hand tell. */
export function missingFiles(header: WfdbHeader, files: RecordFiles = new Map()): string[] {
  const wanted = new Set<string>();
  const lines = (list: SignalLine[]) => {
    for (const line of list) if (line.file !== "~") wanted.add(line.file);
  };
  lines(header.signals);
  for (const { name } of header.segments) {
    if (name === "~") continue;
    const bytes = files.get(`${name}.hea`);
    if (bytes === undefined) wanted.add(`${name}.hea`);
    else lines(readHeader(text(bytes), { name: `${name}.hea` }).signals);
  }
  return [...wanted].filter((name) => !files.has(name));
}

/**
 * Reads a record, or a window of it. Digital samples come as 32-bit integers; `physicalSignal` makes them numbers in the
 * signal's unit. Nothing is allocated for what a header declares and the files do not hold: a short file gives a shorter
 * signal and a warning, a gap takes no space.
 * @throws BedsideError `wfdb/invalid`, `wfdb/missing-file`, `wfdb/checksum`, `wfdb/too-large`
 */
export function readRecord(
  header: WfdbHeader | string,
  files: RecordFiles,
  options: ReadRecordOptions = {},
): WfdbRecord {
  const head = typeof header === "string" ? readHeader(header) : header;
  const { from = 0, to, missing = "refuse" } = options;
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const largest = options.largestBytes ?? 8 * total;
  const allowance = { left: largest, compressedLeft: options.largestBytes ?? Math.max(8 * total, FLAC_BYTES) };
  const warnings = [...head.warnings];
  if (!(Number.isSafeInteger(from) && from >= 0) || (to !== undefined && !(Number.isSafeInteger(to) && to >= from))) {
    throw invalid(head.name, "The window cannot be read", "its ends are not frames in order");
  }
  const file = fileReader(files, allowance, missing === "gap" ? warnings : undefined);
  if (head.layout === "single") {
    const { part, frames } = readPart(head, { start: 0, from, to, declared: head.frames }, file, options, warnings);
    return {
      header: head,
      rateHz: head.rateHz,
      from,
      to: Math.max(from, Math.min(to ?? frames, frames)),
      signals: head.signals.map((line) => described(line, head.rateHz)),
      parts: part ? [part] : [],
      warnings,
    };
  }
  return readSegments(head, files, { ...options, from }, file, warnings);
}

/** Where a part lies in the record, the window wanted and the length that the header above gives it. */
interface Place {
  start: number;
  from: number;
  to: number | undefined;
  declared: number | undefined;
}

function readPart(
  head: WfdbHeader,
  { start, from, to, declared }: Place,
  file: ReturnType<typeof fileReader>,
  { checksum = "warn" }: ReadRecordOptions,
  warnings: string[],
): { part?: RecordPart; frames: number } {
  const groups = new Map<string, number[]>();
  head.signals.forEach((line, index) => {
    if (line.file === "~") return;
    const group = groups.get(line.file);
    if (group) group.push(index);
    else groups.set(line.file, [index]);
  });
  const skew = head.signals.reduce((most, line) => Math.max(most, line.skew), 0);
  const signals: (PartSignal | undefined)[] = head.signals.map(() => undefined);
  let frames = declared ?? 0;
  const first = Math.max(0, from - start);
  const last = to === undefined ? declared : Math.min(to - start, declared ?? Number.MAX_SAFE_INTEGER);
  for (const [name, indices] of groups) {
    const lines = indices.map((index) => head.signals[index]!);
    const read = file(name, lines, first, last === undefined ? undefined : last + skew, declared);
    if (!read) continue;
    if (declared === undefined) frames = Math.max(frames, read.available);
    else if (read.available < declared) {
      warnings.push(`${name} holds ${read.available} frames, the header says ${declared}`);
    }
    indices.forEach((index, i) => {
      const line = lines[i]!;
      const signal: PartSignal = { line, digital: read.signals[i]!, invalid: read.invalid };
      const whole = read.first === 0 && read.last === declared;
      if (line.checksum !== undefined && whole) signal.checksumAgrees = (read.sums[i]! - line.checksum) % 65536 === 0;
      if (signal.checksumAgrees === false) {
        const what = `the checksum of signal ${index} of ${head.name} does not agree with its samples`;
        if (checksum === "refuse") throw damaged(head.name, what);
        warnings.push(what);
      }
      signals[index] = signal;
    });
  }
  if (declared !== undefined && to === undefined && start === 0) {
    // A record cut short on disk is as long as what is there.
    const there = signals.reduce((most, s) => (s ? Math.max(most, first + heldFrames(s)) : most), 0);
    frames = Math.min(frames, Math.max(there, first));
  }
  const end = Math.min(to === undefined ? frames : to - start, frames);
  if (end <= first || !signals.some(Boolean)) return { frames };
  return { part: { name: head.name, startFrame: start + first, frames: end - first, signals }, frames };
}

const heldFrames = ({ digital, line }: PartSignal) => digital.length / line.samplesPerFrame;

function readSegments(
  head: WfdbHeader,
  files: RecordFiles,
  options: ReadRecordOptions & { from: number },
  file: ReturnType<typeof fileReader>,
  warnings: string[],
): WfdbRecord {
  const { from, missing = "refuse" } = options;
  const to = Math.min(options.to ?? head.frames!, head.frames!);
  const headers = new Map<string, WfdbHeader>();
  const headerOf = (name: string): WfdbHeader | undefined => {
    const known = headers.get(name);
    if (known) return known;
    const bytes = files.get(`${name}.hea`);
    if (bytes === undefined) {
      if (missing === "refuse") throw absent(`${name}.hea`);
      warnings.push(`${name}.hea is missing: a gap`);
      return undefined;
    }
    const segment = readHeader(text(bytes), { name: `${name}.hea` });
    if (segment.layout !== "single")
      throw invalid(`${name}.hea`, "A segment has segments", "a record may be nested once");
    if (segment.rateHz !== head.rateHz) warnings.push(`the rate of segment ${name} is not that of the record`);
    warnings.push(...segment.warnings);
    headers.set(name, segment);
    return segment;
  };
  const variable = head.layout === "variable";
  const layout = variable ? headerOf(head.segments[0]!.name) : undefined;
  const parts: RecordPart[] = [];
  let start = 0;
  for (const { name, frames } of head.segments) {
    const end = start + frames;
    if (name !== "~" && frames > 0 && start < to && end > from) {
      const segment = headerOf(name);
      if (segment) {
        if (segment.frames !== undefined && segment.frames !== frames) {
          warnings.push(`segment ${name} has ${segment.frames} frames, the record says ${frames}`);
        }
        const place = { start, from, to, declared: Math.min(frames, segment.frames ?? frames) };
        const { part } = readPart(segment, place, file, options, warnings);
        if (part) parts.push(part);
      }
    }
    start = end;
  }
  const model = (layout ?? headers.values().next().value)?.signals ?? [];
  const signals = model.map((line) => described(line, head.rateHz));
  if (variable) nameUnits(signals, parts, warnings);
  else if (parts.some((part) => part.signals.length !== signals.length)) {
    throw invalid(head.name, "The segments do not have the same signals", "the record's layout is fixed");
  }
  for (const part of parts) checkFrames(head, signals, part, variable);
  return { header: head, rateHz: head.rateHz, from, to: Math.max(from, to), signals, parts, warnings };
}

/** A layout header's unit stands only where no segment says otherwise. */
function nameUnits(signals: RecordSignal[], parts: RecordPart[], warnings: string[]): void {
  const byName = new Map(signals.map((signal) => [signal.name, signal]));
  const named = new Set<string>();
  for (const part of parts) {
    for (const entry of part.signals) {
      if (!entry) continue;
      const { line } = entry;
      const signal = byName.get(line.description);
      if (!signal) warnings.push(`segment ${part.name} has a signal that the layout lacks: left out`);
      else if (!named.has(line.description)) {
        signal.unit = line.unit;
        named.add(line.description);
      } else if (signal.unit !== line.unit) warnings.push(`the unit of a signal changes in segment ${part.name}`);
    }
  }
}

function checkFrames(head: WfdbHeader, signals: RecordSignal[], part: RecordPart, variable: boolean): void {
  const wanted = variable ? new Map(signals.map((signal) => [signal.name, signal])) : undefined;
  part.signals.forEach((entry, index) => {
    const signal = wanted ? wanted.get(entry?.line.description ?? "") : signals[index];
    if (signal && entry && signal.samplesPerFrame !== entry.line.samplesPerFrame) {
      throw invalid(head.name, "The segments do not fit together", "a signal's samples a frame change");
    }
  });
}

/** Reads files through a cache, so that segments that share a file's storage share its samples. */
function fileReader(files: RecordFiles, allowance: Allowance, gaps: string[] | undefined) {
  const cache = new Map<string, ReadSignalFile>();
  return (name: string, lines: SignalLine[], from: number, to: number | undefined, declared: number | undefined) => {
    const bytes = files.get(name);
    if (bytes === undefined) {
      if (!gaps) throw absent(name);
      gaps.push(`${name} is missing: a gap`);
      return undefined;
    }
    const shape = lines.map((line) => [
      line.format,
      line.samplesPerFrame,
      line.offset,
      line.format === 8 && line.initialValue,
    ]);
    const key = JSON.stringify([name, from, to, declared, shape]);
    const known = cache.get(key);
    if (known) return known;
    const read = readSignalFile(name, bytes, lines, { from, to, declared }, allowance);
    cache.set(key, read);
    return read;
  };
}

const described = (line: SignalLine, rateHz: number): RecordSignal => ({
  name: line.description,
  unit: line.unit,
  samplesPerFrame: line.samplesPerFrame,
  rateHz: rateHz * line.samplesPerFrame,
});

const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

function absent(name: string): BedsideError {
  return new BedsideError({
    code: "wfdb/missing-file",
    what: "A file of the record is missing",
    where: name,
    fix: 'give it, or read with missing: "gap" to leave its time empty',
  });
}

function damaged(name: string, why: string): BedsideError {
  return new BedsideError({
    code: "wfdb/checksum",
    what: "The samples are not those that were written",
    where: name,
    why,
    fix: 'copy the record again, or read with checksum: "warn"',
  });
}
