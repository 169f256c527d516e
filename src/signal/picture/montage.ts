// Pictures side by side in one, as a contact sheet. Knows no ECG.
import type { IndexedImage } from "./canvas.ts";
import { asRgb, type RgbImage } from "./rgb.ts";

/**
 * Puts pictures into rows of `columns`; each cell has the size of the largest, and what is left of it is white, or the
 * first colour of the palette that all pictures share.
 */
export function montage<Image extends IndexedImage | RgbImage>(
  images: readonly Image[],
  { columns = 2 }: { columns?: number } = {},
): IndexedImage | RgbImage {
  const palette = sharedPalette(images);
  const parts = palette ? images : images.map((image) => ("palette" in image ? asRgb(image) : image));
  const each = palette ? 1 : 3;
  const cellWidth = Math.max(...images.map(({ width }) => width));
  const cellHeight = Math.max(...images.map(({ height }) => height));
  const [width, height] = [cellWidth * columns, cellHeight * Math.ceil(images.length / columns)];
  const pixels = new Uint8Array(each * width * height).fill(palette ? 0 : 255);
  parts.forEach((image, i) => {
    const [left, top] = [(i % columns) * cellWidth, Math.floor(i / columns) * cellHeight];
    for (let y = 0; y < image.height; y++) {
      const row = image.pixels.subarray(each * y * image.width, each * (y + 1) * image.width);
      pixels.set(row, each * ((top + y) * width + left));
    }
  });
  return palette ? { width, height, pixels, palette } : { width, height, pixels };
}

function sharedPalette(images: readonly (IndexedImage | RgbImage)[]): IndexedImage["palette"] | undefined {
  const palettes = images.map((image) => ("palette" in image ? image.palette : undefined));
  const first = JSON.stringify(palettes[0]);
  return palettes.every((palette) => palette && JSON.stringify(palette) === first) ? palettes[0] : undefined;
}
