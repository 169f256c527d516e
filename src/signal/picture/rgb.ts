// Pictures of three bytes a pixel, from those of palette numbers. Knows no ECG.
import type { IndexedImage } from "./canvas.ts";

/** Red, green, blue, row by row. */
export interface RgbImage {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** The colours of a picture of palette numbers. */
export function asRgb({ width, height, pixels, palette }: IndexedImage): RgbImage {
  const flat = Uint8Array.from(palette.flat());
  const out = new Uint8Array(3 * pixels.length);
  for (let i = 0, o = 0; i < pixels.length; i++) {
    const p = 3 * pixels[i]!;
    out[o++] = flat[p]!;
    out[o++] = flat[p + 1]!;
    out[o++] = flat[p + 2]!;
  }
  return { width, height, pixels: out };
}
