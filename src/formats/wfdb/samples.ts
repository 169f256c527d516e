// The storage formats of WFDB signal files that are not compressed: bytes to digital samples and back.
// Knows no header. Source of the codings: PhysioNet, WFDB Applications Guide, signal(5).

/** How a format stores samples: `samples` of them in `bytes`, the value that marks a sample as invalid, the range. */
interface Packing {
  samples: number;
  bytes: number;
  invalid: number;
  lowest: number;
  highest: number;
}

const whole = (bits: number, samples = 1, bytes = bits / 8): Packing => ({
  samples,
  bytes,
  invalid: -(2 ** (bits - 1)),
  lowest: -(2 ** (bits - 1)),
  highest: 2 ** (bits - 1) - 1,
});

/** Format 8 has no invalid value of its own; -2^31 can only come about by filling. */
const DIFFERENCES: Packing = { ...whole(32, 1, 1) };

/** Formats by their number in the header. Packed ones (212, 310, 311) hold several samples in a group of bytes. */
export const PACKINGS: ReadonlyMap<number, Packing> = new Map([
  [8, DIFFERENCES],
  [16, whole(16)],
  [24, whole(24)],
  [32, whole(32)],
  [61, whole(16)],
  [80, whole(8)],
  [160, whole(16)],
  [212, whole(12, 2, 3)],
  [310, whole(10, 3, 4)],
  [311, whole(10, 3, 4)],
]);

/** The bytes that `samples` take: a last group is cut off after the last byte that one of its samples needs. */
export function bytesOfSamples(format: number, samples: number): number {
  const { samples: group, bytes } = PACKINGS.get(format)!;
  const over = samples % group;
  return Math.floor(samples / group) * bytes + (over === 0 ? 0 : neededBytes(format, over));
}

/** The whole samples that stand in `bytes`. */
export function samplesInBytes(format: number, bytes: number): number {
  const { samples: group, bytes: size } = PACKINGS.get(format)!;
  const samples = Math.floor(bytes / size) * group;
  for (let over = group - 1; over > 0; over--) {
    if (bytes % size >= neededBytes(format, over)) return samples + over;
  }
  return samples;
}

/** The bytes of a group that its first `over` samples lie in. */
function neededBytes(format: number, over: number): number {
  if (format === 212) return 2;
  if (format === 310) return over === 1 ? 2 : 4;
  return over === 1 ? 2 : 3;
}

/**
 * Decodes `count` samples from sample `first` of the data that begin at byte `start`. Format 8 comes out as the
 * differences that it stores. The caller has checked that the bytes are there.
 */
export function decodeSamples(
  format: number,
  bytes: Uint8Array,
  start: number,
  first: number,
  count: number,
  out: Int32Array,
): void {
  const { samples: group, bytes: size } = PACKINGS.get(format)!;
  let at = start + Math.floor(first / group) * size;
  switch (format) {
    case 8:
      for (let i = 0; i < count; i++) out[i] = (bytes[at++]! << 24) >> 24;
      return;
    case 80:
      for (let i = 0; i < count; i++) out[i] = bytes[at++]! - 128;
      return;
    case 16:
      for (let i = 0; i < count; i++, at += 2) out[i] = ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16;
      return;
    case 61:
      for (let i = 0; i < count; i++, at += 2) out[i] = ((bytes[at + 1]! | (bytes[at]! << 8)) << 16) >> 16;
      return;
    case 160:
      for (let i = 0; i < count; i++, at += 2) out[i] = (bytes[at]! | (bytes[at + 1]! << 8)) - 32768;
      return;
    case 24:
      for (let i = 0; i < count; i++, at += 3) {
        out[i] = ((bytes[at]! << 8) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 24)) >> 8;
      }
      return;
    case 32:
      for (let i = 0; i < count; i++, at += 4) {
        out[i] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      }
      return;
    default: {
      const decode = format === 212 ? sample212 : format === 310 ? sample310 : sample311;
      let place = first % group;
      for (let i = 0; i < count; i++) {
        out[i] = decode(bytes, at, place);
        if (++place === group) {
          place = 0;
          at += size;
        }
      }
    }
  }
}

function sample212(bytes: Uint8Array, at: number, place: number): number {
  const middle = bytes[at + 1]!;
  const value = place === 0 ? bytes[at]! | ((middle & 15) << 8) : bytes[at + 2]! | ((middle >> 4) << 8);
  return (value << 20) >> 20;
}

/** The first two samples have the high 7 bits of the first byte of a pair and the low 3 of the second; the third what is left. */
function sample310(bytes: Uint8Array, at: number, place: number): number {
  const value =
    place === 2
      ? (bytes[at + 1]! >> 3) | ((bytes[at + 3]! >> 3) << 5)
      : (bytes[at + 2 * place]! >> 1) | ((bytes[at + 2 * place + 1]! & 7) << 7);
  return (value << 22) >> 22;
}

/** Three samples of 10 bits from the low end of a 32-bit word. */
function sample311(bytes: Uint8Array, at: number, place: number): number {
  const low = at + place;
  const value = ((bytes[low]! | (bytes[low + 1]! << 8)) >> (2 * place)) & 1023;
  return (value << 22) >> 22;
}

/** Encodes samples that the caller has checked to lie in the format's range; for format 8 they are the differences. */
export function encodeSamples(format: number, samples: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const count = samples.length;
  const { samples: group, bytes: size } = PACKINGS.get(format)!;
  const bytes = new Uint8Array(Math.ceil(count / group) * size);
  const low = (at: number, value: number, width: number) => {
    for (let b = 0; b < width; b++) bytes[at + b] = value >> (8 * b);
  };
  for (let i = 0; i < count; i++) {
    const value = samples[i]!;
    const at = Math.floor(i / group) * size;
    const place = i % group;
    if (format === 8) bytes[i] = value;
    else if (format === 80) bytes[i] = value + 128;
    else if (format === 61) {
      bytes[at] = value >> 8;
      bytes[at + 1] = value;
    } else if (format === 160) low(at, value + 32768, 2);
    else if (format === 212) {
      bytes[at + 2 * place] = value;
      bytes[at + 1]! |= ((value >> 8) & 15) << (4 * place);
    } else if (format === 310) put310(bytes, at, place, value & 1023);
    else if (format === 311) {
      const shifted = (value & 1023) << (2 * place);
      bytes[at + place]! |= shifted;
      bytes[at + place + 1]! |= shifted >> 8;
    } else low(at, value, size);
  }
  return bytes.slice(0, bytesOfSamples(format, count));
}

function put310(bytes: Uint8Array, at: number, place: number, value: number): void {
  if (place === 2) {
    bytes[at + 1]! |= (value & 31) << 3;
    bytes[at + 3]! |= (value >> 5) << 3;
  } else {
    bytes[at + 2 * place]! |= (value & 127) << 1;
    bytes[at + 2 * place + 1]! |= value >> 7;
  }
}
