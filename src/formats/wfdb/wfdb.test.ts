import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import {
  annotationCode,
  digitalSignal,
  digitise,
  eachAnnotation,
  missingFiles,
  physicalSignal,
  readAnnotations,
  readHeader,
  readRecord,
  type SignalToWrite,
  writeAnnotations,
  writeRecord,
} from "./index.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (content: string) => new TextEncoder().encode(content);
const map = (...files: [string, Uint8Array][]) => new Map(files);

describe("a header", () => {
  test("gives every field of its lines, blanks in the description kept", () => {
    const header = readHeader(
      "rec 1 250/360(-4.5) 1000 8:26:04.25 29/02/2024\nrec.dat 212x4:3+24 -1.5e+02(-7)/uV 11 1024 995 -22131 512 lead  one \n# <age>: 25\n#two",
    );
    expect(header).toEqual({
      name: "rec",
      layout: "single",
      signalCount: 1,
      rateHz: 250,
      counterHz: 360,
      baseCounter: -4.5,
      frames: 1000,
      baseTime: "08:26:04.25",
      baseDate: "2024-02-29",
      signals: [
        {
          file: "rec.dat",
          format: 212,
          samplesPerFrame: 4,
          skew: 3,
          offset: 24,
          gain: -150,
          calibrated: true,
          baseline: -7,
          unit: "uV",
          adcResolution: 11,
          adcZero: 1024,
          initialValue: 995,
          checksum: -22131,
          blockSize: 512,
          description: "lead  one",
        },
      ],
      segments: [],
      comments: ["<age>: 25", "two"],
      warnings: [],
    });
  });

  test("takes the format's defaults for what it leaves out", () => {
    const { rateHz, frames, signals } = readHeader("r 3\nr.dat 16\nr.dat 16 0 11 1024\nr.d8 8 50/mmHg");
    expect([rateHz, frames]).toEqual([250, undefined]);
    const some = signals.map(({ gain, calibrated, baseline, unit, adcResolution, adcZero, initialValue }) => {
      return [gain, calibrated, baseline, unit, adcResolution, adcZero, initialValue];
    });
    expect(some).toEqual([
      [200, false, 0, "mV", 12, 0, 0],
      [200, false, 1024, "mV", 11, 1024, 1024],
      [50, true, 0, "mmHg", 10, 0, 0],
    ]);
  });

  test.each([
    ["a date with dashes before the time", "A1 0 500 10 05-Feb-2020 11:39:16", "2020-02-05", "11:39:16"],
    ["a date with dashes and numbers", "A1 0 500 10 11:39:16 05-02-2020", "2020-02-05", "11:39:16"],
    ["only a year", "A1 0 500 10 11:39:16 2020", undefined, "11:39:16"],
    ["an impossible time", "A1 0 500 10 31:39:16", undefined, undefined],
    ["an impossible date", "A1 0 500 10 1:39:16 30/02/2020", undefined, "01:39:16"],
  ])("with %s is read with a warning", (_what, line, date, time) => {
    const { baseDate, baseTime, warnings } = readHeader(line);
    expect([baseDate, baseTime]).toEqual([date, time]);
    expect(warnings.length).toBeGreaterThan(0);
  });

  test.each([
    ["unit and baseline swapped", "a.dat 16 1000/mV(5) 16 0 0 0 0 I", [1000, 5, "mV", "I"]],
    ["a description where a number belongs", "a.dat 16 1000/mV V1 2", [1000, 0, "mV", "V1 2"]],
    ["a description for a gain", "a.dat 16 lead", [200, 0, "mV", "lead"]],
  ])("with %s is read with a warning", (_what, line, wanted) => {
    const { signals, warnings } = readHeader(`r 1 500 10\n\n# between\n${line}`);
    const [{ gain, baseline, unit, description } = expect.fail()] = signals;
    expect([gain, baseline, unit, description]).toEqual(wanted);
    expect(warnings.length).toBe(1);
  });

  test.each([
    ["nothing", "\n#only a comment\n"],
    ["no number of signals", "r\n"],
    ["more signals than lines", "r 2 100 5\nr.dat 16"],
    ["more segments than lines", "r/3 1 100 5\nseg 5"],
    ["no segments", "r/0 1 100 5"],
    ["a rate of 0", "r 0 0 5"],
    ["a rate that is no number", "r 0 1e999 5"],
    ["a length that is no number", "r 0 100 five"],
    ["a length of twenty digits", "r 0 100 99999999999999999999"],
    ["a format that is no number", "r 1 100 5\nr.dat x"],
    ["0 samples a frame", "r 1 100 5\nr.dat 16x0"],
    ["a segment without a length", "r/1 1 100 5\nseg"],
  ])("with %s is refused", (_what, content) => {
    expect(() => readHeader(content)).toThrow(BedsideError);
  });
});

