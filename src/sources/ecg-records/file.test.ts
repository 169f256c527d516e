// Windows of real recordings in every storage format: the same samples as when the whole record is read.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { wfdb } from "../../formats/index.ts";
import { openEcgFile } from "./index.ts";

const samples = "../shared/data/ecg/wfdb-samples";
const isThere = existsSync(samples);
const folder = mkdtempSync(join(tmpdir(), "bedside-ecg-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function headers(place: string): string[] {
  if (!existsSync(place)) return [];
  return readdirSync(place, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".hea"))
    .map((name) => join(place, name))
    .sort();
}

/** Millivolts from a whole record. */
const FACTORS: Record<string, number> = { uv: 1e-3, v: 1e3 };

describe("a window", () => {
  test.skipIf(!isThere)(`equals the same stretch of the whole record, every format (needs ${samples})`, () => {
    let windows = 0;
    for (const path of headers(samples)) {
      let file: ReturnType<typeof openEcgFile>;
      let whole: wfdb.WfdbRecord;
      try {
        file = openEcgFile(path);
        whole = file.read();
      } catch {
        continue; // headers of layouts and of files that are not among the samples
      }
      for (const [from, to] of [
        [0, 50],
        [101, 350],
        [7, 8],
        [Math.max(0, whole.to - 75), whole.to],
      ] as const) {
        if (to > whole.to) continue;
        const got = file.window(from, to);
        whole.signals.forEach((signal, i) => {
          const factor = FACTORS[signal.unit.toLowerCase()] ?? 1;
          const expected = wfdb.physicalSignal(whole, i, { from, to, as: "float32" }).map((value) => value * factor);
          expect(got[i], `${path} ${i} ${from}`).toEqual(expected);
        });
        windows++;
      }
    }
    expect(windows).toBeGreaterThan(60);
  });

  test.skipIf(!existsSync("../shared/data/ecg/cinc2021"))(
    "of the challenge's .mat recordings, PTB-XL at 500 Hz among them, is in millivolts",
    () => {
      const files = headers("../shared/data/ecg/cinc2021").map(openEcgFile);
      expect(files.length).toBe(25);
      for (const file of files) {
        const [one, two, three] = file.window(0, file.frames);
        expect([file.signals.length, file.rateHz, one!.length]).toEqual([12, 500, file.frames]);
        // Einthoven, to the digits of the converter
        for (let i = 0; i < 5000; i += 311) expect(Math.abs(two![i]! - one![i]! - three![i]!)).toBeLessThan(0.02);
      }
    },
  );

  test("of a plain record has gaps where samples are marked, and ends with the file", () => {
    const files = wfdb.writeRecord({
      name: "plain",
      rateHz: 100,
      signals: [
        { name: "I", gain: 200, digital: [2, 4, -32_768, 8, 10, 12, 14, 16], unit: "mV" },
        { name: "II", gain: 1, digital: [1, 2, 3, 4, 5, 6, 7, 8], unit: "uV" },
      ],
    });
    for (const [name, bytes] of files)
      writeFileSync(join(folder, name), name.endsWith(".dat") ? bytes.subarray(0, 24) : bytes);
    const file = openEcgFile(join(folder, "plain"));
    const [one, two] = file.window(1, 8);
    expect([...one!]).toEqual([4, Number.NaN, 8, 10, 12, Number.NaN, Number.NaN].map((v) => Math.fround(v / 200)));
    expect([...two!].slice(0, 2)).toEqual([Math.fround(0.002), Math.fround(0.003)]);
    expect(file.signals.map(({ unit }) => unit)).toEqual(["mV", "mV"]);
  });

  test("never leaves its folder", () => {
    writeFileSync(join(folder, "up.hea"), "up 1 100 5\n../plain.dat 16 200 16 0 0 0 0 I\n");
    expect(() => openEcgFile(join(folder, "up"))).toThrow(/outside its folder/);
  });
});
