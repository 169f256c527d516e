import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  type Annotations,
  annotationAt,
  digitalSignal,
  eachAnnotation,
  missingFiles,
  physicalSignal,
  readAnnotations,
  readHeader,
  readRecord,
  type WfdbRecord,
  writeAnnotations,
} from "./index.ts";

const here = dirname(fileURLToPath(import.meta.url));
const data = join(here, "../../../../shared/data/ecg");
const golden = (name: string) => JSON.parse(readFileSync(join(here, "golden", name), "utf8"));

interface Expected {
  fs: number;
  names: (string | null)[];
  units: string[];
  lengths: number[];
  physical: string;
  comments: string;
  digital?: string;
  first?: number[];
  last?: number[];
  window?: [number, number];
}

const hash = (...parts: (string | Uint8Array)[]) => {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(typeof part === "string" ? Buffer.from(part, "latin1") : part);
  return sum.digest("hex").slice(0, 24);
};
const bytesOf = (array: Int32Array | Float64Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function compare(record: WfdbRecord, expected: Expected): void {
  const all = record.signals.map((_, index) => index);
  expect(record.rateHz).toBe(expected.fs);
  expect(record.signals.map(({ name }) => name)).toEqual(expected.names.map((name) => name ?? ""));
  if (record.header.layout !== "variable") {
    expect(record.signals.map(({ unit }) => unit)).toEqual(expected.units);
  }
  expect(hash(record.header.comments.join("\n"))).toBe(expected.comments);
  const physical = all.map((index) => physicalSignal(record, index));
  expect(physical.map(({ length }) => length)).toEqual(expected.lengths);
  if (expected.digital !== undefined) {
    const digital = all.map((index) => digitalSignal(record, index));
    expect(digital.map((samples) => samples[0])).toEqual(expected.first);
    expect(digital.map((samples) => samples.at(-1))).toEqual(expected.last);
    expect(hash(...digital.map(bytesOf))).toBe(expected.digital);
  }
  expect(hash(...physical.map(bytesOf))).toBe(expected.physical);
}

const lines = (list: Annotations) =>
  [...eachAnnotation(list)]
    .map((a) => `${a.sample} ${a.code} ${a.subtype} ${a.channel} ${a.number} ${a.note}\n`)
    .join("");

describe.skipIf(!existsSync(data))("the recordings of ../shared/data/ecg (skipped where they are absent)", () => {
  const { records, annotations } = golden("recordings.json") as {
    records: Record<string, Expected>;
    annotations: Record<string, { counts: Record<string, number>; hash: string }>;
  };
  /** The record with its files from disk. */
  function load(key: string, expected: Expected): WfdbRecord {
    const files = new Map<string, Uint8Array>();
    const folder = dirname(join(data, key));
    const header = readHeader(readFileSync(`${join(data, key)}.hea`, "latin1"));
    for (let round = 0; round < 2; round++) {
      for (const name of missingFiles(header, files)) {
        if (existsSync(join(folder, name))) files.set(name, readFileSync(join(folder, name)));
      }
    }
    const [from, to] = expected.window ?? [];
    return readRecord(header, files, from === undefined ? {} : { from, to: to! });
  }

  test("are read sample by sample as by the wfdb package, and their checksums agree", () => {
    const disagreeing: string[] = [];
    for (const [key, expected] of Object.entries(records)) {
      const record = load(key, expected);
      compare(record, expected);
      for (const { signals } of record.parts) {
        if (signals.some((signal) => signal?.checksumAgrees === false)) disagreeing.push(key);
      }
    }
    expect(Object.keys(records).length).toBeGreaterThan(150);
    expect(disagreeing).toEqual([]);
  }, 60_000);

  test("have the annotations that the wfdb package reads, and keep them when written", () => {
    for (const [key, { counts, hash: wanted }] of Object.entries(annotations)) {
      let text = "";
      for (const [extension, count] of Object.entries(counts)) {
        const bytes = readFileSync(`${join(data, key)}.${extension}`);
        const list = readAnnotations(bytes);
        expect(list.length).toBe(count);
        const own = lines(list);
        text += own;
        expect(lines(readAnnotations(writeAnnotations(eachAnnotation(list))))).toBe(own);
      }
      expect(hash(text)).toBe(wanted);
    }
  });

  test("MIT-BIH 100 has the beats that its description counts", () => {
    const list = readAnnotations(readFileSync(join(data, "wfdb-samples/100.atr")));
    const counts: Record<string, number> = {};
    for (const { symbol } of eachAnnotation(list)) counts[symbol] = (counts[symbol] ?? 0) + 1;
    expect(counts).toEqual({ N: 2239, A: 33, V: 1, "+": 1 });
    expect([0, 1, 2, 3].map((i) => annotationAt(list, i).sample)).toEqual([18, 77, 370, 662]);
  });

  test.each([
    ["wfdb-samples/100", 1000, 1777],
    ["wfdb-samples/binformats", 17, 391],
    ["wfdb-samples/flacformats", 101, 477],
    ["wfdb-samples/310derive", 100, 1026],
    ["wfdb-samples/test01_00s_skewframe", 33, 3999],
    ["wfdb-samples/multi-segment/041s/041s", 990, 1012],
    ["wfdb-samples/multi-segment/s25047/s25047-2704-05-04-10-44", 54000, 56000],
  ])("a window of %s is a part of the whole", (key, from, to) => {
    const whole = load(key, records[key]!);
    const part = load(key, { ...records[key]!, window: [from, to] });
    whole.signals.forEach((_, index) => {
      expect(physicalSignal(part, index)).toEqual(physicalSignal(whole, index, { from, to }));
    });
  });
});

describe("small records written by the wfdb package", () => {
  const { records, annotations } = golden("synthetic.json") as {
    records: Record<string, { files: Record<string, string>; expect: Expected }>;
    annotations: Record<string, { bytes: string; lines: string; fs: number | null; symbols: string }>;
  };

  test.each(Object.entries(records))("of the form %s are read as it reads them", (key, { files, expect: expected }) => {
    const map = new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text, "base64")]));
    const header = new TextDecoder().decode(map.get(`${key}.hea`) ?? map.get("v.hea"));
    compare(readRecord(header, map), expected);
  });

  test.each(Object.entries(annotations))("annotations of the form %s are read as it reads them", (_key, expected) => {
    const bytes = Buffer.from(expected.bytes, "base64");
    const list = readAnnotations(bytes);
    expect(lines(list)).toBe(expected.lines);
    expect(list.rateHz ?? null).toBe(expected.fs);
    expect([...eachAnnotation(list)].map(({ symbol }) => symbol).join("")).toBe(expected.symbols);
  });

  test.each(["plain", "fields"])("the annotations %s are written byte for byte as it writes them", (key) => {
    const bytes = Buffer.from(annotations[key]!.bytes, "base64");
    expect(Buffer.from(writeAnnotations(eachAnnotation(readAnnotations(bytes))))).toEqual(bytes);
  });
});
