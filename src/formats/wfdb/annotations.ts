// WFDB annotation files (.atr and its kin) in MIT format, read and written. Knows no record and no signal.
// Source: PhysioNet, WFDB Applications Guide, annot(5).
import { annotationSymbol } from "./annotation-codes.ts";
import { invalid, unwritable } from "./problem.ts";

/** One annotation. */
export interface Annotation {
  /** Sample (frame of the record, or by the file's own time resolution) from the record's start. */
  sample: number;
  /** 1 to 49; see `ANNOTATION_CODES`. */
  code: number;
  /** The code's symbol: `N`, `V`, `+`. */
  symbol: string;
  /** −128 to 127. */
  subtype: number;
  channel: number;
  number: number;
  /** The text attached: `(AFIB`. */
  note: string;
}

/** A file's annotations column by column: an hour's beats take some 12 bytes each. */
export interface Annotations {
  length: number;
  samples: Float64Array;
  codes: Uint8Array;
  subtypes: Int8Array;
  channels: Uint8Array;
  numbers: Int8Array;
  /** Frames a second of `samples`, where the file says so itself. */
  rateHz?: number;
  /** Codes that the file defines: symbol and meaning. */
  labels: Map<number, { symbol: string; meaning: string }>;
  /** Text by annotation; most have none. */
  note(index: number): string;
  warnings: string[];
}

const NOTE_CODE = 22;
const SKIP = 59;
const NUM = 60;
const SUB = 61;
const CHN = 62;
const AUX = 63;

/** What stands in the words from `at`: the calls back give each annotation once its fields are known. */
function walk(
  bytes: Uint8Array,
  name: string,
  take: (
    sample: number,
    code: number,
    sub: number,
    chn: number,
    num: number,
    noteAt: number,
    noteBytes: number,
  ) => void,
): void {
  let sample = 0;
  let channel = 0;
  let number = 0;
  let at = 0;
  let pending: { code: number; sub: number; noteAt: number; noteBytes: number } | undefined;
  const flush = () => {
    if (pending) take(sample, pending.code, pending.sub, channel, number, pending.noteAt, pending.noteBytes);
    pending = undefined;
  };
  const word = () => {
    if (at + 2 > bytes.length) throw invalid(name, "The annotation file is cut off", "it ends inside an annotation");
    at += 2;
    return bytes[at - 2]! | (bytes[at - 1]! << 8);
  };
  while (at + 2 <= bytes.length) {
    const value = word();
    const code = value >> 10;
    const low = value & 1023;
    if (value === 0) break;
    if (code === SKIP) {
      flush();
      const high = word();
      sample += (high << 16) | word();
    } else if (code < SKIP) {
      flush();
      sample += low;
      pending = { code, sub: 0, noteAt: 0, noteBytes: 0 };
    } else {
      // NUM and CHN stay for the annotations that follow, SUB and AUX do not.
      if (code === NUM) number = (low << 24) >> 24;
      else if (code === CHN) channel = low & 255;
      else if (code === SUB && pending) pending.sub = (low << 24) >> 24;
      if (code === AUX) {
        const length = low & 255;
        if (at + length > bytes.length) {
          throw invalid(name, "The annotation file is cut off", "it ends inside a text");
        }
        if (pending) {
          pending.noteAt = at;
          pending.noteBytes = length;
        }
        at += length + (length & 1);
      }
    }
  }
  flush();
}

/**
 * Reads an annotation file. What describes the file itself (time resolution, definitions of codes; comments at sample 0
 * that begin with `##`) is taken out of the list, and so are placeholders of code 0.
 * @throws BedsideError `wfdb/invalid` where the file ends inside an annotation.
 */
