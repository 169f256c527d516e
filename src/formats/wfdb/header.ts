// WFDB headers (.hea): the record line, signal lines, segment lines and comments. Knows no samples and no files.
// Source of the fields and defaults: PhysioNet, WFDB Applications Guide, header(5).
import { parseDate, parseTime } from "./header-time.ts";
import { invalid } from "./problem.ts";

/** Units per physical unit where a header gives none (header(5)). */
export const DEFAULT_GAIN = 200;
/** Frames a second where a header gives none (header(5)). */
export const DEFAULT_RATE_HZ = 250;
const DEFAULT_UNIT = "mV";

/** One signal as its header line describes it. */
export interface SignalLine {
  /** The file that holds the samples; `~` in a layout header: no file. */
  file: string;
  /** Storage format: 8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 508, 516, 524; 0 for no file. */
  format: number;
  samplesPerFrame: number;
  /** Frames by which the samples are stored too late. */
  skew: number;
  /** Bytes before the first sample; samples for the FLAC formats. */
  offset: number;
  /** Units of the analogue-digital converter per physical unit. */
  gain: number;
  /** False where the header gives no gain and the default stands. */
  calibrated: boolean;
  /** The digital value of 0 physical units. */
  baseline: number;
  unit: string;
  adcResolution: number;
  adcZero: number;
  initialValue: number;
  /** The sum of the samples modulo 65536, as the header gives it. */
  checksum?: number;
  blockSize: number;
  /** What the signal is: `MLII`, `V5`. */
  description: string;
}

/** One segment of a record of several. */
export interface SegmentLine {
  /** The segment's record name; `~` is a gap. */
  name: string;
  frames: number;
}

/** What a header says. */
export interface WfdbHeader {
  name: string;
  /** `variable`: the first segment is a layout header of length 0 and signals come and go. */
  layout: "single" | "fixed" | "variable";
  signalCount: number;
  /** Frames a second. */
  rateHz: number;
  counterHz?: number;
  baseCounter?: number;
  /** Samples of each signal at one sample a frame; missing where the file's length tells it. */
  frames?: number;
  /** `HH:MM:SS` with the fraction given. */
  baseTime?: string;
  /** `YYYY-MM-DD`. */
  baseDate?: string;
  /** Of a single-segment record; empty where there are segments. */
  signals: SignalLine[];
  segments: SegmentLine[];
  /** Comment lines without the mark, in order. */
  comments: string[];
  /** Faults that were read over. */
  warnings: string[];
}

/**
 * Reads a header's text. Accepts with a warning what real files get wrong: a date before the time or with dashes, a year
 * for a date, gain fields with unit and baseline swapped, blank lines and comments between the lines, text where a
 * number should stand.
 * @throws BedsideError `wfdb/invalid`
 * @example readHeader("r 1 500 5000\nr.dat 16 1000/mV 16 0 -119 1508 0 I\n").signals[0].gain // 1000
 */
