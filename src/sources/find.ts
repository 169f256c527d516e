// Finds the tables of known data sets in the folders a user names, by file names and columns. Reads headers only.
import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { BedsideError } from "../core/errors.ts";
import { groupBy } from "../core/group.ts";
import { type Database, explainFailure, isFolder } from "../store/index.ts";
import { sourceCatalog } from "./catalog.ts";
import { checkDistinct, fits, matchColumns, wrongColumns } from "./columns.ts";
import { type FileFormat, readHeader } from "./header.ts";
import { isStore } from "./journal.ts";
import type { SourceSpec, TableSpec } from "./source.ts";

/** A file that holds a table. */
export interface FoundTable {
  source: SourceSpec;
  spec: TableSpec;
  path: string;
  /** Its path inside the folder the user named. */
  inside: string;
  format: FileFormat;
  bytes: number;
  modifiedMs: number;
  /** The folder of the release: the one that holds the module folders. */
  release: string;
  /** Column names as the file has them. */
  header: string[];
  /** Name of the module folder it lies in, or empty. */
  module: string;
}

interface Candidate extends Omit<FoundTable, "source" | "spec" | "header"> {
  table: string;
}

const ENDINGS: readonly [string, FileFormat][] = [
  [".csv.gz", "csv.gz"],
  [".csv", "csv"],
  [".parquet", "parquet"],
];
/** Where a table lies in several forms, this one is taken. */
const PREFERENCE: readonly FileFormat[] = ["parquet", "csv.gz", "csv"];
/** How deep tables may lie below the folder named: `release/hosp/patients.csv.gz`. */
const DEPTH = 3;
/** Folders of waveforms hold a file or two each, by the hundred thousand: `files/p1000` of MIMIC-IV-ECG, PTB-XL's two rates. */
const WAVEFORMS = /^(p\d{4}|records(100|500))$/;
/** How far they are looked for to say where they may be: a wrong folder may be a whole disk. */
const ADVICE = { deepest: 8, most: 20_000, lenient: true };

/**
 * The tables found in the folders.
 * @throws BedsideError when a folder is not there, holds no known table, or two files hold the same table.
 */
export async function findTables(db: Database, folders: readonly string[]): Promise<FoundTable[]> {
  const found: FoundTable[] = [];
  const seen = new Set<string>();
  // a folder may be given beside one that holds it
  const isNew = (path: string) => seen.size < seen.add(realpathSync(path)).size;
  for (const folder of folders) {
    checkFolder(folder);
    const candidates = preferred(listFiles(folder));
    const releases = groupBy(candidates, ({ release }) => release);
    const here: FoundTable[] = [];
    for (const files of releases.values()) here.push(...(await identify(db, files)));
    if (here.length === 0) throw nothingFound(folder);
    found.push(...here.filter(({ path }) => isNew(path)));
  }
  checkUnique(found);
  return found.sort((a, b) => placeOf(a) - placeOf(b));
}

/** The folders in which the tables truly lie, links followed: the database must be allowed to open them. */
export function realFolders(folders: readonly string[]): string[] {
  const known = tableNames();
  const files = folders.filter(isFolder).flatMap((folder) => listFiles(folder));
  return [...new Set(files.filter(({ table }) => known.has(table)).map(({ path }) => dirname(realpathSync(path))))];
}

function tableNames(): Set<string> {
  return new Set(sourceCatalog().flatMap(({ tables }) => tables.map(({ table }) => table)));
}

/** The order of the catalogue. */
function placeOf({ source, spec }: FoundTable): number {
  const most = 1000;
  return sourceCatalog().indexOf(source) * most + source.tables.indexOf(spec);
}

const keyOf = ({ source, spec }: FoundTable) => `${source.id}/${spec.table}`;

function checkFolder(folder: string): void {
  if (isFolder(folder)) return;
  const isThere = statSync(folder, { throwIfNoEntry: false }) !== undefined;
  throw new BedsideError({
    code: "import/no-folder",
    what: isThere
      ? "The records must be given as a folder, but this is a file"
      : "The folder with the records does not exist",
    where: folder,
    why: isThere ? undefined : "nothing has this name",
    fix: isThere ? `use --data ${dirname(folder)}` : "check the path given with --data",
  });
}

/** The names of the folders in which a data set's releases keep their tables. */
function modulesOf({ tables }: SourceSpec): Set<string> {
  return new Set(tables.flatMap(({ module, otherModules }) => [module, ...(otherModules ?? [])]).filter(Boolean));
}

