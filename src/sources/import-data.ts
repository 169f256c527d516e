// Whatever folder of records is given, into a store: releases of MIMIC, or a MEDS data set. Knows neither's details.
import { join } from "node:path";
import { BedsideError } from "../core/errors.ts";
import { isFolder, openDatabase, type StoreManifest } from "../store/index.ts";
import { type ImportOptions, importRecords } from "./import.ts";
import { importMeds, readMeds } from "./meds/index.ts";

export interface ImportDataOptions extends ImportOptions {
  /** Says why a MEDS data set is of no use here, before any time is spent on it. Default: MEDS is taken. */
  refuseMeds?: ((folder: string) => Error) | undefined;
}

/**
 * Imports the folders into `store`: MIMIC releases by their tables, or a single MEDS data set.
 * @throws BedsideError for everything that is wrong with the folders, the files or the output; Stopped.
 */
export async function importData(
  folders: readonly string[],
  store: string,
  options: ImportDataOptions,
): Promise<StoreManifest> {
  try {
    return await importRecords(folders, store, options);
  } catch (cause) {
    const isUnknown = cause instanceof BedsideError && cause.problem.code === "import/no-tables";
    const [folder] = folders;
    if (!isUnknown || folders.length !== 1 || !(await isMeds(folder!, store, options))) throw cause;
    if (options.refuseMeds) throw options.refuseMeds(folder!);
    return importMeds(folder!, store, options);
  }
}

async function isMeds(folder: string, store: string, { memory, threads, signal }: ImportOptions): Promise<boolean> {
  if (!isFolder(folder)) return false;
  const db = await openDatabase({
    folders: [folder],
    tempFolder: join(store, ".temp"),
    signal,
    ...(memory === undefined ? {} : { memory }),
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    return (await readMeds(db, folder)) !== undefined;
  } finally {
    db.close();
  }
}
