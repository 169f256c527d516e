// Where everything stands on an ECG sheet, in millimetres of paper: pieces of leads, pulses, labels, words. Draws nothing.
import { BedsideError } from "../../core/errors.ts";

/** Leads to be drawn, by name. */
export interface PictureRecord {
  /** `I`, `aVR` or `AVR`, `V1` … in any order. */
  leads: readonly string[];
  /** Millivolts, one array a lead; NaN where there is nothing. */
  signals: readonly ArrayLike<number>[];
  rateHz: number;
}

/** 3 rows of 4 leads, with one lead in full below or without; 6 rows of 2; 12 rows. */
export type SheetFormat = "3x4+1" | "3x4" | "6x2" | "12x1";

export interface SheetOptions {
  /** Default `3x4+1`. */
  format?: SheetFormat;
  /** The lead in full below. Default II. */
  rhythmLead?: string;
  /** Paper speed. Default 25 mm/s. */
  mmPerSecond?: number;
  /** Default 10 mm/mV. */
  mmPerMv?: number;
  /** Paper in mm. Default 279.4 × 215.9 (letter, lying): 2200 × 1700 at 200 dots per inch. */
  width?: number;
  height?: number;
  /** Seconds of the record the sheet begins at. Default 0. */
  fromSeconds?: number;
  /** Lines of text at the top left. Default none. */
  header?: readonly string[];
  /** Default speed, gain and sampling rate. */
  footer?: string;
  /** The calibration pulse of 1 mV and 0.2 s at the beginning of each row. Default true. */
  pulse?: boolean;
  /** Default true. */
  labels?: boolean;
}

/** A stretch of a lead on the paper. */
export interface SheetPiece {
  lead: string;
  /** Place of the lead in the record. */
  index: number;
  /** Seconds of the record. */
  from: number;
  to: number;
  /** Left end, and the height of 0 mV, mm from the top left corner of the paper. */
  x: number;
  y: number;
}

export interface SheetText {
  x: number;
  /** Of the baseline of the letters. */
  y: number;
  /** Height of a capital, mm. */
  size: number;
  text: string;
}

export interface SheetLayout {
  width: number;
  height: number;
  mmPerSecond: number;
  mmPerMv: number;
  pieces: SheetPiece[];
  /** Calibration pulses: left end and height of 0 mV. */
  pulses: { x: number; y: number }[];
  /** Short marks between pieces of a row. */
  separators: { x: number; y: number }[];
  texts: SheetText[];
}

const ROWS: Record<SheetFormat, readonly (readonly string[])[]> = {
  "3x4": [
    ["I", "aVR", "V1", "V4"],
    ["II", "aVL", "V2", "V5"],
    ["III", "aVF", "V3", "V6"],
  ],
  "3x4+1": [
    ["I", "aVR", "V1", "V4"],
    ["II", "aVL", "V2", "V5"],
    ["III", "aVF", "V3", "V6"],
  ],
  "6x2": [
    ["I", "V1"],
    ["II", "V2"],
    ["III", "V3"],
    ["aVR", "V4"],
    ["aVL", "V5"],
    ["aVF", "V6"],
  ],
  "12x1": ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"].map((lead) => [lead]),
};
/** Seconds across the sheet, the same in every format: columns are consecutive in time. */
export const SHEET_SECONDS = 10;
/** mm of paper before the traces: for the pulse. */
const PULSE_ROOM = 9;
export const PULSE = { seconds: 0.2, mv: 1 };
const LABEL_SIZE = 2.6;
const HEADER_SIZE = 3;
const TOP = 12;
const BOTTOM = 12;

const sameLead = (a: string) => a.toLowerCase();

/**
 * Lays a record out on paper.
 * @throws BedsideError `picture/no-lead` where the record lacks all leads of the format.
 */
