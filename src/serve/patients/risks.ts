// What the models of finished runs said of a patient when it was held out: risks over time, and what drove one of them.
// Knows no HTTP.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join as joinPath } from "node:path";
import { type Cohort, cohortFiles, openCohort } from "../../cohort/index.ts";
import { silent } from "../../core/progress.ts";
import { readSamples } from "../../features/index.ts";
import type { RunResult } from "../../run/index.ts";
import { predictionsFile } from "../../run/leaderboard/index.ts";
import { predictRows, readModelFile } from "../../run/train.ts";
import { findView, type OpenView } from "../../run/views/index.ts";
import { type Database, identifier, join, literal, type Sql, sql } from "../../store/index.ts";
import type { FoundRun } from "../runs/find.ts";
import { filesOfFold, modelFiles } from "../runs/model-files.ts";

/** The risks of a patient's stays by one model. */
export interface RiskSeries {
  run: string;
  model: string;
  title: string;
  task: string;
  mode: "corrected" | "faithful";
  label: string;
  threshold: number | null;
  points: {
    stayId: bigint;
    /** Hour of the stay; null where there is one prediction a stay. */
    hour: number | null;
    /** Milliseconds of the data set's calendar. */
    time: number;
    risk: number;
    /** Whether the event came. */
    outcome: boolean;
  }[];
}

/** All risks of one patient, from the predictions files of the runs given. */
export async function patientRisks(
  db: Database,
  runs: readonly { run: FoundRun; result: RunResult }[],
  subjectId: bigint,
): Promise<RiskSeries[]> {
  const series: RiskSeries[] = [];
  for (const { run, result } of runs) {
    if ((result.task.outcome ?? "event") !== "event") continue;
    const isHourly = result.task.per === "hour";
    for (const model of result.models) {
      const file = predictionsFile({ folder: run.folder, result }, model.id);
      if (!file) continue;
      const labels = joinPath(run.folder, "cohort", cohortFiles.labels);
      const found = await db.rows<{
        stay_id: bigint;
        hour: number | null;
        time: number;
        risk: number;
        outcome: boolean;
      }>(sql`
        select p.stay_id::bigint as stay_id, ${isHourly ? sql`p."time"::integer` : sql`null::integer`} as hour,
          epoch_ms(l.prediction_time)::double as time, p.probability as risk, p.boolean_value as outcome
        from read_parquet(${literal(file)}) p
          join read_parquet(${literal(labels)}) l on l.stay_id = p.stay_id ${isHourly ? sql`and l."time" = p."time"` : sql``}
        where p.subject_id = ${subjectId} order by time`);
      if (found.length === 0) continue;
      series.push({
        run: run.id,
        model: model.id,
        title: model.title,
        task: result.task.id,
        mode: result.task.mode,
        label: result.task.label,
        threshold: model.threshold?.value ?? null,
        points: found.map(({ stay_id, ...point }) => ({ stayId: stay_id, ...point })),
      });
    }
  }
  return series;
}

export interface RiskDriver {
  name: string;
  title: string;
  /** The risk less the risk if this variable were not known. */
  change: number;
}

/**
 * What drove one prediction of a patient held out: every variable of the cohort is taken as unknown in turn, and the model
 * that held the patient out predicts again. Works for every family, since it only asks for predictions.
 */
export async function riskDrivers(
  db: Database,
  { run, result }: { run: FoundRun; result: RunResult },
  { model, stayId, hour }: { model: string; stayId: bigint; hour: number | null },
  tempFolder: string,
): Promise<{ risk: number; drivers: RiskDriver[] } | undefined> {
  const file = predictionsFile({ folder: run.folder, result }, model);
  if (!file) return undefined;
  const [held] = await db.rows<{ fold: number }>(
    sql`select fold::integer as fold from read_parquet(${literal(file)}) where stay_id = ${stayId} limit 1`,
  );
  const files = held ? filesOfFold(modelFiles(run.folder, model), held.fold) : [];
  if (files.length === 0) return undefined;
  const cohort = openCohort(joinPath(run.folder, "cohort"));
  const variables = [...cohort.dynamic, ...cohort.static];
  const folder = mkdtempSync(joinPath(tempFolder, "drivers-"));
  try {
    await writeVariants(db, cohort, folder, { stayId, hour, names: variables.map(({ name }) => name) });
    const beside: Cohort = { ...cohort, folder };
    const samples = await readSamples(db, folder, cohort.label);
    const opened = new Map<string, Promise<OpenView>>();
    const world = {
      cohort: beside,
      samples,
      task: { id: result.task.id, outcome: samples.outcome, per: cohort.label.per },
      view(id: string) {
        const { mode } = result.task;
        let view = opened.get(id);
        view ??= findView(id).open({ db, cohort: beside, samples, mode, progress: silent, memory: "400MB" });
        opened.set(id, view);
        return view;
      },
    };
    const rows = Int32Array.from({ length: variables.length + 1 }, (_, i) => i);
    const risks = new Float64Array(rows.length);
    for (const path of files) {
      const found = await predictRows(world, readModelFile(path), rows);
      for (const row of rows) risks[row]! += found[row]! / files.length;
    }
    const drivers = variables
      .map(({ name, title }, i) => ({ name, title, change: risks[0]! - risks[i + 1]! }))
      .filter(({ change }) => Math.abs(change) > 1e-4)
      .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
    return { risk: risks[0]!, drivers };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A cohort of one stay many times over: number 1 as it is, and one more for each variable, which is unknown there. Stays
 * are numbered from 1; only the hour asked for has a label.
 */
async function writeVariants(
  db: Database,
  cohort: Cohort,
  folder: string,
  { stayId, hour, names }: { stayId: bigint; hour: number | null; names: readonly string[] },
): Promise<void> {
  const place = new Map(names.map((name, i) => [name, i + 2]));
  for (const name of readdirSync(cohort.folder).filter((each) => each.endsWith(".parquet"))) {
    const from = sql`read_parquet(${literal(joinPath(cohort.folder, name))})`;
    const columns = (await db.rows<{ column_name: string }>(sql`describe select * from ${from}`)).map(
      ({ column_name }) => column_name,
    );
    if (!columns.includes("stay_id")) continue;
    const isLabels = name === cohortFiles.labels;
    const picked = columns.map((column): Sql => {
      if (column === "stay_id") return sql`v.k::bigint as stay_id`;
      const at = isLabels ? undefined : place.get(column);
      if (at === undefined) return sql`t.${identifier(column)}`;
      return sql`case when v.k = ${at} then null else t.${identifier(column)} end as ${identifier(column)}`;
    });
    const isHour = isLabels && hour !== null ? sql`and t."time" = ${hour}` : sql``;
    const order = columns.includes("time") ? sql`stay_id, "time"` : sql`stay_id`;
    const query = sql`
      select ${join(picked)} from ${from} t, range(1, ${names.length + 2}) v (k) where t.stay_id = ${stayId} ${isHour}
      order by ${order}`;
    await db.run(sql`copy (${query}) to ${literal(joinPath(folder, name))} (format parquet)`);
  }
}
