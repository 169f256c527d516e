// MurmurHash3 of 32 bits (Appleby, public domain), the hash of scikit-learn's HashingVectorizer. Knows no text.

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function scramble(k: number): number {
  return Math.imul(rotate(Math.imul(k, C1), 15), C2);
}

/**
 * MurmurHash3_x86_32 of bytes, as a signed 32-bit number.
 * @example murmurHash3(new TextEncoder().encode("foo")) // -156908512
 */
export function murmurHash3(bytes: Uint8Array, seed = 0): number {
  let h = seed | 0;
  const whole = bytes.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    h ^= scramble(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    h = (Math.imul(rotate(h, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | bytes[i]!;
  h ^= scramble(tail) ^ bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
