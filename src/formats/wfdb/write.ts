// Writes WFDB records: digital samples as given, never scaled anew, with the checksums that belong to them.
import { unwritable } from "./problem.ts";
import { encodeSamples, PACKINGS } from "./samples.ts";

/** A signal to be written. */
export interface SignalToWrite {
  /** Description: `II`, `V5`. */
  name: string;
  /** Samples as stored: samplesPerFrame × the record's frames. */
  digital: ArrayLike<number>;
  /** Units of the converter per physical unit. */
  gain: number;
  /** The digital value of 0. Default 0. */
  baseline?: number;
  /** Default mV. */
  unit?: string;
  /** 8, 16 (default), 24, 32, 61, 80, 160, 212, 310 or 311. */
  format?: number;
  /** Default 1. */
  samplesPerFrame?: number;
  /** Bits of the converter; default those of the format. */
  adcResolution?: number;
  /** Default 0. */
  adcZero?: number;
}

/** A record to be written. */
export interface RecordToWrite {
  /** Letters, digits, dots, dashes and underscores. */
  name: string;
  /** Frames a second. */
  rateHz: number;
  signals: readonly SignalToWrite[];
  /** `HH:MM:SS`, with a fraction if need be. */
  baseTime?: string;
  /** `YYYY-MM-DD`; needs a base time. */
  baseDate?: string;
  comments?: readonly string[];
}

/**
 * The files of a record by name: a header and one signal file for each format used.
 * @throws BedsideError `wfdb/unwritable` where a value lies outside its format or the signals have different lengths.
 * @example writeRecord({ name: "r", rateHz: 500, signals: [{ name: "I", gain: 1000, digital: [0, 12, -3] }] }).get("r.hea")
 */
export function writeRecord(record: RecordToWrite): Map<string, Uint8Array<ArrayBuffer>> {
  const { name, rateHz, signals, baseTime, baseDate, comments = [] } = record;
  const fix = "mend the value before writing";
  if (!/^[\w.-]+$/.test(name))
    throw unwritable(
      name,
      "The record's name cannot be written",
      "it has other signs than letters, digits, _ . and -",
      fix,
    );
  if (!(rateHz > 0 && Number.isFinite(rateHz)))
    throw unwritable(name, "The sampling rate cannot be written", "it is not positive", fix);
  const frames = lengthInFrames(record);
  const formats = [...new Set(signals.map(({ format = 16 }) => format))];
  const fileOf = (format: number) => (formats.length === 1 ? `${name}.dat` : `${name}_${format}.dat`);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const lines = new Map<SignalToWrite, string>();
  for (const format of formats) {
    const group = signals.filter((signal) => (signal.format ?? 16) === format);
    files.set(fileOf(format), encodeSamples(format, interleaved(name, group, format, frames)));
    for (const signal of group) lines.set(signal, signalLine(signal, fileOf(format)));
  }
  const time = baseTime === undefined ? "" : ` ${baseTime}`;
  const date = baseDate === undefined ? "" : ` ${baseDate.split("-").reverse().join("/")}`;
  if (date && !time)
    throw unwritable(name, "The base date cannot be written", "it follows a base time, which is missing", fix);
  for (const text of [...comments, ...signals.map((signal) => signal.name), ...signals.map(({ unit = "" }) => unit)]) {
    if (/[\r\n]/.test(text)) throw unwritable(name, "A text cannot be written", "it has more than one line", fix);
  }
  const header = [
    `${name} ${signals.length} ${rateHz} ${frames}${time}${date}`,
    ...signals.map((signal) => lines.get(signal)!),
    ...comments.map((comment) => `# ${comment}`),
  ];
  return new Map([[`${name}.hea`, new TextEncoder().encode(`${header.join("\n")}\n`)], ...files]);
}

function lengthInFrames({ name, signals }: RecordToWrite): number {
  const lengths = signals.map(({ digital, samplesPerFrame = 1 }) => digital.length / samplesPerFrame);
  const frames = lengths[0] ?? 0;
  if (lengths.some((length) => length !== frames || !Number.isInteger(length))) {
    throw unwritable(
      name,
      "The signals do not fit together",
      "they have different numbers of frames",
      "cut them to one length",
    );
  }
  return frames;
}

/** The samples frame by frame; for format 8 their differences, the first from the initial value. */
function interleaved(name: string, group: readonly SignalToWrite[], format: number, frames: number): Int32Array {
  const packing = PACKINGS.get(format);
  if (!packing) {
    throw unwritable(
      name,
      "The storage format cannot be written",
      `it is ${format}`,
      `choose one of ${[...PACKINGS.keys()].join(", ")}`,
    );
  }
  const perFrame = group.reduce((sum, { samplesPerFrame = 1 }) => sum + samplesPerFrame, 0);
  const out = new Int32Array(frames * perFrame);
  let place = 0;
  for (const { digital, samplesPerFrame = 1 } of group) {
    for (let i = 0; i < digital.length; i++) {
      const value = digital[i]!;
      const stored = format === 8 ? value - digital[Math.max(0, i - 1)]! : value;
      const [low, high] = format === 8 ? [-128, 127] : [packing.lowest, packing.highest];
      if (!(stored >= low && stored <= high && Number.isInteger(value))) {
        const what = format === 8 ? "a step" : "a sample";
        throw unwritable(
          name,
          "A signal does not fit its format",
          `${what} lies outside ${low} to ${high}`,
          "choose a wider format",
        );
      }
      out[Math.floor(i / samplesPerFrame) * perFrame + place + (i % samplesPerFrame)] = stored;
    }
    place += samplesPerFrame;
  }
  return out;
}

function signalLine(signal: SignalToWrite, file: string): string {
  const { name, digital, gain, baseline = 0, unit = "mV", format = 16, samplesPerFrame = 1, adcZero = 0 } = signal;
  const bits = signal.adcResolution ?? (format === 8 ? 12 : Math.log2(-2 * PACKINGS.get(format)!.lowest));
  let sum = 0;
  for (let i = 0; i < digital.length; i++) sum += digital[i]!;
  // The sum as a 16-bit number with its sign, as header(5) has it.
  const checksum = ((sum % 65536) << 16) >> 16;
  const frame = samplesPerFrame === 1 ? "" : `x${samplesPerFrame}`;
  return `${file} ${format}${frame} ${gain}(${baseline})/${unit} ${bits} ${adcZero} ${digital[0] ?? 0} ${checksum} 0 ${name}`;
}

/**
 * Physical values as samples of a converter: round(value × gain) + baseline, NaN as the format's invalid value.
 * @throws BedsideError `wfdb/unwritable` where a value lies outside the format.
 */
export function digitise(
  physical: ArrayLike<number>,
  { gain, baseline = 0, format = 16 }: { gain: number; baseline?: number; format?: number },
): Int32Array<ArrayBuffer> {
  const { invalid, lowest, highest } = PACKINGS.get(format) ?? PACKINGS.get(16)!;
  const out = new Int32Array(physical.length);
  for (let i = 0; i < physical.length; i++) {
    const value = physical[i]!;
    const code = Number.isNaN(value) ? invalid : Math.round(value * gain) + baseline;
    if (!(code >= lowest && code <= highest) || (code === invalid && !Number.isNaN(value))) {
      throw unwritable(
        "signal",
        "A value lies outside its format",
        `format ${format} at a gain of ${gain}`,
        "choose a lower gain or a wider format",
      );
    }
    out[i] = code;
  }
  return out;
}
