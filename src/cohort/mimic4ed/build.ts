// Writes the emergency benchmark's data set and the cohort of one of its tasks. Knows no rule of either.
import { join as joinPath } from "node:path";
import type { Mode } from "../../concepts/mode.ts";
import { BedsideError, Stopped } from "../../core/errors.ts";
import { type Progress, silent } from "../../core/progress.ts";
import { identifier, join, literal, type RecordStore, type Sql, sql, writeJson } from "../../store/index.ts";
import { type Attrition, printFunnel } from "../attrition.ts";
import { type Cohort, type CohortDescription, cohortFiles, placed } from "../cohort.ts";
import { type CohortTable, dropTables, removeOldDescription, writeTables } from "../files.ts";
import { isMedsOnly, refusesMeds } from "../meds-only.ts";
import { codesQuery, vitalsQuery } from "./inputs.ts";
import { masterSteps, writeMaster } from "./master.ts";
import { predictors } from "./predictors.ts";
import { rulesOf } from "./rules.ts";
import { scoreModels } from "./scores.ts";
import { countExclusions, visitsQuery } from "./select.ts";
import { type EdTask, type EdTaskId, findEdTask } from "./tasks.ts";

export interface EdBuildOptions {
  mode: Mode;
  /** Folder for the cohort; the database must be allowed to read and write there. */
  out: string;
  progress?: Progress | undefined;
  /** Default: the progress's own. */
  signal?: AbortSignal | undefined;
}

/**
 * Files beside those of every cohort: all visits as recorded, the cohort's visits as models and scores see them, codes of
 * earlier stays, vital signs as charted (none where the prediction is made at triage).
 */
export const edFiles = {
  master: "master.parquet",
  visits: "visits.parquet",
  codes: "codes.parquet",
  vitals: "vitals.parquet",
} as const;

/** What the data set is made of. */
const needed: [source: string, tables: string[]][] = [
  ["mimic-iv", ["patients", "admissions", "diagnoses_icd", "icustays"]],
  ["mimic-iv-ed", ["edstays", "triage", "vitalsign", "pyxis", "medrecon"]],
];

/**
 * Builds the master table and the cohort of a task and writes them to `out`, each file whole, the description last. The
 * same store, task and mode give the same bytes. An older cohort in the folder is replaced.
 * @throws BedsideError when the store lacks what the benchmark needs; Stopped when the user stops it.
 */
export async function buildEdCohort(
  store: RecordStore,
  outcome: EdTaskId | EdTask,
  options: EdBuildOptions,
): Promise<Cohort> {
  const { mode, out, progress = silent, signal = progress.signal } = options;
  const task = typeof outcome === "string" ? findEdTask(outcome) : outcome;
  const { db } = store;
  const checkpoint = () => {
    if (signal.aborted) throw new Stopped();
  };
  checkpoint();
  checkTables(store, task);
  removeOldDescription(out);
  try {
    await makeMasterTable(store, { mode, out, progress, checkpoint });
    progress.begin("Cohort");
    const master = sql`read_parquet(${literal(joinPath(out, edFiles.master))})`;
    const attrition = await countExclusions(db, task, master, rulesOf(mode));
    if (!attrition.steps.at(-1)?.remaining) throw emptyCohort(store, task, attrition);
    const visits = await visitsQuery(db, task, master, rulesOf(mode));
    checkpoint();
    const cohort = await writeFiles(store, task, visits, attrition, { mode, out, checkpoint });
    progress.end(printFunnel(attrition).at(-1));
    return cohort;
  } finally {
    if (!signal.aborted) await dropTables(db, "ed_");
  }
}

async function makeMasterTable(
  { db }: RecordStore,
  { mode, out, progress, checkpoint }: { mode: Mode; out: string; progress: Progress; checkpoint: () => void },
): Promise<void> {
  progress.begin("Master table", masterSteps.length + 1);
  for (const [done, { title, make }] of masterSteps.entries()) {
    checkpoint();
    progress.at(done, title);
    await make(db, rulesOf(mode));
  }
  checkpoint();
  progress.at(masterSteps.length, "writing");
  await writeMaster(db, joinPath(out, edFiles.master), rulesOf(mode));
  await dropTables(db, "ed_");
  progress.end();
}

/** The tables the data set is made of. */
export function edTables(): string[] {
  return needed.flatMap(([, tables]) => tables);
}

function checkTables(store: RecordStore, task: EdTask): void {
  if (isMedsOnly(store)) throw refusesMeds(task.id, edTables(), store.folder);
  for (const [source, tables] of needed) {
    const missing = tables.filter((table) => !store.has(source, table));
    if (missing.length === 0) continue;
    const isThere = store.source(source) !== undefined;
    throw new BedsideError({
      code: "cohort/missing-table",
      what: isThere
        ? `The emergency benchmark needs the table${missing.length > 1 ? "s" : ""} ${missing.join(", ")}`
        : `The emergency benchmark needs ${source === "mimic-iv" ? "MIMIC-IV" : "MIMIC-IV-ED"}`,
      where: store.folder,
      why: isThere ? `${source} was imported without` : "this store holds no such data set",
      fix: "name both folders, that of MIMIC-IV and that of MIMIC-IV-ED, after --data",
    });
  }
}