export function readAnnotations(bytes: Uint8Array, { name = "annotations" }: { name?: string } = {}): Annotations {
  let length = 0;
  let notes = 0;
  let rateHz: number | undefined;
  const labels: Annotations["labels"] = new Map();
  const text = (at: number, size: number) => latin1(bytes, at, size);
  const keep = (sample: number, code: number) => code !== 0 && !(code === NOTE_CODE && sample === 0);
  walk(bytes, name, (sample, code, _sub, _chn, _num, noteAt, noteBytes) => {
    if (keep(sample, code)) {
      length++;
      if (noteBytes > 0) notes++;
      return;
    }
    const note = text(noteAt, noteBytes);
    const [, rate] = note.match(/^## time resolution: (\d+\.?\d*)/) ?? [];
    if (rate !== undefined && Number(rate) > 0) rateHz ??= Number(rate);
    const [, number, symbol, meaning] = note.match(/^(\d{1,2}) (\S+) (.+)$/) ?? [];
    if (meaning !== undefined) labels.set(Number(number), { symbol: symbol!, meaning });
  });
  const noted = new Uint32Array(notes);
  const placed = new Uint32Array(notes);
  const result: Annotations = {
    length,
    samples: new Float64Array(length),
    codes: new Uint8Array(length),
    subtypes: new Int8Array(length),
    channels: new Uint8Array(length),
    numbers: new Int8Array(length),
    labels,
    note(index) {
      const place = search(noted, index);
      // The two bytes before a text are its AUX word, the first of them its length.
      return place < 0 ? "" : text(placed[place]!, bytes[placed[place]! - 2]!);
    },
    warnings: [],
  };
  if (rateHz !== undefined) result.rateHz = rateHz;
  let i = 0;
  let n = 0;
  let backwards = false;
  walk(bytes, name, (sample, code, subtype, channel, number, noteAt, noteBytes) => {
    if (!keep(sample, code)) return;
    if (i > 0 && sample < result.samples[i - 1]!) backwards = true;
    result.samples[i] = sample;
    result.codes[i] = code;
    result.subtypes[i] = subtype;
    result.channels[i] = channel;
    result.numbers[i] = number;
    if (noteBytes > 0) {
      noted[n] = i;
      placed[n++] = noteAt;
    }
    i++;
  });
  if (backwards) result.warnings.push("the annotations are not in the order of time");
  return result;
}

/** One annotation of a list. */
export function annotationAt(list: Annotations, index: number): Annotation {
  const code = list.codes[index]!;
  return {
    sample: list.samples[index]!,
    code,
    symbol: list.labels.get(code)?.symbol ?? annotationSymbol(code),
    subtype: list.subtypes[index]!,
    channel: list.channels[index]!,
    number: list.numbers[index]!,
    note: list.note(index),
  };
}

/** The annotations of a list one after another. */
export function* eachAnnotation(list: Annotations): Generator<Annotation> {
  for (let i = 0; i < list.length; i++) yield annotationAt(list, i);
}

/** What has to be known of an annotation to write it. */
export type AnnotationToWrite = Pick<Annotation, "sample" | "code"> &
  Partial<Pick<Annotation, "subtype" | "channel" | "number" | "note">>;

const LARGEST_SKIP = 0x7fffffff;

/**
 * Writes annotations in MIT format, in the order given, which must be that of time.
 * @throws BedsideError `wfdb/unwritable` where a value does not fit the format.
 */
export function writeAnnotations(
  list: Iterable<AnnotationToWrite>,
  { name = "annotations", rateHz }: { name?: string; rateHz?: number } = {},
): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const word = (code: number, low: number) => out.push(low & 255, (code << 2) | (low >> 8));
  const aux = (note: string) => {
    word(AUX, note.length);
    for (let i = 0; i < note.length; i++) out.push(note.charCodeAt(i));
    if (note.length % 2) out.push(0);
  };
  if (rateHz !== undefined) {
    word(NOTE_CODE, 0);
    aux(`## time resolution: ${rateHz}`);
  }
  let before = 0;
  let channel = 0;
  let number = 0;
  for (const entry of list) {
    check(entry, before, name);
    let step = entry.sample - before;
    while (step > 1023) {
      const skip = Math.min(step, LARGEST_SKIP);
      word(SKIP, 0);
      out.push((skip >> 16) & 255, skip >> 24, skip & 255, (skip >> 8) & 255);
      step -= skip;
    }
    word(entry.code, step);
    before = entry.sample;
    const { subtype = 0, note = "" } = entry;
    if ((entry.number ?? number) !== number) {
      number = entry.number!;
      word(NUM, number & 255);
    }
    if (subtype !== 0) word(SUB, subtype & 255);
    if ((entry.channel ?? channel) !== channel) {
      channel = entry.channel!;
      word(CHN, channel);
    }
    if (note !== "") aux(note);
  }
  out.push(0, 0);
  return Uint8Array.from(out);
}

function check(entry: AnnotationToWrite, before: number, name: string): void {
  const whole = (value: number | undefined, low: number, high: number) =>
    value === undefined || (Number.isInteger(value) && value >= low && value <= high);
  const refuse = (why: string) =>
    unwritable(name, "An annotation cannot be written", why, "mend it or leave it out; the format has no place for it");
  if (!whole(entry.sample, before, Number.MAX_SAFE_INTEGER)) throw refuse("its sample is not whole or out of order");
  if (!whole(entry.code, 1, 58)) throw refuse("its code is not 1 to 58");
  if (!whole(entry.subtype, -128, 127) || !whole(entry.number, -128, 127)) throw refuse("a field is not -128 to 127");
  if (!whole(entry.channel, 0, 255)) throw refuse("its channel is not 0 to 255");
  const { note = "" } = entry;
  if (note.length > 255) throw refuse("its text is longer than 255 characters");
  for (let i = 0; i < note.length; i++)
    if (note.charCodeAt(i) > 255) throw refuse("its text has a character beyond Latin-1");
}

function latin1(bytes: Uint8Array, at: number, size: number): string {
  let text = "";
  for (let i = at; i < at + size; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** The place of `value` in an ascending list, or −1. */
function search(list: Uint32Array, value: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = list[middle]!;
    if (found === value) return middle;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
