// The synthetic hospital: patients that never were, in MIMIC-IV's files, with the true risk of every outcome apart.
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { BedsideError, Stopped } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import { randomStream } from "../../core/random.ts";
import { explainFailure, isFolder, makeFolder, readJson, writeJson } from "../../store/index.ts";
import { sourceCatalog } from "../catalog.ts";
import type { ColumnSpec } from "../source.ts";
import { Chart } from "./chart.ts";
import { writeDictionaries } from "./dictionaries.ts";
import { writeEdVisit } from "./emergency.ts";
import { Compressor } from "./gzip.ts";
import { writeAdmission, writeOutpatient, writePatient } from "./hospital.ts";
import { writeIcuStay } from "./icu.ts";
import { writeAdmissionLabs, writeVisitLabs } from "./labs.ts";
import { writeOrders } from "./orders.ts";
import { asParquet } from "./parquet.ts";
import { drawPerson } from "./person.ts";
import { newCounters, type Scribe, type Tables } from "./scribe.ts";
import { drawStory, type Story } from "./story.ts";
import { Support } from "./support.ts";
import { TableFile } from "./table-file.ts";
import { TRUTH_TABLES, writeTruth } from "./truth.ts";

export type SyntheticModule = "hosp" | "icu" | "ed";
export type SyntheticFormat = "csv.gz" | "parquet";

export interface SynthesizeOptions {
  patients: number;
  /** The same seed gives the same bytes; patient i is the same whatever the number of patients. */
  seed: number;
  /** Folder to make. */
  out: string;
  /** Default all three. */
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
  modules: SyntheticModule[];
  format: SyntheticFormat;
  rows: Record<string, number>;
}

/** Rises when the same seed gives other bytes. */
const GENERATOR = 1;
const VERSION = `3.1 synthetic ${GENERATOR}`;
const NOTE = "SYNTHETIC.json";
const PARTS = ".bedside-part";
/** Fast; the files are read once. */
const LEVEL = 1;
const REPORT_EVERY = 20;

/**
 * Makes a synthetic hospital. A folder that already holds the same hospital is left as it is.
 * @throws BedsideError when the folder holds other things or cannot be written; Stopped, and then nothing is left.
 */
export async function synthesize(options: SynthesizeOptions): Promise<SyntheticNote> {
  const { patients, seed, out, modules = ["hosp", "icu", "ed"], format = "csv.gz", progress, signal } = options;
  const wanted = (["hosp", "icu", "ed"] as const).filter((module) => modules.includes(module));
  const made = findHospital(out, { patients, seed, modules: wanted, format });
  if (made) {
    progress.say(`The synthetic hospital is there already: ${out}`);
    return made;
  }
  const wasThere = isFolder(out);
  const parts = join(out, PARTS);
  try {
    rmSync(parts, { recursive: true, force: true });
    makeFolder(parts);
  } catch (cause) {
    throw explainFailure(cause, out);
  }
  try {
    const rows = await writeAll({ patients, seed, modules: wanted, parts, progress, signal });
    if (format === "parquet") await asParquet(parts, { progress, signal });
    const note: SyntheticNote = { schema: 1, version: VERSION, patients, seed, modules: wanted, format, rows };
    for (const name of readdirSync(parts)) {
      renameSync(join(parts, name), join(out, name));
    }
    await writeJson(join(out, NOTE), note);
    return note;
  } catch (cause) {
    throw explainFailure(cause, out);
  } finally {
    rmSync(parts, { recursive: true, force: true });
    if (!wasThere && isFolder(out) && readdirSync(out).length === 0) rmSync(out, { recursive: true });
  }
}

/** The same hospital, made before; undefined for an empty folder; an error for anything else. */
function findHospital(
  out: string,
  asked: Pick<SyntheticNote, "patients" | "seed" | "modules" | "format">,
): SyntheticNote | undefined {
  if (!existsSync(out)) return undefined;
  let names: string[];
  try {
    names = readdirSync(out).filter((name) => name !== PARTS);
  } catch (cause) {
    throw explainFailure(cause, out);
  }
  if (names.length === 0) return undefined;
  let note: SyntheticNote | undefined;
  try {
    note = readJson<SyntheticNote>(join(out, NOTE));
  } catch {
    // a damaged note is no note
  }
  const { patients, seed, modules, format } = asked;
  const same =
    note &&
    JSON.stringify([note.version, note.patients, note.seed, note.modules, note.format]) ===
      JSON.stringify([VERSION, patients, seed, modules, format]);
  if (same) return note;
  throw new BedsideError({
    code: "synthetic/output-taken",
    what: note
      ? "The folder holds another synthetic hospital"
      : "The folder of the synthetic hospital holds other things",
    where: out,
    why: note
      ? `it has ${note.patients} patients of seed ${note.seed}, ${note.modules.join(",")}, ${note.format}, version ${note.version}`
      : `it has no ${NOTE}`,
    fix: "choose an empty or new folder with --out",
  });
}

interface Writing {
  patients: number;
  seed: number;
  modules: readonly SyntheticModule[];
  parts: string;
  progress: Progress;
  signal: AbortSignal | undefined;
}

async function writeAll({
  patients,
  seed,
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
      writePatientStory(scribe, seed, index);
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
  for (const { name, columns } of TRUTH_TABLES) open("truth", name, columns);
  return tables;
}

/** One patient, from streams of its own: nothing here depends on any other patient. */
function writePatientStory(scribe: Scribe, seed: number, index: number): void {
  const stream = randomStream(seed, "patient", index);
  const person = drawPerson(stream, index);
  const story = drawStory(stream, person);
  const own = (what: string) => randomStream(seed, what, index);
  writePatient(scribe, story);
  writeOutpatient(scribe, own("outpatient"), person);
  writeVisits(scribe, story, own);
  const labs = own("labs");
  const hospital = own("hospital");
  for (const admission of story.admissions) {
    writeAdmission(scribe, hospital, person, admission);
    writeAdmissionLabs(scribe, labs, person, admission);
  }
  writeOrders(scribe, own("orders"), person, story.admissions);
  writeUnits(scribe, story, own("units"), own("chart"));
  writeTruth(scribe, story);
}

function writeVisits(scribe: Scribe, story: Story, own: (what: string) => ReturnType<typeof randomStream>): void {
  const stream = own("emergency");
  for (const visit of story.edVisits) {
    writeEdVisit(scribe, stream, story, visit);
    if (visit.disposition !== "ADMITTED")
      writeVisitLabs(scribe, stream, story.person, visit.start + 2400, visit.illness.levels);
  }
}

function writeUnits(
  scribe: Scribe,
  { person, admissions }: Story,
  stream: ReturnType<typeof randomStream>,
  chart: ReturnType<typeof randomStream>,
): void {
  for (const { hadmId, problem, parts } of admissions) {
    for (const { icu } of parts) {
      if (!icu) continue;
      const support = new Support(stream, icu, problem);
      writeIcuStay({ scribe, stream, person, hadmId, stay: icu, support, problem });
      const chartevents = scribe.tables["chartevents"];
      if (chartevents) new Chart(chartevents.bytes, chart, person, hadmId, icu, support).write();
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
