// Writes files so that a reader sees the old one or the new one, never a part. Knows nothing of formats.

import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { explainFailure } from "./failures.ts";

/**
 * Makes a file whole or not at all: `write` fills a temporary file in the same folder, which is then flushed to the disk
 * and renamed. Whatever goes wrong, the temporary file is removed and the old file is intact.
 */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void> | void): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.part`);
  try {
    makeFolder(folder);
    await write(temporary);
    flush(temporary);
    renameSync(temporary, path);
    flush(folder);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw explainFailure(cause, path);
  }
}

/**
 * Makes a folder and those above it.
 * Node reports a read-only disk as "does not exist" when it makes several at once, so they are made one by one.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (cause) {
    // another process may have made it in the meantime
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST" || !isFolder(path)) throw cause;
  }
}

/** Writes a text or bytes as `replaceFile` does. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await replaceFile(path, (temporary) => {
    const file = openSync(temporary, "w");
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      let offset = 0;
      while (offset < bytes.length) offset += writeSync(file, bytes, offset);
    } finally {
      closeSync(file);
    }
  });
}

/** A JSON file, two spaces deep, written whole. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** A JSON file, or undefined where there is none. A file that is not JSON throws SyntaxError. */
export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}

/** SHA-256 of a file's bytes, in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  } catch (cause) {
    throw explainFailure(cause, path);
  }
  return hash.digest("hex");
}

/** SHA-256 of a text, in hex. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Whether a folder is there. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function flush(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } catch (cause) {
    // some file systems cannot flush a folder; the rename is still atomic there
    if (!["EINVAL", "EPERM", "EISDIR", "ENOTSUP"].includes((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
  } finally {
    closeSync(file);
  }
}
