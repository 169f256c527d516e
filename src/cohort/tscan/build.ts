// Writes the cohort of a TSCAN task: stays, labels, hourly grid, funnel. Knows no rule of it.
import { join as joinPath } from "node:path";
import { BedsideError, Stopped } from "../../core/errors.ts";
import { silent } from "../../core/progress.ts";
import { identifier, literal, type RecordStore, type Sql, sql, writeJson } from "../../store/index.ts";
import { type Attrition, printFunnel } from "../attrition.ts";
import type { BuildOptions } from "../build.ts";
import { type Cohort, type CohortDescription, cohortFiles, placed } from "../cohort.ts";
import { type CohortTable, dropTables, removeOldDescription, writeTables } from "../files.ts";
import { isMedsOnly, refusesMeds } from "../meds-only.ts";
import { addTscanEvents, joinTscanGrid, makeTscanItems, tscanGridQuery } from "./events.ts";
import { describeTscanLabels, makePhenotypes, tscanLabelQuery } from "./labels.ts";
import { tscanRules } from "./rules.ts";
import {
  keepSeenStays,
  keepTscanStays,
  makeTscanStays,
  recordTable,
  type TscanPlan,
  type TscanSource,
  tscanBatches,
  tscanFunnel,
} from "./stays.ts";
import { findTscanTask, isHourly, type TscanTask } from "./tasks.ts";
import { tscanVariables } from "./variables.ts";

const BATCH_STAYS = 4000;
/** Hours of the grid that are told apart in pictures of the cohort. */
const PICTURED_HOURS = 168;

const sources: readonly TscanSource[] = [
  { id: "mimic-iv", stay: "stay_id" },
  { id: "mimic-iii", stay: "icustay_id" },
];

/** The tables these tasks are made of. */
export function tscanTables(): string[] {
  return ["icustays", "admissions", "patients", "chartevents", "labevents", "diagnoses_icd"];
}

/**
 * Builds the cohort of a TSCAN task and writes it to `out`, each file whole, the description last. The same store, task and
 * mode give the same bytes. An older cohort in the folder is replaced.
 * @throws BedsideError when the store lacks what the task needs or no stay is left; Stopped when the user stops it.
 */
export async function buildTscanCohort(store: RecordStore, id: string, options: BuildOptions): Promise<Cohort> {
  const { mode, out, progress = silent, signal = progress.signal, batchStays = BATCH_STAYS } = options;
  const { db } = store;
  const checkpoint = () => {
    if (signal.aborted) throw new Stopped();
  };
  checkpoint();
  const task = findTscanTask(id);
  const plan: TscanPlan = { task, rules: tscanRules(mode), source: sourceOf(store, task) };
  try {
    await makeTscanStays(db, plan);
    await keepTscanStays(db, plan);
    await makeTscanItems(db, plan);
    await makePhenotypes(db, plan);
    const batches = await tscanBatches(db, batchStays);
    progress.begin("Events", batches.length);
    for (const [done, subjects] of batches.entries()) {
      checkpoint();
      progress.at(done);
      await addTscanEvents(db, plan, subjects);
    }
    await keepSeenStays(db, plan);
    const attrition = await tscanFunnel(db, plan);
    progress.end(printFunnel(attrition).at(-1));
    checkpoint();
    if (!attrition.steps.at(-1)?.remaining) throw emptyCohort(store, plan, attrition);
    progress.begin("Cohort files", Object.keys(cohortFiles).length);
    await joinTscanGrid(db, plan, batchStays);
    const cohort = await writeFiles(store, plan, attrition, { out, checkpoint });
    progress.end(`${cohort.stays} stays`);
    return cohort;
  } finally {
    if (!signal.aborted) await dropTables(db, "tscan_");
  }
}

/** The first of the data sets there that has all tables. */
function sourceOf(store: RecordStore, task: TscanTask): TscanSource {
  if (isMedsOnly(store)) throw refusesMeds(task.id, tscanTables(), store.folder);
  const found = sources.find(({ id }) => store.source(id));
  const missing = found ? tscanTables().filter((table) => !store.has(found.id, table)) : [];
  if (found && missing.length === 0) return found;
  throw new BedsideError({
    code: "cohort/missing-table",
    what: found ? `${task.id} needs ${missing.join(", ")}` : `${task.id} needs MIMIC-IV or MIMIC-III`,
    where: store.folder,
    why: found ? `${found.id} was imported without` : "this store holds neither",
    fix: "name the folder of MIMIC-IV or MIMIC-III after --data",
  });
}

