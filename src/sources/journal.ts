// Which tables of a store are done, and from which files: lets an import go on where it stopped. Knows no data set.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { readJson, type StoredTable, writeJson } from "../store/index.ts";

/** A finished table. */
export interface JournalEntry extends Omit<StoredTable, "declaredRows"> {
  /** When the input was last changed, in milliseconds. */
  modifiedMs: number;
  /** The columns read and how; another declaration makes the table again. */
  reading: string;
  /** Size of the Parquet file. */
  outputBytes: number;
}

interface JournalFile {
  schema: 1;
  tables: Record<string, JournalEntry>;
}

const NAME = ".import.json";

/** The journal of a store. */
export class Journal {
  private readonly path: string;
  private readonly store: string;
  private readonly content: JournalFile;
  private writing: Promise<void> = Promise.resolve();

  constructor(store: string) {
    this.store = store;
    this.path = join(store, NAME);
    this.content = readOrNew(this.path);
  }

  /** The finished table, if its file is still there as it was written. */
  find(key: string, reading: string): JournalEntry | undefined {
    const entry = this.content.tables[key];
    if (!entry || entry.reading !== reading) return undefined;
    const stat = statSync(join(this.store, entry.file), { throwIfNoEntry: false });
    return stat?.size === entry.outputBytes ? entry : undefined;
  }

  /** Marks the folder as a store that has been begun. */
  async begin(): Promise<void> {
    if (!existsSync(this.path)) await writeJson(this.path, this.content);
  }

  /** Keeps a finished table. */
  async keep(key: string, entry: JournalEntry): Promise<void> {
    this.content.tables[key] = entry;
    // two tables may end at the same moment: one writes after the other
    this.writing = this.writing.then(() => writeJson(this.path, this.content));
    await this.writing;
  }
}

/** Whether a folder has been begun as a store. */
export function hasJournal(store: string): boolean {
  return existsSync(join(store, NAME));
}

/** Whether a folder is a store, finished or begun. */
export function isStore(folder: string): boolean {
  return hasJournal(folder) || existsSync(join(folder, "store.json"));
}

function readOrNew(path: string): JournalFile {
  try {
    const content = readJson<JournalFile>(path);
    if (content?.schema === 1) return content;
  } catch {
    // a damaged journal costs a new import, nothing else
  }
  return { schema: 1, tables: {} };
}
