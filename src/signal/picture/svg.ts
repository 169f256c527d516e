// An ECG sheet as SVG, in millimetres. Knows no pixel.
import { hex, PAPERS, type PaperId } from "./colours.ts";
import { MARK_WIDTH, type PictureMark, placeMarks } from "./fiducials.ts";
import {
  layOutSheet,
  onPaper,
  type PictureRecord,
  PULSE,
  type SheetLayout,
  type SheetOptions,
  type SheetPiece,
  sampleRange,
} from "./sheet.ts";

export interface SvgOptions extends SheetOptions {
  /** Default `red`. */
  paper?: PaperId;
  /** Default none. */
  marks?: readonly PictureMark[];
  /** Width of the trace, mm. Default 0.3. */
  penWidth?: number;
}

/** Points nearer than this to the line through their neighbours are left out, mm. */
const TOLERANCE = 0.01;

/**
 * The standard sheet of a record as an SVG document whose user unit is 1 mm.
 * @example ecgSvg({ leads: ["I"], signals: [samples], rateHz: 500 }, { header: ["Sinus rhythm"] })
 */
export function ecgSvg(record: PictureRecord, options: SvgOptions = {}): string {
  const { paper = "red", marks = [], penWidth = 0.3 } = options;
  const layout = layOutSheet(record, options);
  const { ground, pen } = PAPERS[paper];
  const { width, height } = layout;
  const placed = placeMarks(layout, record, marks);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${mm(width)}mm" height="${mm(height)}mm" viewBox="0 0 ${mm(width)} ${mm(height)}" role="img">`,
    `<title>Electrocardiogram, ${layout.pieces.length} traces, ${layout.mmPerSecond} mm/s, ${layout.mmPerMv} mm/mV</title>`,
    `<rect width="${mm(width)}" height="${mm(height)}" fill="${hex(ground)}"/>`,
    ...(paper === "plain" ? [] : grid(layout, paper)),
    `<g fill="none" stroke="${hex(pen)}" stroke-width="${mm(penWidth)}" stroke-linejoin="round" stroke-linecap="round">`,
    ...layout.pulses.map(({ x, y }) => `<path d="${pulsePath(layout, x, y)}"/>`),
    ...layout.separators.map(
      ({ x, y }) => `<path d="M${mm(x)} ${mm(y - 4)}V${mm(y - 2)}M${mm(x)} ${mm(y + 2)}V${mm(y + 4)}"/>`,
    ),
    ...layout.pieces.map(
      (piece) => `<path data-lead="${escaped(piece.lead)}" d="${tracePath(layout, piece, record)}"/>`,
    ),
    "</g>",
    ...placed.map(
      ({ x, top, bottom, colour }) =>
        `<path d="M${mm(x)} ${mm(top)}V${mm(bottom)}" stroke="${hex(colour)}" stroke-width="${mm(MARK_WIDTH)}"/>`,
    ),
    `<g font-family="Helvetica, Arial, sans-serif" fill="${hex(pen)}">`,
    ...layout.texts.map(
      // capitals of these typefaces are 0.72 of the size given
      ({ x, y, size, text }) =>
        `<text x="${mm(x)}" y="${mm(y)}" font-size="${mm(size / 0.72)}">${escaped(text)}</text>`,
    ),
    "</g>",
    "</svg>",
  ].join("\n");
}

function grid({ width, height }: SheetLayout, paper: PaperId): string[] {
  const { minor, major } = PAPERS[paper];
  const lines = (step: number, skip: number) => {
    let d = "";
    for (let x = 0; x <= width; x += step) if (!skip || x % skip) d += `M${x} 0V${mm(height)}`;
    for (let y = 0; y <= height; y += step) if (!skip || y % skip) d += `M0 ${y}H${mm(width)}`;
    return d;
  };
  return [
    `<path d="${lines(1, 5)}" stroke="${hex(minor)}" stroke-width="0.12"/>`,
    `<path d="${lines(5, 0)}" stroke="${hex(major)}" stroke-width="0.16"/>`,
  ];
}

function pulsePath({ mmPerSecond, mmPerMv }: SheetLayout, x: number, y: number): string {
  const [across, up] = [PULSE.seconds * mmPerSecond, PULSE.mv * mmPerMv];
  return `M${mm(x)} ${mm(y)}h1v${mm(-up)}h${mm(across)}v${mm(up)}h0.7`;
}

/** The trace, points on a straight line left out, broken where samples are missing. */
function tracePath(layout: SheetLayout, piece: SheetPiece, record: PictureRecord): string {
  const values = record.signals[piece.index]!;
  const [first, last] = sampleRange(piece, record);
  let path = "";
  let kept: { x: number; y: number } | undefined;
  let held: { x: number; y: number } | undefined;
  const put = (point: { x: number; y: number }, how: "M" | "L") => {
    path += `${how}${mm(point.x)} ${mm(point.y)}`;
    kept = point;
  };
  for (let i = first; i < last; i++) {
    const mv = values[i]!;
    if (!Number.isFinite(mv)) {
      if (held) put(held, "L");
      [kept, held] = [undefined, undefined];
      continue;
    }
    const point = onPaper(layout, piece, i / record.rateHz, mv);
    if (!kept) put(point, "M");
    else if (held && offLine(kept, held, point) > TOLERANCE) put(held, "L");
    held = point;
  }
  if (held && kept !== held) put(held, "L");
  return path;
}

type Point = { x: number; y: number };

/** How far the middle point lies from the line through the others. */
function offLine(a: Point, middle: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy);
  return length === 0 ? 0 : Math.abs(dx * (middle.y - a.y) - dy * (middle.x - a.x)) / length;
}

const mm = (value: number) => String(Math.round(value * 100) / 100);

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
