import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BedsideError } from "../../core/errors.ts";
import { readSafetensors, writeSafetensors } from "./index.ts";

/** A file of a header and bytes. */
function file(header: string, body: Uint8Array = new Uint8Array(0), declared?: bigint): Uint8Array {
  const head = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + head.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, declared ?? BigInt(head.length), true);
  bytes.set(head, 8);
  bytes.set(body, 8 + head.length);
  return bytes;
}
const entry = (dtype: string, shape: unknown, offsets: unknown) =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });
const floats = (...values: number[]) => new Uint8Array(new Float32Array(values).buffer);

describe("a safetensors file", () => {
  test("comes back as it was written, whatever the names and shapes", () => {
    const arrays = fc.uniqueArray(
      fc.record({
        name: fc.string({ minLength: 1 }).filter((name) => name !== "__metadata__" && name !== "__proto__"),
        whole: fc.boolean(),
        shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
      }),
      { selector: ({ name }) => name, maxLength: 6 },
    );
    fc.assert(
      fc.property(arrays, fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string()), (list, metadata) => {
        const tensors = list.map(({ name, whole, shape }) => {
          const size = shape.reduce((a, b) => a * b, 1);
          const values = Array.from({ length: size }, (_, i) => i - 2.5);
          return [name, { shape, data: whole ? Int32Array.from(values) : Float32Array.from(values) }] as const;
        });
        const read = readSafetensors(writeSafetensors(tensors, metadata));
        expect(new Map(read.tensors)).toEqual(new Map(tensors));
        expect({ ...read.metadata }).toEqual({ ...metadata });
      }),
    );
  });

  test("of half precision and of other widths is widened", () => {
    const body = Uint8Array.of(
      0x00,
      0x3c,
      0x01,
      0x00,
      0x00,
      0xc0,
      0x80,
      0x3f,
      0x20,
      0xc0,
      0xfe,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      7,
    );
    const header = `{"f16":${entry("F16", [3], [0, 6])},"bf16":${entry("BF16", [2], [6, 10])},"i64":${entry("I64", [], [11, 19])},"i8":${entry("I8", [1], [10, 11])}}`;
    const moved = Uint8Array.from([...body.slice(0, 10), 0xff, ...body.slice(10, 18)]);
    moved[11] = 0xfe;
    const { tensors } = readSafetensors(file(header, moved));
    expect([...tensors.get("f16")!.data]).toEqual([1, 2 ** -24, -2]);
    expect([...tensors.get("bf16")!.data]).toEqual([1, -2.5]);
    expect([...tensors.get("i8")!.data]).toEqual([-1]);
    expect([...tensors.get("i64")!.data]).toEqual([-2]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(3), /too short/],
    ["a header longer than the file", file("{}", undefined, 100n), /does not fit/],
    ["a header of 2⁶³ bytes", file("{}", undefined, 1n << 63n), /does not fit/],
    ["no JSON", file("{]"), /not JSON/],
    ["a list for a header", file("[]"), /not a JSON object/],
    ["a name twice", file(`{"a":${entry("F32", [1], [0, 4])},"a":${entry("F32", [1], [0, 4])}}`, floats(1)), /twice/],
    [
      "a name twice by escapes",
      file(`{"a":${entry("F32", [1], [0, 4])},"\\u0061":${entry("F32", [1], [0, 4])}}`, floats(1)),
      /twice/,
    ],
    ["a gap", file(`{"a":${entry("F32", [1], [4, 8])}}`, floats(1, 2)), /does not follow/],
    [
      "an overlap",
      file(`{"a":${entry("F32", [1], [0, 4])},"b":${entry("F32", [1], [0, 4])}}`, floats(1)),
      /does not follow/,
    ],
    ["bytes left over", file(`{"a":${entry("F32", [1], [0, 4])}}`, floats(1, 2)), /do not fill/],
    ["bytes missing", file(`{"a":${entry("F32", [2], [0, 8])}}`, floats(1)), /do not fill/],
    ["a shape of another size", file(`{"a":${entry("F32", [3], [0, 4])}}`, floats(1)), /wrong length/],
    ["a shape that overflows", file(`{"a":${entry("F32", [2 ** 40, 2 ** 40], [0, 4])}}`, floats(1)), /wrong length/],
    ["a negative size", file(`{"a":${entry("F32", [-1], [0, 4])}}`, floats(1)), /described wrongly/],
    ["offsets the wrong way round", file(`{"a":${entry("F32", [1], [4, 0])}}`, floats(1)), /described wrongly/],
    ["a type it does not know", file(`{"a":${entry("Q4", [1], [0, 4])}}`, floats(1)), /unknown type/],
    ["a type of JavaScript's own", file(`{"a":${entry("constructor", [1], [0, 4])}}`, floats(1)), /unknown type/],
    ["an entry that is nothing", file('{"a":null}'), /unknown type/],
    ["metadata that are numbers", file('{"__metadata__":{"a":1}}'), /not texts/],
    ["a number that is not finite", file(`{"a":${entry("F32", [1], [0, 4])}}`, floats(Number.NaN)), /not finite/],
  ])("with %s is refused", (_what, bytes, why) => {
    expect(() => readSafetensors(bytes, { name: "w.safetensors" })).toThrow(why);
    expect(() => readSafetensors(bytes)).toThrow(BedsideError);
  });

  test("changed in any byte is read or refused, never anything else", () => {
    const whole = writeSafetensors([
      ["a", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ["b", { shape: [], data: Int32Array.of(7) }],
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(whole.length),
        (changes, length) => {
          const bytes = whole.slice(0, length < 20 ? length : whole.length);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          try {
            for (const { data } of readSafetensors(bytes).tensors.values()) expect(data.length).toBeLessThan(100);
          } catch (error) {
            expect(error).toBeInstanceOf(BedsideError);
          }
        },
      ),
      { numRuns: 20_000 },
    );
  });
});
