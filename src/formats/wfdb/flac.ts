// A FLAC decoder for the compressed WFDB formats: fixed and linear predictors, Rice partitions, stereo decorrelation,
// CRC checks. Knows no WFDB header. Source of the stream's layout: RFC 9639, Free Lossless Audio Codec.

import { BitReader } from "./bit-reader.ts";
import { crc8, crc16 } from "./flac-crc.ts";
import { readSubframe } from "./flac-subframe.ts";
import { invalid } from "./problem.ts";

/** What a stream says of itself (RFC 9639, 8.2). */
export interface FlacInfo {
  channels: number;
  bits: number;
  /** Samples of each channel; 0 where the encoder did not know. */
  samples: number;
  largestBlock: number;
  /** The byte at which the frames begin. */
  framesAt: number;
}

const SIGNATURE = 0x664c6143; // "fLaC"
const BLOCK_SIZES = [0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768];
const SAMPLE_BITS = [0, 8, 12, -1, 16, 20, 24, 32];

/** Reads the metadata blocks. @throws BedsideError `wfdb/invalid` */
export function readFlacInfo(bytes: Uint8Array, name: string): FlacInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 42 || view.getUint32(0) !== SIGNATURE) {
    throw invalid(name, "The file is not a FLAC stream", "it does not begin with the mark and a stream description");
  }
  if ((bytes[4]! & 127) !== 0 || (view.getUint32(4) & 0xffffff) !== 34) {
    throw invalid(name, "The FLAC stream cannot be read", "its first metadata block is not a stream description");
  }
  let at = 4;
  for (let last = false; !last; ) {
    if (at + 4 > bytes.length) throw invalid(name, "The FLAC stream is cut off", "its metadata do not end");
    last = bytes[at]! >= 128;
    at += 4 + (view.getUint32(at) & 0xffffff);
  }
  const packed = view.getUint32(18);
  const info: FlacInfo = {
    channels: ((packed >> 9) & 7) + 1,
    bits: ((packed >> 4) & 31) + 1,
    samples: (packed & 15) * 2 ** 32 + view.getUint32(22),
    largestBlock: view.getUint16(10),
    framesAt: at,
  };
  if (at > bytes.length) throw invalid(name, "The FLAC stream is cut off", "its metadata do not end");
  if (info.bits < 4 || info.bits > 24 || info.largestBlock < 16) {
    throw invalid(name, "The FLAC stream cannot be read", "its sample size or block size is not one of the format");
  }
  return info;
}

/** One frame's samples by channel; scratch that the next frame overwrites. */
export type FlacBlock = Int32Array[];

/**
 * Decodes frame after frame. `allocate` is told before memory is taken for a block; `take` gets each block and how many
 * samples a channel it holds, and ends the decoding by returning false.
 * @throws BedsideError `wfdb/invalid` on any damage: CRC-8 of a frame header and CRC-16 of a frame are checked.
 */
export function decodeFlac(
  bytes: Uint8Array,
  info: FlacInfo,
  { allocate, take }: { allocate: (bytes: number) => void; take: (block: FlacBlock, count: number) => boolean },
  name: string,
): void {
  const reader = new BitReader(bytes, name);
  let block: FlacBlock = [];
  reader.seek(info.framesAt);
  while (reader.bytesLeft() > 0) {
    const start = reader.byte();
    const { count, assignment } = readFrameHeader(reader, bytes, info, name);
    if (block.length === 0 || block[0]!.length < count) {
      allocate(count * info.channels * 4);
      block = Array.from({ length: info.channels }, () => new Int32Array(count));
    }
    for (let channel = 0; channel < info.channels; channel++) {
      const side =
        (assignment === 8 && channel === 1) ||
        (assignment === 9 && channel === 0) ||
        (assignment === 10 && channel === 1);
      readSubframe(reader, block[channel]!, count, info.bits + (side ? 1 : 0), name);
    }
    reader.toByte();
    const end = reader.byte();
    if (reader.bits(16) !== crc16(bytes, start, end)) {
      throw invalid(name, "A FLAC frame is damaged", "its CRC-16 does not agree with its bytes");
    }
    if (assignment > 7) correlate(block[0]!, block[1]!, count, assignment);
    if (!take(block, count)) return;
  }
}

/** Undoes left/side (8), side/right (9) and mid/side (10) stereo (RFC 9639, 4.2). */
function correlate(first: Int32Array, second: Int32Array, count: number, assignment: number): void {
  for (let i = 0; i < count; i++) {
    const a = first[i]!;
    const b = second[i]!;
    if (assignment === 8) second[i] = a - b;
    else if (assignment === 9) first[i] = a + b;
    else {
      const mid = (a << 1) | (b & 1);
      first[i] = (mid + b) >> 1;
      second[i] = (mid - b) >> 1;
    }
  }
}

function readFrameHeader(reader: BitReader, bytes: Uint8Array, info: FlacInfo, name: string) {
  const start = reader.byte();
  // 14 bits of synchronisation, a 0, and the blocking strategy.
  if (reader.bits(15) !== 0x7ffc) throw invalid(name, "A FLAC frame is damaged", "it does not begin with its mark");
  reader.bits(1);
  const sizeCode = reader.bits(4);
  const rateCode = reader.bits(4);
  const assignment = reader.bits(4);
  const bitsCode = reader.bits(3);
  if (reader.bits(1) !== 0 || sizeCode === 0 || rateCode === 15 || assignment > 10) {
    throw invalid(name, "A FLAC frame is damaged", "its header has a reserved value");
  }
  skipCodedNumber(reader, name);
  const count = sizeCode === 6 ? reader.bits(8) + 1 : sizeCode === 7 ? reader.bits(16) + 1 : BLOCK_SIZES[sizeCode]!;
  if (rateCode === 12) reader.bits(8);
  else if (rateCode > 12) reader.bits(16);
  const end = reader.byte();
  if (reader.bits(8) !== crc8(bytes, start, end)) {
    throw invalid(name, "A FLAC frame is damaged", "the CRC-8 of its header does not agree with its bytes");
  }
  const channels = assignment > 7 ? 2 : assignment + 1;
  if (channels !== info.channels || (bitsCode !== 0 && SAMPLE_BITS[bitsCode] !== info.bits)) {
    throw invalid(name, "A FLAC frame is damaged", "its channels or sample size are not those of the stream");
  }
  if (count > info.largestBlock) {
    throw invalid(name, "A FLAC frame is damaged", "it is longer than the longest that the stream declares");
  }
  return { count, assignment };
}

/** The frame or sample number, coded like UTF-8 in up to 7 bytes. */
function skipCodedNumber(reader: BitReader, name: string): void {
  const first = reader.bits(8);
  if (first < 0x80) return;
  const following = Math.clz32(~(first << 24)) - 1;
  if (following < 1 || following > 6) throw invalid(name, "A FLAC frame is damaged", "its number is not well coded");
  for (let i = 0; i < following; i++) {
    if (reader.bits(8) >> 6 !== 2) throw invalid(name, "A FLAC frame is damaged", "its number is not well coded");
  }
}
