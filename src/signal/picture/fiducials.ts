// Marks of waves drawn on a sheet: what they are, where they stand, in which colour. Finds no wave.
import { onPaper, type PictureRecord, type SheetLayout, sampleRange } from "./sheet.ts";

/** A mark on a lead, or on all of them. */
export interface PictureMark {
  /** Milliseconds from the record's start. */
  ms: number;
  wave: "P" | "QRS" | "T";
  part: "onset" | "peak" | "end";
  /** Only on this lead; on all where left out. */
  lead?: string;
}

/** Blue P, red QRS, green T: told apart with every common form of colour blindness by their order as well. */
export const MARK_COLOURS = { P: [0, 90, 200], QRS: [210, 30, 30], T: [0, 130, 60] } as const;
/** mm above and below the trace. */
export const MARK_REACH = 2.5;
export const MARK_WIDTH = 0.3;

/** A mark on the paper: a vertical stroke for limits, a short one at the peak. */
export interface PlacedMark {
  x: number;
  top: number;
  bottom: number;
  colour: (typeof MARK_COLOURS)[keyof typeof MARK_COLOURS];
}

/** The marks that lie on the sheet, by its pieces. */
export function placeMarks(layout: SheetLayout, record: PictureRecord, marks: readonly PictureMark[]): PlacedMark[] {
  const placed: PlacedMark[] = [];
  for (const piece of layout.pieces) {
    const [first, last] = sampleRange(piece, record);
    for (const { ms, wave, part, lead } of marks) {
      const seconds = ms / 1000;
      if (!(seconds >= piece.from && seconds < piece.to)) continue;
      if (lead !== undefined && lead.toLowerCase() !== piece.lead.toLowerCase()) continue;
      const sample = Math.round(seconds * record.rateHz);
      const mv = sample >= first && sample < last ? record.signals[piece.index]![sample]! : 0;
      const { x, y } = onPaper(layout, piece, seconds, Number.isFinite(mv) ? mv : 0);
      const reach = part === "peak" ? MARK_REACH / 2.5 : MARK_REACH;
      placed.push({ x, top: y - reach, bottom: y + reach, colour: MARK_COLOURS[wave] });
    }
  }
  return placed;
}
