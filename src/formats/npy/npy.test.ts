import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { readNpy, writeNpy } from "./index.ts";

const here = dirname(fileURLToPath(import.meta.url));
const { cases, refused } = JSON.parse(readFileSync(join(here, "golden/npy.json"), "utf8")) as {
  cases: Record<string, { bytes: string; shape: number[]; values: number[] }>;
  refused: Record<string, string>;
};
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

describe("a .npy file", () => {
  test.each(Object.entries(cases))(
    "of the kind %s has the values that NumPy wrote",
    (_kind, { bytes, shape, values }) => {
      const read = readNpy(bytesOf(bytes));
      expect(read.shape).toEqual(shape);
      expect(Array.from(read.data as ArrayLike<number | bigint>, Number)).toEqual(values);
    },
  );

  test.each(["int16", "float32", "wide", "bytes", "empty"])(
    "of the kind %s is written byte for byte as NumPy writes it",
    (kind) => {
      const bytes = bytesOf(cases[kind]!.bytes);
      expect(writeNpy(readNpy(bytes))).toEqual(bytes);
    },
  );

  test.each(Object.entries(refused))("of %s is refused", (_kind, bytes) => {
    expect(() => readNpy(bytesOf(bytes))).toThrow(BedsideError);
  });

  test("is not written where the values do not fill the shape", () => {
    expect(() => writeNpy({ shape: [2, 2], data: Int16Array.of(1, 2, 3) })).toThrow(/do not fill/);
  });

  test("changed in any byte is read or refused, never anything else", () => {
    const random = randomStream(3, "npy");
    const seeds = Object.values(cases).map(({ bytes }) => bytesOf(bytes));
    for (let run = 0; run < 20_000; run++) {
      const bytes = seeds[run % seeds.length]!.slice();
      for (let i = random.below(3); i >= 0; i--) bytes[random.below(bytes.length)] = random.below(256);
      const cut = random.below(4) === 0 ? random.below(bytes.length) : bytes.length;
      try {
        expect(readNpy(bytes.subarray(0, cut)).data.byteLength).toBeLessThanOrEqual(8 * cut);
      } catch (error) {
        expect(error).toBeInstanceOf(BedsideError);
      }
    }
  });
});