export function layOutSheet(record: PictureRecord, options: SheetOptions = {}): SheetLayout {
  const {
    format = "3x4+1",
    rhythmLead = "II",
    mmPerSecond = 25,
    mmPerMv = 10,
    width = 279.4,
    height = 215.9,
  } = options;
  const { fromSeconds = 0, header = [], pulse = true, labels = true } = options;
  const footer = options.footer ?? `${mmPerSecond} mm/s   ${mmPerMv} mm/mV   ${Number(record.rateHz.toFixed(2))} Hz`;
  const places = new Map(record.leads.map((name, i) => [sameLead(name), i]));
  const rows = format === "3x4+1" ? [...ROWS[format], [rhythmLead]] : ROWS[format];
  const left = Math.max(PULSE_ROOM, (width - SHEET_SECONDS * mmPerSecond + PULSE_ROOM) / 2);
  const top = TOP + header.length * HEADER_SIZE * 1.6;
  const pitch = (height - top - BOTTOM) / rows.length;
  const layout: SheetLayout = {
    width,
    height,
    mmPerSecond,
    mmPerMv,
    pieces: [],
    pulses: [],
    separators: [],
    texts: [],
  };
  rows.forEach((leads, r) => {
    // a beat reaches higher than it falls
    const y = top + pitch * (r + 0.6);
    const span = SHEET_SECONDS / leads.length;
    leads.forEach((lead, c) => {
      const x = left + c * span * mmPerSecond;
      const index = places.get(sameLead(lead));
      if (labels)
        layout.texts.push({ x: x + 1.2, y: y - Math.min(1.1 * mmPerMv, 0.45 * pitch), size: LABEL_SIZE, text: lead });
      if (c > 0) layout.separators.push({ x, y });
      if (index === undefined) return;
      const from = fromSeconds + c * span;
      layout.pieces.push({ lead, index, from, to: from + span, x, y });
    });
    if (pulse) layout.pulses.push({ x: left - PULSE_ROOM + 1.5, y });
  });
  if (layout.pieces.length === 0) {
    throw new BedsideError({
      code: "picture/no-lead",
      what: "The record has none of the leads of the sheet",
      why: `its signals are ${record.leads.slice(0, 12).join(", ")}`,
      fix: "name its signals as the leads I, II, III, aVR, aVL, aVF, V1 to V6",
    });
  }
  header.forEach((text, i) => {
    layout.texts.push({ x: left, y: 8 + i * HEADER_SIZE * 1.6, size: HEADER_SIZE, text });
  });
  layout.texts.push({ x: left, y: height - 4, size: LABEL_SIZE, text: footer });
  return layout;
}

/** A point of a piece on the paper, mm. */
export function onPaper(layout: SheetLayout, piece: SheetPiece, seconds: number, mv: number): { x: number; y: number } {
  return { x: piece.x + (seconds - piece.from) * layout.mmPerSecond, y: piece.y - mv * layout.mmPerMv };
}

/** The box of a piece on the paper, mm: its time across, its trace's highest and lowest point; undefined where it has none. */
export function pieceBox(layout: SheetLayout, piece: SheetPiece, record: PictureRecord) {
  const values = record.signals[piece.index]!;
  const [first, last] = sampleRange(piece, record);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = first; i < last; i++) {
    if (values[i]! < low) low = values[i]!;
    if (values[i]! > high) high = values[i]!;
  }
  if (low > high) return undefined;
  const [a, b] = [onPaper(layout, piece, piece.from, high), onPaper(layout, piece, piece.to, low)];
  return { x: a.x, y: a.y, width: b.x - a.x, height: b.y - a.y };
}

/** The samples of a piece: first, and the one after the last. */
export function sampleRange({ from, to, index }: SheetPiece, { signals, rateHz }: PictureRecord): [number, number] {
  const length = signals[index]!.length;
  // one sample further, so that neighbouring pieces meet
  return [
    Math.max(0, Math.min(length, Math.ceil(from * rateHz - 1e-9))),
    Math.min(length, Math.floor(to * rateHz + 1e-9) + 1),
  ];
}
