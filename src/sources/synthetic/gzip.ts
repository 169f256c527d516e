// Writes gzip files in stretches that are compressed beside each other and joined in order. Knows nothing of rows.
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import zlib from "node:zlib";
import { explainFailure } from "../../store/failures.ts";
import { ROW_BUFFER_BYTES } from "./bytes.ts";

/** Stretches under compression at once; each holds about a megabyte. */
const MOST_IN_FLIGHT = 6;

/** Hands out buffers and keeps the number of stretches under compression low, so that memory stays flat. */
export class Compressor {
  private inFlight = 0;
  private spare: Uint8Array[] = [];
  private waiting: (() => void)[] = [];
  private failure: Error | undefined;

  /** A buffer of `ROW_BUFFER_BYTES`. */
  buffer(): Uint8Array {
    return this.spare.pop() ?? new Uint8Array(ROW_BUFFER_BYTES);
  }

  /** Waits until there is room for another stretch; throws what went wrong with an earlier one. */
  async room(most = MOST_IN_FLIGHT): Promise<void> {
    while (this.inFlight > most && !this.failure) await new Promise<void>((go) => this.waiting.push(go));
    if (this.failure) throw this.failure;
  }

  /** Whether `room()` would not wait. */
  get free(): boolean {
    return this.inFlight <= MOST_IN_FLIGHT && !this.failure;
  }

  begin(): void {
    this.inFlight++;
  }

  end(buffer: ArrayBufferLike, failure?: Error): void {
    this.inFlight--;
    this.failure ??= failure;
    if (buffer.byteLength === ROW_BUFFER_BYTES && this.spare.length < 2 * MOST_IN_FLIGHT) {
      this.spare.push(new Uint8Array(buffer));
    }
    for (const go of this.waiting.splice(0)) go();
  }
}

/**
 * A gzip file of one member (RFC 1952) whose bytes depend on the content and the level alone: no name, no time. Each
 * stretch becomes deflate blocks that end on a byte (sync flush) and look back at nothing before it, so that stretches
 * can be compressed in any order and laid one after the other.
 */
export class GzipFile {
  private readonly path: string;
  private readonly file: number;
  private readonly level: number;
  private readonly compressor: Compressor;
  private queue: Promise<void> = Promise.resolve();
  private crc = 0;
  private size = 0;
  /** Bytes written to the disk. */
  written = 0;

  constructor(path: string, level: number, compressor: Compressor) {
    this.path = path;
    this.level = level;
    this.compressor = compressor;
    try {
      this.file = openSync(path, "w");
      this.put(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255));
    } catch (cause) {
      throw explainFailure(cause, path);
    }
  }

  /** Takes a stretch, which now belongs to the file, and gives another buffer for it. */
  add(stretch: Uint8Array): Uint8Array {
    this.crc = crc32(stretch, this.crc);
    this.size = (this.size + stretch.length) % 4294967296;
    this.compressor.begin();
    const deflated = deflate(stretch, this.level);
    deflated.catch(() => {}); // met below, in its turn
    this.queue = this.queue
      .then(async () => this.put(await deflated))
      .then(
        () => this.compressor.end(stretch.buffer),
        (cause) => this.compressor.end(stretch.buffer, explainFailure(cause, this.path)),
      );
    return this.compressor.buffer();
  }

  /** Writes the end of the file and flushes it to the disk. */
  async finish(): Promise<void> {
    await this.queue;
    await this.compressor.room(Number.POSITIVE_INFINITY);
    try {
      const tail = Buffer.alloc(10);
      tail[0] = 3; // an empty last block with fixed codes
      tail.writeUInt32LE(this.crc >>> 0, 2);
      tail.writeUInt32LE(this.size, 6);
      this.put(tail);
      fsyncSync(this.file);
    } catch (cause) {
      throw explainFailure(cause, this.path);
    } finally {
      closeSync(this.file);
    }
  }

  /** Gives the file up after a failure. */
  async abandon(): Promise<void> {
    await this.queue;
    try {
      closeSync(this.file);
    } catch {
      // it was closed before
    }
  }

  private put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.file, bytes, at);
    this.written += bytes.length;
  }
}

function deflate(stretch: Uint8Array, level: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = { level, memLevel: 9, finishFlush: zlib.constants.Z_SYNC_FLUSH, chunkSize: 1 << 18 };
    zlib.deflateRaw(stretch, options, (failure, bytes) => (failure ? reject(failure) : resolve(bytes)));
  });
}

let table: Uint32Array | undefined;

/** CRC-32 of bytes after earlier ones (RFC 1952, 8); Node's own where it has one (20.15 and later). */
export function crc32(bytes: Uint8Array, before = 0): number {
  return typeof zlib.crc32 === "function" ? zlib.crc32(bytes, before) : tableCrc32(bytes, before);
}

/** The same by a table, for older Node. */
export function tableCrc32(bytes: Uint8Array, before = 0): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
