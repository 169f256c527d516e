// Death in intensive care, from the last ward before discharge. Knows no task.
import { schemaOf } from "../../store/records.ts";
import { identifier, sql } from "../../store/sql.ts";
import type { EventFunction } from "./scene.ts";

/**
 * Death in hospital whose last ward before discharge is one where some ICU stay began; an admission whose last ward is not
 * told counts as well. The death belongs to the stay that its time falls to, as hospital-level rows do.
 */
export const deathInIcu: EventFunction = {
  tables: ["admissions", "transfers", "icustays"],
  query: ({ id, source }) => {
    const table = (name: string) => identifier(schemaOf(id), name);
    const { time, ward } = source.tables["transfers"]!;
    return sql`
      with step as (
        select hadm_id, ${identifier(ward!)} as ward,
          lead(eventtype) over (partition by hadm_id order by ${identifier(time!)}, eventtype = 'discharge', ${identifier(ward!)})
            = 'discharge' as is_last
        from ${table("transfers")} where hadm_id is not null
      ), last_ward as (
        select hadm_id, bool_or(coalesce(ward in (select first_careunit from ${table("icustays")}), false)) as is_icu
        from step where is_last group by hadm_id
      )
      select a.hadm_id, min(a.deathtime) as at
      from ${table("admissions")} a left join last_ward w using (hadm_id)
      where a.hospital_expire_flag = 1 and a.deathtime is not null and coalesce(w.is_icu, true)
      group by a.hadm_id`;
  },
};
