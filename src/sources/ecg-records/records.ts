// The recordings of MIMIC-IV-ECG or PTB-XL by number, each opened when asked for. Knows no signal processing.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, normalize } from "node:path";
import { BedsideError, Stopped } from "../../core/errors.ts";
import {
  type Database,
  identifier,
  isFolder,
  openDatabase,
  openRecordStore,
  type RecordStore,
  type Sql,
  schemaOf,
  sql,
} from "../../store/index.ts";
import { matchColumns } from "../columns.ts";
import { reader } from "../convert.ts";
import { findTables, realFolders } from "../find.ts";
import { notedFolder, WAVEFORM_LISTS } from "../waveforms.ts";
import { type EcgFile, openEcgFile } from "./file.ts";

export type EcgSource = "mimic-iv-ecg" | "ptb-xl";

export interface OpenEcgOptions {
  /** Which data set, where a store or folder has both. */
  source?: EcgSource;
  /** The folder with the waveforms, where it is not where the import found it: the one that holds `files/` or `records500/`. */
  waveforms?: string;
  /** PTB-XL has each record twice. Default 500. */
  rateHz?: 100 | 500;
  signal?: AbortSignal | undefined;
}

/** One of the recordings. */
export interface EcgEntry {
  index: number;
  /** Study id, or PTB-XL's ecg_id. */
  id: number;
  subjectId: number;
  file: EcgFile;
}

/** What could not be read, by count. */
export interface EcgFaults {
  /** Recordings of which a file is not there. */
  missing: number;
  /** Recordings whose header cannot be read. */
  unreadable: number;
}

/** The recordings of a data set, in order of patient and time. Numbers as typed arrays: 800,000 take some 20 MB. */
export interface EcgRecords {
  source: EcgSource;
  /** Where the waveforms lie. */
  folder: string;
  count: number;
  ids: Float64Array;
  subjectIds: Float64Array;
  /** Seconds since 1970 on the cart's own clock; NaN where not noted. */
  times: Float64Array;
  /** PTB-XL's ten folds. */
  folds?: Uint8Array;
  /** The record's path inside the folder, without ending. */
  pathOf(index: number): string;
  /** The place of a study, or undefined. */
  indexOf(id: number): number | undefined;
  /** @throws BedsideError `ecg/missing-file`, `wfdb/invalid` */
  open(index: number): EcgFile;
  /**
   * The recordings one after the other, all or those at the places given. What is missing or unreadable is left out and
   * counted in `faults`.
   */
  stream(places?: ArrayLike<number>): Generator<EcgEntry>;
  /** Counted so far by `stream`. */
  faults: EcgFaults;
}

interface ListRow {
  ids: Float64Array;
  subjectIds: Float64Array;
  times: Float64Array;
  folds?: Uint8Array;
  /** Paths that are not where the numbers say. */
  odd: Map<number, string>;
}

/** The path that the numbers of a recording lead to. */
const USUAL_PATH: Record<EcgSource, (id: number, subject: number, rateHz: number) => string> = {
  "mimic-iv-ecg": (id, subject) => `files/p${String(subject).slice(0, 4)}/p${subject}/s${id}/${id}`,
  "ptb-xl": (id, _, rateHz) => {
    const thousand = String(1000 * Math.floor(id / 1000)).padStart(5, "0");
    return `records${rateHz}/${thousand}/${String(id).padStart(5, "0")}_${rateHz === 500 ? "hr" : "lr"}`;
  },
};

/**
 * Opens the recordings of an imported store, or of a release's folder.
 * @throws BedsideError `ecg/no-records`, `ecg/no-waveforms`, and what reading the tables throws.
 * @example (await openEcgRecords("store")).open(0).window(0, 5000)
 */
export async function openEcgRecords(place: string | RecordStore, options: OpenEcgOptions = {}): Promise<EcgRecords> {
  if (typeof place !== "string") return fromStore(place, options);
  const tempFolder = mkdtempSync(join(tmpdir(), "bedside-ecg-"));
  try {
    if (isFolder(place) && isImported(place)) {
      const store = await openRecordStore(place, { tempFolder });
      try {
        return await fromStore(store, options);
      } finally {
        store.close();
      }
    }
    return await fromRelease(place, options, tempFolder);
  } finally {
    rmSync(tempFolder, { recursive: true, force: true });
  }
}

function isImported(folder: string): boolean {
  return Object.keys(WAVEFORM_LISTS).some((source) => notedFolder(folder, source) !== undefined);
}

async function fromStore(store: RecordStore, options: OpenEcgOptions): Promise<EcgRecords> {
  const there = Object.entries(WAVEFORM_LISTS).filter(([id, table]) => store.has(id, table));
  const source = choose(
    there.map(([id]) => id as EcgSource),
    options,
    store.folder,
  );
  const list = identifier(schemaOf(source), WAVEFORM_LISTS[source]!);
  const folder = options.waveforms ?? notedFolder(store.folder, source);
  return assemble(source, await readList(store.db, source, list, options), folder, options, store.folder);
}