/** Files by their ending; `lenient` passes over folders that may not be opened, and looks at `most` entries. */
function listFiles(
  folder: string,
  { deepest = DEPTH, most = Number.POSITIVE_INFINITY, lenient = false } = {},
): Candidate[] {
  const modules = new Set(sourceCatalog().flatMap((source) => [...modulesOf(source)]));
  const files: Candidate[] = [];
  let looked = 0;
  const walk = (path: string, depth: number) => {
    let entries: ReturnType<typeof readEntries>;
    try {
      entries = readEntries(path);
    } catch (cause) {
      if (lenient) return;
      throw explainFailure(cause, path);
    }
    for (const entry of entries) {
      if (++looked > most) return;
      const full = join(path, entry.name);
      const ending = ENDINGS.find(([text]) => entry.name.toLowerCase().endsWith(text));
      if (!ending && entry.isFile()) continue;
      const stat = statOf(full);
      if (stat?.isDirectory() && depth < deepest && !entry.name.startsWith(".") && !WAVEFORMS.test(entry.name)) {
        // a store that lies among the records was made from them
        if (!isStore(full)) walk(full, depth + 1);
      }
      if (!ending || !stat?.isFile()) continue;
      const parent = dirname(resolve(full));
      const module = modules.has(basename(parent).toLowerCase()) ? basename(parent).toLowerCase() : "";
      files.push({
        table: entry.name.slice(0, -ending[0].length).toLowerCase(),
        release: module ? dirname(parent) : parent,
        path: full,
        inside: relative(folder, full).split(sep).join("/"),
        format: ending[1],
        bytes: stat.size,
        modifiedMs: stat.mtimeMs,
        module,
      });
    }
  };
  walk(folder, 0);
  return files;
}

/** What a name leads to, if anything that may be looked at. */
function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function readEntries(path: string) {
  return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One file for each table of a folder: the compressed one where the unpacked one lies beside it. */
function preferred(files: Candidate[]): Candidate[] {
  const groups = groupBy(files, ({ path, table }) => `${dirname(path)}\n${table}`);
  return [...groups.values()].map(
    (same) => same.sort((a, b) => PREFERENCE.indexOf(a.format) - PREFERENCE.indexOf(b.format))[0]!,
  );
}

/** Tells the data sets of a release: each file goes to the data set whose columns it has, else to the release's. */
async function identify(db: Database, files: Candidate[]): Promise<FoundTable[]> {
  const known = tableNames();
  const opened: { file: Candidate; header: string[]; options: { source: SourceSpec; spec: TableSpec }[] }[] = [];
  for (const file of files) {
    if (!known.has(file.table)) continue;
    const header = await readHeader(db, file.path, file.format);
    checkDistinct(file.path, header);
    const options = sourceCatalog().flatMap((source) =>
      source.tables.filter(({ table }) => table === file.table).map((spec) => ({ source, spec })),
    );
    opened.push({ file, header, options });
  }
  const votes = new Map<SourceSpec, number>();
  for (const { header, options } of opened) {
    for (const { source, spec } of options) {
      if (fits(spec, header)) votes.set(source, (votes.get(source) ?? 0) + 1);
    }
  }
  return opened.map(({ file, header, options }) => {
    const byVotes = [...options].sort((a, b) => (votes.get(b.source) ?? 0) - (votes.get(a.source) ?? 0));
    const best = byVotes[0]!;
    if (!fits(best.spec, header)) throw wrongColumns(file.path, best, header, matchColumns(best.spec, header));
    checkModule(file, best.source);
    const { table: _, ...rest } = file;
    return { ...rest, ...best, header };
  });
}

/** @throws BedsideError when a table lies in a folder of another data set, as triage of MIMIC-IV-ED in icu/. */
function checkModule({ module, path, table }: Candidate, source: SourceSpec): void {
  if (!module || modulesOf(source).has(module)) return;
  const owner = sourceCatalog().find((other) => modulesOf(other).has(module))!;
  throw new BedsideError({
    code: "import/other-table",
    what: `The file holds ${table} of ${source.title}, but lies in a folder of ${owner.title}`,
    where: path,
    why: `its columns are those of ${source.title}, which has no folder ${module}/`,
    fix: `keep ${source.title} in a folder of its own, and give both with --data A --data B`,
  });
}

function nothingFound(folder: string): BedsideError {
  const wanted = sourceCatalog().map(({ title, tables }) => {
    const places = tables.map(({ module, table }) => (module ? `${module}/${table}` : table.toUpperCase()));
    return `${title} (${places.slice(0, 2).join(", ")}, … ${places.length} tables)`;
  });
  const known = tableNames();
  const deeper = listFiles(folder, ADVICE).filter(({ table }) => known.has(table));
  const releases = [...new Set(deeper.map(({ release }) => release))].slice(0, 3);
  return new BedsideError({
    code: "import/no-tables",
    what: "No table of a known data set was found in this folder",
    where: folder,
    why: `of its ${readdirSync(folder).length} entries none is, and none holds, a csv, csv.gz or Parquet file of ${wanted.join(", ")}`,
    fix: releases.length
      ? `tables lie deeper: use ${releases.map((path) => `--data ${path}`).join(" or ")}`
      : "name the folder of the release, the one that holds hosp/ and icu/ (MIMIC-IV), ed/ (MIMIC-IV-ED), ADMISSIONS.csv.gz (MIMIC-III), record_list.csv (MIMIC-IV-ECG) or ptbxl_database.csv (PTB-XL)",
  });
}

function checkUnique(found: readonly FoundTable[]): void {
  for (const files of groupBy(found, keyOf).values()) {
    if (files.length < 2) continue;
    throw new BedsideError({
      code: "import/table-twice",
      what: `The table ${files[0]!.spec.table} of ${files[0]!.source.title} was found twice`,
      where: files.map(({ path }) => path).join(" and "),
      why: "a store holds one release of a data set",
      fix: "give one of the folders only, and another --out for the other",
    });
  }
}
