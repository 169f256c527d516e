// A zlib stream (RFC 1950, 1951) of rows that resemble each other: matches with the row above and with the byte before, fixed codes.

const LONGEST = 258;
const SHORTEST = 3;
/** How far back a match may lie. */
const FARTHEST = 32_768;

/** Fixed Huffman codes, bits already in the order of the stream: literals and lengths, and their numbers of bits. */
const CODES = new Uint16Array(288);
const BITS = new Uint8Array(288);
for (let symbol = 0; symbol < 288; symbol++) {
  const [bits, first, base] =
    symbol < 144 ? [8, 0, 0x30] : symbol < 256 ? [9, 144, 0x190] : symbol < 280 ? [7, 256, 0] : [8, 280, 0xc0];
  BITS[symbol] = bits!;
  CODES[symbol] = reversed(base! + symbol - first!, bits!);
}

/** Of each length 3 to 258: its code with the extra bits, and how many bits that is. */
const LENGTH_CODES = new Uint32Array(LONGEST + 1);
const LENGTH_BITS = new Uint8Array(LONGEST + 1);
for (let code = 0, length = SHORTEST; code < 29; code++) {
  const extra = code < 8 || code === 28 ? 0 : (code >> 2) - 1;
  const symbol = 257 + code;
  if (code === 28) length = LONGEST;
  for (let k = 0; k < 1 << extra && length <= LONGEST; k++, length++) {
    LENGTH_CODES[length] = CODES[symbol]! | (k << BITS[symbol]!);
    LENGTH_BITS[length] = BITS[symbol]! + extra;
  }
}

function reversed(value: number, bits: number): number {
  let out = 0;
  for (let i = 0; i < bits; i++) out |= ((value >> i) & 1) << (bits - 1 - i);
  return out;
}

/** The code of a distance, with its extra bits. */
function distanceCode(distance: number): { code: number; bits: number } {
  let symbol = 0;
  let base = 1;
  for (;;) {
    const extra = symbol < 4 ? 0 : (symbol >> 1) - 1;
    if (distance < base + (1 << extra))
      return { code: reversed(symbol, 5) | ((distance - base) << 5), bits: 5 + extra };
    base += 1 << extra;
    symbol++;
  }
}

/**
 * Bytes as a zlib stream. `stride` is the length of a row: each byte is compared with the one above it and the one before
 * it, nothing else is searched. Quick, small for drawings; photographs come out larger than they are.
 */
export function deflateRows(bytes: Uint8Array, stride: number): Uint8Array {
  const out = new Bits(Math.max(64, bytes.length >> 4));
  out.bytes[0] = 0x78;
  out.bytes[1] = 0x01;
  out.at = 2;
  out.put(0b011, 3); // the last block, fixed codes
  const above = stride <= FARTHEST ? stride : 0;
  const [one, up] = [distanceCode(1), distanceCode(Math.max(1, above))];
  const { length } = bytes;
  for (let i = 0; i < length; ) {
    const upLength = above && i >= above ? matchLength(bytes, i, above) : 0;
    const oneLength = upLength < LONGEST && i >= 1 ? matchLength(bytes, i, 1) : 0;
    const best = Math.max(upLength, oneLength);
    if (best < SHORTEST) {
      const symbol = bytes[i++]!;
      out.put(CODES[symbol]!, BITS[symbol]!);
      continue;
    }
    const { code, bits } = upLength >= oneLength ? up : one;
    out.put(LENGTH_CODES[best]!, LENGTH_BITS[best]!);
    out.put(code, bits);
    i += best;
  }
  out.put(CODES[256]!, BITS[256]!);
  out.align();
  const sum = adler32(bytes);
  for (let shift = 24; shift >= 0; shift -= 8) out.put((sum >>> shift) & 255, 8);
  out.align();
  return out.bytes.subarray(0, out.at);
}

function matchLength(bytes: Uint8Array, at: number, distance: number): number {
  const most = Math.min(LONGEST, bytes.length - at);
  let length = 0;
  while (length < most && bytes[at + length] === bytes[at + length - distance]) length++;
  return length;
}

/** Bits into bytes, lowest first. */
class Bits {
  bytes: Uint8Array;
  at = 0;
  private held = 0;
  private count = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  put(value: number, bits: number): void {
    // at most 7 bits are held and 18 are added: they fit in 32
    this.held |= value << this.count;
    this.count += bits;
    if (this.at + 4 > this.bytes.length) this.grow();
    while (this.count >= 8) {
      this.bytes[this.at++] = this.held & 255;
      this.held >>>= 8;
      this.count -= 8;
    }
  }

  align(): void {
    if (this.count > 0) this.put(0, 8 - this.count);
  }

  private grow(): void {
    const bigger = new Uint8Array(2 * this.bytes.length);
    bigger.set(this.bytes);
    this.bytes = bigger;
  }
}

/** RFC 1950, 9; taken modulo only every 5552 bytes, before which nothing overflows. */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let i = 0; i < bytes.length; ) {
    const end = Math.min(i + 5552, bytes.length);
    for (; i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}
