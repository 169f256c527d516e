// Reads a byte array bit by bit, high bit first, and never beyond its end. Knows no format.
import { invalid } from "./problem.ts";

export class BitReader {
  private readonly data: Uint8Array;
  private readonly name: string;
  private at = 0;

  constructor(data: Uint8Array, name: string) {
    this.data = data;
    this.name = name;
  }

  seek(byte: number): void {
    this.at = byte * 8;
  }

  /** The byte of the next bit. */
  byte(): number {
    return Math.floor(this.at / 8);
  }

  bytesLeft(): number {
    return this.data.length - this.byte();
  }

  /** Goes on to the next whole byte. */
  toByte(): void {
    this.at = Math.ceil(this.at / 8) * 8;
  }

  /** The next `n` bits (0 to 32) as a number without sign. */
  bits(n: number): number {
    if (n > 24) return this.bits(n - 16) * 65536 + this.bits(16);
    if (this.at + n > this.data.length * 8) throw this.ended();
    if (n === 0) return 0;
    const value = (this.word() << (this.at & 7)) >>> (32 - n);
    this.at += n;
    return value;
  }

  /** The 32 bits from the byte of the next bit on, zeros beyond the end. */
  private word(): number {
    const { data } = this;
    const byte = Math.floor(this.at / 8);
    if (byte + 4 <= data.length) {
      return (data[byte]! << 24) | (data[byte + 1]! << 16) | (data[byte + 2]! << 8) | data[byte + 3]!;
    }
    let word = 0;
    for (let i = 0; i < 4; i++) word = (word << 8) | (byte + i < data.length ? data[byte + i]! : 0);
    return word;
  }

  /** The next `n` bits (1 to 32) in two's complement. */
  signed(n: number): number {
    const value = this.bits(n);
    return value >= 2 ** (n - 1) ? value - 2 ** n : value;
  }

  /** The zeros before the next one, which is read too. */
  unary(): number {
    const ahead = this.word() << (this.at & 7);
    if (ahead !== 0) {
      const zeros = Math.clz32(ahead);
      this.at += zeros + 1;
      return zeros;
    }
    let zeros = 0;
    let byte = Math.floor(this.at / 8);
    let rest = ((this.data[byte] ?? 0) << (this.at & 7)) & 255;
    let width = 8 - (this.at & 7);
    while (rest === 0) {
      zeros += width;
      byte++;
      if (byte >= this.data.length) throw this.ended();
      rest = this.data[byte]!;
      width = 8;
    }
    const more = Math.clz32(rest) - 24;
    this.at += zeros + more + 1;
    return zeros + more;
  }

  private ended(): Error {
    return invalid(this.name, "The file is cut off", "it ends inside a value");
  }
}
