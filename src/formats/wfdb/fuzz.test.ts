import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import { type RandomStream, randomStream } from "../../core/random.ts";
import { missingFiles, physicalSignal, readAnnotations, readHeader, readRecord } from "./index.ts";

/** 20,000 in the suite; BEDSIDE_FUZZ_RUNS=1000000 for the long run. */
const runs = Number(process.env.BEDSIDE_FUZZ_RUNS ?? 20_000);

const { records, annotations } = JSON.parse(
  readFileSync(join(dirname(fileURLToPath(import.meta.url)), "golden/synthetic.json"), "utf8"),
) as { records: Record<string, { files: Record<string, string> }>; annotations: Record<string, { bytes: string }> };

const seeds = Object.entries(records).map(([key, { files }]) => ({
  header: files[`${key}.hea`] ? `${key}.hea` : "v.hea",
  files: Object.entries(files).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, "base64"))] as const),
}));
const marks = Object.values(annotations).map(({ bytes }) => new Uint8Array(Buffer.from(bytes, "base64")));

/** Bytes that typed arrays have taken since it was last set to 0. */
let taken = 0;
const names = ["Int8Array", "Uint8Array", "Uint16Array", "Int32Array", "Uint32Array", "Float64Array"] as const;
const real = names.map((name) => globalThis[name]);

beforeAll(() => {
  const all = globalThis as unknown as Record<string, unknown>;
  for (const [i, name] of names.entries()) {
    all[name] = new Proxy(real[i]!, {
      construct(target, args: [unknown]) {
        const made = Reflect.construct(target, args) as Uint8Array;
        if (!(args[0] instanceof ArrayBuffer)) taken += made.byteLength;
        return made;
      },
    });
  }
});
afterAll(() => {
  const all = globalThis as unknown as Record<string, unknown>;
  for (const [i, name] of names.entries()) all[name] = real[i];
});

const EXTREMES = [
  "0",
  "1",
  "-1",
  "65536",
  "2147483647",
  "4294967296",
  "999999999999999",
  "1e308",
  "0.000001",
  "NaN",
  "~",
  "",
];

function mutated(bytes: Uint8Array, random: RandomStream, isText: boolean): Uint8Array {
  let out = Array.from(bytes);
  for (let change = random.below(4); change >= 0; change--) {
    const at = random.below(out.length + 1);
    const kind = random.below(isText ? 9 : 6);
    if (kind === 0 && out.length > 0) out[at % out.length] = random.below(256);
    else if (kind === 1 && out.length > 0) out[at % out.length]! ^= 1 << random.below(8);
    else if (kind === 2) out = out.slice(0, at);
    else if (kind === 3) out.splice(at, 1 + random.below(20));
    else if (kind === 4) out.splice(at, 0, ...out.slice(at, at + 1 + random.below(40)));
    else if (kind === 5) out.splice(at, 0, ...Array.from({ length: 1 + random.below(5) }, () => random.below(256)));
    else {
      const words = String.fromCharCode(...out).split(/(\s+|\/|\(|\)|x|:|\+)/);
      const word = random.below(words.length);
      if (kind === 6) words[word] = EXTREMES[random.below(EXTREMES.length)]!;
      else if (kind === 7) words[word] += words[random.below(words.length)]!;
      else words.splice(word, 1 + random.below(4));
      out = Array.from(words.join(""), (letter) => letter.charCodeAt(0) & 255);
    }
  }
  return Uint8Array.from(out);
}

const letters = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/** Does `work`; says whether it was refused, and fails on anything but a BedsideError. */
function survives(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof BedsideError)) throw error;
    return false;
  }
}

describe(`${runs} mutations`, () => {
  test("of headers and signal files are read or refused, in memory of at most 8 times the input", () => {
    const random = randomStream(7, "wfdb records");
    let read = 0;
    let most = 0;
    const note = (size: number) => {
      most = Math.max(most, taken / Math.max(1, size));
      expect(taken).toBeLessThanOrEqual(8 * size);
    };
    for (let run = 0; run < runs; run++) {
      const seed = seeds[random.below(seeds.length)]!;
      const victim = random.below(seed.files.length + 2);
      const files = new Map<string, Uint8Array>();
      seed.files.forEach(([name, bytes], i) => {
        const isHeader = name.endsWith(".hea");
        const hit = i === victim || (victim >= seed.files.length && isHeader);
        files.set(name, hit ? mutated(bytes, random, isHeader) : bytes);
      });
      const size = [...files.values()].reduce((sum, { length }) => sum + length, 0);
      const options = { missing: random.below(2) ? "gap" : "refuse", largestBytes: 8 * size } as const;
      taken = 0;
      let asked = false;
      const fine = survives(() => {
        const header = readHeader(letters(files.get(seed.header)!));
        missingFiles(header, files);
        const record = readRecord(
          header,
          files,
          random.below(4) ? options : { ...options, from: 3, to: 3 + random.below(99) },
        );
        note(size);
        asked = true;
        record.signals.forEach((signal, index) => {
          const frames = Math.min(record.to - record.from, Math.floor(1000 / signal.samplesPerFrame));
          physicalSignal(record, index, { from: record.from, to: record.from + frames });
        });
      });
      if (fine) read++;
      else if (!asked) note(size);
    }
    expect(most).toBeGreaterThan(1);
    // Many mutations do no harm: else the readers were not reached.
    expect(read).toBeGreaterThan(runs / 20);
    if (runs > 20_000) console.log(`wfdb: ${read} of ${runs} read, at most ${most.toFixed(2)} times the input`);
  }, 7_200_000);

  test("of annotation files are read or refused, in memory of at most 8 times the input", () => {
    const random = randomStream(7, "wfdb annotations");
    let read = 0;
    let most = 0;
    for (let run = 0; run < runs; run++) {
      const bytes = mutated(marks[random.below(marks.length)]!, random, false);
      taken = 0;
      const fine = survives(() => {
        const list = readAnnotations(bytes);
        most = Math.max(most, taken / Math.max(1, bytes.length));
        for (let i = 0; i < list.length; i++) list.note(i);
      });
      if (fine) read++;
      expect(taken).toBeLessThanOrEqual(8 * bytes.length);
    }
    expect(read).toBeGreaterThan(runs / 20);
    if (runs > 20_000) console.log(`wfdb: ${read} of ${runs} read, at most ${most.toFixed(2)} times the input`);
  }, 7_200_000);
});
