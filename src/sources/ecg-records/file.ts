// A WFDB record on the disk, read a window at a time: only the bytes of the window where the storage format allows it.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BedsideError } from "../../core/errors.ts";
import { wfdb } from "../../formats/index.ts";
import { explainFailure } from "../../store/index.ts";

/** A signal of a record. */
export interface EcgSignal {
  /** As the header has it: `II`, `AVR`. */
  name: string;
  unit: string;
  /** Samples a second. */
  rateHz: number;
  samplesPerFrame: number;
}

/** A record that has been opened: its header is read, its samples are read as they are asked for. */
export interface EcgFile {
  name: string;
  /** Frames a second. */
  rateHz: number;
  frames: number;
  seconds: number;
  signals: readonly EcgSignal[];
  comments: readonly string[];
  warnings: readonly string[];
  /**
   * The samples of frames [from, to) in millivolts (other quantities in their unit), one array a signal; NaN where a
   * sample is marked invalid or missing. Each has (to − from) × samplesPerFrame values.
   */
  window(from: number, to: number): Float32Array[];
  /**
   * The leads of frames [from, to), default all, as what `bedside/signal` measures and draws: signals in millivolts that
   * have one sample a frame.
   */
  record(from?: number, to?: number): { leads: string[]; rateHz: number; signals: Float32Array[] };
  /** The whole record with its checksums, as `wfdb.readRecord` gives it. */
  read(): wfdb.WfdbRecord;
}

/** Bytes of so many samples, for the formats whose samples lie at known places. */
const BYTES: Readonly<Record<number, (samples: number) => number>> = {
  80: (n) => n,
  16: (n) => 2 * n,
  61: (n) => 2 * n,
  160: (n) => 2 * n,
  24: (n) => 3 * n,
  32: (n) => 4 * n,
  212: (n) => Math.ceil(1.5 * n),
  310: (n) => 4 * Math.ceil(n / 3),
  311: (n) => 4 * Math.ceil(n / 3),
};
/** Windows begin at a frame of which this is a divisor, so that packed samples (two in 3 bytes, three in 4) are whole. */
const WHOLE = 6;
/** Marks a sample of format 16 as invalid. */
const INVALID_16 = -32_768;
/** Millivolts in a unit. */
const MILLIVOLTS: Readonly<Record<string, number>> = { mv: 1, uv: 1e-3, µv: 1e-3, v: 1e3, nv: 1e-6 };

/**
 * Opens a record by the path of its header, with or without `.hea`.
 * @throws BedsideError `ecg/missing-file`, `wfdb/invalid`. The error names the folder, never the record.
 * @example openEcgFile("files/p1000/p10000032/s40689238/40689238").window(0, 500)
 */
export function openEcgFile(path: string): EcgFile {
  const stem = path.replace(/\.hea$/, "");
  const folder = dirname(stem);
  const header = wfdb.readHeader(readText(`${stem}.hea`), { name: "header" });
  checkNames(header);
  return header.layout === "single"
    ? new SingleFile(folder, basename(stem), header)
    : new SegmentedFile(folder, basename(stem), header);
}

/** @throws BedsideError where a header names a file in another folder. */
function checkNames({ signals, segments }: wfdb.WfdbHeader): void {
  const names = [...signals.map(({ file }) => file), ...segments.map(({ name }) => name)];
  if (!names.some((name) => /[/\\]/.test(name))) return;
  throw new BedsideError({
    code: "ecg/outside",
    what: "A header names a file outside its folder",
    why: "a file name in it has a slash",
    fix: "take the header as released",
  });
}

function readText(path: string): string {
  return new TextDecoder("latin1").decode(readWhole(path));
}

function readWhole(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw lacking(path, cause);
  }
}

/** The error for a file that cannot be opened; the name may be a patient's number, so only its folder's top is told. */
function lacking(path: string, cause: unknown): Error {
  if ((cause as NodeJS.ErrnoException).code !== "ENOENT") return explainFailure(cause);
  return new BedsideError({
    code: "ecg/missing-file",
    what: "A file of a recording is missing",
    where: `a file ending in ${/\.[a-z0-9]+$/i.exec(path)?.[0] ?? "no dot"}`,
    why: "the record's list or header names it, and the folder lacks it",
    fix: "finish the download or copy, or leave out what is missing",
  });
}

function described(line: wfdb.SignalLine, rateHz: number): EcgSignal {
  const { description, samplesPerFrame } = line;
  const isVoltage = MILLIVOLTS[line.unit.toLowerCase()] !== undefined;
  return { name: description, unit: isVoltage ? "mV" : line.unit, rateHz: rateHz * samplesPerFrame, samplesPerFrame };
}

const factorOf = (unit: string) => MILLIVOLTS[unit.toLowerCase()] ?? 1;

