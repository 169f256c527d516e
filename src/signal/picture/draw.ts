// An ECG sheet as pixels, with the way from samples to pixels beside it. Knows no file format.
import { Canvas, type IndexedImage } from "./canvas.ts";
import { PAPERS, type PaperId } from "./colours.ts";
import { MARK_COLOURS, MARK_WIDTH, type PictureMark, type PlacedMark, placeMarks } from "./fiducials.ts";
import { CAPITAL_UNITS, LETTER_ADVANCE, strokesOf } from "./font.ts";
import { encodePng, type PngOptions } from "./png.ts";
import {
  layOutSheet,
  onPaper,
  type PictureRecord,
  PULSE,
  pieceBox,
  type SheetLayout,
  type SheetOptions,
  type SheetPiece,
  type SheetText,
  sampleRange,
} from "./sheet.ts";

export interface DrawOptions extends SheetOptions {
  /** Dots per inch. Default 200. */
  dpi?: number;
  /** Default `red`. */
  paper?: PaperId;
  /** Default none. */
  marks?: readonly PictureMark[];
  /** Width of the trace, mm. Default 0.3. */
  penWidth?: number;
}

/** A piece of a lead in the picture, in pixels. Sample i lies at x + (i / rateHz − from) × pixelsPerSecond, v mV at y − v × pixelsPerMv. */
export interface PicturePiece {
  lead: string;
  /** Seconds of the record. */
  from: number;
  to: number;
  x: number;
  y: number;
  /** Around the trace. */
  box?: { x: number; y: number; width: number; height: number };
}

/** A sheet drawn: its pixels and where everything stands. */
export interface DrawnSheet {
  image: IndexedImage;
  dpi: number;
  pixelsPerMm: number;
  pixelsPerSecond: number;
  pixelsPerMv: number;
  pieces: PicturePiece[];
}

const MM_PER_INCH = 25.4;
const LETTER_STROKE = 0.14;

/**
 * Draws the standard sheet. 2200 × 1700 pixels by default.
 * @example drawSheet({ leads, signals, rateHz: 500 }, { dpi: 100, paper: "grey" }).image.width // 1100
 */
export function drawSheet(record: PictureRecord, options: DrawOptions = {}): DrawnSheet {
  const { dpi = 200, paper = "red", marks = [], penWidth = 0.3 } = options;
  const layout = layOutSheet(record, options);
  const scale = dpi / MM_PER_INCH;
  const inks: PlacedMark["colour"][] = [MARK_COLOURS.P, MARK_COLOURS.QRS, MARK_COLOURS.T];
  const canvas = new Canvas(
    Math.round(layout.width * scale),
    Math.round(layout.height * scale),
    PAPERS[paper],
    marks.length ? inks : [],
  );
  if (paper !== "plain") canvas.grid(scale);
  const pen = Math.max(1, penWidth * scale);
  for (const text of layout.texts) writeText(canvas, text, scale);
  for (const pulse of layout.pulses) drawPulse(canvas, layout, pulse, scale, pen);
  for (const { x, y } of layout.separators) {
    for (const sign of [-1, 1]) canvas.line(x * scale, (y + sign * 4) * scale, x * scale, (y + sign * 2) * scale, pen);
  }
  for (const piece of layout.pieces) drawTrace(canvas, layout, piece, record, scale, pen);
  for (const { x, top, bottom, colour } of placeMarks(layout, record, marks)) {
    canvas.line(
      x * scale,
      top * scale,
      x * scale,
      bottom * scale,
      Math.max(1, MARK_WIDTH * scale),
      1 + inks.indexOf(colour),
    );
  }
  const pieces = layout.pieces.map((piece): PicturePiece => {
    const box = pieceBox(layout, piece, record);
    const inPixels = box && {
      x: box.x * scale,
      y: box.y * scale,
      width: box.width * scale,
      height: box.height * scale,
    };
    return {
      lead: piece.lead,
      from: piece.from,
      to: piece.to,
      x: piece.x * scale,
      y: piece.y * scale,
      ...(inPixels ? { box: inPixels } : {}),
    };
  });
  return {
    image: canvas.image,
    dpi,
    pixelsPerMm: scale,
    pixelsPerSecond: layout.mmPerSecond * scale,
    pixelsPerMv: layout.mmPerMv * scale,
    pieces,
  };
}

/** The sheet of a record as a PNG file. */
export function ecgPng(
  record: PictureRecord,
  options: DrawOptions & Pick<PngOptions, "deflate"> = {},
): Uint8Array<ArrayBuffer> {
  const { image, dpi } = drawSheet(record, options);
  return encodePng(image, { dpi, ...(options.deflate ? { deflate: options.deflate } : {}) });
}

function drawTrace(
  canvas: Canvas,
  layout: SheetLayout,
  piece: SheetPiece,
  record: PictureRecord,
  scale: number,
  pen: number,
): void {
  const values = record.signals[piece.index]!;
  const [first, last] = sampleRange(piece, record);
  const origin = onPaper(layout, piece, 0, 0);
  const [x0, y0] = [origin.x * scale, origin.y * scale];
  const [perSample, perMv] = [(layout.mmPerSecond * scale) / record.rateHz, layout.mmPerMv * scale];
  let [x, y, open] = [0, 0, false];
  for (let i = first; i < last; i++) {
    const mv = values[i]!;
    if (!Number.isFinite(mv)) {
      open = false;
      continue;
    }
    const [px, py] = [x0 + i * perSample, y0 - mv * perMv];
    if (open) {
      // samples closer than half a pixel add nothing
      if (i < last - 1 && Math.abs(px - x) + Math.abs(py - y) < 0.5) continue;
      canvas.line(x, y, px, py, pen);
    }
    [x, y, open] = [px, py, true];
  }
}

function drawPulse(
  canvas: Canvas,
  layout: SheetLayout,
  { x, y }: { x: number; y: number },
  scale: number,
  pen: number,
): void {
  const [across, up] = [PULSE.seconds * layout.mmPerSecond, PULSE.mv * layout.mmPerMv];
  const corners = [
    [x, y],
    [x + 1, y],
    [x + 1, y - up],
    [x + 1 + across, y - up],
    [x + 1 + across, y],
    [x + 1.7 + across, y],
  ] as const;
  for (let i = 1; i < corners.length; i++) {
    const [[ax, ay], [bx, by]] = [corners[i - 1]!, corners[i]!];
    canvas.line(ax * scale, ay * scale, bx * scale, by * scale, pen);
  }
}

function writeText(canvas: Canvas, { x, y, size, text }: SheetText, scale: number): void {
  const unit = (size / CAPITAL_UNITS) * scale;
  const width = Math.max(1, LETTER_STROKE * size * scale);
  let left = x * scale;
  for (const character of text) {
    for (const stroke of strokesOf(character)) {
      for (let i = 1; i < stroke.length; i++) {
        const [[ax, ay], [bx, by]] = [stroke[i - 1]!, stroke[i]!];
        const at = (v: number) => y * scale + (v - CAPITAL_UNITS) * unit;
        canvas.line(left + ax * unit, at(ay), left + bx * unit, at(by), width);
      }
    }
    left += LETTER_ADVANCE * unit;
  }
}
