// The folder a store is written to: that it lies apart from the records, is free to take, and holds no leftovers.
import { readdirSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { BedsideError } from "../core/errors.ts";
import { explainFailure, isFolder } from "../store/index.ts";
import { isStore } from "./journal.ts";

/** @throws BedsideError when the store would lie in the folder with the records, or they in it. */
export function checkApart(folder: string, store: string): void {
  const [input, output] = [real(folder), real(store)];
  if (output === input || input.startsWith(output + sep)) {
    throw new BedsideError({
      code: "import/output-over-input",
      what: "The store would be written over the records",
      where: store,
      why: "the folder with the records is the store's folder, or lies in it",
      fix: "choose another --out",
    });
  }
  if (output.startsWith(input.endsWith(sep) ? input : input + sep)) {
    throw new BedsideError({
      code: "import/output-over-input",
      what: "The store would lie among the records",
      where: store,
      why: `it is inside ${folder}, which is only read`,
      fix: "choose an --out outside the folder with the records",
    });
  }
}

/** The path without links, as far as it exists. */
function real(path: string): string {
  const full = resolve(path);
  try {
    return realpathSync(full);
  } catch {
    const parent = dirname(full);
    return parent === full ? full : join(real(parent), basename(full));
  }
}

/** @throws BedsideError when the folder holds other things than a store. */
export function checkOutput(store: string): void {
  if (!isFolder(store)) return;
  let names: string[];
  try {
    names = readdirSync(store).filter((name) => name !== ".bedside.lock");
  } catch (cause) {
    throw explainFailure(cause, store);
  }
  if (names.length === 0 || isStore(store)) return;
  // what a first import leaves when it fails before any table is done
  if (names.every((name) => name === ".temp")) return;
  throw new BedsideError({
    code: "import/output-taken",
    what: "The folder of the store holds other things",
    where: store,
    why: "it is neither empty nor a store that an earlier import made",
    fix: "choose an empty or new folder with --out",
  });
}

/** Removes the half-written files of an import that was killed. Only for the holder of the store's lock. */
export function removeLeftovers(store: string): void {
  for (const entry of readdirSync(store, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const folder = join(store, entry.name);
    for (const name of readdirSync(folder)) {
      if (name.startsWith(".") && name.endsWith(".part")) rmSync(join(folder, name), { force: true });
    }
  }
}

/** Removes a folder that was made for nothing. */
export function removeIfEmpty(store: string): void {
  try {
    if (readdirSync(store).length === 0) rmSync(store, { recursive: true });
  } catch {
    // the folder is gone or cannot be read: nothing to tidy
  }
}
