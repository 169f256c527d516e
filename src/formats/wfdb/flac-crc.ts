// The two checksums of FLAC frames (RFC 9639, 9.1.8 and 9.3). Knows no frame.

const table = (bits: number, polynomial: number) =>
  Uint16Array.from({ length: 256 }, (_, byte) => {
    let value = byte << (bits - 8);
    for (let i = 0; i < 8; i++) value = value & (1 << (bits - 1)) ? (value << 1) ^ polynomial : value << 1;
    return value & (2 ** bits - 1);
  });
const CRC8 = table(8, 0x07);
const CRC16 = table(16, 0x8005);

/** CRC-8 of bytes [from, to), polynomial x^8 + x^2 + x + 1. */
export function crc8(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) crc = CRC8[crc ^ bytes[i]!]!;
  return crc;
}

/** CRC-16 of bytes [from, to), polynomial x^16 + x^15 + x^2 + 1. */
export function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >> 8) ^ bytes[i]!]!;
  return crc;
}