/** The leads among the signals of a window. */
function leadsOf(file: EcgFile, from = 0, to = file.frames) {
  const tracks = file.window(from, to);
  const places = file.signals.flatMap(({ unit, samplesPerFrame }, i) =>
    unit === "mV" && samplesPerFrame === 1 ? [i] : [],
  );
  return {
    leads: places.map((i) => file.signals[i]!.name),
    rateHz: file.rateHz,
    signals: places.map((i) => tracks[i]!),
  };
}

class SingleFile implements EcgFile {
  readonly name: string;
  readonly rateHz: number;
  readonly frames: number;
  readonly signals: readonly EcgSignal[];
  readonly comments: readonly string[];
  readonly warnings: readonly string[];
  private readonly folder: string;
  private readonly header: wfdb.WfdbHeader;

  constructor(folder: string, name: string, header: wfdb.WfdbHeader) {
    this.folder = folder;
    this.name = name;
    this.header = header;
    this.rateHz = header.rateHz;
    this.signals = header.signals.map((line) => described(line, header.rateHz));
    this.comments = header.comments;
    this.warnings = header.warnings;
    this.frames = header.frames ?? this.countFrames();
  }

  get seconds(): number {
    return this.frames / this.rateHz;
  }

  record(from?: number, to?: number) {
    return leadsOf(this, from, to);
  }

  read(): wfdb.WfdbRecord {
    const names = wfdb.missingFiles(this.header);
    return wfdb.readRecord(this.header, new Map(names.map((name) => [name, readWhole(join(this.folder, name))])));
  }

  window(from: number, to: number): Float32Array[] {
    const [begin, end] = [Math.max(0, Math.floor(from)), Math.min(this.frames, Math.ceil(to))];
    if (end <= begin) return this.signals.map(() => new Float32Array(0));
    const plain = this.plainFile();
    if (plain) return this.plainWindow(plain, begin, end);
    const canSeek = this.header.signals.every(({ format, file }) => file === "~" || BYTES[format] !== undefined);
    const first = canSeek ? begin - (begin % WHOLE) : 0;
    const skew = this.header.signals.reduce((most, line) => Math.max(most, line.skew), 0);
    const files = new Map<string, Uint8Array>();
    for (const [file, lines] of this.byFile()) {
      const path = join(this.folder, file);
      files.set(file, canSeek ? readStretch(path, lines, first, Math.min(end + skew, this.frames)) : readWhole(path));
    }
    const header = canSeek ? this.cut(end + skew - first) : this.header;
    const record = wfdb.readRecord(header, files, { from: begin - first, to: end - first, missing: "gap" });
    const window = { from: begin - first, to: Math.min(end - first, record.to) };
    return this.header.signals.map((line, i) => {
      const whole = new Float32Array((end - begin) * line.samplesPerFrame).fill(Number.NaN);
      // a file may end before its header says
      if (window.to > window.from) whole.set(wfdb.physicalSignal(record, i, { ...window, as: "float32" }));
      const factor = factorOf(line.unit);
      if (factor !== 1) for (let k = 0; k < whole.length; k++) whole[k] = whole[k]! * factor;
      return whole;
    });
  }

  /** The one file of a record whose signals lie in it as 16-bit numbers side by side: what most recordings of ten seconds are. */
  private plainFile(): string | undefined {
    const { signals } = this.header;
    const file = signals[0]?.file;
    const isPlain = signals.every(
      (line) => line.file === file && line.format === 16 && line.samplesPerFrame === 1 && line.skew === 0,
    );
    return file !== "~" && isPlain ? file : undefined;
  }

  /** The same as by `readRecord`, in one pass. */
  private plainWindow(file: string, begin: number, end: number): Float32Array[] {
    const { signals } = this.header;
    const bytes = readStretch(join(this.folder, file), signals, begin, end);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const held = Math.floor(bytes.length / 2 / signals.length);
    return signals.map(({ gain, baseline, unit }, s) => {
      const out = new Float32Array(end - begin);
      out.fill(Number.NaN, held);
      const factor = factorOf(unit);
      for (let i = 0, at = 2 * s; i < held; i++, at += 2 * signals.length) {
        const value = view.getInt16(at, true);
        out[i] = value === INVALID_16 ? Number.NaN : Math.fround((value - baseline) / gain) * factor;
      }
      return out;
    });
  }

  /** The header of a stretch: no sample before it, no checksum over it. */
  private cut(frames: number): wfdb.WfdbHeader {
    const signals = this.header.signals.map((line) => {
      const { checksum: _, ...rest } = line;
      return { ...rest, offset: 0 };
    });
    return { ...this.header, frames, signals };
  }

  private byFile(): Map<string, wfdb.SignalLine[]> {
    const files = new Map<string, wfdb.SignalLine[]>();
    for (const line of this.header.signals) {
      if (line.file === "~") continue;
      files.set(line.file, [...(files.get(line.file) ?? []), line]);
    }
    return files;
  }

