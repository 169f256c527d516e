// Writes the wire format of Protocol Buffers: tags, varints, byte strings. Knows no message by name.

/** Bytes that grow. Every method gives the writer back, so that a message reads as a list of its fields. */
export class ProtobufWriter {
  private buffer = new Uint8Array(256);
  private view = new DataView(this.buffer.buffer);
  private length = 0;

  /** The bytes written so far, copied. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }

  /** A varint field: int32, int64, enum, bool. Negative numbers take ten bytes, as the format has it. */
  integer(field: number, value: number | bigint): this {
    this.varint((field << 3) | 0);
    if (typeof value === "number" && value >= 0 && value < 2 ** 31) return this.varint(value);
    let rest = BigInt.asUintN(64, BigInt(value));
    this.reserve(10);
    while (rest > 127n) {
      this.buffer[this.length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.buffer[this.length++] = Number(rest);
    return this;
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    this.varint((field << 3) | 5);
    this.reserve(4);
    this.view.setFloat32(this.length, value, true);
    this.length += 4;
    return this;
  }

  /** A length-delimited field of bytes or of an inner message. */
  bytes(field: number, value: Uint8Array | ProtobufWriter): this {
    const content = value instanceof ProtobufWriter ? value.buffer.subarray(0, value.length) : value;
    this.varint((field << 3) | 2).varint(content.length);
    this.reserve(content.length);
    this.buffer.set(content, this.length);
    this.length += content.length;
    return this;
  }

  /** A string field. */
  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** Packed 32-bit floats. */
  floats(field: number, values: ArrayLike<number>): this {
    const content = new DataView(new ArrayBuffer(values.length * 4));
    for (let i = 0; i < values.length; i++) content.setFloat32(i * 4, values[i]!, true);
    return this.bytes(field, new Uint8Array(content.buffer));
  }

  /** Whole numbers, one field each (readers take packed and unpacked alike). */
  integers(field: number, values: Iterable<number | bigint>): this {
    for (const value of values) this.integer(field, value);
    return this;
  }

  private varint(value: number): this {
    this.reserve(5);
    while (value > 127) {
      this.buffer[this.length++] = (value & 127) | 128;
      value >>>= 7;
    }
    this.buffer[this.length++] = value;
    return this;
  }

  private reserve(more: number): void {
    const need = this.length + more;
    if (need <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(need, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }
}
