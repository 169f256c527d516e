// The stays of a cohort as a table: who, when, from which admission, and the outcomes that fall to them. Knows no item.
import { type Database, identifier, type Sql, sql } from "../store/index.ts";
import { schemaOf } from "../store/records.ts";
import { eventFunctionOf, eventNames, type Plan } from "./plan.ts";

/**
 * Makes `cohort_stay`: one row per stay, numbered `i` in the order of stay ids, and `cohort_happening`, the outcomes, to
 * which onsets are added as the events are read.
 */
export async function makeStays(db: Database, plan: Plan): Promise<void> {
  await db.run(stayTable(plan));
  await db.run(sql`create or replace temp table cohort_happening (name varchar, i uinteger, hour double)`);
  for (const name of eventNames(plan.task, plan.mode)) await db.run(addHappenings(plan, name));
}

/**
 * Repeated rows of a stay, an admission or a patient count once. `roll_after` and `roll_to` bound the hospital-level rows
 * that are the stay's: those after the end of the stay before it, up to its own end, and for the last also what follows.
 */
function stayTable({ id, source, rounding }: Plan): Sql {
  const table = (name: string) => identifier(schemaOf(id), name);
  return sql`
    create or replace temp table cohort_stay as
    with stay as (
      select ${identifier(source.stay)}::bigint as stay_id, subject_id::bigint as subject_id, hadm_id::bigint as hadm_id,
        epoch_us(intime::timestamp) as t0, epoch_us(outtime::timestamp) as t1
      from ${table("icustays")} where ${identifier(source.stay)} is not null
      qualify row_number() over (partition by ${identifier(source.stay)} order by intime, outtime, hadm_id, subject_id) = 1
    ), admission as (
      select hadm_id, epoch_us(admittime::timestamp) as a0 from ${table("admissions")}
      qualify row_number() over (partition by hadm_id order by admittime, dischtime) = 1
    ), timed as (
      select (row_number() over (order by stay_id) - 1)::uinteger as i, stay.*, a0, ${rounding.stayColumns()}
      from stay left join admission using (hadm_id)
    )
    select *,
      coalesce(lag(roll_to) over after, '-infinity'::double) as roll_after,
      lead(roll_to) over after is null and roll_to is not null as is_last
    from timed
    window after as (partition by hadm_id order by roll_to nulls last, stay_id)
    order by i`;
}

/** When an outcome befalls its stay, in hours since ICU admission. */
function addHappenings(plan: Plan, name: string): Sql {
  const { rounding, mode, id, source } = plan;
  const found = eventFunctionOf(name, mode)!.query({ id, source, rounding });
  return sql`
    insert into cohort_happening
    with happening as (${found})
    select ${name}, s.i, min(${rounding.hourAfterRoll(rounding.rollPlace(sql`e.at`))})
    from happening e join cohort_stay s using (hadm_id)
    where ${isRolledTo(rounding.rollPlace(sql`e.at`))}
    group by s.i`;
}

/** Whether a hospital-level row at that place falls to stay `s`. */
export function isRolledTo(place: Sql): Sql {
  return sql`${place} > s.roll_after and (${place} <= s.roll_to or s.is_last)`;
}

/** Subjects, in order, in ranges that hold about `size` stays each. */
export async function stayBatches(db: Database, size: number): Promise<{ from: number; to: number }[]> {
  const rows = await db.rows<{ lowest: bigint; highest: bigint }>(sql`
    with subject as (
      select subject_id, sum(count(*)) over (order by subject_id) - count(*) as before from cohort_stay group by subject_id
    )
    select min(subject_id) as lowest, max(subject_id) as highest from subject
    group by (before / ${size}::bigint)::bigint order by lowest`);
  return rows.map(({ lowest, highest }) => ({ from: Number(lowest), to: Number(highest) }));
}
