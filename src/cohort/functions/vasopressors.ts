// Rates of vasopressors by the hour, of infusions that went on for an hour at least. Knows no score.
import { identifier, join, type Sql, sql } from "../../store/sql.ts";
import { stayRows } from "./items.ts";
import type { BatchScene, OnsetStep } from "./scene.ts";

export const vasopressors = ["dopa", "norepi", "epi", "dobu"] as const;

/** Infusions no further apart than this are one; those shorter than an hour do not count. */
const JOINED_MINUTES = 5;
const SHORTEST_MINUTES = 60;
/** A rate without an end (CareVue) holds until the next one of the infusion, at most so long; the last one for an hour. */
const LONGEST_RATE = 360;
const LAST_RATE = 60;
const HOUR = 60;
const UNIT = "mcg/kg/min";

/** Makes `cohort_vasopressor`: `i`, `hour`, `drug` (its place in `vasopressors`), `rate` (mcg/kg/min), the highest of the hour. */
export function vasopressorSteps(scene: BatchScene): OnsetStep[] {
  return [
    { table: "cohort_infusion_row", query: infusionRows(scene) },
    { table: "cohort_infusion_rate", query: heldRates() },
    { table: "cohort_infusion", query: longInfusions() },
    { table: "cohort_vasopressor", query: hourlyRates(scene) },
  ];
}

/** Every charted row: from and to (null where the table has no ends), in minutes, with the infusion it belongs to. */
function infusionRows(scene: BatchScene): Sql {
  const { rounding } = scene;
  const rows = vasopressors.map((name, drug) =>
    stayRows(scene, name, (time, end, table, { low, high }) => {
      const rate = sql`e.${identifier(table.value!)}::double`;
      const known = [sql`${rate} between ${low} and ${high}`];
      if (scene.mode === "corrected" && table.unit)
        known.push(sql`lower(replace(e.${identifier(table.unit)}, ' ', '')) in (${UNIT}, 'mcgkgmin')`);
      return [
        sql`s.i as i`,
        sql`${drug}::utinyint as drug`,
        sql`e.${identifier(table.group!)}::bigint as infusion`,
        sql`${table.end !== undefined} as has_end`,
        sql`${rounding.minuteInStay(time)} as from_minute`,
        sql`${rounding.minuteInStay(end)} as to_minute`,
        sql`case when ${join(known, " and ")} then ${rate} end as rate`,
      ];
    }),
  );
  return join(rows, " union all ");
}

/**
 * The rates that hold at a time, where several hold their median: `i`, `drug`, `from_minute`, `to_minute`, `rate`. Between two
 * minutes where a row begins or ends nothing changes.
 */
function heldRates(): Sql {
  const gap = sql`lead(from_minute) over (partition by i, drug, infusion order by from_minute, rate nulls last) - from_minute`;
  return sql`
    with held as (
      select i, drug, rate, from_minute, case when has_end then to_minute
        else from_minute + least(coalesce(${gap}, ${LAST_RATE}), ${LONGEST_RATE}) - 1 end as to_minute
      from cohort_infusion_row
    ), rated as (select * from held where rate is not null and from_minute <= to_minute),
    change as (select i, drug, from_minute as minute from rated union select i, drug, to_minute + 1 from rated),
    span as (
      select i, drug, minute as from_minute, lead(minute) over (partition by i, drug order by minute) - 1 as to_minute from change
    )
    select s.i, s.drug, s.from_minute, s.to_minute, median(r.rate) as rate
    from span s join rated r
      on r.i = s.i and r.drug = s.drug and r.from_minute <= s.from_minute and r.to_minute >= s.from_minute
    where s.to_minute is not null
    group by s.i, s.drug, s.from_minute, s.to_minute`;
}

/**
 * Infusions of an hour or more. Two that touch are joined; as in ricu an infusion is joined to the earliest one it touches,
 * which is not a chain.
 */
function longInfusions(): Sql {
  return sql`
    with infusion as (
      select i, drug, infusion, min(from_minute) as from_minute, max(to_minute) as to_minute
      from cohort_infusion_row group by i, drug, infusion
    ), longest as (
      select i, drug, from_minute, max(to_minute) + ${JOINED_MINUTES} as to_minute
      from infusion where to_minute > from_minute group by i, drug, from_minute
    ), joined as (
      select b.i, b.drug, b.to_minute, min(a.from_minute) as from_minute
      from longest a join longest b
        on a.i = b.i and a.drug = b.drug and a.from_minute <= b.to_minute and a.to_minute >= b.from_minute
      group by b.i, b.drug, b.from_minute, b.to_minute
    )
    select i, drug, from_minute, max(to_minute) - ${JOINED_MINUTES} as to_minute
    from joined group by i, drug, from_minute having max(to_minute) - ${JOINED_MINUTES} - from_minute >= ${SHORTEST_MINUTES}`;
}

function hourlyRates({ rounding }: BatchScene): Sql {
  const hour = (minute: Sql) => rounding.cut(sql`${minute} / ${HOUR}::double`);
  return sql`
    with inside as (
      select r.i, r.drug, r.rate, ${hour(sql`greatest(r.from_minute, f.from_minute)`)}::bigint as first_hour,
        ${hour(sql`least(r.to_minute, f.to_minute)`)}::bigint as last_hour
      from cohort_infusion_rate r join cohort_infusion f
        on r.i = f.i and r.drug = f.drug and r.from_minute <= f.to_minute and r.to_minute >= f.from_minute
    ), spread as (select i, drug, rate, unnest(range(first_hour, last_hour + 1))::integer as hour from inside)
    select i, hour, drug, max(rate) as rate from spread group by i, hour, drug`;
}
