// The synthetic hospital: patients that never were, in MIMIC-IV's files, with the true risk of every outcome apart.
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { BedsideError, Stopped } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import { randomStream } from "../../core/random.ts";
import { explainFailure, isFolder, lockFolder, makeFolder, readJson, writeJson } from "../../store/index.ts";
import { sourceCatalog } from "../catalog.ts";
import type { ColumnSpec } from "../source.ts";
import { Chart } from "./chart.ts";
import { writeDictionaries } from "./dictionaries.ts";
import { ECG_TRUTH_TABLES, unpackLists, writeEcgs } from "./ecg/write.ts";
import { writeEdVisit } from "./emergency.ts";
import { Compressor } from "./gzip.ts";
import { writeAdmission, writeOutpatient, writePatient } from "./hospital.ts";
import { writeIcuStay } from "./icu.ts";
import { writeAdmissionLabs, writeVisitLabs } from "./labs.ts";
import { writeOrders } from "./orders.ts";
import { asParquet } from "./parquet.ts";
import { drawPerson } from "./person.ts";
import { WAYS } from "./presenting.ts";
import { newCounters, type Scribe, type Tables } from "./scribe.ts";
import { drawStory, MIXES, type Mix, type Story } from "./story.ts";
import { TableFile } from "./table-file.ts";
import { TRUTH_TABLES, writeTruth } from "./truth.ts";
import { drawUnitCourses, type UnitCourses } from "./unit-course.ts";

const MODULES = ["hosp", "icu", "ed", "ecg"] as const;
export type SyntheticModule = (typeof MODULES)[number];
export type SyntheticFormat = "csv.gz" | "parquet";
export type { Mix as SyntheticMix } from "./story.ts";

export interface SynthesizeOptions {
  patients: number;
  /** The same seed gives the same bytes; patient i is the same whatever the number of patients. */
  seed: number;
  /** Folder to make. */
  out: string;
  /** Whom the hospital looks after: `general` (default), or `icu`, where every patient has been in intensive care. */
  mix?: Mix;
  /** Default hosp, icu and ed; `ecg` adds recordings, some 120 kB each. */
  modules?: readonly SyntheticModule[];
  /** Default `csv.gz`. */
  format?: SyntheticFormat;
  progress: Progress;
  signal?: AbortSignal | undefined;
}

/** SYNTHETIC.json: what made the folder, and its rows. */
export interface SyntheticNote {
  schema: 1;
  version: string;
  patients: number;
  seed: number;
  mix: Mix;
  modules: SyntheticModule[];
  format: SyntheticFormat;
  rows: Record<string, number>;
}

/** Rises when the same seed gives other bytes. */
const GENERATOR = 6;
const VERSION = `3.1 synthetic ${GENERATOR}`;
const NOTE = "SYNTHETIC.json";
/** How the names of a folder's files begin that are ours alone: parts, lock. */
const OURS = ".bedside";
const PARTS = `${OURS}-part`;
/** So that every id stays a 32-bit number and apart from the others. */
const MOST_PATIENTS = 2_000_000;
/** Fast; the files are read once. */
const LEVEL = 1;
const REPORT_EVERY = 20;

/**
 * Makes a synthetic hospital. A folder that already holds the same hospital is left as it is.
 * @throws BedsideError when the folder holds other things or cannot be written; Stopped, and then nothing is left.
 */
export async function synthesize(options: SynthesizeOptions): Promise<SyntheticNote> {
  const { patients, seed, out, mix = "general", format = "csv.gz", progress, signal } = options;
  const { modules = ["hosp", "icu", "ed"] } = options;
  const wanted = MODULES.filter((module) => modules.includes(module));
  checkArguments(options, wanted);
  const asked: Asked = { patients, seed, mix, modules: wanted, format };
  const there = readNote(out);
  if (there && isSame(there, asked)) return alreadyThere(there, out, progress);
  const wasThere = isFolder(out);
  const release = lockFolder(out);
  const parts = join(out, PARTS);
  try {
    const made = findHospital(out, asked);
    if (made) return alreadyThere(made, out, progress);
    rmSync(parts, { recursive: true, force: true });
    makeFolder(parts);
    const rows = await writeAll({ patients, seed, mix, modules: wanted, parts, progress, signal });
    if (format === "parquet") await asParquet(parts, { progress, signal });
    else if (wanted.includes("ecg")) await unpackLists(join(parts, "ecg"));
    const note: SyntheticNote = { schema: 1, version: VERSION, ...asked, rows };
    await writeJson(join(parts, NOTE), note);
    moveIn(parts, out);
    return note;
  } catch (cause) {
    // what is finished but for being moved stays for the next call
    if (!readNote(parts)) rmSync(parts, { recursive: true, force: true });
    throw explainFailure(cause, out);
  } finally {
    release();
    if (!wasThere && isFolder(out) && readdirSync(out).length === 0) rmSync(out, { recursive: true });
  }
}

