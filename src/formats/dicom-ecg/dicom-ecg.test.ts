import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { dicomPhysical, readDicomEcg } from "./index.ts";

const here = dirname(fileURLToPath(import.meta.url));
const { cases, refused } = JSON.parse(readFileSync(join(here, "golden/dicom-ecg.json"), "utf8")) as {
  cases: Record<string, { bytes: string; raw: number[][][]; physical: number[][][] | null }>;
  refused: Record<string, string>;
};
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

describe("a DICOM electrocardiogram", () => {
  test.each(Object.entries(cases))(
    "of the kind %s is read as pydicom wrote and reads it",
    (_kind, { bytes, raw, physical }) => {
      const { sopClass, acquired, waveforms } = readDicomEcg(bytesOf(bytes));
      expect([sopClass, acquired]).toEqual(["1.2.840.10008.5.1.4.1.1.9.1.1", "20200102030405"]);
      expect(waveforms.map(({ label, rateHz, originality }) => [label, rateHz, originality])).toEqual([
        ["RHYTHM", 500, "ORIGINAL"],
        ["MEDIAN", 250.5, "ORIGINAL"],
      ]);
      expect(waveforms.map(({ channels }) => channels.map((channel) => [...channel.raw]))).toEqual(raw);
      const [first, second] = waveforms[0]!.channels;
      expect([first!.name, first!.code, first!.unit, second!.name]).toEqual(["first", "5.6.3-9-1", "uV", "Lead 2"]);
      physical?.forEach((channels, w) => {
        channels.forEach((values, c) => {
          const own = dicomPhysical(waveforms[w]!.channels[c]!);
          values.forEach((value, i) => {
            expect(own[i]).toBeCloseTo(value, 9);
          });
        });
      });
    },
  );

  test.each(Object.entries(refused))("of %s is refused", (_kind, bytes) => {
    expect(() => readDicomEcg(bytesOf(bytes))).toThrow(/transfer syntax/);
  });

  test("changed in any byte is read or refused, never anything else", () => {
    const random = randomStream(3, "dicom-ecg");
    const seeds = Object.values(cases).map(({ bytes }) => bytesOf(bytes));
    for (let run = 0; run < 20_000; run++) {
      const bytes = seeds[run % seeds.length]!.slice();
      for (let i = random.below(3); i >= 0; i--) bytes[132 + random.below(bytes.length - 132)] = random.below(256);
      const cut = random.below(4) === 0 ? random.below(bytes.length) : bytes.length;
      try {
        for (const { channels } of readDicomEcg(bytes.subarray(0, cut)).waveforms) {
          expect(channels.reduce((sum, { raw }) => sum + raw.byteLength, 0)).toBeLessThanOrEqual(8 * cut);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(BedsideError);
      }
    }
  });
});
