// Hours of mechanical ventilation, from charted signs of it (MIMIC-III) or from charted spans (MIMIC-IV). Knows no score.
import { type Sql, sql } from "../../store/sql.ts";
import { itemsOf, stayRows } from "./items.ts";
import type { BatchScene, OnsetStep } from "./scene.ts";

/** A sign of ventilation holds until the end charted within this time, or else for this time. */
const MATCH_MINUTES = 360;
const SHORTEST_MINUTES = 30;
const HOUR = 60;

/** Makes `cohort_ventilated`: `i` and every `hour` in which the stay is ventilated. */
export function ventilationSteps(scene: BatchScene): OnsetStep[] {
  const windows = itemsOf("mech_vent", scene.id, scene.mode).length > 0 ? chartedSpans(scene) : matchedSigns(scene);
  return [
    { table: "cohort_vent_window", query: windows },
    {
      table: "cohort_ventilated",
      query: sql`
        select distinct i, unnest(range(first_hour::bigint, last_hour::bigint + 1))::integer as hour
        from cohort_vent_window where first_hour <= last_hour`,
    },
  ];
}

/**
 * Signs of ventilation and charted ends of it, matched. In the original a sign without an end within 6 hours holds for as
 * long as the stay has lasted plus 6 hours, since its time is taken for a duration; ends before admission become hour 0.
 */
function matchedSigns(scene: BatchScene): Sql {
  const { mode, rounding } = scene;
  const minutes = (name: string) =>
    stayRows(scene, name, (time) => [sql`s.i as i`, sql`${rounding.minuteInStay(time)} as minute`]);
  const unmatched = mode === "faithful" ? sql`minute + ${MATCH_MINUTES}` : sql`${MATCH_MINUTES}`;
  const last = rounding.cut(
    sql`(${rounding.cut(sql`minute / ${HOUR}::double`)} + ${rounding.cut(sql`minutes / ${HOUR}::double`)})`,
  );
  return sql`
    with sign as (select distinct i, minute from (${minutes("vent_start")})),
    done as (select distinct i, minute, minute - 1 as before from (${minutes("vent_end")})),
    matched as (
      select sign.i, sign.minute, done.minute as ended
      from sign asof left join done on sign.i = done.i and sign.minute <= done.before
    ), lasting as (
      select i, minute, case when ended - 1 - minute <= ${MATCH_MINUTES} then ended - minute else ${unmatched} end as minutes
      from matched
    )
    select i, ${rounding.cut(sql`minute / ${HOUR}::double`)} as first_hour,
      ${mode === "faithful" ? atLeastZero(last) : rounding.cut(sql`(minute + minutes) / ${HOUR}::double`)} as last_hour
    from lasting where minutes >= ${SHORTEST_MINUTES}`;
}

/** Charted spans; the original adds their length to the begin of their first hour. */
function chartedSpans(scene: BatchScene): Sql {
  const { mode, rounding } = scene;
  const rows = stayRows(scene, "mech_vent", (time, end) => [
    sql`s.i as i`,
    sql`${rounding.minuteInStay(time)} as minute`,
    sql`${rounding.minuteInStay(end)} as ended`,
  ]);
  const first = rounding.cut(sql`minute / ${HOUR}::double`);
  const last =
    mode === "faithful"
      ? atLeastZero(rounding.cut(sql`(${first} * ${HOUR} + ended - minute) / ${HOUR}::double`))
      : rounding.cut(sql`ended / ${HOUR}::double`);
  return sql`select i, ${first} as first_hour, ${last} as last_hour from (${rows})`;
}

/** The original lets no window end before admission. */
function atLeastZero(hour: Sql): Sql {
  return sql`greatest(${hour}, 0)`;
}