function alreadyThere(note: SyntheticNote, out: string, progress: Progress): SyntheticNote {
  progress.say(`The synthetic hospital is there already: ${out}`);
  return note;
}

/** Moves a finished hospital to its place, the note last: a folder with the note is whole. */
function moveIn(parts: string, out: string): void {
  const names = readdirSync(parts).filter((name) => name !== NOTE && !name.startsWith("."));
  for (const name of [...names, NOTE]) renameSync(join(parts, name), join(out, name));
  rmSync(parts, { recursive: true, force: true });
}

function checkArguments(
  { patients, seed, mix = "general" }: SynthesizeOptions,
  modules: readonly SyntheticModule[],
): void {
  const wrong = !(Number.isSafeInteger(patients) && patients >= 1 && patients <= MOST_PATIENTS)
    ? `patients must be a whole number from 1 to ${MOST_PATIENTS}`
    : !(Number.isSafeInteger(seed) && seed >= 0)
      ? "seed must be a whole number, 0 or more"
      : !MIXES.includes(mix)
        ? `mix must be one of ${MIXES.join(", ")}`
        : modules.length === 0
          ? `modules must name at least one of ${MODULES.join(", ")}`
          : undefined;
  if (wrong) throw new BedsideError({ code: "synthetic/arguments", what: wrong, fix: "change the argument" });
}

type Asked = Pick<SyntheticNote, "patients" | "seed" | "mix" | "modules" | "format">;

/**
 * The same hospital, made before; undefined for a folder with nothing in it; an error for anything else. One that was
 * finished but stopped while it was moved to its place is moved now.
 */
function findHospital(out: string, asked: Asked): SyntheticNote | undefined {
  const parts = join(out, PARTS);
  const finished = readNote(parts);
  if (finished && isSame(finished, asked)) {
    moveIn(parts, out);
    return finished;
  }
  if (readdirSync(out).every((name) => name.startsWith(OURS))) return undefined;
  const note = readNote(out);
  if (note && isSame(note, asked)) return note;
  throw new BedsideError({
    code: "synthetic/output-taken",
    what: note
      ? "The folder holds another synthetic hospital"
      : "The folder of the synthetic hospital holds other things",
    where: out,
    why: note
      ? `it has ${note.patients} patients of seed ${note.seed}, mix ${note.mix}, ${note.modules.join(",")}, ${note.format}, version ${note.version}`
      : `it has no ${NOTE}`,
    fix: "choose an empty or new folder with --out",
  });
}

function readNote(folder: string): SyntheticNote | undefined {
  try {
    return readJson<SyntheticNote>(join(folder, NOTE));
  } catch {
    return undefined; // a missing or damaged note is no note
  }
}

function isSame(note: SyntheticNote, { patients, seed, mix, modules, format }: Asked): boolean {
  return (
    JSON.stringify([note.version, note.patients, note.seed, note.mix, note.modules, note.format]) ===
    JSON.stringify([VERSION, patients, seed, mix, modules, format])
  );
}

interface Writing {
  patients: number;
  seed: number;
  mix: Mix;
  modules: readonly SyntheticModule[];
  parts: string;
  progress: Progress;
  signal: AbortSignal | undefined;
}

