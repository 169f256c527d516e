// One WFDB signal file: its interleaved samples, plain or FLAC, become one array a signal. Knows nothing of segments.
import { BedsideError } from "../../core/errors.ts";
import { decodeFlac, type FlacBlock, readFlacInfo } from "./flac.ts";
import type { SignalLine } from "./header.ts";
import { invalid } from "./problem.ts";
import { decodeSamples, PACKINGS, samplesInBytes } from "./samples.ts";

/** What a file gave: frames [first, last) of those available. */
export interface ReadSignalFile {
  signals: Int32Array[];
  invalid: number;
  first: number;
  last: number;
  available: number;
  /** Of each signal, the sum of the samples read. */
  sums: number[];
}

/** Frames wanted, and how many the header declares. */
export interface Wanted {
  from: number;
  to: number | undefined;
  declared: number | undefined;
}

/** The bytes that decoded samples may still take: those of plain files, and those of FLAC streams. */
export interface Allowance {
  left: number;
  compressedLeft: number;
}

/** Samples decoded at a time before they are dealt out to their signals. */
const CHUNK = 4096;

/** Compressed formats and the largest sample they may hold, in bits. */
const FLAC_BITS = new Map([
  [508, 8],
  [516, 16],
  [524, 24],
]);

/**
 * Reads the signals that lie in one file. `lines` are all of them, in order.
 * @throws BedsideError `wfdb/invalid`, `wfdb/too-large`
 */
export function readSignalFile(
  name: string,
  bytes: Uint8Array,
  lines: readonly SignalLine[],
  wanted: Wanted,
  allowance: Allowance,
): ReadSignalFile {
  const { format, offset } = lines[0]!;
  if (lines.some((line) => line.format !== format || (line.offset !== offset && line.offset !== 0))) {
    throw invalid(name, "The signals of a file do not agree", "their formats or offsets differ");
  }
  if (FLAC_BITS.has(format)) return readCompressed(name, bytes, lines, wanted, allowance);
  const packing = PACKINGS.get(format);
  if (!packing) throw invalid(name, "The storage format is not known", `it is ${format}`);
  const perFrame = lines.reduce((sum, line) => sum + line.samplesPerFrame, 0);
  const held = Math.floor(samplesInBytes(format, Math.max(0, bytes.length - offset)) / perFrame);
  const available = Math.min(held, wanted.declared ?? held);
  const last = Math.min(wanted.to ?? available, available);
  const first = Math.min(wanted.from, last);
  spend(name, allowance, "left", (last - first) * perFrame * 4);
  const signals = lines.map((line) => new Int32Array((last - first) * line.samplesPerFrame));
  const sums = lines.map(() => 0);
  // Differences add up from the first frame on; other formats begin where they are wanted.
  const running = format === 8 ? lines.map((line) => line.initialValue) : undefined;
  const begin = running ? 0 : first;
  const step = Math.max(1, Math.floor(CHUNK / perFrame));
  const chunk = new Int32Array(Math.min(step, last - begin) * perFrame);
  for (let frame = begin; frame < last; frame += step) {
    const frames = Math.min(step, last - frame);
    decodeSamples(format, bytes, offset, frame * perFrame, frames * perFrame, chunk);
    let at = 0;
    for (let s = 0; s < lines.length; s++) {
      const each = lines[s]!.samplesPerFrame;
      if (running) running[s] = addUp(chunk, at, each, perFrame, frames, running[s]!);
      sums[s]! += deal(chunk, at, each, perFrame, frames, signals[s]!, frame - first);
      at += each;
    }
  }
  return { signals, invalid: packing.invalid, first, last, available, sums };
}

/** Differences to values, in place. */
function addUp(chunk: Int32Array, at: number, each: number, perFrame: number, frames: number, value: number): number {
  for (let f = 0; f < frames; f++) {
    for (let k = 0; k < each; k++) {
      value = (value + chunk[f * perFrame + at + k]!) | 0;
      chunk[f * perFrame + at + k] = value;
    }
  }
  return value;
}

