// The labels of the TSCAN tasks: death, death soon, remaining time in classes, phenotypes. Knows no exclusion and no item.
import { INTEGER, VARCHAR } from "@duckdb/node-api";
import { phenotypes } from "../../concepts/phenotypes/index.ts";
import { type Database, identifier, join, type Sql, sql } from "../../store/index.ts";
import type { CohortLabel } from "../cohort.ts";
import { recordTable, type TscanPlan } from "./stays.ts";
import { CLASS_HOURS, classNames, DAY_LIMITS, FIRST_HOUR_AFTER, isHourly, SOON_HOURS } from "./tasks.ts";

const HOUR_MICROS = 3_600_000_000;
const HOURS_PER_DAY = 24;

/** Makes `tscan_phenotype` (hadm_id, group), where the task is about them. */
export async function makePhenotypes(db: Database, plan: TscanPlan): Promise<void> {
  if (plan.task.label !== "phenotypes") return;
  const codes = phenotypes().flatMap(({ icd9, icd10 }, group) => [
    ...icd9.map((code) => ({ code, group, version: 9 })),
    ...(plan.rules.icd10 ? icd10.map((code) => ({ code, group, version: 10 })) : []),
  ]);
  await db.run(sql`drop table if exists tscan_code`);
  await db.fill(
    "tscan_code",
    [
      { name: "version", type: INTEGER },
      { name: "code", type: VARCHAR },
      { name: "phenotype", type: INTEGER },
    ],
    codes.length,
    (row) => [codes[row]!.version, codes[row]!.code, codes[row]!.group],
  );
  await db.run(phenotypeTable(plan));
}

/** Codes of ICD-9 as a whole, those of ICD-10 by how they begin. MIMIC-III has ICD-9 alone. */
function phenotypeTable({ source }: TscanPlan): Sql {
  const isOld = source.id === "mimic-iii";
  const [code, version] = isOld ? [sql`icd9_code`, sql`9`] : [sql`icd_code`, sql`icd_version`];
  return sql`
    create or replace temp table tscan_phenotype as
    with diagnosis as (
      select distinct hadm_id, upper(replace(trim(${code}), '.', '')) as code, ${version} as version
      from ${recordTable(source, "diagnoses_icd")} where ${code} is not null
    ), known as (select distinct code, version from diagnosis),
    grouped as (
      select k.code, k.version, c.phenotype from known k join tscan_code c
        on c.version = 9 and k.version = 9 and k.code = c.code
      union
      select k.code, k.version, c.phenotype from known k join tscan_code c
        on c.version = 10 and k.version = 10 and starts_with(k.code, c.code)
    )
    select distinct hadm_id, phenotype from diagnosis join grouped using (code, version)`;
}

/** A query of the labels of the stays in `tscan_in`, by stay id and hour; phenotypes as `label_1` to `label_25`. */
export function tscanLabelQuery(plan: TscanPlan): Sql {
  const { task } = plan;
  if (task.label === "phenotypes") return phenotypeLabels();
  if (isHourly(task)) return hourlyLabels(plan);
  return sql`
    select stay_id, subject_id, make_timestamp(t0 + ${(task.hours ?? 0) * HOUR_MICROS}::bigint) as prediction_time,
      died::utinyint as label
    from tscan_in order by i`;
}

/** Hour h holds what happens until t = h + 1, when the prediction is made; t comes after the first event. */
function hourlyLabels({ task, rules }: TscanPlan): Sql {
  const t = sql`(hour + 1)`;
  // in the original a difference of 24 hours is no longer soon, and whole hours are compared
  const soon = sql`died and coalesce(death - ${t} < ${SOON_HOURS}, false)`;
  const left = sql`greatest((los - ${t}) / ${HOURS_PER_DAY}::double, 0)`;
  const limits = DAY_LIMITS.map((limit) => sql`(${left} >= ${limit})::integer`);
  const label = task.label === "dies-soon" ? sql`(${soon})::utinyint` : sql`(${join(limits, " + ")})::utinyint`;
  const after = rules.binShift === null ? sql`first < ${t}` : sql`${t} > first`;
  return sql`
    select stay_id, subject_id, hour as time, make_timestamp(t0 + ${t}::bigint * ${HOUR_MICROS}::bigint) as prediction_time,
      ${label} as label
    from (
      select i, stay_id, subject_id, t0, los, died, death, first,
        unnest(range(${FIRST_HOUR_AFTER}::bigint, "rows"::bigint))::integer as hour
      from tscan_in
    ) where ${after} order by i, hour`;
}

function phenotypeLabels(): Sql {
  const columns = phenotypes().map(
    (_, group) =>
      sql`coalesce(bool_or(p.phenotype = ${group}), false)::utinyint as ${identifier(`label_${group + 1}`)}`,
  );
  return sql`
    select s.stay_id, s.subject_id, make_timestamp(any_value(s.t1)) as prediction_time, ${join(columns)}
    from tscan_in s left join tscan_phenotype p using (hadm_id)
    group by s.i, s.stay_id, s.subject_id order by s.i`;
}

/** What the labels are, and how many; `positives` are stays with the event. */
export async function describeTscanLabels(
  db: Database,
  { task }: TscanPlan,
  labels: Sql,
): Promise<CohortLabel & { positives: number }> {
  if (task.label === "phenotypes") return describePhenotypes(db, labels);
  const isEvent = task.label !== "hours-left";
  const counts = await db.row<{ rows: bigint; positive: bigint; stays: bigint; mean: number | null }>(sql`
    select count(*) as rows, count(*) filter (label > 0) as positive, avg(label) as mean,
      count(distinct stay_id) filter (label > 0) as stays
    from ${labels}`);
  return {
    kind: isEvent ? "binary" : "classes",
    ...(isEvent ? {} : { names: [...classNames] }),
    per: isHourly(task) ? "hour" : "stay",
    unit: "",
    // the rows end with the hour before death
    ...(task.label === "dies-soon" ? { window: { before: SOON_HOURS, after: -1 } } : {}),
    ...(isEvent ? {} : { representatives: { unit: "hours", values: [...CLASS_HOURS] } }),
    rows: Number(counts.rows),
    positiveRows: isEvent ? Number(counts.positive) : 0,
    mean: counts.mean ?? 0,
    positives: isEvent ? Number(counts.stays) : 0,
  };
}

async function describePhenotypes(db: Database, labels: Sql): Promise<CohortLabel & { positives: number }> {
  const all = phenotypes().map((_, group) => sql`${identifier(`label_${group + 1}`)}`);
  const { rows, mean } = await db.row<{ rows: bigint; mean: number | null }>(
    sql`select count(*) as rows, avg(${join(all, " + ")}) as mean from ${labels}`,
  );
  return {
    kind: "labels",
    names: phenotypes().map(({ title }) => title),
    per: "stay",
    unit: "",
    rows: Number(rows),
    positiveRows: 0,
    mean: mean ?? 0,
    positives: 0,
  };
}
