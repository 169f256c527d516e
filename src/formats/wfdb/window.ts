// Any window of a record that has been read, as digital or physical samples. Knows no storage format.
import { BedsideError } from "../../core/errors.ts";
import type { PartSignal, RecordPart, WfdbRecord } from "./record.ts";

/** Frames of the record; default all that was read. */
export interface Window {
  from?: number;
  to?: number;
}

/**
 * A signal's samples in its unit: (digital − baseline) / gain, each part by its own; NaN where a sample is marked
 * invalid, where there is none, and where skew reaches beyond the end.
 * @returns (to − from) × samplesPerFrame values.
 * @example physicalSignal(readRecord(header, files), 0) // millivolts, most often
 */
export function physicalSignal(record: WfdbRecord, index: number, window?: Window): Float64Array<ArrayBuffer>;
export function physicalSignal(
  record: WfdbRecord,
  index: number,
  window: Window & { as: "float32" },
): Float32Array<ArrayBuffer>;
export function physicalSignal(record: WfdbRecord, index: number, window: Window & { as?: "float32" } = {}) {
  const { length, from } = extent(record, index, window);
  const out = window.as === "float32" ? new Float32Array(length) : new Float64Array(length);
  out.fill(Number.NaN);
  eachStretch(record, index, from, length, (signal, source, target, count) => {
    const { digital, line, invalid } = signal;
    for (let i = 0; i < count; i++) {
      const value = digital[source + i]!;
      if (value !== invalid) out[target + i] = (value - line.baseline) / line.gain;
    }
  });
  return out;
}

/** A signal's samples as stored, skew undone; where there is none, the invalid value of the first part's format. */
export function digitalSignal(record: WfdbRecord, index: number, window: Window = {}): Int32Array<ArrayBuffer> {
  const { length, from } = extent(record, index, window);
  const out = new Int32Array(length);
  const model = record.parts.map((part) => signalOf(record, part, index)).find(Boolean);
  out.fill(model?.invalid ?? -(2 ** 31));
  eachStretch(record, index, from, length, ({ digital }, source, target, count) => {
    out.set(digital.subarray(source, source + count), target);
  });
  return out;
}

function extent(record: WfdbRecord, index: number, { from = record.from, to = record.to }: Window) {
  const signal = record.signals[index];
  const length = signal ? (to - from) * signal.samplesPerFrame : -1;
  if (!Number.isInteger(from) || !(length >= 0 && length < 2 ** 31) || from < record.from || to > record.to) {
    throw new BedsideError({
      code: "wfdb/no-such-window",
      what: "The record has no such signal or window",
      where: record.header.name,
      why: `${record.signals.length} signals were read over frames ${record.from} to ${record.to}`,
      fix: "ask for a window of at most 2³¹ samples that lies in it",
    });
  }
  return { length, from };
}

function signalOf(record: WfdbRecord, part: RecordPart, index: number): PartSignal | undefined {
  if (record.header.layout !== "variable") return part.signals[index];
  const name = record.signals[index]!.name;
  return part.signals.find((signal) => signal?.line.description === name);
}

/** Calls `copy` for each run of samples of a signal that lies in the window of `length` samples from frame `from`. */
function eachStretch(
  record: WfdbRecord,
  index: number,
  from: number,
  length: number,
  copy: (signal: PartSignal, source: number, target: number, count: number) => void,
): void {
  for (const part of record.parts) {
    const signal = signalOf(record, part, index);
    if (!signal) continue;
    const each = signal.line.samplesPerFrame;
    const target = Math.max(0, (part.startFrame - from) * each);
    const inPart = Math.max(0, (from - part.startFrame) * each);
    const source = inPart + signal.line.skew * each;
    const count = Math.min(part.frames * each - inPart, signal.digital.length - source, length - target);
    if (count > 0) copy(signal, source, target, count);
  }
}