async function writeAll({
  patients,
  seed,
  mix,
  modules,
  parts,
  progress,
  signal,
}: Writing): Promise<Record<string, number>> {
  const compressor = new Compressor();
  const tables = openTables(parts, modules, compressor);
  const all = Object.values(tables) as TableFile[];
  try {
    const scribe: Scribe = { tables, counters: newCounters() };
    writeDictionaries(tables);
    progress.begin("Synthetic hospital", patients);
    for (let index = 0; index < patients; index++) {
      const story = writePatientStory(scribe, { seed, mix }, index);
      if (modules.includes("ecg")) writeEcgs({ tables, folder: join(parts, "ecg"), seed }, story);
      if (index % REPORT_EVERY !== 0) continue;
      if (signal?.aborted) throw new Stopped();
      progress.at(index, "patients");
      await compressor.room();
      await new Promise((resume) => setImmediate(resume));
    }
    for (const table of all) await table.finish();
    for (const folder of readdirSync(parts)) flush(join(parts, folder));
    const rows = Object.fromEntries(all.map((table) => [table.name, table.rows]));
    progress.end(
      `${patients.toLocaleString("en")} patients, ${(rows["icustays"] ?? 0).toLocaleString("en")} ICU stays, ${(rows["chartevents"] ?? 0).toLocaleString("en")} chart events`,
    );
    return rows;
  } catch (cause) {
    for (const table of all) await table.abandon();
    throw cause;
  }
}

function openTables(parts: string, modules: readonly SyntheticModule[], compressor: Compressor): Tables {
  const tables: Tables = {};
  const open = (folder: string, name: string, columns: readonly ColumnSpec[]) => {
    const path = join(parts, folder, `${name}.csv.gz`);
    makeFolder(dirname(path));
    tables[name] = new TableFile(name, path, columns, LEVEL, compressor);
  };
  for (const { tables: specs } of sourceCatalog().filter(({ id }) => id !== "mimic-iii")) {
    for (const { table, module, columns } of specs) {
      if ((modules as readonly string[]).includes(module)) open(module, table, columns);
    }
  }
  const truths = modules.includes("ecg") ? [...TRUTH_TABLES, ...ECG_TRUTH_TABLES] : TRUTH_TABLES;
  for (const { name, columns } of truths) open("truth", name, columns);
  return tables;
}

/** One patient, from streams of its own: nothing here depends on any other patient. */
function writePatientStory(scribe: Scribe, { seed, mix }: Pick<Writing, "seed" | "mix">, index: number): Story {
  const stream = randomStream(seed, "patient", index);
  const person = drawPerson(stream, index);
  const story = drawStory(stream, person, mix);
  const own = (what: string) => randomStream(seed, what, index);
  writePatient(scribe, story);
  writeOutpatient(scribe, own("outpatient"), story);
  writeVisits(scribe, story, own);
  const courses = drawUnitCourses(own("unit course"), story);
  const labs = own("labs");
  const hospital = own("hospital");
  for (const admission of story.admissions) {
    writeAdmission(scribe, hospital, person, admission, courses);
    writeAdmissionLabs(scribe, labs, person, admission, courses);
  }
  writeOrders(scribe, own("orders"), person, story.admissions);
  writeUnits(scribe, story, courses, { stream: own("units"), chart: own("chart") });
  writeTruth(scribe, story, courses);
  return story;
}

function writeVisits(scribe: Scribe, story: Story, own: (what: string) => ReturnType<typeof randomStream>): void {
  const stream = own("emergency");
  const course = own("emergency course");
  for (const visit of story.edVisits) {
    writeEdVisit(scribe, { stream, course }, story, visit);
    if (visit.way === WAYS.home) writeVisitLabs(scribe, stream, story.person, visit.start + 2400, visit.illness.levels);
  }
}

function writeUnits(
  scribe: Scribe,
  { person, admissions }: Story,
  courses: UnitCourses,
  { stream, chart }: Record<"stream" | "chart", ReturnType<typeof randomStream>>,
): void {
  for (const { hadmId, problem, parts } of admissions) {
    for (const { icu } of parts) {
      if (!icu) continue;
      const { infection, support, signs, kidneys } = courses.get(icu.stayId)!;
      writeIcuStay({ scribe, stream, person, hadmId, stay: icu, support, kidneys, infection, problem });
      const chartevents = scribe.tables["chartevents"];
      if (chartevents) new Chart(chartevents.bytes, chart, { person, hadmId, stay: icu, support, signs }).write();
    }
  }
}

function flush(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
