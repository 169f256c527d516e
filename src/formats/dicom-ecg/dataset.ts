// The data elements of a DICOM data set: where each one's value lies, and the items of sequences. Knows no waveform.
// Source: DICOM PS3.5 (data structures and encoding) and PS3.10 (media storage).
import { BedsideError } from "../../core/errors.ts";

/** Where an element's value lies in the file; for sequences of undefined length, up to their end mark. */
export interface Element {
  start: number;
  end: number;
}
/** The elements of one level by tag: group × 65536 + element. */
export type Dataset = ReadonlyMap<number, Element>;

const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
const UNDEFINED = 0xffffffff;
/** Value representations whose length takes 4 bytes after 2 that are reserved (PS3.5, 7.1.2). */
const LONG = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);
const DEEPEST = 32;

export function refuse(where: string, what: string, why: string): BedsideError {
  const fix = "the file is damaged or of another kind: export it again as a DICOM waveform, not compressed";
  return new BedsideError({ code: "dicom-ecg/invalid", what, where, why, fix });
}

/** Reads data sets of one transfer syntax from a file's bytes. */
export class DatasetReader {
  readonly view: DataView;
  readonly name: string;
  readonly explicit: boolean;
  readonly little: boolean;
  private readonly keep: ReadonlySet<number>;

  /** `keep`: the tags whose places are kept; others are passed over. */
  constructor(
    view: DataView,
    name: string,
    { explicit, little }: { explicit: boolean; little: boolean },
    keep: ReadonlySet<number>,
  ) {
    this.keep = keep;
    this.view = view;
    this.name = name;
    this.explicit = explicit;
    this.little = little;
  }

  /** The elements from `start` until `end`, an item's end mark, or the first whose tag is `until` or more. */
  read(start: number, end: number, until = Number.POSITIVE_INFINITY, depth = 0): { elements: Dataset; next: number } {
    const elements = new Map<number, Element>();
    let at = start;
    while (at < end) {
      const { tag, length, value } = this.head(at, end);
      if (tag === ITEM_END) return { elements, next: value };
      if (tag >= until) break;
      const next = length === UNDEFINED ? this.endOfSequence(value, end, depth) : value + length;
      if (next > end) throw refuse(this.name, "The file is cut off", "it ends inside an element");
      if (this.keep.has(tag)) elements.set(tag, { start: value, end: next });
      at = next;
    }
    return { elements, next: at };
  }

  /** The items of a sequence. */
  items(sequence: Element | undefined, depth = 0): Dataset[] {
    const items: Dataset[] = [];
    if (!sequence) return items;
    let at = sequence.start;
    while (at < sequence.end) {
      const { tag, length, value } = this.head(at, sequence.end);
      if (tag === SEQUENCE_END) break;
      if (tag !== ITEM)
        throw refuse(this.name, "A sequence cannot be read", "something else than an item stands in it");
      if (length !== UNDEFINED && value + length > sequence.end) {
        throw refuse(this.name, "The file is cut off", "it ends inside an item");
      }
      const limit = length === UNDEFINED ? sequence.end : value + length;
      const { elements, next } = this.read(value, limit, undefined, depth + 1);
      items.push(elements);
      at = length === UNDEFINED ? next : limit;
    }
    return items;
  }

  text(element: Element | undefined): string | undefined {
    if (!element) return undefined;
    const { buffer, byteOffset } = this.view;
    const bytes = new Uint8Array(buffer, byteOffset + element.start, element.end - element.start);
    return new TextDecoder("latin1")
      .decode(bytes)
      .replace(/[\0 ]+$/, "")
      .trim();
  }

  /** A number written as text (DS, IS). */
  decimal(element: Element | undefined): number | undefined {
    const text = this.text(element);
    if (text === undefined || text === "") return undefined;
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value)) throw refuse(this.name, "A value cannot be read", "it is not a number");
    return value;
  }

  /** A whole number of 2 or 4 bytes without sign (US, UL). */
  whole(element: Element | undefined): number | undefined {
    if (!element) return undefined;
    const size = element.end - element.start;
    if (size !== 2 && size !== 4) throw refuse(this.name, "A value cannot be read", "it is not one whole number");
    return size === 2
      ? this.view.getUint16(element.start, this.little)
      : this.view.getUint32(element.start, this.little);
  }

  private head(at: number, end: number): { tag: number; length: number; value: number } {
    if (at + 8 > end) throw refuse(this.name, "The file is cut off", "it ends inside an element's tag");
    const { view, little } = this;
    const tag = view.getUint16(at, little) * 65536 + view.getUint16(at + 2, little);
    if (!this.explicit || tag >= 0xfffe0000) return { tag, length: view.getUint32(at + 4, little), value: at + 8 };
    const kind = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5));
    if (!LONG.has(kind)) return { tag, length: view.getUint16(at + 6, little), value: at + 8 };
    if (at + 12 > end) throw refuse(this.name, "The file is cut off", "it ends inside an element's tag");
    return { tag, length: view.getUint32(at + 8, little), value: at + 12 };
  }

  /** The byte after a sequence of undefined length that begins at `at`. */
  private endOfSequence(at: number, end: number, depth: number): number {
    if (depth > DEEPEST) throw refuse(this.name, "The file cannot be read", `it is nested more than ${DEEPEST} deep`);
    for (;;) {
      const { tag, length, value } = this.head(at, end);
      if (tag === SEQUENCE_END) return value;
      if (tag !== ITEM)
        throw refuse(this.name, "A sequence cannot be read", "something else than an item stands in it");
      at = length === UNDEFINED ? this.read(value, end, undefined, depth + 1).next : value + length;
    }
  }
}
