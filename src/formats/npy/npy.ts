// Reads and writes NumPy's .npy files: one array of numbers, its type and its shape. Knows no signal.
// Source: NumPy, numpy.lib.format (versions 1.0 to 3.0). Arrays of objects and of records are refused by name.
import { BedsideError } from "../../core/errors.ts";

/** The arrays that are read and written. 64-bit integers are read as such; half precision is widened. */
export type NpyData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** An array of a .npy file, last dimension fastest. */
export interface NpyArray {
  shape: number[];
  data: NpyData;
}

type Maker = { new (length: number): NpyData };
interface Kind {
  make: Maker;
  size: number;
  get(view: DataView, at: number, little: boolean): number | bigint;
}

const KINDS = new Map<string, Kind>([
  ["i1", { make: Int8Array, size: 1, get: (v, at) => v.getInt8(at) }],
  ["u1", { make: Uint8Array, size: 1, get: (v, at) => v.getUint8(at) }],
  ["b1", { make: Uint8Array, size: 1, get: (v, at) => v.getUint8(at) }],
  ["i2", { make: Int16Array, size: 2, get: (v, at, e) => v.getInt16(at, e) }],
  ["u2", { make: Uint16Array, size: 2, get: (v, at, e) => v.getUint16(at, e) }],
  ["i4", { make: Int32Array, size: 4, get: (v, at, e) => v.getInt32(at, e) }],
  ["u4", { make: Uint32Array, size: 4, get: (v, at, e) => v.getUint32(at, e) }],
  ["i8", { make: BigInt64Array, size: 8, get: (v, at, e) => v.getBigInt64(at, e) }],
  ["u8", { make: BigUint64Array, size: 8, get: (v, at, e) => v.getBigUint64(at, e) }],
  ["f2", { make: Float32Array, size: 2, get: (v, at, e) => half(v.getUint16(at, e)) }],
  ["f4", { make: Float32Array, size: 4, get: (v, at, e) => v.getFloat32(at, e) }],
  ["f8", { make: Float64Array, size: 8, get: (v, at, e) => v.getFloat64(at, e) }],
]);

const MARK = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

function refuse(name: string, what: string, why: string): BedsideError {
  return new BedsideError({
    code: "npy/invalid",
    what,
    where: name,
    why,
    fix: "save it again with numpy.save as an array of numbers, or copy it again if it is damaged",
  });
}

/**
 * Reads an array. Column-major arrays are turned, big-endian numbers swapped.
 * @throws BedsideError `npy/invalid` unless the values fill the shape exactly.
 */
export function readNpy(bytes: Uint8Array, { name = "array.npy" }: { name?: string } = {}): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || MARK.some((byte, i) => bytes[i] !== byte)) {
    throw refuse(name, "The file is not a .npy file", "it does not begin with NumPy's mark");
  }
  const long = bytes[6]! > 1;
  if (bytes[6]! < 1 || bytes[6]! > 3 || (long && bytes.length < 12)) {
    throw refuse(name, "The file cannot be read", "its version is not 1 to 3");
  }
  const start = (long ? 12 : 10) + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length) throw refuse(name, "The file is cut off", "it ends inside its header");
  const header = new TextDecoder("latin1").decode(bytes.subarray(long ? 12 : 10, start));
  const { order, code, columnMajor, shape } = readDescription(header, name);
  const kind = KINDS.get(code);
  if (!kind) throw refuse(name, "The array's type is not read", "it holds objects, texts, records or complex numbers");
  const count = shape.reduce((product, n) => product * n, 1);
  if (count * kind.size !== bytes.length - start) {
    throw refuse(name, "The array has the wrong length", "its values do not fill its shape");
  }
  const data = new kind.make(count);
  const places = columnMajor && shape.length > 1 ? turned(shape) : (i: number) => i;
  for (let i = 0; i < count; i++) data[places(i)] = kind.get(view, start + i * kind.size, order !== ">");
  return { shape, data };
}

function readDescription(header: string, name: string) {
  const [, order, code] = header.match(/'descr'\s*:\s*'([<>|=])([a-zA-Z]\d+)'/) ?? [];
  const [, fortran] = header.match(/'fortran_order'\s*:\s*(True|False)/) ?? [];
  const [, dimensions] = header.match(/'shape'\s*:\s*\(([\d,\s]*)\)/) ?? [];
  if (fortran === undefined || dimensions === undefined) {
    throw refuse(name, "The header cannot be read", "it lacks the order or the shape");
  }
  const shape = dimensions
    .split(",")
    .map((n) => n.trim())
    .filter((n) => n !== "")
    .map(Number);
  if (!shape.every(Number.isSafeInteger))
    throw refuse(name, "The header cannot be read", "its shape is not whole numbers");
  return { order, code: code ?? "", columnMajor: fortran === "True", shape };
}

/** The place in row-major order of the i-th value in column-major order. */
function turned(shape: readonly number[]): (i: number) => number {
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((product, n) => product * n, 1));
  return (i) => {
    let place = 0;
    for (let d = 0; d < shape.length; d++) {
      place += (i % shape[d]!) * strides[d]!;
      i = Math.floor(i / shape[d]!);
    }
    return place;
  };
}

const CODES = new Map<unknown, string>([
  [Int8Array, "|i1"],
  [Uint8Array, "|u1"],
  [Int16Array, "<i2"],
  [Uint16Array, "<u2"],
  [Int32Array, "<i4"],
  [Uint32Array, "<u4"],
  [BigInt64Array, "<i8"],
  [BigUint64Array, "<u8"],
  [Float32Array, "<f4"],
  [Float64Array, "<f8"],
]);

/**
 * The bytes that numpy.save would write: version 1.0, little-endian, values aligned to 64 bytes.
 * @throws BedsideError `npy/unwritable` where the values do not fill the shape.
 */
export function writeNpy({ shape, data }: { shape: readonly number[]; data: NpyData }): Uint8Array<ArrayBuffer> {
  if (shape.reduce((product, n) => product * n, 1) !== data.length) {
    throw new BedsideError({
      code: "npy/unwritable",
      what: "The array cannot be written",
      why: `${data.length} values do not fill a shape of [${shape.join(", ")}]`,
      fix: "give the shape of the values",
    });
  }
  const code = CODES.get(data.constructor)!;
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const fields = `{'descr': '${code}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const header = `${fields}${" ".repeat(63 - ((10 + fields.length) % 64))}\n`;
  const bytes = new Uint8Array(10 + header.length + data.byteLength);
  bytes.set([...MARK, 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return bytes;
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
