// PNG files from pictures, with a deflate of our own made for drawings: rows like the one above cost next to nothing. Knows no ECG.
import type { IndexedImage } from "./canvas.ts";
import { deflateRows } from "./deflate.ts";
import type { RgbImage } from "./rgb.ts";

/** Compresses bytes into a zlib stream, as `zlib.deflateSync` of Node does. */
export type Deflate = (bytes: Uint8Array) => Uint8Array;

export interface PngOptions {
  /** Dots per inch, written into the file. Default none. */
  dpi?: number;
  /** Another compressor; smaller files of photographs, slower. */
  deflate?: Deflate;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const METRES_PER_INCH = 0.0254;

/**
 * A PNG file (ISO/IEC 15948). The same picture gives the same bytes.
 * @example encodePng(drawSheet(record).image, { dpi: 200 })
 */
export function encodePng(image: IndexedImage | RgbImage, { dpi, deflate }: PngOptions = {}): Uint8Array<ArrayBuffer> {
  const { width, height } = image;
  const indexed = "palette" in image;
  const stride = width * (indexed ? 1 : 3);
  // each row begins with its filter: none
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    rows.set(image.pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  }
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, height);
  head.setUint8(8, 8);
  head.setUint8(9, indexed ? 3 : 2);
  const chunks = [chunk("IHDR", new Uint8Array(head.buffer))];
  if (indexed) chunks.push(chunk("PLTE", Uint8Array.from(image.palette.flat())));
  if (dpi) {
    const physical = new DataView(new ArrayBuffer(9));
    physical.setUint32(0, Math.round(dpi / METRES_PER_INCH));
    physical.setUint32(4, Math.round(dpi / METRES_PER_INCH));
    physical.setUint8(8, 1);
    chunks.push(chunk("pHYs", new Uint8Array(physical.buffer)));
  }
  chunks.push(chunk("IDAT", deflate ? deflate(rows) : deflateRows(rows, stride + 1)), chunk("IEND", new Uint8Array(0)));
  const size = chunks.reduce((sum, { length }) => sum + length, SIGNATURE.length);
  const file = new Uint8Array(size);
  file.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const piece of chunks) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
