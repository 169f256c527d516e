// Reads an input file once from end to end: its SHA-256, and for a gzip file whether it is whole and undamaged.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Stopped } from "../core/errors.ts";
import { explainFailure } from "../store/index.ts";
import { cutOff, type FileFormat } from "./header.ts";

const PIECE = 1 << 18;

/**
 * The SHA-256 of the file's bytes.
 * DuckDB reads what it can of a gzip file that is cut off or damaged and says nothing, so its checksum is verified here.
 * @throws BedsideError `import/truncated`.
 */
export async function verifyInput(
  path: string,
  format: FileFormat,
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: (bytes: number) => void } = {},
): Promise<string> {
  const hash = createHash("sha256");
  const file = createReadStream(path, { highWaterMark: PIECE });
  file.on("data", (piece) => {
    hash.update(piece as Buffer);
    onBytes?.(piece.length);
  });
  const nowhere = new Writable({ highWaterMark: 4 * PIECE, write: (_piece, _encoding, done) => done() });
  try {
    if (format === "csv.gz") await pipeline(file, createGunzip({ chunkSize: PIECE }), nowhere, { signal: signal! });
    else await pipeline(file, nowhere, { signal: signal! });
  } catch (cause) {
    if (signal?.aborted) throw new Stopped();
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "Z_BUF_ERROR" || code === "Z_DATA_ERROR") throw cutOff(path, cause);
    throw explainFailure(cause, path);
  }
  return hash.digest("hex");
}
