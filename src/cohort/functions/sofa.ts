// SOFA, the Sequential Organ Failure Assessment score, by the hour: six parts and their sum. Knows no infection.
// Source: Vincent et al., Intensive Care Med 1996; 22: 707-710, table 3.
import { identifier, join, type Sql, sql } from "../../store/sql.ts";
import { stayRows } from "./items.ts";
import type { BatchScene, OnsetStep } from "./scene.ts";
import { vasopressorSteps } from "./vasopressors.ts";
import { ventilationSteps } from "./ventilation.ts";

/** Oxygen values are paired over so many hours; without inspired oxygen the patient breathes air. */
const PAIRED_HOURS = 2;
const AIR = 21;
/** A Glasgow part holds so long; a missing one counts as full. */
const GLASGOW_HOURS = 6;
const FULL = { eyes: 4, verbal: 5, motor: 6, total: 15 };
/** The worst value of so many hours counts. */
const DAY = 24;
/** Urine of a day is told from so many hours of charting. */
const URINE_HOURS = 12;
/** What a nurse charts for the verbal part of a patient with a tube; only where texts are in the records. */
const TUBE = ["1.0 ET/Trach", "No Response-ETT"];

/** What SOFA looks at, besides drugs and ventilation. */
export const sofaVariables = ["po2", "fio2", "plt", "bili", "map", "crea", "urine", "egcs", "vgcs", "mgcs", "tgcs"];

/** Makes `cohort_sofa`: `i`, `hour`, `sofa`, for every hour from the first to the last one with anything to score. */
export function sofaSteps(scene: BatchScene): OnsetStep[] {
  return [
    ...ventilationSteps(scene),
    ...vasopressorSteps(scene),
    { table: "cohort_sofa_resp", query: respiration(scene) },
    { table: "cohort_sofa_cardio", query: circulation(scene) },
    { table: "cohort_tube", query: tubes(scene) },
    { table: "cohort_sofa_cns", query: nervousSystem(scene) },
    { table: "cohort_urine_day", query: urineOfDay(scene) },
    { table: "cohort_sofa_renal", query: kidneys(scene) },
    { table: "cohort_sofa", query: total(scene) },
  ];
}

/** One value an hour of a variable: `i`, `hour`, `value`. */
function hourly({ variable }: BatchScene, name: string, aggregate: "min" | "max"): Sql {
  const worst = aggregate === "min" ? sql`min(value)` : sql`max(value)`;
  return sql`(select i, hour, ${worst} as value from cohort_event where variable = ${variable(name)} group by i, hour)`;
}

/**
 * Arterial oxygen to inspired oxygen, each with the last value of the other; below 200 only counts with ventilation.
 */
function respiration(scene: BatchScene): Sql {
  return sql`
    with po2 as ${hourly(scene, "po2", "min")}, fio2 as ${hourly(scene, "fio2", "max")},
    times as (select i, hour from po2 union select i, hour from fio2),
    paired as (
      select t.i, t.hour, case when t.hour - p.hour <= ${PAIRED_HOURS} then p.value end as po2,
        coalesce(case when t.hour - f.hour <= ${PAIRED_HOURS} then f.value end, ${AIR}) as fio2
      from times t asof left join po2 p on p.i = t.i and p.hour <= t.hour
        asof left join fio2 f on f.i = t.i and f.hour <= t.hour
    ), ratio as (select i, hour, 100 * po2 / fio2 as pafi from paired where po2 is not null),
    scored as (
      select i, hour, case when pafi < 200 and ventilated is null then 200 else pafi end as pafi
      from ratio full join (select i, hour, true as ventilated from cohort_ventilated) using (i, hour)
    )
    select i, hour, case when pafi < 100 then 4 when pafi < 200 then 3 when pafi < 300 then 2 when pafi < 400 then 1 else 0 end
      as points
    from scored`;
}

/** Mean arterial pressure and vasopressors. */
function circulation(scene: BatchScene): Sql {
  return sql`
    with drug as (
      select i, hour, max(rate) filter (drug = 0) as dopa, max(rate) filter (drug = 1) as norepi,
        max(rate) filter (drug = 2) as epi, max(rate) filter (drug = 3) as dobu
      from cohort_vasopressor group by i, hour
    )
    select i, hour, case
      when dopa > 15 or epi > 0.1 or norepi > 0.1 then 4
      when dopa > 5 or epi > 0 or norepi > 0 then 3
      when dopa > 0 or dobu > 0 then 2
      when map.value < 70 then 1 else 0 end as points
    from drug full join ${hourly(scene, "map", "min")} map using (i, hour)`;
}

/**
 * Hours with a tube by the text of the verbal part, where the records have texts. In the original one charted before
 * admission lasts until hour 0.
 */