  /** From the size of the first file; a compressed one is read. */
  private countFrames(): number {
    const [file, lines] = [...this.byFile()][0] ?? [];
    if (!file) return 0;
    const { format, offset } = lines![0]!;
    const perFrame = lines!.reduce((sum, { samplesPerFrame }) => sum + samplesPerFrame, 0);
    if (!BYTES[format]) return this.read().to;
    const size = Math.max(0, sizeOf(join(this.folder, file)) - offset);
    return Math.floor((size * 12) / BYTES[format]!(12) / perFrame);
  }
}

function sizeOf(path: string): number {
  return withFile(path, (file) => fstatSync(file).size);
}

function withFile<T>(path: string, work: (file: number) => T): T {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (cause) {
    throw lacking(path, cause);
  }
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

/** The bytes of frames [first, last) of a file, fewer where it ends before. */
function readStretch(path: string, lines: readonly wfdb.SignalLine[], first: number, last: number): Uint8Array {
  const { format, offset } = lines[0]!;
  const perFrame = lines.reduce((sum, { samplesPerFrame }) => sum + samplesPerFrame, 0);
  const bytesOf = BYTES[format]!;
  const start = offset + bytesOf(first * perFrame);
  return withFile(path, (file) => {
    const end = Math.min(fstatSync(file).size, offset + bytesOf(last * perFrame));
    const bytes = new Uint8Array(Math.max(0, end - start));
    let at = 0;
    while (at < bytes.length) {
      const read = readSync(file, bytes, at, bytes.length - at, start + at);
      if (read === 0) break;
      at += read;
    }
    return bytes.subarray(0, at);
  });
}

/** A record of several segments: each a file of its own, opened when a window touches it. */
class SegmentedFile implements EcgFile {
  readonly name: string;
  readonly rateHz: number;
  readonly frames: number;
  readonly signals: readonly EcgSignal[];
  readonly comments: readonly string[];
  readonly warnings: readonly string[];
  private readonly folder: string;
  private readonly header: wfdb.WfdbHeader;
  private readonly opened = new Map<string, EcgFile>();

  constructor(folder: string, name: string, header: wfdb.WfdbHeader) {
    this.folder = folder;
    this.name = name;
    this.header = header;
    this.rateHz = header.rateHz;
    this.frames = header.frames ?? 0;
    this.comments = header.comments;
    this.warnings = header.warnings;
    const model = header.segments.find(({ name: segment }) => segment !== "~");
    this.signals = model ? this.open(model.name).signals : [];
  }

  get seconds(): number {
    return this.frames / this.rateHz;
  }

  record(from?: number, to?: number) {
    return leadsOf(this, from, to);
  }

  read(): wfdb.WfdbRecord {
    const files = new Map<string, Uint8Array>();
    for (
      let names = wfdb.missingFiles(this.header, files);
      names.length > 0;
      names = wfdb.missingFiles(this.header, files)
    ) {
      for (const name of names) files.set(name, readWhole(join(this.folder, name)));
    }
    return wfdb.readRecord(this.header, files);
  }

  window(from: number, to: number): Float32Array[] {
    const [begin, end] = [Math.max(0, Math.floor(from)), Math.min(this.frames, Math.ceil(to))];
    const length = Math.max(0, end - begin);
    const out = this.signals.map(({ samplesPerFrame }) => new Float32Array(length * samplesPerFrame).fill(Number.NaN));
    let start = 0;
    for (const { name, frames } of this.header.segments) {
      const stop = start + frames;
      if (name !== "~" && frames > 0 && start < end && stop > begin)
        this.copySegment(out, name, { start, stop, begin, end });
      start = stop;
    }
    return out;
  }

  private copySegment(
    out: Float32Array[],
    name: string,
    { start, stop, begin, end }: { start: number; stop: number; begin: number; end: number },
  ): void {
    const segment = this.open(name);
    const [a, b] = [Math.max(begin, start), Math.min(end, stop)];
    const tracks = segment.window(a - start, b - start);
    tracks.forEach((track, i) => {
      const place =
        this.header.layout === "variable"
          ? this.signals.findIndex((signal) => signal.name === segment.signals[i]!.name)
          : i;
      const each = this.signals[place]?.samplesPerFrame;
      if (each === segment.signals[i]!.samplesPerFrame) out[place]!.set(track, (a - begin) * each);
    });
  }

  private open(name: string): EcgFile {
    let file = this.opened.get(name);
    if (!file) {
      const header = wfdb.readHeader(readText(join(this.folder, `${name}.hea`)), { name: "segment" });
      checkNames(header);
      file = new SingleFile(this.folder, name, header);
      this.opened.set(name, file);
    }
    return file;
  }
}
