// Thrift's compact protocol, as far as Parquet's own structures need it: written, not read.

/** A value of a field: numbers say their width, lists the type of what they hold. */
export type ThriftValue =
  | { i32: number }
  | { i64: number }
  | { text: string }
  | { struct: ThriftStruct }
  | { list: ThriftValue[] };

/** Fields by number, in rising order. */
export type ThriftStruct = readonly (readonly [field: number, value: ThriftValue])[];

const TYPE = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;

function typeOf(value: ThriftValue): number {
  return TYPE[Object.keys(value)[0] as keyof typeof TYPE];
}

/** Bytes that grow as they are written. */
export class ByteWriter {
  private bytes = new Uint8Array(256);
  length = 0;

  byte(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }

  /** An unsigned number up to 2^53, seven bits a byte. */
  varint(value: number): void {
    while (value >= 0x80) {
      this.byte((value % 0x80) | 0x80);
      value = Math.floor(value / 0x80);
    }
    this.byte(value);
  }

  put(more: Uint8Array): void {
    this.room(more.length);
    this.bytes.set(more, this.length);
    this.length += more.length;
  }

  /** What was written so far. */
  done(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

/** The bytes of a structure. */
export function thriftBytes(struct: ThriftStruct): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  writeStruct(out, struct);
  return out.done();
}

function writeStruct(out: ByteWriter, struct: ThriftStruct): void {
  let last = 0;
  for (const [field, value] of struct) {
    out.byte(((field - last) << 4) | typeOf(value));
    last = field;
    writeValue(out, value);
  }
  out.byte(0);
}

function writeValue(out: ByteWriter, value: ThriftValue): void {
  if ("i32" in value) out.varint(zigzag(value.i32));
  else if ("i64" in value) out.varint(zigzag(value.i64));
  else if ("struct" in value) writeStruct(out, value.struct);
  else if ("text" in value) {
    const text = new TextEncoder().encode(value.text);
    out.varint(text.length);
    out.put(text);
  } else {
    const { list } = value;
    const type = list.length ? typeOf(list[0]!) : TYPE.i32;
    if (list.length < 15) out.byte((list.length << 4) | type);
    else {
      out.byte(0xf0 | type);
      out.varint(list.length);
    }
    for (const item of list) writeValue(out, item);
  }
}

const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);
