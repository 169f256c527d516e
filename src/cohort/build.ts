// Extracts a task's cohort from a store, in batches of patients, and writes it. Knows no item and no criterion.
import { join } from "node:path";
import type { Concept, Mode } from "../concepts/index.ts";
import { BedsideError, Stopped } from "../core/errors.ts";
import { type Progress, silent } from "../core/progress.ts";
import { type RecordStore, sql, writeJson } from "../store/index.ts";
import { type Attrition, printFunnel } from "./attrition.ts";
import { type Cohort, type CohortDescription, cohortFiles, placed } from "./cohort.ts";
import { makeItems, readEvents } from "./events.ts";
import { excludeByEvents, excludeByStay, funnel, keepCandidates } from "./exclude.ts";
import { type CohortTable, dropTables, removeOldDescription, writeTables } from "./files.ts";
import { addToGrid, gridQuery, joinGrid, makeGrid } from "./grid.ts";
import { addMeasures, describeLabels, labelQuery, makeMeasures } from "./labels.ts";
import { findOnsets } from "./onset.ts";
import { type Plan, planCohort } from "./plan.ts";
import { addMeasuredStatics, makeStatics, staticQuery } from "./statics.ts";
import { makeStays, stayBatches } from "./stays.ts";
import type { Task } from "./task.ts";

export interface BuildOptions {
  mode: Mode;
  /** Folder for the cohort; the database must be allowed to write there. */
  out: string;
  progress?: Progress | undefined;
  /** Default: the progress's own. */
  signal?: AbortSignal | undefined;
  /** Stays whose events are held at a time; it bounds the memory and changes nothing else. Default 4,000. */
  batchStays?: number;
}

const BATCH_STAYS = 4000;
/** Columns of describe.parquet whose contract names are longer than the concept's. */
const LONG_NAMES = { adm: "admission_type" };

/**
 * Builds the cohort of a task and writes it to `out`: labels, hourly grid, statics, description, funnel. The same store,
 * task and mode give the same bytes. An older cohort in the folder is replaced.
 * @throws BedsideError when the store lacks what the task needs; Stopped when the user stops it.
 */
export async function buildCohort(store: RecordStore, task: Task, options: BuildOptions): Promise<Cohort> {
  const { mode, out, progress = silent, signal = progress.signal, batchStays = BATCH_STAYS } = options;
  const { db } = store;
  const checkpoint = () => {
    if (signal.aborted) throw new Stopped();
  };
  checkpoint();
  const plan = await planCohort(store, task, mode);
  try {
    await makeStays(db, plan);
    await makeStatics(db, plan);
    await makeItems(db, plan);
    await makeGrid(db, plan);
    await makeMeasures(db);
    await excludeByStay(db, plan);
    const batches = await stayBatches(db, batchStays);
    progress.begin("Events", batches.length);
    for (const [done, subjects] of batches.entries()) {
      checkpoint();
      progress.at(done);
      await readEvents(db, plan, subjects);
      await findOnsets(db, plan, subjects);
      await addMeasures(db, plan);
      await excludeByEvents(db, plan, subjects);
      await addMeasuredStatics(db, plan);
      await keepCandidates(db);
      await addToGrid(db, plan);
    }
    const attrition = await funnel(db, plan);
    progress.end(printFunnel(attrition).at(-1));
    checkpoint();
    if (attrition.steps.at(-1)?.remaining === 0 || attrition.start === 0) throw emptyCohort(plan, attrition);
    progress.begin("Cohort files", Object.keys(cohortFiles).length);
    await joinGrid(db, plan, batchStays);
    const cohort = await writeCohort(store, plan, attrition, { out, progress, checkpoint });
    progress.end(
      `${cohort.stays} stays${cohort.label.kind === "binary" ? `, ${cohort.positives} with the event` : ""}`,
    );
    return cohort;
  } finally {
    if (!signal.aborted) await dropTables(db, "cohort_");
  }
}

async function writeCohort(
  store: RecordStore,
  plan: Plan,
  attrition: Attrition,
  { out, progress, checkpoint }: { out: string; progress: Progress; checkpoint: () => void },
): Promise<Cohort> {
  const { db } = store;
  removeOldDescription(out);
  const columns = plan.dynamic.length;
  const tables: CohortTable[] = [
    { name: cohortFiles.labels, query: labelQuery(plan), columns },
    { name: cohortFiles.dynamic, query: gridQuery(plan), columns },
    { name: cohortFiles.static, query: staticQuery(plan, plan.static, [sql`s.stay_id as stay_id`]), columns },
    {
      name: cohortFiles.describe,
      query: staticQuery(
        plan,
        plan.describing,
        [sql`s.stay_id as stay_id`, sql`s.subject_id as subject_id`],
        LONG_NAMES,
      ),
      columns,
    },
  ];
  await writeTables(db, out, tables, (done, name) => {
    checkpoint();
    progress.at(done, name);
  });
  await writeJson(join(out, cohortFiles.attrition), attrition);
  const description = await describe(store, plan, attrition);
  await writeJson(join(out, cohortFiles.description), description);
  return placed(description, out);
}

async function describe(store: RecordStore, plan: Plan, attrition: Attrition): Promise<CohortDescription> {
  const { task, mode, id, first, last } = plan;
  const { patients } = await store.db.row<{ patients: bigint }>(
    sql`select count(distinct subject_id) as patients from cohort_in`,
  );
  const { positives, ...label } = await describeLabels(store.db, plan);
  const { title, version } = store.source(id)!;
  const { definition: _, ...summary } = task;
  return {
    schema: 1,
    task: summary,
    mode,
    source: { id, title, version },
    stays: attrition.steps.at(-1)?.remaining ?? attrition.start,
    patients: Number(patients),
    positives,
    label,
    hours: Array.from({ length: last - first + 1 }, (_, i) => first + i),
    dynamic: plan.dynamic.map(variable),
    static: plan.static.map(variable),
    attrition,
    warnings: plan.warnings,
  };
}

function variable({ name, title, units, aggregate }: Concept) {
  return { name, title, unit: units[0] ?? "", aggregate };
}

function emptyCohort({ task, source }: Plan, attrition: Attrition): BedsideError {
  const worst = attrition.steps.reduce((a, b) => (b.removed > a.removed ? b : a), attrition.steps[0]!);
  return new BedsideError({
    code: "cohort/empty",
    what: `No ${task.unit} is left for ${task.id}`,
    where: source.title,
    why:
      attrition.start === 0
        ? "the records hold no stay"
        : `of ${attrition.start} ${attrition.unit}, the step "${worst.title}" removes ${worst.removed}`,
    fix: "use more records",
  });
}
