// Turns what the disk and DuckDB complain of into problems a user can act on, without the values of any row.
import { BedsideError, Bug, Stopped } from "../core/errors.ts";

/** The problem behind a failure of the file system or of DuckDB; what is not recognised comes back as it is. */
export function explainFailure(cause: unknown, where?: string): Error {
  if (cause instanceof BedsideError || cause instanceof Bug || cause instanceof Stopped) return cause;
  const { code, path, message } = cause as NodeJS.ErrnoException;
  // where DuckDB quotes the file, what stands there says nothing about the failure
  const text = (message ?? String(cause)).split("Original Line:", 1)[0]!;
  if (text.startsWith("Conversion Error")) return cause instanceof Error ? cause : new Error(text);
  const place = where ?? path ?? /"(\/[^"]+)"/.exec(text)?.[1];
  const problem = (code: string, what: string, why: string, fix: string) =>
    new BedsideError({ code, what, where: place, why, fix }, { cause });
  if (code === "ENOSPC" || /no space left|disk.*full|write error/i.test(text)) {
    return problem(
      "disk/full",
      "The disk is full",
      "there is no room left for the output or for temporary files",
      "free some room, or choose another --out, and run the same command again: it goes on from what is finished",
    );
  }
  if (code === "EROFS" || /read-only file system/i.test(text)) {
    return problem(
      "disk/read-only",
      "The output cannot be written",
      "the file system is read-only",
      "choose a folder you may write to with --out",
    );
  }
  if (code === "EACCES" || code === "EPERM" || /permission denied/i.test(text)) {
    return problem(
      "disk/permission",
      "A file or folder may not be opened",
      "this user has no permission for it",
      "change its permissions, or choose another folder",
    );
  }
  if (code === "ENOENT") {
    return problem("disk/missing", "A file or folder does not exist", "nothing has this name", "check the path");
  }
  if (code === "ENOTDIR" || code === "EEXIST") {
    return problem(
      "disk/not-a-folder",
      "A folder was expected here, but there is a file",
      "a file has this name",
      "choose another folder",
    );
  }
  if (/out of memory|failed to (allocate|pin)/i.test(text)) {
    return problem(
      "store/memory",
      "The memory given to the database is too little for this step",
      "the query needs more than --memory allows, even with temporary files",
      "give more with --memory 2GB",
    );
  }
  return cause instanceof Error ? cause : new Error(text);
}
