// Keeps two runs from writing one folder at the same time. Knows nothing of what is written.
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { BedsideError } from "../core/errors.ts";
import { explainFailure } from "./failures.ts";
import { makeFolder } from "./files.ts";

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
      const file = openSync(path, "wx");
      writeSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw explainFailure(cause, folder);
      const owner = ownerOf(path);
      if (owner !== undefined && isAlive(owner)) {
        throw new BedsideError({
          code: "run/locked",
          what: "This folder is being written by another run",
          where: folder,
          why: `process ${owner} holds it`,
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

function ownerOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false; // left by an earlier process that had this number
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}
