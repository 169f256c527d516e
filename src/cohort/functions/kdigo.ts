// Acute kidney injury by KDIGO: stages from creatinine and from urine, and the first hour of stage 1. Knows no task.
// Source: KDIGO Clinical Practice Guideline for Acute Kidney Injury, Kidney Int Suppl 2012; 2: 1-138, table 2.
import { identifier, type Sql, sql } from "../../store/sql.ts";
import { itemsOf, stayRows } from "./items.ts";
import type { BatchScene, OnsetFunction } from "./scene.ts";

/** Hours over which creatinine may rise by `rise` mg/dL, and over which the lowest value is the baseline of the ratios. */
const RISE = { hours: 48, by: 0.3 };
const BASELINE_HOURS = 168;
/** Ratios to the baseline of the stages; a creatinine of `high` that rose is stage 3 as well. */
const RATIO = { one: 1.5, two: 2, three: 3 };
const HIGH_CREATININE = 4;
/** Urine in mL per kg and hour, and over how many hours it must be less. */
const URINE = { one: { hours: 6, below: 0.5 }, two: { hours: 12, below: 0.5 }, three: { hours: 24, below: 0.3 } };
/** Without any urine, stage 3 is reached earlier. */
const ANURIA_HOURS = 12;
/** After a longer time without a urine value charting has begun anew. */
const LONGEST_GAP = 24;
/** Differences of decimal numbers are exact to this. */
const ROUNDING = 1e-9;

/**
 * Stages by creatinine, at every hour that has one: `i`, `hour`, `stage`. An hour's value is the median of its values; values
 * from before ICU admission count.
 */
function creatinineStages({ variable, mode }: BatchScene): Sql {
  const slack = mode === "corrected" ? ROUNDING : 0;
  return sql`
    with hourly as (
      select i, hour, median(value) as crea from cohort_event where variable = ${variable("crea")} group by i, hour
    ), lowest as (
      select *, min(crea) over (partition by i order by hour range between ${RISE.hours - 1} preceding and current row) as low_2d,
        min(crea) over (partition by i order by hour range between ${BASELINE_HOURS - 1} preceding and current row) as low_7d
      from hourly
    )
    select i, hour, case
      when crea >= ${RATIO.three} * low_7d - ${slack} then 3
      when crea >= ${HIGH_CREATININE} and (crea - low_2d >= ${RISE.by}::double - ${slack}
        or crea >= ${RATIO.one} * low_7d - ${slack}) then 3
      when crea >= ${RATIO.two} * low_7d - ${slack} then 2
      when crea >= low_2d + ${RISE.by}::double - ${slack} then 1
      when crea >= ${RATIO.one} * low_7d - ${slack} then 1
      else 0 end as stage
    from lowest`;
}

/**
 * The original's hourly rate of urine: every value divided by the hours since the value before it, plus one; the highest of
 * an hour.
 */
function urineRatesOfOriginal(scene: BatchScene): Sql {
  const { rounding } = scene;
  const { low, high } = itemsOf("urine", scene.id, scene.mode)[0]!;
  const rows = stayRows(scene, "urine", (time, _, { value }) => [
    sql`s.i as i`,
    sql`${time} as time`,
    sql`${rounding.hourInStay(time)} as hour`,
    sql`e.itemid as itemid`,
    sql`e.${identifier(value!)}::double as urine`,
  ]);
  return sql`
    with charted as (
      select *, hour - lag(hour) over (partition by i order by time, itemid, urine) + 1 as gap
      from (${rows}) where urine between ${low} and ${high}
    ), rated as (
      select i, hour, urine / (case when gap is null or gap > ${LONGEST_GAP} then 1 else gap end) as rate from charted
    )
    select i, hour, max(rate) as rate from rated where rate between ${low} and ${high} group by i, hour`;
}

/**
 * The original's stages by urine: SUMS of those rates over 6, 12 and 24 hours, per kg, against limits per hour. Stays without
 * a charted weight are compared in mL instead of mL/kg: the 75 kg that stand in the original's code for them never apply.
 */
