// Writes the cohort of a task on the cart's measurements: one row a recording. Knows no rule of either mode.
import { join as joinPath } from "node:path";
import type { Mode } from "../../concepts/mode.ts";
import { BedsideError, Stopped } from "../../core/errors.ts";
import { type Progress, silent } from "../../core/progress.ts";
import { MACHINE_MEASUREMENTS, NOT_MEASURED } from "../../sources/mimic-iv-ecg/machine.ts";
import {
  type Database,
  identifier,
  join,
  literal,
  type RecordStore,
  type Sql,
  sql,
  writeJson,
} from "../../store/index.ts";
import { type Attrition, printFunnel } from "../attrition.ts";
import { type Cohort, type CohortDescription, cohortFiles, placed } from "../cohort.ts";
import { type CohortTable, removeOldDescription, writeTables } from "../files.ts";
import { isMedsOnly, refusesMeds } from "../meds-only.ts";
import { labelOf, predictorsOf, ruleOf } from "./labels.ts";
import { measurementsQuery } from "./measurements.ts";
import { type CardioTask, type CardioTaskId, findCardioTask } from "./tasks.ts";

export interface CardioBuildOptions {
  mode: Mode;
  /** Folder for the cohort; the database must be allowed to read and write there. */
  out: string;
  progress?: Progress | undefined;
  /** Default: the progress's own. */
  signal?: AbortSignal | undefined;
}

/** Files beside those of every cohort: the recordings with all measurements, and what the rule alone says. */
export const cardioFiles = { recordings: "recordings.parquet", rule: "rule.parquet" } as const;

const SOURCE = "mimic-iv-ecg";
const NEEDED = ["machine_measurements"];
const TABLE = "cohort_cardio_recordings";

/** The tables it is made of. */
export function cardioTables(): string[] {
  return [...NEEDED];
}

/**
 * Builds the cohort of a task and writes it to `out`, each file whole, the description last. The same store, task and mode
 * give the same bytes. An older cohort in the folder is replaced.
 * @throws BedsideError when the store lacks the measurements; Stopped when the user stops it.
 */
export async function buildCardioCohort(
  store: RecordStore,
  task: CardioTaskId | CardioTask,
  options: CardioBuildOptions,
): Promise<Cohort> {
  const { mode, out, progress = silent, signal = progress.signal } = options;
  const asked = typeof task === "string" ? findCardioTask(task) : task;
  const checkpoint = () => {
    if (signal.aborted) throw new Stopped();
  };
  checkpoint();
  checkTables(store, asked);
  removeOldDescription(out);
  const { db } = store;
  progress.begin("Cohort");
  try {
    await db.run(sql`create or replace temporary table ${identifier(TABLE)} as ${recordings(store, asked, mode)}`);
    const attrition = await funnel(db);
    if (attrition.steps.at(-1)!.remaining === 0) throw emptyCohort(store);
    checkpoint();
    await writeCardioTables(store, asked, { mode, out, checkpoint });
    await writeJson(joinPath(out, cohortFiles.attrition), attrition);
    const description = await describe(store, asked, mode, attrition);
    await writeJson(joinPath(out, cohortFiles.description), description);
    progress.end(printFunnel(attrition).at(-1));
    const cohort = placed(description, out);
    return { ...cohort, files: [...Object.values(cardioFiles).map((name) => joinPath(out, name)), ...cohort.files] };
  } finally {
    if (!signal.aborted) await db.run(sql`drop table if exists ${identifier(TABLE)}`);
  }
}

/** Every recording, with its label (null where it cannot be told), the rule's word, and age and sex where they are known. */
function recordings(store: RecordStore, { label }: CardioTask, mode: Mode): Sql {
  const kind = label[mode];
  const measured = measurementsQuery(mode, identifier("mimic_iv_ecg", "machine_measurements"));
  const patients = hasPatients(store)
    ? sql`left join mimic_iv.patients using (subject_id)`
    : sql`cross join (select null::varchar as gender, null::integer as anchor_age, null::integer as anchor_year)`;
  return sql`
    select measured.*, ${labelOf(kind)} as label, ${ruleOf(kind).value} as rule,
      (anchor_age + year(ecg_time) - anchor_year)::double as age,
      case gender when 'F' then 'Female' when 'M' then 'Male' end as sex
    from (${measured}) as measured ${patients}`;
}

function hasPatients(store: RecordStore): boolean {
  return store.has("mimic-iv", "patients");
}

async function funnel(db: Database): Promise<Attrition> {
  const counts = await db.row<{ all: number; unknown: number }>(sql`
    select count(*)::double as all, count(*) filter (label is null)::double as unknown from ${identifier(TABLE)}`);
  const remaining = counts.all - counts.unknown;
  return {
    unit: "ECGs",
    start: counts.all,
    steps: [
      {
        id: "label-unknown",
        title: "QRS or heart rate not measured",
        hits: counts.unknown,
        removed: counts.unknown,
        remaining,
      },
    ],
  };
}

