// SCP-ECG: our own small files of each kind, damage of every byte, and what is refused.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { readScpEcg, scpMillivolts } from "./index.ts";

const here = dirname(fileURLToPath(import.meta.url));
const { samples, cases } = JSON.parse(readFileSync(join(here, "golden/scp-ecg.json"), "utf8")) as {
  samples: number[][];
  cases: Record<string, string>;
};
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const files = Object.values(cases).map(bytesOf);
const codeOf = (bytes: Uint8Array, options?: { checksums: boolean }) => {
  try {
    readScpEcg(bytes, options);
  } catch (error) {
    return (error as BedsideError).problem.code;
  }
  return "read";
};
/** Places of the sections in a golden file, from its list. */
function sectionOf(bytes: Uint8Array, id: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(22 + 10 * id + 6, true) - 1;
}

describe("an SCP-ECG file", () => {
  test.each(Object.entries(cases))("of the kind %s gives the samples written", (_kind, text) => {
    const ecg = readScpEcg(bytesOf(text));
    expect([ecg.acquired, ecg.rateHz, ecg.microvolts]).toEqual(["20200102030405", 500, 2.5]);
    expect(ecg.leads.map(({ name }) => name)).toEqual(["I", "II", "V1", "III"]);
    expect(ecg.leads.map(({ digits }) => [...digits])).toEqual(samples);
    expect(scpMillivolts(ecg, ecg.leads[0]!)[30]).toBeCloseTo((samples[0]![30]! * 2.5) / 1000, 6);
  });

  test("with a wrong checksum is refused, or read where checksums are not asked for", () => {
    const bytes = files[0]!.slice();
    bytes[0]! ^= 1;
    expect(codeOf(bytes)).toBe("scp-ecg/invalid");
    expect(codeOf(bytes, { checksums: false })).toBe("read");
  });

  test.each([
    ["a reference beat taken off", 3, 1, 1],
    ["bimodal compression", 6, 5, 1],
    ["a table of its own", 2, 0, 1],
  ])("with %s is refused as unsupported", (_what, section, place, value) => {
    const bytes = files[2]!.slice();
    const at = sectionOf(bytes, section) + 16 + place;
    bytes[at] = place === 1 ? bytes[at]! | value : value;
    expect(codeOf(bytes, { checksums: false })).toBe("scp-ecg/unsupported");
  });

  test("changed in any byte is read or refused, never anything else, and takes no more than 32 times its size", () => {
    const random = randomStream(4, "scp-ecg");
    for (let run = 0; run < 20_000; run++) {
      const bytes = files[run % files.length]!.slice();
      for (let i = random.below(3); i >= 0; i--) bytes[random.below(bytes.length)] = random.below(256);
      const cut = random.below(4) === 0 ? random.below(bytes.length) : bytes.length;
      try {
        const { leads } = readScpEcg(bytes.subarray(0, cut), { checksums: false });
        expect(leads.reduce((sum, { digits }) => sum + digits.byteLength, 0)).toBeLessThanOrEqual(32 * cut);
      } catch (error) {
        expect(error).toBeInstanceOf(BedsideError);
      }
    }
  });
});
