// Reads the numeric matrices of .mat files, level 4 (the CinC challenges' recordings) and level 5. Knows no signal.
// Source: The MathWorks, MAT-File Format. Compressed elements, cells, structures and level 7.3 (HDF5) are refused by name.
import { BedsideError } from "../../core/errors.ts";

/** The array that holds a matrix, in MATLAB's own order: column after column. */
export type MatrixData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** A numeric matrix. */
export interface Matrix {
  name: string;
  /** Rows, columns and, at level 5, further dimensions. */
  shape: number[];
  /** Value (row, column) stands at row + column × rows. */
  data: MatrixData;
}

type Maker = { new (length: number): MatrixData; BYTES_PER_ELEMENT: number };

const LEVEL4: Maker[] = [Float64Array, Float32Array, Int32Array, Int16Array, Uint16Array, Uint8Array];
const ELEMENTS = new Map<number, Maker>([
  [1, Int8Array],
  [2, Uint8Array],
  [3, Int16Array],
  [4, Uint16Array],
  [5, Int32Array],
  [6, Uint32Array],
  [7, Float32Array],
  [9, Float64Array],
]);
/** Array classes of level 5 to the type that their values become. */
const CLASSES = new Map<number, Maker>([
  [6, Float64Array],
  [7, Float32Array],
  [8, Int8Array],
  [9, Uint8Array],
  [10, Int16Array],
  [11, Uint16Array],
  [12, Int32Array],
  [13, Uint32Array],
]);
const MATRIX = 14;
const COMPRESSED = 15;
const LEVEL5_HEADER = 128;

function refuse(name: string, what: string, why: string): BedsideError {
  return new BedsideError({
    code: "matlab/invalid",
    what,
    where: name,
    why,
    fix: "save it again as a plain numeric matrix (-v4 or -v6), or copy it again if it is damaged",
  });
}

/**
 * The numeric matrices of a .mat file, in order. Stored values narrower than the matrix's class are widened.
 * @throws BedsideError `matlab/invalid`; never takes more memory than 8 times the file.
 * @example readMat(bytes)[0] // { name: "val", shape: [12, 5000], data: Int16Array }
 */
export function readMat(bytes: Uint8Array, { name = "file.mat" }: { name?: string } = {}): Matrix[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = bytes.length >= LEVEL5_HEADER ? view.getUint16(126, true) : 0;
  if (mark === 0x4d49 || mark === 0x494d) return readLevel5(view, mark === 0x4d49, name);
  return readLevel4(view, name);
}

function readLevel4(view: DataView, name: string): Matrix[] {
  const matrices: Matrix[] = [];
  let at = 0;
  while (at < view.byteLength) {
    if (at + 20 > view.byteLength) throw refuse(name, "The file is cut off", "it ends inside a matrix's header");
    // The type's thousands tell the byte order: a value below 5000 read the right way round.
    const little = view.getUint32(at, true) < 5000;
    const [type, rows, columns, imaginary, nameLength] = [0, 4, 8, 12, 16].map((o) => view.getUint32(at + o, little));
    const order = Math.floor(type! / 1000);
    const make = LEVEL4[Math.floor(type! / 10) % 10];
    if ((order !== 0 && order !== 1) || (order === 1) === little || !make || Math.floor(type! / 100) % 10 !== 0) {
      throw refuse(name, "The file cannot be read", "it is not a .mat file of level 4 or 5");
    }
    if (type! % 10 !== 0 || imaginary !== 0)
      throw refuse(name, "A matrix cannot be read", "it is text, sparse or complex");
    const start = at + 20 + nameLength!;
    const size = rows! * columns! * make.BYTES_PER_ELEMENT;
    if (start + size > view.byteLength) throw refuse(name, "The file is cut off", "it ends inside a matrix");
    const label = latin1(view, at + 20, Math.max(0, nameLength! - 1));
    matrices.push({
      name: label,
      shape: [rows!, columns!],
      data: values(view, start, rows! * columns!, make, make, little),
    });
    at = start + size;
  }
  return matrices;
}