async function writeCardioTables(
  store: RecordStore,
  { label }: CardioTask,
  { mode, out, checkpoint }: { mode: Mode; out: string; checkpoint: () => void },
): Promise<void> {
  const kept = sql`(from ${identifier(TABLE)} where label is not null)`;
  const predictors = predictorsOf(label[mode], mode, { hasPatients: hasPatients(store) });
  const numbers = join(
    predictors.map(({ name }) => (name === "sex" ? sql`sex` : sql`${identifier(name)}::double as ${identifier(name)}`)),
  );
  const labels = sql`select stay_id, subject_id, ecg_time as prediction_time, label::utinyint as label from ${kept}`;
  const tables: CohortTable[] = [
    { name: cardioFiles.recordings, query: sql`select * exclude (label, rule) from ${kept}` },
    { name: cardioFiles.rule, query: sql`select stay_id, rule from ${kept}` },
    { name: cohortFiles.labels, query: labels },
    { name: cohortFiles.static, query: sql`select stay_id, ${numbers} from ${kept}` },
    { name: cohortFiles.dynamic, query: sql`select stay_id, 0 as time from ${kept} where false` },
    { name: cohortFiles.describe, query: describeQuery(kept) },
  ];
  const inOrder = tables.map(({ name, query }) => ({ name, query: sql`${query} order by stay_id` }));
  await writeTables(store.db, out, inOrder, checkpoint);
}

/** Never predictors. */
function describeQuery(kept: Sql): Sql {
  return sql`
    select stay_id, subject_id, null::varchar as ethnic, null::varchar as admission_type, null::double as los_icu,
      null::double as los_hosp, age, sex
    from ${kept}`;
}

async function describe(
  store: RecordStore,
  task: CardioTask,
  mode: Mode,
  attrition: Attrition,
): Promise<CohortDescription> {
  const counts = await store.db.row<{ stays: number; patients: number; positives: number }>(sql`
    select count(*)::double as stays, count(distinct subject_id)::double as patients,
      count(*) filter (label)::double as positives
    from ${identifier(TABLE)} where label is not null`);
  const { id, title, version } = store.source(SOURCE)!;
  const { id: taskId, title: taskTitle, unit, predictionTime, labelTitle } = task;
  return {
    schema: 1,
    task: { id: taskId, title: taskTitle, unit, predictionTime, labelTitle },
    mode,
    source: { id, title, version },
    ...counts,
    label: {
      kind: "binary",
      per: "stay",
      unit: "",
      rows: counts.stays,
      positiveRows: counts.positives,
      mean: counts.positives / counts.stays,
    },
    hours: [],
    dynamic: [],
    static: predictorsOf(task.label[mode], mode, { hasPatients: hasPatients(store) }),
    attrition,
    warnings: [...leakWarnings(task, mode), await unmeasured(store, mode)],
  };
}

function leakWarnings({ label }: CardioTask, mode: Mode): string[] {
  switch (label[mode]) {
    case "wide":
      return [
        "Leakage: the label is a function of an input. It is QRS duration over 120 ms, and QRS duration, its onset and its end are among the inputs: every figure shows how well a model finds one comparison, not how well it tells a patient's rhythm.",
        "The label has no heart rate: bundle branch block and pacing at a normal rate count as wide-complex tachycardia.",
      ];
    case "wide-flipped":
      return [
        "The label is QRS duration over 120 ms with one label in twenty flipped at random: no model can do better than the rule, and the rule has the published figures.",
      ];
    case "wide-and-fast":
      return [
        "The label is QRS of 120 ms or more and a rate over 100/min. QRS and its limits, T end and the RR interval, which it could be worked out from, are withheld from the models.",
      ];
    case "report":
      return [
        "The report is written by the same program from the same measurements: the figures show how far they give its words back, not how far either is right.",
      ];
  }
}

/** How many recordings have a measurement that was not made. */
async function unmeasured({ db }: RecordStore, mode: Mode): Promise<string> {
  const any = join(
    MACHINE_MEASUREMENTS.map((name) => sql`${identifier(name)} = ${NOT_MEASURED}`),
    " or ",
  );
  const { n } = await db.row<{ n: number }>(sql`
    select count(*)::double as n from mimic_iv_ecg.machine_measurements where ${any}`);
  const what = mode === "faithful" ? "stands among the numbers, as with the authors" : "is missing here";
  return `${n.toLocaleString("en")} recordings have a measurement of ${NOT_MEASURED}, which means "not measured"; it ${what}.`;
}

function checkTables(store: RecordStore, task: CardioTask): void {
  if (isMedsOnly(store)) throw refusesMeds(task.id, cardioTables(), store.folder);
  if (NEEDED.every((table) => store.has(SOURCE, table))) return;
  throw new BedsideError({
    code: "cohort/missing-table",
    what: "CardioForest needs machine_measurements of MIMIC-IV-ECG",
    where: store.folder,
    why: store.source(SOURCE) ? "the release was imported without it" : "this store holds no MIMIC-IV-ECG",
    fix: "name the folder with machine_measurements.csv after --data; patients of MIMIC-IV beside it add age and sex",
  });
}

function emptyCohort({ folder }: RecordStore): BedsideError {
  return new BedsideError({
    code: "cohort/empty",
    what: "No recording is left for the cohort",
    where: folder,
    why: "of none are QRS and heart rate measured",
    fix: "check machine_measurements, or use more records",
  });
}

/**
 * What the rule alone says of every recording of a cohort folder, by number as the labels are.
 * @throws BedsideError when the file is not there or cannot be read.
 */
export async function readRule(db: Database, folder: string): Promise<Float64Array> {
  const columns = await db.columns(sql`
    select rule::double as rule from read_parquet(${literal(joinPath(folder, cardioFiles.rule))}) order by stay_id`);
  return columns.numbers("rule");
}