function tubes(scene: BatchScene): Sql {
  if (!scene.hasText("chartevents")) return sql`select null::uinteger as i, null::integer as hour where false`;
  const rows = stayRows(scene, "vgcs", (time) => [
    sql`s.i as i`,
    sql`${scene.rounding.hourInStay(time)}::integer as hour`,
    sql`e.value as text`,
  ]);
  const until = scene.mode === "faithful" ? sql`greatest(hour, 0)` : sql`hour`;
  return sql`
    select distinct i, unnest(range(hour, ${until} + 1))::integer as hour
    from (${rows}) where list_contains(${TUBE}::varchar[], text)`;
}

/** Glasgow coma scale: the charted total, or the sum of the last parts; full with a tube, since nobody can tell. */
function nervousSystem(scene: BatchScene): Sql {
  const { variable } = scene;
  const parts = ["egcs", "vgcs", "mgcs", "tgcs"];
  const lowest = parts.map((name) => sql`min(value) filter (variable = ${variable(name)}) as ${identifier(name)}`);
  const held = parts.map(
    (name) => sql`
      last_value(${identifier(name)} ignore nulls) over (
        partition by i order by hour range between ${GLASGOW_HOURS} preceding and current row) as ${identifier(name)}`,
  );
  return sql`
    with charted as (
      select i, hour, ${join(lowest)} from cohort_event
      where list_contains(${parts.map(variable)}::utinyint[], variable) group by i, hour
    ), held as (select i, hour, ${join(held)} from charted),
    total as (
      select i, hour, case when tube then ${FULL.total} else coalesce(tgcs,
        coalesce(egcs, ${FULL.eyes}) + coalesce(vgcs, ${FULL.verbal}) + coalesce(mgcs, ${FULL.motor})) end as gcs
      from held left join (select i, hour, true as tube from cohort_tube) using (i, hour)
    )
    select i, hour, case when gcs < 6 then 4 when gcs < 10 then 3 when gcs < 13 then 2 when gcs < 15 then 1 else 0 end as points
    from total`;
}

/** Hours before an hour that a day holds besides it; the original's days have 25 hours. */
function hoursBefore({ mode }: BatchScene): number {
  return mode === "faithful" ? DAY : DAY - 1;
}

/** Urine of the last day, scaled to a day: from the first to the last hour with urine, where 12 hours of it are charted. */
function urineOfDay(scene: BatchScene): Sql {
  const window = sql`(partition by i order by hour range between ${hoursBefore(scene)} preceding and current row)`;
  return sql`
    with hourly as (
      select i, hour, list_sum(list_sort(list(value))) as urine
      from cohort_event where variable = ${scene.variable("urine")} group by i, hour
    ), every_hour as (
      select i, unnest(range(min(hour), max(hour) + 1))::integer as hour from hourly group by i
    ), summed as (
      select i, hour, count(*) over ${window} as hours, sum(urine) over ${window} as urine
      from every_hour left join hourly using (i, hour)
    )
    select i, hour, case when hours >= ${URINE_HOURS} then coalesce(urine, 0) * ${DAY} / hours end as urine from summed`;
}

/** Creatinine and urine. */
function kidneys(scene: BatchScene): Sql {
  return sql`
    select i, hour, case
      when crea.value >= 5 or urine < 200 then 4
      when crea.value >= 3.5 or urine < 500 then 3
      when crea.value >= 2 then 2
      when crea.value >= 1.2 then 1 else 0 end as points
    from ${hourly(scene, "crea", "max")} crea full join cohort_urine_day using (i, hour)`;
}

/** The worst of each part over the last day, summed; a part without any value counts 0. */
function total(scene: BatchScene): Sql {
  const coag = sql`
    select i, hour, case when value < 20 then 4 when value < 50 then 3 when value < 100 then 2 when value < 150 then 1 else 0 end
      as points from ${hourly(scene, "plt", "min")}`;
  const liver = sql`
    select i, hour, case when value >= 12 then 4 when value >= 6 then 3 when value >= 2 then 2 when value >= 1.2 then 1 else 0 end
      as points from ${hourly(scene, "bili", "max")}`;
  const stored = ["resp", "cardio", "cns", "renal"].map(
    (name, place) => sql`select i, hour, ${place} as part, points from ${identifier(`cohort_sofa_${name}`)}`,
  );
  const computed = [coag, liver].map(
    (query, place) => sql`select i, hour, ${place + 4} as part, points from (${query})`,
  );
  const columns = [0, 1, 2, 3, 4, 5].map(
    (part) => sql`max(points) filter (part = ${part}) as ${identifier(`p${part}`)}`,
  );
  const worst = [0, 1, 2, 3, 4, 5].map((part) => sql`coalesce(max(${identifier(`p${part}`)}) over day, 0)`);
  return sql`
    with part as (${join([...stored, ...computed], " union all ")}),
    wide as (select i, hour, ${join(columns)} from part group by i, hour),
    every_hour as (select i, unnest(range(min(hour), max(hour) + 1))::integer as hour from wide group by i)
    select i, hour, (${join(worst, " + ")})::integer as sofa
    from every_hour left join wide using (i, hour)
    window day as (partition by i order by hour range between ${hoursBefore(scene)} preceding and current row)`;
}