export function readHeader(text: string, { name = "header" }: { name?: string } = {}): WfdbHeader {
  const lines: string[] = [];
  const comments: string[] = [];
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    if (line.startsWith("#")) comments.push(line.replace(/^[ \t#]+|[ \t#]+$/g, ""));
    else if (line) lines.push(line);
  }
  if (lines.length === 0) throw invalid(name, "The header is empty", "it has no record line");
  const { header, segmentCount } = readRecordLine(lines[0]!, name);
  header.comments = comments;
  const several = segmentCount !== undefined;
  const wanted = segmentCount ?? header.signalCount;
  const rest = lines.slice(1);
  if (rest.length < wanted) {
    const what = several ? "segments" : "signals";
    throw invalid(name, "The header is cut off", `it declares ${wanted} ${what} and describes ${rest.length}`);
  }
  if (rest.length > wanted)
    header.warnings.push(`${rest.length - wanted} lines after the last one declared are ignored`);
  if (several) {
    header.segments = rest.slice(0, wanted).map((line) => readSegmentLine(line, name));
    header.layout = header.segments[0]!.frames === 0 ? "variable" : "fixed";
    const sum = header.segments.reduce((total, segment) => total + segment.frames, 0);
    if (!Number.isSafeInteger(sum)) throw invalid(name, "The segments are too long", `${sum} frames in all`);
    if (header.frames !== undefined && header.frames !== sum) {
      header.warnings.push(`the segments have ${sum} frames, the record line says ${header.frames}`);
    }
    header.frames = sum;
  } else header.signals = rest.slice(0, wanted).map((line) => readSignalLine(line, name, header.warnings));
  return header;
}

function readRecordLine(line: string, where: string): { header: WfdbHeader; segmentCount?: number } {
  const words = line.split(/[ \t]+/);
  const warnings: string[] = [];
  const [whole, name, segmentText] = words[0]!.match(/^([^/]+)(?:\/(\d+))?$/) ?? [];
  if (!whole) throw invalid(where, "The record line cannot be read", "its first field is not a record name");
  const signalCount = count(words[1], where, "The number of signals");
  const header: WfdbHeader = {
    name: name!,
    layout: "single",
    signalCount,
    rateHz: DEFAULT_RATE_HZ,
    signals: [],
    segments: [],
    comments: [],
    warnings,
  };
  const segmentCount = segmentText === undefined ? undefined : count(segmentText, where, "The number of segments");
  if (segmentCount === 0) throw invalid(where, "The record has no segments", "it declares 0 of them");
  if (words[2] !== undefined) readRate(words[2], header, where);
  if (words[3] !== undefined) {
    const frames = count(words[3], where, "The number of samples");
    if (frames > 0) header.frames = frames;
  }
  for (const word of words.slice(4)) {
    const time = header.baseTime === undefined ? parseTime(word) : undefined;
    const date = time === undefined ? parseDate(word) : undefined;
    if (time !== undefined) header.baseTime = time;
    else if (date?.iso !== undefined) {
      if (header.baseTime === undefined) warnings.push("the base date stands before the base time");
      if (!date.standard) warnings.push("the base date is not written as day/month/year");
      header.baseDate = date.iso;
    } else warnings.push(date ? "the base date is only a year" : "a field of the record line is not a time or a date");
  }
  return segmentCount === undefined ? { header } : { header, segmentCount };
}

function readRate(word: string, header: WfdbHeader, where: string): void {
  const [, rate, counter, base] = word.match(/^([^/(]+)(?:\/([^(]+))?(?:\(([^)]+)\))?$/) ?? [];
  const value = decimal(rate);
  if (value === undefined || value <= 0) {
    throw invalid(where, "The sampling rate cannot be read", "it is not a positive number");
  }
  header.rateHz = value;
  if (counter !== undefined) {
    const counterHz = decimal(counter);
    if (counterHz === undefined) header.warnings.push("the counter frequency is not a number");
    else header.counterHz = counterHz;
  }
  if (base !== undefined) {
    const baseCounter = decimal(base);
    if (baseCounter === undefined) header.warnings.push("the base counter is not a number");
    else header.baseCounter = baseCounter;
  }
}

function readSegmentLine(line: string, where: string): SegmentLine {
  const words = line.split(/[ \t]+/);
  return { name: words[0]!, frames: count(words[1], where, "The length of a segment") };
}

function readSignalLine(line: string, where: string, warnings: string[]): SignalLine {
  const words = line.split(/[ \t]+/);
  const [whole, format, perFrame, skew, offset] =
    words[1]?.match(/^(\d{1,4})(?:x(\d{1,9}))?(?::(\d{1,9}))?(?:\+(\d{1,15}))?$/) ?? [];
  if (!whole) throw invalid(where, "A signal line cannot be read", "its second field is not a storage format");
  const signal: SignalLine = {
    file: words[0]!,
    format: Number(format),
    samplesPerFrame: perFrame === undefined ? 1 : Number(perFrame),
    skew: Number(skew ?? 0),
    offset: Number(offset ?? 0),
    gain: DEFAULT_GAIN,
    calibrated: false,
    baseline: 0,
    unit: DEFAULT_UNIT,
    adcResolution: Number(format) === 8 ? 10 : 12,
    adcZero: 0,
    initialValue: 0,
    blockSize: 0,
    description: "",
  };
  if (signal.samplesPerFrame === 0) {
    throw invalid(where, "A signal line cannot be read", "it declares 0 samples a frame");
  }
  let at = 2;
  const baseline = words[at] === undefined ? undefined : readGain(words[at]!, signal, warnings);
  if (baseline !== null) at++;
  const given: (number | undefined)[] = [];
  while (given.length < 5 && baseline !== null && words[at] !== undefined && /^[+-]?\d{1,15}$/.test(words[at]!)) {
    given.push(Number(words[at++]));
  }
  const [resolution, zero, initial, checksum, block] = given;
  if (resolution !== undefined && resolution > 0) signal.adcResolution = resolution;
  signal.adcZero = zero ?? 0;
  signal.baseline = baseline ?? signal.adcZero;
  signal.initialValue = initial ?? signal.adcZero;
  if (checksum !== undefined) signal.checksum = checksum;
  signal.blockSize = block ?? 0;
  if (words[at] !== undefined) {
    if (given.length < 5) warnings.push("a signal's description stands where a number was expected");
    signal.description = afterWords(line, at);
  }
  return signal;
}

/**
 * The gain field: `200`, `200(1024)`, `200(1024)/mV`, `200/mV`, or, wrongly, `200/mV(1024)`.
 * @returns the baseline, undefined where none is given, or null where the field is no gain.
 */
function readGain(word: string, signal: SignalLine, warnings: string[]): number | undefined | null {
  const [, gainText, tail] = word.match(/^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)((?:[(/].*)?)$/) ?? [];
  const gain = decimal(gainText);
  if (gain === undefined || tail === undefined) return null;
  if (gain !== 0) {
    signal.gain = gain;
    signal.calibrated = true;
  }
  if (tail === "") return undefined;
  const [right, baseline, unit] = tail.match(/^(?:\((-?\d{1,15})\))?(?:\/(\S*))?$/) ?? [];
  const [swapped, unitFirst, baselineLast] = tail.match(/^\/([^()]*)\((-?\d{1,15})\)$/) ?? [];
  if (swapped !== undefined) {
    warnings.push("a gain field has its unit before its baseline");
    if (unitFirst) signal.unit = unitFirst;
    return Number(baselineLast);
  }
  if (right === undefined) {
    warnings.push("a gain field has a baseline or a unit that cannot be read");
    return undefined;
  }
  if (unit) signal.unit = unit;
  return baseline === undefined ? undefined : Number(baseline);
}

/** What follows the first `n` words of a line, its inner blanks kept. */
function afterWords(line: string, n: number): string {
  let rest = line;
  for (let i = 0; i < n; i++) rest = rest.replace(/^[^ \t]+[ \t]*/, "");
  return rest;
}

function decimal(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function count(text: string | undefined, where: string, what: string): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw invalid(where, `${what} cannot be read`, "it is not a whole number of at most 15 digits");
  }
  return Number(text);
}
