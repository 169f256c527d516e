// Pictures side by side in one, as a contact sheet. Knows no ECG.
import type { IndexedImage } from "./canvas.ts";
import { asRgb, type RgbImage } from "./rgb.ts";

/** Puts pictures into rows of `columns`, on white; each cell has the size of the largest. */
export function montage(
  images: readonly (IndexedImage | RgbImage)[],
  { columns = 2 }: { columns?: number } = {},
): RgbImage {
  const cellWidth = Math.max(...images.map(({ width }) => width));
  const cellHeight = Math.max(...images.map(({ height }) => height));
  const [width, height] = [cellWidth * columns, cellHeight * Math.ceil(images.length / columns)];
  const pixels = new Uint8Array(3 * width * height).fill(255);
  images.forEach((image, i) => {
    const rgb = "palette" in image ? asRgb(image) : image;
    const [left, top] = [(i % columns) * cellWidth, Math.floor(i / columns) * cellHeight];
    for (let y = 0; y < rgb.height; y++) {
      pixels.set(rgb.pixels.subarray(3 * y * rgb.width, 3 * (y + 1) * rgb.width), 3 * ((top + y) * width + left));
    }
  });
  return { width, height, pixels };
}