async function writeFiles(
  store: RecordStore,
  plan: TscanPlan,
  attrition: Attrition,
  { out, checkpoint }: { out: string; checkpoint: () => void },
): Promise<Cohort> {
  removeOldDescription(out);
  const labels = joinPath(out, cohortFiles.labels);
  const tables: CohortTable[] = [
    { name: cohortFiles.labels, query: tscanLabelQuery(plan), columns: 1 },
    { name: cohortFiles.dynamic, query: tscanGridQuery(plan), columns: tscanVariables(plan.rules.mode).length },
    { name: cohortFiles.static, query: sql`select stay_id from tscan_in order by i`, columns: 1 },
    { name: cohortFiles.describe, query: describingQuery(plan), columns: 1 },
  ];
  await writeTables(store.db, out, tables, checkpoint);
  await writeJson(joinPath(out, cohortFiles.attrition), attrition);
  const description = await describe(store, plan, attrition, sql`read_parquet(${literal(labels)})`);
  await writeJson(joinPath(out, cohortFiles.description), description);
  return placed(description, out);
}

/** Never predictors. */
function describingQuery({ source }: TscanPlan): Sql {
  const ethnic = identifier(source.id === "mimic-iv" ? "race" : "ethnicity");
  const days = (from: Sql, to: Sql) => sql`(epoch_us(${to}) - epoch_us(${from})) / 86400000000::double`;
  const kind = sql`a.admission_type`;
  return sql`
    select s.stay_id, s.subject_id, any_value(a.${ethnic}) as ethnic,
      any_value(upper(left(${kind}, 1)) || lower(substr(${kind}, 2))) as admission_type,
      any_value(s.los / 24) as los_icu, any_value(${days(sql`a.admittime`, sql`a.dischtime`)}) as los_hosp,
      any_value(s.age) as age, any_value(case p.gender when 'F' then 'Female' when 'M' then 'Male' end) as sex
    from tscan_in s
      left join ${recordTable(source, "admissions")} a on a.hadm_id = s.hadm_id
      left join ${recordTable(source, "patients")} p on p.subject_id = s.subject_id
    group by s.i, s.stay_id, s.subject_id order by s.i`;
}

async function describe(
  store: RecordStore,
  plan: TscanPlan,
  attrition: Attrition,
  labelFile: Sql,
): Promise<CohortDescription> {
  const { task, rules, source } = plan;
  const { patients, rows } = await store.db.row<{ patients: bigint; rows: number }>(
    sql`select count(distinct subject_id) as patients, max("rows")::integer as "rows" from tscan_in`,
  );
  const { positives, ...label } = await describeTscanLabels(store.db, plan, labelFile);
  const { id, title, version } = store.source(source.id)!;
  const { label: _, hours: __, ...summary } = task;
  return {
    schema: 1,
    task: summary,
    mode: rules.mode,
    source: { id, title, version },
    stays: attrition.steps.at(-1)!.remaining,
    patients: Number(patients),
    positives,
    label,
    hours: Array.from({ length: Math.min(rows, PICTURED_HOURS) }, (_, hour) => hour),
    dynamic: tscanVariables(rules.mode).map(({ name, title: words, unit }) => ({
      name,
      title: words,
      unit,
      aggregate: "last" as const,
    })),
    static: [],
    attrition,
    warnings: warnings(plan),
  };
}

function warnings({ task, rules, source }: TscanPlan): string[] {
  const coding =
    "The labels are diagnoses coded after discharge: they speak of the whole hospital stay, not of what was known at the bedside.";
  const lost =
    "ICD-10 codes are grouped through the General Equivalence Mappings, which lose some: compare admissions coded in ICD-9 and ICD-10 with care.";
  const blind = "Admissions coded in ICD-10 count as having none of the diagnoses.";
  const several = "A prediction every hour: hours of one stay are alike, intervals are by patient.";
  if (isHourly(task)) return [several];
  if (task.label !== "phenotypes") return [];
  if (source.id === "mimic-iii") return [coding];
  return [coding, rules.icd10 ? lost : blind];
}

function emptyCohort(store: RecordStore, { task, source }: TscanPlan, { start, steps }: Attrition): BedsideError {
  const worst = steps.reduce((a, b) => (b.removed > a.removed ? b : a), steps[0]!);
  return new BedsideError({
    code: "cohort/empty",
    what: `No ${task.unit} is left for ${task.id}`,
    where: store.source(source.id)!.title,
    why: start === 0 ? "the records hold no stay" : `of ${start} stays, "${worst.title}" removes ${worst.removed}`,
    fix: "use more records",
  });
}
