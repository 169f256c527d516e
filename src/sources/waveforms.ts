// Where the waveforms of a store's records lie: they stay in the release's folder, and the store remembers it. Opens no waveform.
import { dirname, join, resolve } from "node:path";
import { readJson, writeJson } from "../store/index.ts";
import type { FoundTable } from "./find.ts";

/** The table that lists the waveforms, for each data set that has any. */
export const WAVEFORM_LISTS: Readonly<Record<string, string>> = {
  "mimic-iv-ecg": "record_list",
  "ptb-xl": "ptbxl_database",
};

const NAME = "waveforms.json";

interface Note {
  schema: 1;
  /** The folder that the list's paths begin in. */
  folder: string;
}

/** Writes down where the lists were found. No part of the store's fingerprint: the same records may lie elsewhere. */
export async function noteWaveforms(store: string, tables: readonly FoundTable[]): Promise<void> {
  for (const { source, spec, path } of tables) {
    if (WAVEFORM_LISTS[source.id] !== spec.table) continue;
    const note: Note = { schema: 1, folder: dirname(resolve(path)) };
    if (notedFolder(store, source.id) !== note.folder) await writeJson(join(store, source.id, NAME), note);
  }
}

/** The folder written down, if any. */
export function notedFolder(store: string, source: string): string | undefined {
  try {
    return readJson<Note>(join(store, source, NAME))?.folder;
  } catch {
    return undefined; // an older store, or a damaged note
  }
}