describe("a record", () => {
  test.each([8, 16, 24, 32, 61, 80, 160, 212, 310, 311])("of format %i comes back as it was written", (format) => {
    const bits = { 8: 7, 80: 8, 310: 10, 311: 10, 212: 12, 24: 24, 32: 32 }[format] ?? 16;
    const value = fc.integer({ min: -(2 ** (bits - 1)) + (format === 8 ? 1 : 0), max: 2 ** (bits - 1) - 1 });
    const signals = fc
      .tuple(fc.nat(9), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }))
      .chain(([frames, each]) =>
        fc.tuple(
          ...each.map((n) =>
            fc.array(value, { minLength: n * frames, maxLength: n * frames }).map((digital) => ({ n, digital })),
          ),
        ),
      );
    fc.assert(
      fc.property(signals, (list) => {
        const written: SignalToWrite[] = list.map(({ n, digital }, i) => {
          return {
            name: `lead ${i}`,
            digital,
            gain: 10.5 * (i + 1),
            baseline: -i,
            unit: "uV",
            format,
            samplesPerFrame: n,
          };
        });
        const files = writeRecord({
          name: "w",
          rateHz: 62.5,
          signals: written,
          baseTime: "01:02:03",
          baseDate: "2020-03-04",
          comments: ["c"],
        });
        const header = readHeader(new TextDecoder().decode(files.get("w.hea")));
        expect([header.baseTime, header.baseDate, header.comments]).toEqual(["01:02:03", "2020-03-04", ["c"]]);
        expect(missingFiles(header, files)).toEqual([]);
        const record = readRecord(header, files, { checksum: "refuse" });
        expect(record.warnings).toEqual([]);
        expect(record.signals.map(({ name, unit, rateHz }) => [name, unit, rateHz])).toEqual(
          written.map((s) => [s.name, "uV", 62.5 * s.samplesPerFrame!]),
        );
        written.forEach(({ digital }, i) => {
          expect([...digitalSignal(record, i)]).toEqual(digital);
        });
      }),
    );
  });

  test("of several formats has one file for each", () => {
    const signals = [
      { name: "I", digital: [1, -2], gain: 100 },
      { name: "II", digital: [70000, 3], gain: 100, format: 24 },
    ];
    const files = writeRecord({ name: "w", rateHz: 100, signals });
    expect([...files.keys()]).toEqual(["w.hea", "w_16.dat", "w_24.dat"]);
    const record = readRecord(new TextDecoder().decode(files.get("w.hea")), files);
    expect([0, 1].map((i) => [...digitalSignal(record, i)])).toEqual([
      [1, -2],
      [70000, 3],
    ]);
  });

  test.each<[string, Partial<SignalToWrite>, RegExp]>([
    ["a sample beyond the format", { digital: [2048], format: 212 }, /lies outside/],
    ["a step beyond format 8", { digital: [0, 200], format: 8 }, /step lies outside/],
    ["a sample that is not whole", { digital: [0.5] }, /lies outside/],
    ["a compressed format", { digital: [1], format: 516 }, /cannot be written/],
    ["frames that are not whole", { digital: [1, 2, 3], samplesPerFrame: 2 }, /numbers of frames/],
    ["a name of two lines", { digital: [1], name: "a\nb" }, /one line/],
  ])("with %s is not written", (_what, change, why) => {
    const signal = { name: "I", gain: 200, digital: [], ...change };
    expect(() => writeRecord({ name: "w", rateHz: 100, signals: [signal] })).toThrow(why);
  });

  test("made from physical values gives them back to half a unit, missing ones as missing", () => {
    const physical = [0.1234, -3, Number.NaN, 1.5];
    const digital = digitise(physical, { gain: 200, baseline: 7 });
    const files = writeRecord({ name: "w", rateHz: 100, signals: [{ name: "I", digital, gain: 200, baseline: 7 }] });
    const read = physicalSignal(readRecord(new TextDecoder().decode(files.get("w.hea")), files), 0);
    expect(read[2]).toBeNaN();
    for (const i of [0, 1, 3]) expect(Math.abs(read[i]! - physical[i]!)).toBeLessThanOrEqual(0.5 / 200);
    expect(() => digitise([200], { gain: 200 })).toThrow(BedsideError);
  });

  test("whose file ends early is as long as the file, with a warning", () => {
    const record = readRecord("r 1 100 1000000000\nr.dat 16 10 16 0 0 77 0 I", map(["r.dat", bytes(1, 0, 2, 0, 3)]));
    expect([...physicalSignal(record, 0)]).toEqual([0.1, 0.2]);
    expect(record.warnings).toEqual(["r.dat holds 2 frames, the header says 1000000000"]);
    expect(record.parts[0]!.signals[0]!.checksumAgrees).toBeUndefined();
  });

  test("whose samples were changed says so, or is refused where that is asked", () => {
    const header = "r 2 100 2\nr.dat 80 10 8 0 0 3 0 I\nr.dat 80 10 8 0 0 -7 0 II";
    const files = map(["r.dat", bytes(129, 128, 130, 122)]);
    const { parts, warnings } = readRecord(header, files);
    expect(parts[0]!.signals.map((signal) => signal!.checksumAgrees)).toEqual([true, false]);
    expect(warnings).toEqual(["the checksum of signal 1 of r does not agree with its samples"]);
    expect(() => readRecord(header, files, { checksum: "refuse" })).toThrow(/not those that were written/);
    // Modulo 65536: some writers give the sum without its sign.
    expect(readRecord(header.replace("-7", "65530"), files).warnings).toEqual([]);
  });

  test("without one of its files is refused, or read with a gap where that is asked", () => {
    const header = "r/3 1 10 6\ns1 2\n~ 1\ns2 3\n";
    const files = map(["s1.hea", text("s1 1 10 2\ns1.dat 80 1 8 0 0 3 0 I")], ["s1.dat", bytes(129, 130)]);
    expect(missingFiles(readHeader(header), new Map())).toEqual(["s1.hea", "s2.hea"]);
    expect(missingFiles(readHeader(header), files)).toEqual(["s2.hea"]);
    expect(() => readRecord(header, files)).toThrow(/missing/);
    const record = readRecord(header, files, { missing: "gap" });
    expect([...physicalSignal(record, 0)]).toEqual([1, 2, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect([...physicalSignal(record, 0, { from: 1, to: 3 })]).toEqual([2, Number.NaN]);
    expect([...digitalSignal(record, 0, { from: 1, to: 3 })]).toEqual([2, -128]);
  });

  test("of a terabyte of gaps takes no memory until a window is asked for", () => {
    const files = map(
      ["l.hea", text("l 1 10 0\n~ 0 200/mV 12 0 0 0 0 I")],
      ["s.hea", text("s 1 10 2\ns.dat 80 1 8 0 0 3 0 I")],
    );
    files.set("s.dat", bytes(129, 130));
    const record = readRecord("r/4 1 10\nl 0\n~ 900000000000\ns 2\n~ 900000000000\n", files);
    expect(record.to).toBe(1_800_000_000_002);
    expect([...physicalSignal(record, 0, { from: 9e11 - 1, to: 9e11 + 3 })]).toEqual([Number.NaN, 1, 2, Number.NaN]);
    expect(() => physicalSignal(record, 0)).toThrow(/no such signal or window/);
    expect(() => physicalSignal(record, 1)).toThrow(BedsideError);
  });

  test("whose segments all name one file is refused before it takes more than 8 times that file", () => {
    const files = map(["big.dat", new Uint8Array(30_000)]);
    let header = "r/60 1 10\n";
    for (let i = 0; i < 60; i++) {
      header += `s${i} 30000\n`;
      files.set(`s${i}.hea`, text(`s${i} 1 10 30000\nbig.dat 80:${i}+${i} 1\n`));
    }
    expect(() => readRecord(header, files)).toThrow(/more memory/);
    expect(readRecord(header, files, { largestBytes: 1e9 }).to).toBe(1_800_000);
  });

  test("that is a FLAC stream of another kind, or damaged, is refused", () => {
    const header = (format: number, more = "") => `r 1 100 5\nr.dat ${format}${more} 10 16 0 0 0 0 I`;
    const stream = new Uint8Array(60);
    stream.set([
      0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34, 0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x17, 0x70, 0x00, 0xf0, 0, 0, 0, 5,
    ]);
    expect(() => readRecord(header(516), map(["r.dat", bytes(1, 2, 3)]))).toThrow(/not a FLAC stream/);
    expect(() => readRecord(header(516), map(["r.dat", stream]))).toThrow(/frame is damaged/);
    expect(() => readRecord(header(508), map(["r.dat", stream]))).toThrow(/16 bits a sample in format 508/);
    expect(() => readRecord(`${header(516, "x2")}\nr.dat 516 1`, map(["r.dat", stream]))).toThrow(BedsideError);
    expect(() => readRecord("r 1 100 5\nr.dat 17 1", map(["r.dat", stream]))).toThrow(/not known/);
  });
});

