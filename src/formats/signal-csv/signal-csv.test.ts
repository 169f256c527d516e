import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import { readSignalCsv, writeSignalCsv } from "./index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a table of signals", () => {
  test("comes back as it was written, missing samples included", () => {
    const value = fc.oneof(fc.double({ noDefaultInfinity: true }), fc.constant(Number.NaN));
    const tables = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.nat(5))
      .chain(([n, rows]) =>
        fc.array(fc.array(value, { minLength: rows, maxLength: rows }), { minLength: n, maxLength: n }),
      );
    fc.assert(
      fc.property(tables, (columns) => {
        const table = {
          names: columns.map((_, i) => `V${i}`),
          columns: columns.map((c) => Float64Array.from(c, (x) => x + 0)),
        };
        expect(readSignalCsv(bytes(writeSignalCsv(table)))).toEqual(table);
      }),
    );
  });

  test("is read with a byte-order mark, quoted names, carriage returns and empty lines", () => {
    const text = '\uFEFF"I";"II"\r\n 0.5;-1e-3\r\n\r\n;NaN\r\n7.;.25';
    const { names, columns } = readSignalCsv(bytes(text), { separator: ";" });
    expect(names).toEqual(["I", "II"]);
    expect(columns.map((column) => [...column])).toEqual([
      [0.5, Number.NaN, 7],
      [-0.001, Number.NaN, 0.25],
    ]);
  });

  test.each([
    ["nothing in it", ""],
    ["a row too short", "I,II\n1\n"],
    ["a row too long", "I,II\n1,2,3\n"],
    ["a word for a number", "I,II\n1,two\n"],
    ["a number of another base", "I\n0x10\n"],
    ["many columns and short rows", `${",".repeat(1000)}\n${"1\n".repeat(1000)}`],
  ])("with %s is refused", (_what, text) => {
    expect(() => readSignalCsv(bytes(text))).toThrow(BedsideError);
  });

  test("is not written where it would not come back", () => {
    expect(() => writeSignalCsv({ names: ["a,b"], columns: [Float64Array.of(1)] })).toThrow(/comma/);
    expect(() => writeSignalCsv({ names: ["a", "b"], columns: [Float64Array.of(1), Float64Array.of()] })).toThrow(
      /length/,
    );
  });
});