async function writeFiles(
  store: RecordStore,
  task: EdTask,
  visits: Sql,
  attrition: Attrition,
  { mode, out, checkpoint }: { mode: Mode; out: string; checkpoint: () => void },
): Promise<Cohort> {
  const written = sql`read_parquet(${literal(joinPath(out, edFiles.visits))})`;
  const followed = task.at === "disposition" ? written : sql`(from ${written} limit 0)`;
  const tables: CohortTable[] = [
    { name: edFiles.visits, query: visits },
    { name: cohortFiles.labels, query: labelQuery(task, written) },
    { name: cohortFiles.static, query: staticQuery(task, written) },
    { name: cohortFiles.dynamic, query: sql`select stay_id, 0 as time from ${written} where false` },
    { name: cohortFiles.describe, query: describeQuery(written) },
    { name: edFiles.codes, query: codesQuery(written, rulesOf(mode)) },
    { name: edFiles.vitals, query: vitalsQuery(followed, rulesOf(mode)) },
  ];
  await writeTables(store.db, out, tables, checkpoint);
  await writeJson(joinPath(out, cohortFiles.attrition), attrition);
  const description = await describe(store, task, written, mode, attrition);
  await writeJson(joinPath(out, cohortFiles.description), { ...description, scores: scoreModels() });
  const cohort = placed(description, out);
  return { ...cohort, files: [...Object.values(edFiles).map((name) => joinPath(out, name)), ...cohort.files] };
}

function labelQuery({ outcome, at }: EdTask, visits: Sql): Sql {
  const time = at === "triage" ? sql`intime` : sql`outtime`;
  return sql`
    select stay_id, subject_id, ${time} as prediction_time, ${identifier(outcome)}::utinyint as label
    from ${visits} order by stay_id`;
}

/** What predicts, numbers as doubles. */
function staticQuery(task: EdTask, visits: Sql): Sql {
  const columns = predictors(task).map(({ name }) =>
    name === "gender" ? identifier(name) : sql`${identifier(name)}::double as ${identifier(name)}`,
  );
  return sql`select stay_id, ${join(columns)} from ${visits} order by stay_id`;
}

/** Never predictors. The way of arrival stands for the kind of admission. */
function describeQuery(visits: Sql): Sql {
  return sql`
    select stay_id, subject_id, ethnicity as ethnic,
           upper(left(arrival_transport, 1)) || lower(substr(arrival_transport, 2)) as admission_type,
           null::double as los_icu,
           date_diff('second', admittime, dischtime) / 86400::double as los_hosp, age::double as age,
           case gender when 'F' then 'Female' when 'M' then 'Male' end as sex
    from ${visits} order by stay_id`;
}

async function describe(
  store: RecordStore,
  task: EdTask,
  visits: Sql,
  mode: Mode,
  attrition: Attrition,
): Promise<CohortDescription> {
  const counts = await store.db.row<{ stays: bigint; patients: bigint; positives: bigint }>(sql`
    select count(*) as stays, count(distinct subject_id) as patients,
           count(*) filter (${identifier(task.outcome)}) as positives
    from ${visits}`);
  const { id, title, version } = store.source("mimic-iv-ed")!;
  const { id: taskId, title: taskTitle, unit, predictionTime, labelTitle } = task;
  return {
    schema: 1,
    task: { id: taskId, title: taskTitle, unit, predictionTime, labelTitle },
    mode,
    source: { id, title, version },
    stays: Number(counts.stays),
    patients: Number(counts.patients),
    positives: Number(counts.positives),
    label: {
      kind: "binary",
      per: "stay",
      unit: "",
      rows: Number(counts.stays),
      positiveRows: Number(counts.positives),
      mean: Number(counts.positives) / Number(counts.stays),
    },
    hours: [],
    dynamic: [],
    static: predictors(task),
    attrition,
    warnings: warnings(task, mode),
  };
}

function warnings({ id }: EdTask, mode: Mode): string[] {
  const scores = "The scores are counted without what emergency records do not hold: oxygen given, consciousness.";
  if (id === "mimic4ed/critical-disposition") {
    return [
      scores,
      "The decision for intensive care comes before departure: the time in the department and the last vital signs follow it, so that these figures say more than could be known in time to act.",
    ];
  }
  if (id !== "mimic4ed/ed-revisit-72h") return [scores];
  const followUp = "A return to another hospital, or after the records end, is not seen and counts as none.";
  const deaths = "Patients who died at home within 72 hours count as not returning.";
  return mode === "faithful" ? [scores, followUp, deaths] : [scores, followUp];
}

function emptyCohort(store: RecordStore, task: EdTask, { start, steps }: Attrition): BedsideError {
  const worst = steps.reduce((a, b) => (b.removed > a.removed ? b : a), steps[0]!);
  return new BedsideError({
    code: "cohort/empty",
    what: `No ${task.unit} is left for ${task.id}`,
    where: store.source("mimic-iv-ed")!.title,
    why: start === 0 ? "the records hold no visit" : `of ${start} visits, "${worst.title}" removes ${worst.removed}`,
    fix: "use more records",
  });
}
