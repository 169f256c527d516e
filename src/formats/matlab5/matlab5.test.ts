import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { digitalSignal, readRecord } from "../wfdb/index.ts";
import { matrixRow, readMat } from "./index.ts";

const here = dirname(fileURLToPath(import.meta.url));
const challenge = join(here, "../../../../shared/data/ecg/cinc2021");
const { cases, refused } = JSON.parse(readFileSync(join(here, "golden/matlab5.json"), "utf8")) as {
  cases: Record<string, { bytes: string; matrices: { name: string; shape: number[]; rows: number[][] }[] }>;
  refused: Record<string, string>;
};
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

describe("a .mat file", () => {
  test.each(Object.entries(cases))("of the kind %s has the matrices that SciPy wrote", (_kind, { bytes, matrices }) => {
    const read = readMat(bytesOf(bytes));
    expect(read.map(({ name, shape }) => ({ name, shape }))).toEqual(
      matrices.map(({ name, shape }) => ({ name, shape })),
    );
    matrices.forEach(({ rows }, i) => {
      expect(rows.map((_, row) => [...matrixRow(read[i]!, row)])).toEqual(rows);
    });
  });

  test.each(Object.entries(refused))("with %s in it is refused", (_kind, bytes) => {
    expect(() => readMat(bytesOf(bytes))).toThrow(BedsideError);
  });

  test("changed in any byte is read or refused, never anything else", () => {
    const random = randomStream(3, "mat");
    const seeds = Object.values(cases).map(({ bytes }) => bytesOf(bytes));
    for (let run = 0; run < 20_000; run++) {
      const bytes = seeds[run % seeds.length]!.slice();
      for (let i = random.below(3); i >= 0; i--) bytes[random.below(bytes.length)] = random.below(256);
      try {
        const cut = random.below(4) === 0 ? random.below(bytes.length) : bytes.length;
        const taken = readMat(bytes.subarray(0, cut)).reduce((sum, { data }) => sum + data.byteLength, 0);
        expect(taken).toBeLessThanOrEqual(8 * cut);
      } catch (error) {
        expect(error).toBeInstanceOf(BedsideError);
      }
    }
  });

  test.skipIf(!existsSync(challenge))(
    "of the challenges has the samples that its WFDB header describes (skipped without ../shared/data)",
    () => {
      for (const file of readdirSync(challenge).filter((name) => name.endsWith(".mat"))) {
        const bytes = readFileSync(join(challenge, file));
        const [matrix] = readMat(bytes, { name: file });
        expect(matrix!.name).toBe("val");
        const header = readFileSync(join(challenge, file.replace(".mat", ".hea")), "latin1");
        const record = readRecord(header, new Map([[file, bytes]]));
        expect(matrix!.shape).toEqual([record.signals.length, record.to]);
        record.signals.forEach((_, lead) => {
          expect(Int32Array.from(matrixRow(matrix!, lead))).toEqual(digitalSignal(record, lead));
        });
      }
    },
  );
});
