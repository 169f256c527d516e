// The safetensors format: named arrays in one file, read strictly. Knows no model.
import { BedsideError } from "../../core/errors.ts";

/** Element types that are read; half-precision ones become 32-bit floats. Everything is written as F32 or I32. */
const SIZES: Record<string, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};
/** The largest header that is read: the format's own limit. */
const LARGEST_HEADER = 100_000_000;

/** A named array. */
export interface NamedArray {
  shape: readonly number[];
  data: Float32Array | Int32Array;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  tensors: Map<string, NamedArray>;
  metadata: Record<string, string>;
}

export interface ReadOptions {
  /** The file's name, for errors. */
  name?: string;
  /** Refuse NaN and infinities. Default true: weights are finite numbers. */
  finite?: boolean;
}

function refuse(name: string, what: string, why: string): BedsideError {
  return new BedsideError({
    code: "safetensors/invalid",
    what,
    where: name,
    why,
    fix: "the file is damaged or was not written as safetensors: copy or write it again",
  });
}

/**
 * Reads a file. Strict: the header must be whole, without duplicate names; the arrays must tile the rest of the file
 * without gap or overlap, each with the bytes that its shape asks for; floats must be finite.
 * @throws BedsideError `safetensors/invalid`; never reads beyond the bytes given.
 */
export function readSafetensors(
  bytes: Uint8Array,
  { name = "weights", finite = true }: ReadOptions = {},
): SafetensorsFile {
  if (bytes.length < 8)
    throw refuse(name, "The file is too short", `it has ${bytes.length} bytes; a header length takes 8`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(Math.min(LARGEST_HEADER, bytes.length - 8))) {
    throw refuse(
      name,
      "The header does not fit into the file",
      `${length} bytes of header are declared, ${bytes.length - 8} are there`,
    );
  }
  const start = 8 + Number(length);
  const header = parseHeader(bytes.subarray(8, start), name);
  const metadata: Record<string, string> = {};
  const entries: { key: string; dtype: string; shape: number[]; from: number; to: number }[] = [];
  for (const [key, value] of header) {
    if (key === "__metadata__") {
      for (const [field, text] of Object.entries(value as object)) {
        if (typeof text !== "string")
          throw refuse(name, "The metadata are not texts", `"${field}" is a ${typeof text}`);
        metadata[field] = text;
      }
    } else entries.push({ key, ...checkEntry(key, value, name) });
  }
  entries.sort((a, b) => a.from - b.from || a.to - b.to);
  let at = 0;
  for (const { key, from, to } of entries) {
    if (from !== at)
      throw refuse(name, `"${key}" does not follow the array before it`, `it starts at byte ${from}, not ${at}`);
    at = to;
  }
  if (at !== bytes.length - start) {
    throw refuse(name, "The arrays do not fill the file", `they end at byte ${at} of ${bytes.length - start}`);
  }
  const tensors = new Map<string, NamedArray>();
  for (const { key, dtype, shape, from, to } of entries) {
    const data = decode(dtype, bytes.subarray(start + from, start + to));
    if (finite && data instanceof Float32Array && !data.every(Number.isFinite)) {
      throw refuse(name, `"${key}" holds a number that is not finite`, "weights are finite numbers");
    }
    tensors.set(key, { shape, data });
  }
  return { tensors, metadata };
}

/** The header's entries in order. JSON.parse keeps the last of two equal names in silence, so they are counted first. */
function parseHeader(bytes: Uint8Array, name: string): [string, unknown][] {
  let header: unknown;
  const text = new TextDecoder("utf-8").decode(bytes);
  try {
    header = JSON.parse(text);
  } catch {
    throw refuse(name, "The header cannot be read", "it is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw refuse(name, "The header cannot be read", "it is not a JSON object");
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw refuse(name, "The header names an array twice", `"${twice}"`);
  return Object.entries(header);
}

/** A name that stands twice in one object of a JSON text known to be valid. */
function duplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  let isKey = false;
  const isObject: boolean[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "{" || c === "[") {
      isObject.push(c === "{");
      open.push(new Set());
      isKey = c === "{";
    } else if (c === "}" || c === "]") {
      isObject.pop();
      open.pop();
    } else if (c === ",") isKey = isObject.at(-1) === true;
    else if (c === '"') {
      let end = i + 1;
      while (text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
      if (isKey) {
        const key = JSON.parse(text.slice(i, end + 1)) as string;
        if (open.at(-1)!.has(key)) return key;
        open.at(-1)!.add(key);
        isKey = false;
      }
      i = end;
    }
  }
  return undefined;
}

function checkEntry(key: string, value: unknown, name: string) {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const whole = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (typeof dtype !== "string" || !Object.hasOwn(SIZES, dtype)) {
    throw refuse(
      name,
      `"${key}" is of an unknown type`,
      `${JSON.stringify(dtype)} is not one of ${Object.keys(SIZES).join(", ")}`,
    );
  }
  if (!whole(shape) || !whole(offsets) || offsets.length !== 2 || offsets[1]! < offsets[0]!) {
    throw refuse(
      name,
      `"${key}" is described wrongly`,
      "its shape or its place in the file is not a list of whole numbers",
    );
  }
  const size = shape.reduce((product, n) => product * n, 1) * SIZES[dtype]!;
  if (!Number.isSafeInteger(size) || size !== offsets[1]! - offsets[0]!) {
    throw refuse(
      name,
      `"${key}" has the wrong length`,
      `[${shape.join(", ")}] of ${dtype} takes ${size} bytes, not ${offsets[1]! - offsets[0]!}`,
    );
  }
  return { dtype, shape, from: offsets[0]!, to: offsets[1]! };
}

function decode(dtype: string, bytes: Uint8Array): Float32Array | Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / SIZES[dtype]!;
  const floats = (f: (i: number) => number) => Float32Array.from({ length: count }, (_, i) => f(i));
  const wholes = (f: (i: number) => number) => Int32Array.from({ length: count }, (_, i) => f(i));
  switch (dtype) {
    case "F32":
      return new Float32Array(copied(bytes));
    case "F64":
      return floats((i) => view.getFloat64(i * 8, true));
    case "F16":
      return floats((i) => halfToFloat(view.getUint16(i * 2, true)));
    case "BF16": {
      const widened = Uint32Array.from({ length: count }, (_, i) => view.getUint16(i * 2, true) << 16);
      return new Float32Array(widened.buffer);
    }
    case "I64":
      return wholes((i) => Number(view.getBigInt64(i * 8, true)));
    case "I32":
      return new Int32Array(copied(bytes));
    case "I16":
      return wholes((i) => view.getInt16(i * 2, true));
    case "I8":
      return wholes((i) => view.getInt8(i));
    default:
      return wholes((i) => bytes[i]!);
  }
}

/** A copy that begins at an offset fit for any element; a Buffer's own slice would be a view. */
function copied(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bytes of a file, arrays in the order given, each aligned to its elements. */
export function writeSafetensors(
  tensors: Iterable<readonly [string, NamedArray]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const list = [...tensors];
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let at = 0;
  for (const [key, { shape, data }] of list) {
    const end = at + data.byteLength;
    header[key] = { dtype: data instanceof Float32Array ? "F32" : "I32", shape, data_offsets: [at, end] };
    at = end;
  }
  let text = JSON.stringify(header);
  const encoder = new TextEncoder();
  text += " ".repeat((8 - (encoder.encode(text).length % 8)) % 8);
  const head = encoder.encode(text);
  const bytes = new Uint8Array(8 + head.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let place = 8 + head.length;
  for (const [, { data }] of list) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), place);
    place += data.byteLength;
  }
  return bytes;
}