function urineStagesOfOriginal({ variable }: BatchScene): Sql {
  const sum = (hours: number) =>
    sql`sum(rate) over (partition by i order by hour range between ${hours - 1} preceding and current row) / coalesce(kg, 1)`;
  return sql`
    with weight as (select i, median(value) as kg from cohort_event where variable = ${variable("weight")} group by i),
    summed as (
      select i, hour, ${sum(URINE.one.hours)} as h6, ${sum(URINE.two.hours)} as h12, ${sum(URINE.three.hours)} as h24
      from cohort_urine_rate left join weight using (i)
    )
    select i, hour, case
      when hour >= ${URINE.three.hours} and h24 < ${URINE.three.below} then 3
      when hour >= ${ANURIA_HOURS} and h12 = 0 then 3
      when hour >= ${URINE.two.hours} and h12 < ${URINE.two.below} then 2
      when hour >= ${URINE.one.hours} and h6 < ${URINE.one.below} then 1
      else 0 end as stage
    from summed`;
}

/**
 * Urine by hour and the hours it covers: `i`, `hour`, `volume`, `hours`. A charted volume covers the time since the volume
 * before it; the first one, or one after a long gap, covers its own hour, since nobody knows when the collecting began.
 */
function urineVolumes({ variable }: BatchScene): Sql {
  return sql`
    with hourly as (
      select i, hour, list_sum(list_sort(list(value))) as volume
      from cohort_event where variable = ${variable("urine")} group by i, hour
    ), since as (select *, hour - lag(hour) over (partition by i order by hour) as gap from hourly)
    select i, hour, volume, case when gap is null or gap > ${LONGEST_GAP} then 1 else gap end as hours from since`;
}

/**
 * Stages by urine: total volume / hours / weight over the last 6, 12 and 24 hours, judged where the volumes charted in that
 * time cover all of it and a weight is known.
 */
function urineStages({ variable }: BatchScene): Sql {
  const over = (column: string, hours: number) =>
    sql`sum(${identifier(column)}) over (partition by i order by hour range between ${hours - 1} preceding and current row)`;
  const isLess = ({ hours, below }: { hours: number; below: number }) => {
    const covered = over("hours", hours);
    return sql`(${covered} >= ${hours} and ${over("volume", hours)} / ${covered} / kg < ${below}::double)`;
  };
  return sql`
    with weight as (select i, median(value) as kg from cohort_event where variable = ${variable("weight")} group by i)
    select i, hour, case
      when ${isLess(URINE.three)} then 3
      when ${over("hours", ANURIA_HOURS)} >= ${ANURIA_HOURS} and ${over("volume", ANURIA_HOURS)} = 0 then 3
      when ${isLess(URINE.two)} then 2
      when ${isLess(URINE.one)} then 1
      else 0 end as stage
    from cohort_urine_volume join weight using (i)`;
}

/** The first hour of stage 1 or higher by either part. */
function onset(parts: readonly string[]): Sql {
  const stages = parts.map((part) => sql`select i, hour from ${identifier(part)} where stage >= 1`);
  return sql`select i, min(hour) as hour from (${stages.reduce((a, b) => sql`${a} union all ${b}`)}) group by i`;
}

/** KDIGO as YAIB's extension of ricu has it. */
export const akiOfYaib: OnsetFunction = {
  tables: () => ["labevents", "outputevents"],
  variables: ["crea", "urine", "weight"],
  rows: ["urine"],
  events: [],
  steps: (scene) => [
    { table: "cohort_kdigo_crea", query: creatinineStages(scene) },
    { table: "cohort_urine_rate", query: urineRatesOfOriginal(scene) },
    { table: "cohort_kdigo_urine", query: urineStagesOfOriginal(scene) },
    { table: "cohort_kdigo", query: onset(["cohort_kdigo_crea", "cohort_kdigo_urine"]) },
  ],
};

/** KDIGO as the guideline says: the same creatinine part, and urine in mL per kg and hour. */
export const akiOfKdigo: OnsetFunction = {
  ...akiOfYaib,
  steps: (scene) => [
    { table: "cohort_kdigo_crea", query: creatinineStages(scene) },
    { table: "cohort_urine_volume", query: urineVolumes(scene) },
    { table: "cohort_kdigo_urine", query: urineStages(scene) },
    { table: "cohort_kdigo", query: onset(["cohort_kdigo_crea", "cohort_kdigo_urine"]) },
  ],
};
