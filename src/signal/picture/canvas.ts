// A picture as palette numbers: grid lines and strokes with smooth edges, whole rows copied where they are alike. Knows no lead.
import type { Paper, Rgb } from "./colours.ts";

/** Steps from no ink to full ink. */
const INK_STEPS = 16;
/** Grounds: plain, minor line, major line. */
const GROUNDS = 3;

/** Pixels between lines below which only the strong ones are drawn. */
const LEAST_STEP = 2.5;

/** A picture whose pixels are numbers of a palette. */
export interface IndexedImage {
  width: number;
  height: number;
  /** Row by row. */
  pixels: Uint8Array;
  palette: Rgb[];
}

/**
 * A canvas of paper. Pixel = (pen × grounds + ground) × steps + ink: strokes keep the ground below them, so that smooth
 * edges blend with grid lines, and a pixel holds the strongest stroke, so that crossing pieces of a trace do not darken.
 */
export class Canvas {
  readonly image: IndexedImage;

  constructor(width: number, height: number, { ground, minor, major, pen }: Paper, inks: readonly Rgb[] = []) {
    const palette: Rgb[] = [];
    for (const ink of [pen, ...inks]) {
      for (const below of [ground, minor, major]) {
        for (let step = 0; step < INK_STEPS; step++) palette.push(blend(below, ink, step / (INK_STEPS - 1)));
      }
    }
    this.image = { width, height, pixels: new Uint8Array(width * height), palette };
  }

  /** Grid lines at whole pixels: every `step` pixels, each fifth one strong; the others only where there is room for them. */
  grid(step: number): void {
    const hasMinor = step >= LEAST_STEP;
    const { width, height, pixels } = this.image;
    const plain = new Uint8Array(width);
    const [minor, major] = [INK_STEPS, 2 * INK_STEPS];
    for (let k = 0; Math.round(k * step) < width; k++) {
      const x = Math.round(k * step);
      if (k % 5 === 0) plain[x] = major;
      else if (hasMinor) plain[x] = minor;
    }
    const minorRow = plain.map((value) => Math.max(value, minor));
    const majorRow = new Uint8Array(width).fill(major);
    const rows = new Array<Uint8Array>(height).fill(plain);
    for (let k = 0; Math.round(k * step) < height; k++) {
      if (k % 5 === 0) rows[Math.round(k * step)] = majorRow;
      else if (hasMinor) rows[Math.round(k * step)] = minorRow;
    }
    for (let y = 0; y < height; y++) pixels.set(rows[y]!, y * width);
  }

  /** A line of so many pixels' width with round ends; `ink` 0 is the pen. */
  line(x0: number, y0: number, x1: number, y1: number, lineWidth: number, ink = 0): void {
    const { width, height, pixels } = this.image;
    const half = lineWidth / 2;
    const reach = half + 1;
    const [dx, dy] = [x1 - x0, y1 - y0];
    const squared = dx * dx + dy * dy;
    const inverse = squared > 0 ? 1 / squared : 0;
    const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
    const bottom = Math.min(height - 1, Math.ceil(Math.max(y0, y1) + reach));
    const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
    const right = Math.min(width - 1, Math.ceil(Math.max(x0, x1) + reach));
    const penBase = ink * GROUNDS * INK_STEPS;
    // steep long lines: only the columns near the line in each row
    const slope = Math.abs(dy) > 3 ? dx / dy : 0;
    const slant = reach * Math.sqrt(1 + slope * slope);
    for (let y = top; y <= bottom; y++) {
      let [from, to] = [left, right];
      if (slope !== 0 || (Math.abs(dy) > 3 && dx === 0)) {
        const middle = x0 + (y + 0.5 - y0) * slope;
        from = Math.max(left, Math.floor(middle - slant - 1));
        to = Math.min(right, Math.ceil(middle + slant + 1));
      }
      const py = y + 0.5 - y0;
      for (let x = from; x <= to; x++) {
        const px = x + 0.5 - x0;
        let u = (px * dx + py * dy) * inverse;
        u = u < 0 ? 0 : Math.min(u, 1);
        const ex = px - u * dx;
        const ey = py - u * dy;
        const coverage = half + 0.5 - Math.sqrt(ex * ex + ey * ey);
        if (coverage <= 0) continue;
        const step = coverage >= 1 ? INK_STEPS - 1 : (coverage * INK_STEPS) | 0;
        const at = y * width + x;
        const was = pixels[at]!;
        if (step <= was % INK_STEPS) continue;
        pixels[at] = penBase + (((was / INK_STEPS) | 0) % GROUNDS) * INK_STEPS + step;
      }
    }
  }
}

function blend(below: Rgb, above: Rgb, share: number): Rgb {
  return [0, 1, 2].map((part) => Math.round(below[part]! + (above[part]! - below[part]!) * share)) as unknown as Rgb;
}
