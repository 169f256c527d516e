// Suspicion of infection: antibiotics that go on, and a culture near them. Knows no organ.
import { schemaOf } from "../../store/records.ts";
import { identifier, type Sql, sql } from "../../store/sql.ts";
import { isRolledTo } from "../stays.ts";
import { stayRows } from "./items.ts";
import type { BatchScene, OnsetStep } from "./scene.ts";

/** Antibiotics go on when over so many hours, or until death, no gap between them is longer. */
const GOING_ON = { hours: 72, gap: 24 };
/** A culture within so many hours after an antibiotic, or an antibiotic within so many hours after a culture. */
const CULTURE_AFTER = 24;
const ANTIBIOTIC_AFTER = 72;
/** A culture of which only the day is known was taken at noon. */
const NOON_MINUTES = 720;
const MINUTES_PER_HOUR = 60;

/** Makes `cohort_suspicion`: `i` and `hour`, the earlier of antibiotic and culture, of every such pair. */
export function suspicionSteps(scene: BatchScene): OnsetStep[] {
  return [
    { table: "cohort_antibiotic", query: antibiotics(scene) },
    { table: "cohort_antibiotic_on", query: goingOn() },
    { table: "cohort_culture", query: cultures(scene) },
    { table: "cohort_suspicion", query: suspicion() },
  ];
}

/**
 * Hours in which an antibiotic begins, and when the last of them stops: `i`, `hour`, `stop` (hours). The original counts how
 * long each lasts from the begin of its hour.
 */
function antibiotics(scene: BatchScene): Sql {
  const { mode, rounding } = scene;
  const rows = stayRows(scene, "abx", (time, end) => [
    sql`s.i as i`,
    sql`${rounding.hourInStay(time)}::integer as hour`,
    sql`${rounding.minuteInStay(time)} as began`,
    sql`${rounding.minuteInStay(end)} as ended`,
  ]);
  const stop =
    mode === "faithful"
      ? sql`hour + max(ended - began) / ${MINUTES_PER_HOUR}::double`
      : sql`max(ended) / ${MINUTES_PER_HOUR}::double`;
  return sql`select i, hour, ${stop} as stop from (${rows}) group by i, hour`;
}

/** Of these the hours from which on antibiotics go on. */
function goingOn(): Sql {
  return sql`
    with death as (select i, hour as died from cohort_happening where name = 'death_icu'),
    alive as (select * from cohort_antibiotic left join death using (i) where died is null or hour <= died),
    pair as (
      select a.i, a.hour, max(b.stop) over following as reached,
        coalesce(lead(b.hour) over following, least(a.hour + ${GOING_ON.hours}, a.died)) as next
      from alive a join alive b on a.i = b.i and b.hour between a.hour and a.hour + ${GOING_ON.hours}
      window following as (partition by a.i, a.hour order by b.hour)
    )
    select i, hour from pair group by i, hour having max(next - reached) <= ${GOING_ON.gap}`;
}

/**
 * Hours with a culture, whatever its result. A culture falls to the stay that its day falls to, as hospital-level rows do in
 * the original; in corrected mode its time decides.
 */
function cultures({ id, source, rounding, subjects, mode }: BatchScene): Sql {
  const table = source.tables["microbiologyevents"]!;
  const day = sql`e.${identifier(table.day!)}::timestamp`;
  const time = sql`e.${identifier(table.time!)}`;
  const noon = sql`${day} + to_minutes(${NOON_MINUTES})`;
  const taken = sql`coalesce(${time}, ${noon})`;
  const place = rounding.rollPlace(mode === "faithful" ? day : taken);
  return sql`
    select distinct s.i, ${rounding.hourAfterRoll(rounding.rollPlace(taken))}::integer as hour
    from (
      select * from ${identifier(schemaOf(id), "microbiologyevents")} e
      where e.subject_id between ${subjects.from} and ${subjects.to} and ${taken} is not null
    ) e join cohort_stay s on e.hadm_id = s.hadm_id
    where ${isRolledTo(place)}`;
}

function suspicion(): Sql {
  const after = (first: Sql, second: Sql, hours: number) => sql`
    select a.i, a.hour from ${first} a
    where exists (from ${second} b where b.i = a.i and b.hour between a.hour and a.hour + ${hours})`;
  const antibiotic = identifier("cohort_antibiotic_on");
  const culture = identifier("cohort_culture");
  return sql`
    ${after(antibiotic, culture, CULTURE_AFTER)} union ${after(culture, antibiotic, ANTIBIOTIC_AFTER)}`;
}