describe("annotations", () => {
  test("come back as they were written", () => {
    const note = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 255,
    });
    const entry = fc.record({
      step: fc.oneof(fc.nat(1500), fc.nat(2 ** 33)),
      code: fc.integer({ min: 1, max: 58 }),
      subtype: fc.integer({ min: -128, max: 127 }),
      channel: fc.nat(255),
      number: fc.integer({ min: -128, max: 127 }),
      note,
    });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 8 }),
        fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined }),
        (list, rateHz) => {
          let sample = 1;
          const marks = list.map(({ step, ...rest }) => {
            sample += step;
            return { sample, ...rest };
          });
          const read = readAnnotations(writeAnnotations(marks, rateHz === undefined ? {} : { rateHz }));
          expect(read.rateHz).toBe(rateHz);
          expect([...eachAnnotation(read)].map(({ symbol: _, ...rest }) => rest)).toEqual(marks);
        },
      ),
    );
  });

  test.each([
    [
      "out of order",
      [
        { sample: 5, code: 1 },
        { sample: 4, code: 1 },
      ],
    ],
    ["of a code beyond the format", [{ sample: 5, code: 59 }]],
    ["of a channel beyond a byte", [{ sample: 5, code: 1, channel: 256 }]],
    ["with a text beyond 255 letters", [{ sample: 5, code: 1, note: "x".repeat(256) }]],
    ["with a letter beyond Latin-1", [{ sample: 5, code: 1, note: "Ω" }]],
  ])("%s are not written", (_what, list) => {
    expect(() => writeAnnotations(list)).toThrow(BedsideError);
  });

  test("that end inside a text or a skip are refused", () => {
    expect(() => readAnnotations(bytes(5, 4, 9, 0xfc, 65))).toThrow(/inside a text/);
    expect(() => readAnnotations(bytes(0, 0xec, 1))).toThrow(/inside an annotation/);
  });

  test("that go back in time are read with a warning, and numbers below 0 keep their sign", () => {
    // A skip of -3 after sample 5, then NUM -2 and SUB -1.
    const { samples, numbers, subtypes, warnings } = readAnnotations(
      bytes(5, 4, 0, 0xec, 0xff, 0xff, 0xfd, 0xff, 0, 8, 0xfe, 0xf0, 0xff, 0xf4, 0, 0),
    );
    expect([[...samples], [...numbers], [...subtypes], warnings.length]).toEqual([[5, 2], [0, -2], [0, -1], 1]);
  });

  test("have the codes of their symbols", () => {
    expect(["N", "V", "+", "("].map(annotationCode)).toEqual([1, 5, 28, 39]);
    expect(annotationCode("€")).toBeUndefined();
  });
});
