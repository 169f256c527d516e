// Where a run's records come from: a store as it is, or folders imported into the run's own folder. Knows no data set.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type CohortTask, refusesMeds } from "../cohort/index.ts";
import { BedsideError } from "../core/errors.ts";
import type { Progress } from "../core/progress.ts";
import { importData } from "../sources/index.ts";
import { isFolder, openRecordStore, type RecordStore } from "../store/index.ts";
import { codeVersion } from "./version.ts";

/** What the machine lends to a run. */
export interface Resources {
  /** Memory the database may use, as `1GB`. */
  memory: string;
  threads: number;
  progress: Progress;
}

/** What the work needs of the records. */
export interface Needs {
  /** The task that reads tables, so that a data set of events alone is refused before it is imported. */
  task?: Pick<CohortTask, "id" | "tables"> | undefined;
  /** Further folders that may be read. */
  folders?: readonly string[] | undefined;
}

/**
 * Opens the records for work that writes to `out`: a store directly, raw folders through `out/store`, which is made or
 * brought up to date first.
 * @throws BedsideError for everything that is wrong with the folders.
 */
export async function openData(
  data: readonly string[],
  out: string,
  resources: Resources,
  { task, folders = [] }: Needs = {},
): Promise<RecordStore> {
  const { memory, threads, progress } = resources;
  const { signal } = progress;
  const stores = data.filter(isStore);
  if (stores.length > 0 && data.length > 1) {
    throw new BedsideError({
      code: "run/store-among-folders",
      what: "A store was given together with other folders",
      where: stores[0],
      why: "a store holds all its data sets already",
      fix: "give the store alone, or all the raw folders",
    });
  }
  const folder = stores[0] ?? join(out, "store");
  if (stores.length === 0) {
    const refuseMeds = task && ((given: string) => refusesMeds(task.id, task.tables, given));
    await importData(data, folder, { progress, memory, threads, signal, codeVersion: codeVersion(), refuseMeds });
  }
  return openRecordStore(folder, {
    memory,
    threads,
    signal,
    tempFolder: join(out, ".bedside-temp"),
    folders: [out, ...[...data, ...folders].filter((path) => path !== folder && isFolder(path))].map((path) =>
      resolve(path),
    ),
  });
}

function isStore(folder: string): boolean {
  return existsSync(join(folder, "store.json"));
}
