// The prefix codes of SCP-ECG sample differences: the standard's default table. Knows no section.
// Source: EN 1064 / ISO 11073-91064, annex C, as its public readers have it.

/** Values up to ± 8 have codes of n ones, a zero and the sign's bit; 0 is a zero alone. */
const CODED_MOST = 8;
/** Nine ones and a zero begin a value in 8 bits, ten ones one in 16. */
const SHORT_BITS = 8;
const LONG_BITS = 16;

/** Reads `count` values; undefined where the bytes end first. */
export function decodeHuffman(bytes: Uint8Array, count: number): Int32Array | undefined {
  const out = new Int32Array(count);
  const end = 8 * bytes.length;
  let at = 0;
  const take = (bits: number) => {
    let value = 0;
    for (let k = 0; k < bits; k++, at++) value = 2 * value + ((bytes[at >> 3]! >> (7 - (at & 7))) & 1);
    return value;
  };
  for (let i = 0; i < count; i++) {
    let ones = 0;
    let isOne = true;
    while (isOne && ones < CODED_MOST + 2) {
      if (at >= end) return undefined;
      isOne = take(1) === 1;
      if (isOne) ones++;
    }
    if (ones === 0) continue;
    const bits = ones <= CODED_MOST ? 1 : ones === CODED_MOST + 1 ? SHORT_BITS : LONG_BITS;
    if (at + bits > end) return undefined;
    const value = take(bits);
    if (ones <= CODED_MOST) out[i] = value ? -ones : ones;
    else out[i] = value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  }
  return out;
}
