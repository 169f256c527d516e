// Where the true risks of a store's records lie, if a synthetic hospital made them: they stay in its folder, and the store
// remembers it. Reads no risk.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { hashText, isFolder, readJson, writeJson } from "../store/index.ts";

const NAME = "truths.json";
/** What a synthetic hospital says of itself; another hospital in the same place says something else. */
const MADE = "SYNTHETIC.json";

interface Note {
  schema: 1;
  hospitals: { folder: string; sha256: string }[];
}

/** Writes down which of the folders have true risks. No part of the store's fingerprint. */
export async function noteTruths(store: string, folders: readonly string[]): Promise<void> {
  const hospitals = folders.flatMap((folder) => {
    const sha256 = isFolder(join(folder, "truth")) ? identityOf(folder) : undefined;
    return sha256 ? [{ folder: resolve(folder), sha256 }] : [];
  });
  const path = join(store, NAME);
  if (hospitals.length > 0) await writeJson(path, { schema: 1, hospitals } satisfies Note);
  else rmSync(path, { force: true });
}

/** The folders written down that are still there and hold the same hospital. */
export function notedTruths(store: string): string[] {
  if (!existsSync(join(store, NAME))) return [];
  try {
    const { hospitals } = readJson<Note>(join(store, NAME))!;
    return hospitals.filter(({ folder, sha256 }) => identityOf(folder) === sha256).map(({ folder }) => folder);
  } catch {
    return []; // a damaged note: the runs are the same, but for the best possible
  }
}

function identityOf(folder: string): string | undefined {
  try {
    return hashText(readFileSync(join(folder, MADE), "utf8"));
  } catch {
    return undefined;
  }
}