/** Deals one signal's samples of a chunk out; those before the window (a negative frame) are dropped. Returns their sum. */
function deal(
  chunk: Int32Array,
  at: number,
  each: number,
  perFrame: number,
  frames: number,
  out: Int32Array,
  frame: number,
): number {
  let sum = 0;
  for (let f = Math.max(0, -frame); f < frames; f++) {
    for (let k = 0; k < each; k++) {
      const value = chunk[f * perFrame + at + k]!;
      out[(frame + f) * each + k] = value;
      sum += value;
    }
  }
  return sum;
}

function readCompressed(
  name: string,
  bytes: Uint8Array,
  lines: readonly SignalLine[],
  wanted: Wanted,
  allowance: Allowance,
): ReadSignalFile {
  const { format, offset, samplesPerFrame: each } = lines[0]!;
  const info = readFlacInfo(bytes, name);
  if (info.channels !== lines.length || lines.some((line) => line.samplesPerFrame !== each)) {
    throw invalid(name, "The signals do not fit the FLAC stream", "it has one channel a signal, all at one rate");
  }
  if (info.bits > FLAC_BITS.get(format)!) {
    throw invalid(
      name,
      "The FLAC stream does not fit its format",
      `it has ${info.bits} bits a sample in format ${format}`,
    );
  }
  const declared = info.samples > 0 ? Math.floor(Math.max(0, info.samples - offset) / each) : undefined;
  const limit = Math.min(wanted.to ?? Infinity, wanted.declared ?? Infinity, declared ?? Infinity);
  const begin = offset + wanted.from * each;
  const end = offset + limit * each;
  const channels = lines.length;
  const allocate = (size: number) => spend(name, allowance, "compressedLeft", size);
  let signals = lines.map(() => new Int32Array(0));
  let at = 0;
  let kept = 0;
  const take = (block: FlacBlock, count: number) => {
    const from = Math.min(count, Math.max(0, begin - at));
    const to = Math.max(from, Math.min(count, end - at));
    const room = kept + to - from;
    if (room > signals[0]!.length) {
      // What is declared is believed up to 8 times the file; beyond, arrays grow with what has been decoded.
      const believed = Math.floor(Math.min(2 * bytes.length, allowance.compressedLeft / 4) / channels);
      const size = Math.min(Math.max(room, 2 * kept, kept === 0 ? believed : 0), end - begin);
      allocate((size - signals[0]!.length) * 4 * channels);
      signals = signals.map((old) => grown(old, size));
    }
    signals.forEach((out, s) => {
      out.set(block[s]!.subarray(from, to), kept);
    });
    kept = room;
    at += count;
    return at < end;
  };
  decodeFlac(bytes, info, { allocate, take }, name);
  const frames = Math.floor(kept / each);
  const first = Math.min(wanted.from, limit);
  signals = signals.map((signal) => signal.subarray(0, frames * each));
  const sums = signals.map((signal) => signal.reduce((sum, value) => sum + value, 0));
  const last = first + frames;
  // Where the window ends before the file, what lies behind it is taken on the stream's word.
  const available = last < limit ? last : Math.min(declared ?? last, wanted.declared ?? Infinity);
  return { signals, invalid: -(2 ** (FLAC_BITS.get(format)! - 1)), first, last, available, sums };
}

function grown(old: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const bigger = new Int32Array(size);
  bigger.set(old);
  return bigger;
}

function spend(name: string, allowance: Allowance, purse: keyof Allowance, bytes: number): void {
  allowance[purse] -= bytes;
  if (allowance[purse] < 0) {
    throw new BedsideError({
      code: "wfdb/too-large",
      what: "The samples take more memory than was allowed",
      where: name,
      why: "the files hold much less than they unfold to",
      fix: "read a window, or allow more with largestBytes",
    });
  }
}
