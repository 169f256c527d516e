// Keeps two runs from writing one folder at the same time. Knows nothing of what is written.
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BedsideError } from "../core/errors.ts";
import { explainFailure } from "./failures.ts";
import { makeFolder } from "./files.ts";
import { livesStill, markOf, type ProcessMark } from "./process.ts";

const LOCK = ".bedside.lock";

/**
 * Takes a folder for this process; the function returned gives it back. A lock left by a process that no longer lives is
 * taken over.
 * @throws BedsideError `run/locked` while another process holds the folder.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, LOCK);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      makeFolder(folder);
      writeNew(path, JSON.stringify(markOf(process.pid)));
      return () => rmSync(path, { force: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw explainFailure(cause, folder);
      const owner = ownerOf(path);
      // who cannot be seen from here, in another container or on another computer, is taken for living
      if (owner !== undefined && !isOwn(owner) && livesStill(owner) !== false) {
        throw new BedsideError({
          code: "run/locked",
          what: "This folder is being written by another run",
          where: folder,
          why: `process ${owner.pid} holds it`,
          fix: "wait for it to end, or choose another --out",
        });
      }
      rmSync(path, { force: true });
    }
  }
  throw new BedsideError({
    code: "run/locked",
    what: "This folder is being taken by another run at this moment",
    where: folder,
    fix: "run the command again",
  });
}

/** Writes a file that must not be there, whole at once: nobody finds it empty. */
function writeNew(path: string, text: string): void {
  const own = `${path}-${process.pid}`;
  writeFileSync(own, text);
  try {
    linkSync(own, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw cause;
    writeFileSync(path, text, { flag: "wx" }); // a file system without links
  } finally {
    rmSync(own, { force: true });
  }
}

/** Left by this process, or by an earlier one that had its number. */
function isOwn({ pid, place }: ProcessMark): boolean {
  return pid === process.pid && place === markOf(process.pid)?.place;
}

/** The owner that a lock names; undefined for one that names none, and for a lone number where no such process lives. */
function ownerOf(path: string): ProcessMark | undefined {
  try {
    const said = JSON.parse(readFileSync(path, "utf8")) as number | Partial<ProcessMark>;
    if (typeof said === "number") return markOf(said);
    const { pid, place, born } = said;
    return typeof pid === "number" && typeof place === "string" && typeof born === "string"
      ? { pid, place, born }
      : undefined;
  } catch {
    return undefined;
  }
}