function readLevel5(view: DataView, little: boolean, name: string): Matrix[] {
  const matrices: Matrix[] = [];
  let at = LEVEL5_HEADER;
  while (at < view.byteLength) {
    const element = tag(view, at, view.byteLength, little, name);
    if (element.type === COMPRESSED) throw refuse(name, "A matrix cannot be read", "it is compressed");
    if (element.type === MATRIX) matrices.push(readMatrix(view, element.start, element.end, little, name));
    at = element.next;
  }
  return matrices;
}

/** A data element's type and place; small ones keep up to 4 bytes in the tag itself. */
function tag(view: DataView, at: number, limit: number, little: boolean, name: string) {
  if (at + 8 > limit) throw refuse(name, "The file is cut off", "it ends inside an element's tag");
  const first = view.getUint32(at, little);
  const small = first >>> 16;
  const size = small || view.getUint32(at + 4, little);
  const start = small ? at + 4 : at + 8;
  const end = start + size;
  if (end > limit || small > 4) throw refuse(name, "The file is cut off", "it ends inside an element");
  return { type: first & 0xffff, start, end, next: small ? at + 8 : Math.min(limit, start + Math.ceil(size / 8) * 8) };
}

function readMatrix(view: DataView, start: number, limit: number, little: boolean, name: string): Matrix {
  const flags = tag(view, start, limit, little, name);
  const dimensions = tag(view, flags.next, limit, little, name);
  const label = tag(view, dimensions.next, limit, little, name);
  if (flags.end - flags.start !== 8 || dimensions.type !== 5 || label.type !== 1) {
    throw refuse(name, "A matrix cannot be read", "its flags, dimensions and name are not where they belong");
  }
  const flag = view.getUint32(flags.start, little);
  const make = CLASSES.get(flag & 255);
  if (!make || flag & 0x800) throw refuse(name, "A matrix cannot be read", "it is not a real numeric matrix");
  const shape: number[] = [];
  for (let at = dimensions.start; at + 4 <= dimensions.end; at += 4) shape.push(view.getUint32(at, little));
  const count = shape.reduce((product, n) => product * n, 1);
  const data = tag(view, label.next, limit, little, name);
  const stored = ELEMENTS.get(data.type);
  if (!stored || (data.end - data.start) / stored.BYTES_PER_ELEMENT !== count) {
    throw refuse(name, "A matrix has the wrong length", "its values do not fill its dimensions");
  }
  const text = latin1(view, label.start, label.end - label.start);
  return { name: text, shape, data: values(view, data.start, count, stored, make, little) };
}

function values(view: DataView, at: number, count: number, stored: Maker, made: Maker, little: boolean): MatrixData {
  const out = new made(count);
  const size = stored.BYTES_PER_ELEMENT;
  const get = getter(view, stored, little);
  for (let i = 0; i < count; i++) out[i] = get(at + i * size);
  return out;
}

function getter(view: DataView, stored: Maker, little: boolean): (at: number) => number {
  switch (stored) {
    case Float64Array:
      return (at) => view.getFloat64(at, little);
    case Float32Array:
      return (at) => view.getFloat32(at, little);
    case Int32Array:
      return (at) => view.getInt32(at, little);
    case Uint32Array:
      return (at) => view.getUint32(at, little);
    case Int16Array:
      return (at) => view.getInt16(at, little);
    case Uint16Array:
      return (at) => view.getUint16(at, little);
    case Int8Array:
      return (at) => view.getInt8(at);
    default:
      return (at) => view.getUint8(at);
  }
}

function latin1(view: DataView, at: number, size: number): string {
  return new TextDecoder("latin1").decode(new Uint8Array(view.buffer, view.byteOffset + at, size));
}

/** One row of a matrix of two dimensions: a challenge file's lead. */
export function matrixRow({ shape, data }: Matrix, row: number): Float64Array<ArrayBuffer> {
  const [rows = 0, columns = 0] = shape;
  return Float64Array.from({ length: columns }, (_, column) => data[row + column * rows]!);
}
