// Writes Apache Parquet files: flat columns with nulls, and lists of numbers. Knows no disk, no database and no meaning.
import { BedsideError } from "../../core/errors.ts";
import { ByteWriter, type ThriftStruct, thriftBytes } from "./thrift.ts";

/** What a column holds: `id` whole numbers up to 2^53 as 64 bits, `floats` a list of single-precision numbers a row. */
export type ParquetType = "id" | "integer" | "float" | "double" | "boolean" | "text" | "floats";

export interface ParquetColumn {
  name: string;
  type: ParquetType;
}

/** A value: null where there is none (a list is never null). */
export type ParquetCell = number | string | boolean | Float32Array | null;

/** Compresses a page as gzip does (RFC 1952), as Node's `zlib.gzipSync`. */
export type Gzip = (bytes: Uint8Array) => Uint8Array;

export interface ParquetOptions {
  columns: readonly ParquetColumn[];
  /** Pages stay uncompressed where it is left out. */
  gzip?: Gzip;
  /** Written into the file: names and texts. */
  metadata?: Readonly<Record<string, string>>;
}

const MAGIC = new TextEncoder().encode("PAR1");
const PHYSICAL: Record<ParquetType, number> = {
  boolean: 0,
  integer: 1,
  id: 2,
  float: 4,
  floats: 4,
  double: 5,
  text: 6,
};
const CODEC = { none: 0, gzip: 2 } as const;
const ENCODING = { plain: 0, rle: 3, streamSplit: 9 } as const;
const REPETITION = { required: 0, optional: 1, repeated: 2 } as const;
const CONVERTED = { utf8: 0, list: 3 } as const;

interface Chunk {
  pages: Uint8Array[];
  values: number;
  plainBytes: number;
  bytes: number;
}

/**
 * Takes rows and gives the bytes of a Parquet file with one row group. Rows are turned into compressed pages as they come
 * by `page`, so that what is held is what the file will be.
 * @example const file = new ParquetWriter({ columns: [{ name: "id", type: "id" }] }); file.page([[1], [2]]); file.bytes();
 */
export class ParquetWriter {
  private readonly options: ParquetOptions;
  private readonly chunks: Chunk[];
  rows = 0;

  constructor(options: ParquetOptions) {
    this.options = options;
    this.chunks = options.columns.map(() => ({ pages: [], values: 0, plainBytes: 0, bytes: 0 }));
  }

  /**
   * One page of every column. Each row has a cell for each column, in their order.
   * @throws BedsideError `parquet/unwritable` where a row has another number of cells.
   */
  page(rows: readonly (readonly ParquetCell[])[]): void {
    if (rows.length === 0) return;
    const { columns, gzip } = this.options;
    if (rows.some((row) => row.length !== columns.length)) throw unwritable("a row has another number of cells");
    columns.forEach(({ type }, c) => {
      const { body, values, encoding } = type === "floats" ? listPage(rows, c) : flatPage(rows, c, type);
      const packed = gzip ? gzip(body) : body;
      const header = pageHeader({ body: body.length, packed: packed.length, values, encoding });
      const chunk = this.chunks[c]!;
      chunk.pages.push(header, packed);
      chunk.values += values;
      chunk.plainBytes += header.length + body.length;
      chunk.bytes += header.length + packed.length;
    });
    this.rows += rows.length;
  }

  /** The whole file. */
  bytes(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    out.put(MAGIC);
    const starts = this.chunks.map(({ pages }) => {
      const start = out.length;
      for (const page of pages) out.put(page);
      return start;
    });
    const footer = thriftBytes(this.footer(starts));
    out.put(footer);
    const size = new DataView(new ArrayBuffer(4));
    size.setUint32(0, footer.length, true);
    out.put(new Uint8Array(size.buffer));
    out.put(MAGIC);
    return out.done();
  }

  private footer(starts: readonly number[]): ThriftStruct {
    const { columns, gzip, metadata = {} } = this.options;
    const chunks = columns.map(({ name, type }, c): ThriftStruct => {
      const { values, plainBytes, bytes } = this.chunks[c]!;
      const path = type === "floats" ? [name, "list", "element"] : [name];
      const encodings = [ENCODING.rle, type === "floats" ? ENCODING.streamSplit : ENCODING.plain];
      const meta: ThriftStruct = [
        [1, { i32: PHYSICAL[type] }],
        [2, { list: encodings.map((i32) => ({ i32 })) }],
        [3, { list: path.map((text) => ({ text })) }],
        [4, { i32: gzip ? CODEC.gzip : CODEC.none }],
        [5, { i64: values }],
        [6, { i64: plainBytes }],
        [7, { i64: bytes }],
        [9, { i64: starts[c]! }],
      ];
      return [
        [2, { i64: starts[c]! }],
        [3, { struct: meta }],
      ];
    });
    const group: ThriftStruct = [
      [1, { list: chunks.map((struct) => ({ struct })) }],
      [2, { i64: this.chunks.reduce((sum, { plainBytes }) => sum + plainBytes, 0) }],
      [3, { i64: this.rows }],
    ];
    const schema: ThriftStruct[] = [
      [
        [4, { text: "schema" }],
        [5, { i32: columns.length }],
      ],
      ...columns.flatMap(schemaOf),
    ];
    const notes = Object.entries(metadata).map(
      ([key, value]): ThriftStruct => [
        [1, { text: key }],
        [2, { text: value }],
      ],
    );
    return [
      [1, { i32: 1 }],
      [2, { list: schema.map((struct) => ({ struct })) }],
      [3, { i64: this.rows }],
      [4, { list: this.rows ? [{ struct: group }] : [] }],
      ...(notes.length ? [[5, { list: notes.map((struct) => ({ struct })) }] as const] : []),
      [6, { text: "bedside" }],
    ];
  }
}

