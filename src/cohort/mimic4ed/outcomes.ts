// The three outcomes of a visit: hospitalization, death or intensive care, return within 72 hours. Knows no predictor.
import { type Database, type Sql, sql } from "../../store/index.ts";
import type { Rules } from "./rules.ts";

/** Intensive care counts up to this long after leaving the department. */
const ICU_HOURS = 12;
/** A return counts within this time, in seconds: 3 days. */
const RETURN_SECONDS = 3 * 24 * 3600;

/** Makes `ed_outcome`, a row per visit; durations are whole seconds, negative where the later event came first. */
export async function makeOutcomes(db: Database, rules: Rules): Promise<void> {
  await db.run(sql`
    create or replace temp table ed_outcome as
    with outcome as (
      select v.stay_id, coalesce(${diedQuery(rules)}, false) as outcome_inhospital_mortality,
             i.intime_icu, date_diff('second', v.outtime, i.intime_icu) as time_to_icu_transfer,
             coalesce(i.intime_icu <= v.outtime + to_hours(${ICU_HOURS}::int), false) as outcome_icu_transfer_12h,
             ${hospitalizedQuery(rules)} as outcome_hospitalization,
             n.next_ed_visit_time, date_diff('second', v.outtime, n.next_ed_visit_time) as next_ed_visit_time_diff
      from ed_visit v left join (${icuQuery(rules)}) i using (stay_id) left join (${nextQuery(rules)}) n using (stay_id)
    )
    select *, outcome_inhospital_mortality or outcome_icu_transfer_12h as outcome_critical,
           coalesce(next_ed_visit_time_diff < ${RETURN_SECONDS}, false) as outcome_ed_revisit_3d
    from outcome`);
}

/** Whether the patient died. The day of death has no time, so that by day a death is before any discharge of that day. */
function diedQuery({ death }: Rules): Sql {
  if (death === "day") return sql`v.dischtime >= v.dod`;
  return sql`v.deathtime >= v.intime or v.disposition = 'EXPIRED'`;
}

function hospitalizedQuery({ hospitalized }: Rules): Sql {
  const hasAdmission = sql`v.hadm_id is not null`;
  // releases before ED 2.0 have no disposition
  if (hospitalized === "disposition") return sql`coalesce(v.disposition = 'ADMITTED', ${hasAdmission})`;
  return hasAdmission;
}

/** When intensive care began, per visit with an admission that has one. */
function icuQuery({ firstIcuStay }: Rules): Sql {
  const counts = firstIcuStay === "from arrival" ? sql`i.intime >= v.intime` : sql`true`;
  return sql`
    select v.stay_id, min(i.intime) as intime_icu
    from ed_visit v join mimic_iv.icustays i on i.hadm_id = v.hadm_id and i.subject_id = v.subject_id
    where ${counts} group by v.stay_id`;
}

/** When the patient's next visit began, per visit that has one. */
function nextQuery({ nextVisit }: Rules): Sql {
  if (nextVisit === "next") {
    return sql`
      select stay_id, lead(intime) over (partition by subject_id order by position) as next_ed_visit_time from ed_visit`;
  }
  return sql`
    select v.stay_id, min(w.intime) as next_ed_visit_time
    from ed_visit v join ed_visit w on w.subject_id = v.subject_id and w.position > v.position and w.intime >= v.outtime
    group by v.stay_id`;
}
