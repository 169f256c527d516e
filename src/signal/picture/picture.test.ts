// Pictures of ECGs: files that decode to what was drawn, traces where the layout says, the four-record picture that was looked at.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateSync, inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { IndexedImage } from "./canvas.ts";
import { deflateRows } from "./deflate.ts";
import { fourRecords, markedRecord } from "./fixture.ts";
import { asRgb, distort, drawSheet, ecgPng, ecgSvg, encodePng, montage, type PictureRecord } from "./index.ts";

/** Name and data of each chunk. */
function chunksOf(png: Uint8Array): Map<string, Buffer> {
  const bytes = Buffer.from(png);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    chunks.set(bytes.toString("latin1", at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return chunks;
}

/** Darkness of a pixel, 0 to 255. */
function darkness(image: IndexedImage, x: number, y: number): number {
  const [r, g, b] = image.palette[image.pixels[Math.floor(y) * image.width + Math.floor(x)]!]!;
  return 255 - (r + g + b) / 3;
}

const flat = (mv: number): PictureRecord => ({
  leads: ["I"],
  signals: [new Float32Array(5000).fill(mv)],
  rateHz: 500,
});

describe("PNG", () => {
  test("decodes to the pixels that were drawn, by either compressor", () => {
    const { image } = drawSheet(markedRecord("sinus"), { dpi: 60 });
    for (const deflate of [undefined, (bytes: Uint8Array) => deflateSync(bytes)]) {
      const chunks = chunksOf(encodePng(image, { dpi: 60, ...(deflate ? { deflate } : {}) }));
      expect([...chunks.keys()]).toEqual(["IHDR", "PLTE", "pHYs", "IDAT", "IEND"]);
      const rows = inflateSync(chunks.get("IDAT")!);
      expect(rows.length).toBe(image.height * (image.width + 1));
      const pixels = Buffer.concat(
        Array.from({ length: image.height }, (_, y) =>
          rows.subarray(y * (image.width + 1) + 1, (y + 1) * (image.width + 1)),
        ),
      );
      expect(pixels.equals(Buffer.from(image.pixels))).toBe(true);
    }
  });

  test("is 2200 × 1700 at 200 dots an inch, 11 × 8.5 inches", () => {
    const head = chunksOf(ecgPng(markedRecord("sinus"))).get("IHDR")!;
    expect([head.readUInt32BE(0), head.readUInt32BE(4)]).toEqual([2200, 1700]);
  });

  test("the compressor gives back any bytes, long runs and none at all included", () => {
    for (const [length, stride, of] of [
      [0, 1, 7],
      [1, 1, 7],
      [70_000, 40_000, 256],
      [100_000, 257, 2],
      [66_000, 33_000, 1],
    ] as const) {
      const bytes = Uint8Array.from({ length }, (_, i) => (Math.imul(i, 2654435761) >>> 13) % of);
      expect(Buffer.from(inflateSync(deflateRows(bytes, stride))).equals(Buffer.from(bytes))).toBe(true);
    }
  });
});

describe("the sheet", () => {
  test("has a sample where its map says, 10 mm higher for a millivolt", () => {
    for (const mv of [0, 0.5, -0.7]) {
      const { image, pieces, pixelsPerSecond, pixelsPerMv } = drawSheet(flat(mv), {
        paper: "plain",
        labels: false,
        footer: "",
      });
      const [piece] = pieces;
      const x = piece!.x + (1.2 - piece!.from) * pixelsPerSecond;
      const y = piece!.y - mv * pixelsPerMv;
      expect(darkness(image, x, y)).toBeGreaterThan(150);
      expect(darkness(image, x, y - 6)).toBe(0);
      expect(darkness(image, x, y + 6)).toBe(0);
    }
    expect(drawSheet(flat(0)).pixelsPerMv).toBeCloseTo((10 * 200) / 25.4, 9);
    expect(drawSheet(flat(0)).pixelsPerSecond).toBeCloseTo((25 * 200) / 25.4, 9);
  });

  test("shows twelve leads, each for 2.5 s in turn, and lead II in full", () => {
    const { pieces } = drawSheet(markedRecord("sinus"), { dpi: 40 });
    expect(pieces.map(({ lead }) => lead).join(" ")).toBe("I aVR V1 V4 II aVL V2 V5 III aVF V3 V6 II");
    expect(pieces.slice(0, 4).map(({ from, to }) => [from, to])).toEqual([
      [0, 2.5],
      [2.5, 5],
      [5, 7.5],
      [7.5, 10],
    ]);
    expect(pieces.at(-1)).toMatchObject({ from: 0, to: 10 });
  });

  test("finds leads whatever their case and order, and refuses a record without any", () => {
    const record = { leads: ["AVL", "ii"], signals: [new Float32Array(500), new Float32Array(500)], rateHz: 100 };
    expect(drawSheet(record, { dpi: 40 }).pieces.map(({ lead }) => lead)).toEqual(["II", "aVL", "II"]);
    expect(() => drawSheet({ ...record, leads: ["PLETH", "ABP"] })).toThrow(/none of the leads/);
  });

  test("breaks the trace where samples are missing", () => {
    const record = flat(0);
    (record.signals[0] as Float32Array).fill(Number.NaN, 500, 1000);
    const { image, pieces, pixelsPerSecond } = drawSheet(record, { paper: "plain", labels: false });
    const at = (seconds: number) => darkness(image, pieces[0]!.x + seconds * pixelsPerSecond, pieces[0]!.y);
    expect(at(0.5)).toBeGreaterThan(150);
    expect(at(1.5)).toBe(0);
    expect(at(2.2)).toBeGreaterThan(150);
    expect(
      ecgSvg(record)
        .match(/data-lead="I" d="([^"]*)"/)![1]!
        .match(/M/g),
    ).toHaveLength(2);
  });

  test("draws marks in the colours of their waves", () => {
    const marks = [{ ms: 1000, wave: "QRS", part: "onset" } as const];
    const { image, pieces, pixelsPerSecond } = drawSheet(flat(0), { paper: "plain", marks });
    const x = Math.floor(pieces[0]!.x + pixelsPerSecond);
    const [r, g] = image.palette[image.pixels[Math.floor(pieces[0]!.y - 12) * image.width + x]!]!;
    expect(r! - g!).toBeGreaterThan(100);
  });
});

describe("four records", () => {
  const path = fileURLToPath(new URL("./golden/four.png", import.meta.url));

  test("are drawn as in the picture that was looked at", () => {
    const sheets = fourRecords().map(
      ({ title, marks, ...record }) => drawSheet(record, { dpi: 50, header: [title], marks, paper: "red" }).image,
    );
    // compared unpacked: another zlib packs the same picture into other bytes
    const png = encodePng(montage(sheets), { dpi: 50, deflate: (bytes) => deflateSync(bytes, { level: 9 }) });
    if (process.env["UPDATE_GOLDEN"]) writeFileSync(path, png);
    const [drawn, kept] = [chunksOf(png), chunksOf(readFileSync(path))];
    expect(drawn.get("IHDR")!.equals(kept.get("IHDR")!) && drawn.get("PLTE")!.equals(kept.get("PLTE")!)).toBe(true);
    expect(inflateSync(drawn.get("IDAT")!).equals(inflateSync(kept.get("IDAT")!))).toBe(true);
  });

  test("as SVG have the same traces: one path a piece, text escaped, whole numbers of beats", () => {
    const [record] = fourRecords();
    const svg = ecgSvg(record!, { header: ['a < b & "c"'] });
    expect(svg.match(/data-lead=/g)).toHaveLength(13);
    expect(svg).toContain("a &lt; b &amp; &quot;c&quot;");
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(svg.length).toBeLessThan(300_000);
  });
});

describe("distortions", () => {
  const { image } = drawSheet(markedRecord("sinus"), { dpi: 30 });

  test("are the same for a seed and a key, and others for another", () => {
    const of = (key: number) => Buffer.from(distort(image, { seed: 5, key }).image.pixels);
    expect(of(1).equals(of(1))).toBe(true);
    expect(of(1).equals(of(2))).toBe(false);
  });

  test("leave a sheet alone where every strength is nought", () => {
    const none = { rotation: 0, perspective: 0, creases: 0, shadow: 0, tint: 0, blur: 0, noise: 0, compression: 0 };
    const out = distort(image, { seed: 5, ...none });
    expect(Buffer.from(out.image.pixels).equals(Buffer.from(asRgb(image).pixels))).toBe(true);
  });

  test("say where a point of the sheet went", () => {
    const dot = { width: 200, height: 120, pixels: new Uint8Array(3 * 200 * 120).fill(255) };
    dot.pixels.fill(0, 3 * (40 * 200 + 150), 3 * (40 * 200 + 151));
    const quiet = { creases: 0, shadow: 0, tint: 0, blur: 0, noise: 0, compression: 0 };
    const { image: out, place } = distort(dot, { seed: 9, ...quiet, rotation: 1, perspective: 1 });
    const { x, y } = place(150.5, 40.5);
    const dark = (px: number, py: number) => 255 - out.pixels[3 * (Math.floor(py) * out.width + Math.floor(px))]!;
    expect(dark(x, y)).toBeGreaterThan(60);
  });
});