function schemaOf({ name, type }: ParquetColumn): ThriftStruct[] {
  const physical = { i32: PHYSICAL[type] };
  if (type !== "floats") {
    const converted: ThriftStruct = type === "text" ? [[6, { i32: CONVERTED.utf8 }]] : [];
    return [[[1, physical], [3, { i32: REPETITION.optional }], [4, { text: name }], ...converted]];
  }
  return [
    [
      [3, { i32: REPETITION.required }],
      [4, { text: name }],
      [5, { i32: 1 }],
      [6, { i32: CONVERTED.list }],
    ],
    [
      [3, { i32: REPETITION.repeated }],
      [4, { text: "list" }],
      [5, { i32: 1 }],
    ],
    [
      [1, physical],
      [3, { i32: REPETITION.required }],
      [4, { text: "element" }],
    ],
  ];
}

function pageHeader({
  body,
  packed,
  values,
  encoding,
}: {
  body: number;
  packed: number;
  values: number;
  encoding: number;
}): Uint8Array {
  return thriftBytes([
    [1, { i32: 0 }],
    [2, { i32: body }],
    [3, { i32: packed }],
    [
      5,
      {
        struct: [
          [1, { i32: values }],
          [2, { i32: encoding }],
          [3, { i32: ENCODING.rle }],
          [4, { i32: ENCODING.rle }],
        ],
      },
    ],
  ]);
}

type Rows = readonly (readonly ParquetCell[])[];
interface PageBody {
  body: Uint8Array;
  /** Values and nulls. */
  values: number;
  encoding: number;
}

/** Levels of one bit behind their size: packed eight a byte. */
function putLevels(out: ByteWriter, bits: Uint8Array): void {
  const levels = new ByteWriter();
  levels.varint((bits.length << 1) | 1);
  levels.put(bits);
  putSized(out, levels.done());
}

function putSized(out: ByteWriter, bytes: Uint8Array): void {
  const size = new DataView(new ArrayBuffer(4));
  size.setUint32(0, bytes.length, true);
  out.put(new Uint8Array(size.buffer));
  out.put(bytes);
}

function flatPage(rows: Rows, c: number, type: Exclude<ParquetType, "floats">): PageBody {
  const defined = new Uint8Array(Math.ceil(rows.length / 8));
  const cells: (number | string | boolean)[] = [];
  rows.forEach((row, r) => {
    const cell = row[c]!;
    if (cell === null || cell === undefined || (typeof cell === "number" && Number.isNaN(cell))) return;
    defined[r >> 3]! |= 1 << (r & 7);
    cells.push(cell as number | string | boolean);
  });
  const out = new ByteWriter();
  putLevels(out, defined);
  out.put(plainBytes(cells, type));
  return { body: out.done(), values: rows.length, encoding: ENCODING.plain };
}

function plainBytes(cells: readonly (number | string | boolean)[], type: Exclude<ParquetType, "floats">): Uint8Array {
  if (type === "text") {
    const out = new ByteWriter();
    const encoder = new TextEncoder();
    for (const cell of cells) putSized(out, encoder.encode(String(cell)));
    return out.done();
  }
  if (type === "boolean") {
    const bits = new Uint8Array(Math.ceil(cells.length / 8));
    cells.forEach((cell, i) => {
      if (cell) bits[i >> 3]! |= 1 << (i & 7);
    });
    return bits;
  }
  const width = type === "integer" || type === "float" ? 4 : 8;
  const view = new DataView(new ArrayBuffer(width * cells.length));
  cells.forEach((cell, i) => {
    const value = Number(cell);
    if (type === "integer") view.setInt32(4 * i, value, true);
    else if (type === "float") view.setFloat32(4 * i, value, true);
    else if (type === "double") view.setFloat64(8 * i, value, true);
    else view.setBigInt64(8 * i, BigInt(value), true);
  });
  return new Uint8Array(view.buffer);
}

/** Lists of numbers: who begins a row (repetition), which lists are empty (definition), the numbers by their bytes' place. */
function listPage(rows: Rows, c: number): PageBody {
  const lists = rows.map((row) => row[c]);
  if (!lists.every((list) => list instanceof Float32Array))
    throw unwritable("a list is not of single-precision numbers");
  const repetition = new ByteWriter();
  const definition = new ByteWriter();
  let count = 0;
  let entries = 0;
  for (const { length } of lists) {
    run(repetition, 1, 0);
    if (length > 1) run(repetition, length - 1, 1);
    run(definition, Math.max(1, length), length ? 1 : 0);
    count += length;
    entries += Math.max(1, length);
  }
  const out = new ByteWriter();
  putSized(out, repetition.done());
  putSized(out, definition.done());
  out.put(streamSplit(lists, count));
  return { body: out.done(), values: entries, encoding: ENCODING.streamSplit };
}

function run(out: ByteWriter, count: number, level: number): void {
  out.varint(2 * count);
  out.byte(level);
}

/** First bytes of all numbers, then second bytes, and so on: alike bytes stand together, and pack better. */
function streamSplit(lists: readonly Float32Array[], count: number): Uint8Array {
  const out = new Uint8Array(4 * count);
  const one = new Float32Array(1);
  const bits = new Uint32Array(one.buffer);
  let at = 0;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++, at++) {
      one[0] = list[i]!;
      const word = bits[0]!;
      out[at] = word;
      out[at + count] = word >>> 8;
      out[at + 2 * count] = word >>> 16;
      out[at + 3 * count] = word >>> 24;
    }
  }
  return out;
}

function unwritable(why: string): BedsideError {
  return new BedsideError({
    code: "parquet/unwritable",
    what: "The table cannot be written as Parquet",
    why,
    fix: "give every row a cell for every column, and lists as Float32Array",
  });
}