async function fromRelease(place: string, options: OpenEcgOptions, tempFolder: string): Promise<EcgRecords> {
  const folders = isFolder(place) ? [place, ...realFolders([place])] : [];
  const db = await openDatabase({ folders, tempFolder, threads: 1, signal: options.signal });
  try {
    const found = (await findTables(db, [place])).filter(
      ({ source, spec }) => WAVEFORM_LISTS[source.id] === spec.table,
    );
    const source = choose(
      found.map((table) => table.source.id as EcgSource),
      options,
      place,
    );
    const table = found.find((one) => one.source.id === source)!;
    // the file's names for the columns may differ
    const { byColumn } = matchColumns(table.spec, table.header);
    const names = [...byColumn].filter(([, given]) => given !== undefined);
    const columns = names.map(([column, given]) => sql`${identifier(given!)} as ${identifier(column.name)}`);
    const list = sql`(select ${joined(columns)} from ${reader(table)})`;
    const folder = options.waveforms ?? join(table.path, "..");
    return assemble(source, await readList(db, source, list, options), folder, options, place);
  } finally {
    db.close();
  }
}

const joined = (pieces: readonly Sql[]) => pieces.reduce((all, piece) => sql`${all}, ${piece}`);

function choose(there: readonly EcgSource[], { source }: OpenEcgOptions, where: string): EcgSource {
  const fitting = source ? there.filter((id) => id === source) : there;
  if (fitting.length === 1) return fitting[0]!;
  throw new BedsideError({
    code: "ecg/no-records",
    what: fitting.length ? "There are two data sets of electrocardiograms" : "There are no electrocardiograms",
    where,
    why: fitting.length ? there.join(", ") : "it has neither record_list (MIMIC-IV-ECG) nor ptbxl_database (PTB-XL)",
    fix: fitting.length ? "name one with source" : "give the folder of a release, or a store imported from one",
  });
}

async function readList(
  db: Database,
  source: EcgSource,
  list: Sql,
  { rateHz = 500 }: OpenEcgOptions,
): Promise<ListRow> {
  const isMimic = source === "mimic-iv-ecg";
  const columns = await db.columns(isMimic ? mimicList(list) : ptbList(list, rateHz));
  const ids = columns.numbers("id");
  const subjectIds = columns.numbers("subject_id");
  const paths = columns.texts("path");
  const odd = new Map<number, string>();
  paths.forEach((path, i) => {
    if (path !== null && path !== USUAL_PATH[source](ids[i]!, subjectIds[i]!, rateHz)) odd.set(i, path);
  });
  return {
    ids,
    subjectIds,
    times: columns.numbers("seconds"),
    odd,
    ...(isMimic ? {} : { folds: Uint8Array.from(columns.integers("fold")) }),
  };
}

/** MIMIC-IV-ECG's list by patient and time. Times are the cart's. */
function mimicList(list: Sql): Sql {
  return sql`
    select study_id::double as id, subject_id::double as subject_id, epoch(ecg_time)::double as seconds, path
    from ${list} order by subject_id, ecg_time, study_id`;
}

function ptbList(list: Sql, rateHz: number): Sql {
  return sql`
    select ecg_id::double as id, patient_id::double as subject_id, epoch(recording_date)::double as seconds,
      ${identifier(rateHz === 500 ? "filename_hr" : "filename_lr")} as path, coalesce(strat_fold, 0)::integer as fold
    from ${list} order by patient_id, recording_date, ecg_id`;
}

function assemble(
  source: EcgSource,
  list: ListRow,
  folder: string | undefined,
  { rateHz = 500, signal }: OpenEcgOptions,
  where: string,
): EcgRecords {
  if (!folder || !isFolder(folder)) {
    throw new BedsideError({
      code: "ecg/no-waveforms",
      what: "The folder with the waveforms is not there",
      where: folder ?? where,
      why: folder ? "the records were imported from it, and it has gone" : "the store does not say where they lie",
      fix: "name the folder that holds files/ (MIMIC-IV-ECG) or records500/ (PTB-XL) with waveforms",
    });
  }
  const { ids, subjectIds, odd } = list;
  const places = new Map<number, number>();
  const pathOf = (index: number) => odd.get(index) ?? USUAL_PATH[source](ids[index]!, subjectIds[index]!, rateHz);
  const open = (index: number) => {
    const path = normalize(pathOf(index));
    if (isAbsolute(path) || path.startsWith("..")) throw outside();
    return openEcgFile(join(folder, path));
  };
  const faults: EcgFaults = { missing: 0, unreadable: 0 };
  return {
    source,
    folder,
    count: ids.length,
    ids,
    subjectIds,
    times: list.times,
    ...(list.folds ? { folds: list.folds } : {}),
    pathOf,
    open,
    faults,
    indexOf(id) {
      for (let i = places.size; i < ids.length; i++) places.set(ids[i]!, i);
      return places.get(id);
    },
    *stream(chosen) {
      const count = chosen?.length ?? ids.length;
      for (let k = 0; k < count; k++) {
        if (signal?.aborted) throw new Stopped();
        const index = chosen ? chosen[k]! : k;
        let file: EcgFile;
        try {
          file = open(index);
          // a header may be there without its samples
          file.window(0, 1);
        } catch (cause) {
          if (!(cause instanceof BedsideError)) throw cause;
          if (cause.problem.code === "ecg/missing-file") faults.missing++;
          else faults.unreadable++;
          continue;
        }
        yield { index, id: ids[index]!, subjectId: subjectIds[index]!, file };
      }
    },
  };
}

function outside(): BedsideError {
  return new BedsideError({
    code: "ecg/outside",
    what: "The list names a recording outside its folder",
    why: "a path in it is absolute or leads upwards",
    fix: "take the list as released",
  });
}
