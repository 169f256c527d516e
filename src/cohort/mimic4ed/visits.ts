// One row per emergency visit with its patient and admission, and what is known at arrival. Knows no outcome.
import { type Database, type Sql, sql } from "../../store/index.ts";
import type { Rules } from "./rules.ts";

/**
 * Makes `ed_visit`, numbered by patient, arrival and visit; the authors' table has that order, and their split depends on
 * it (visits of one patient at the very same minute stand there in the order of the file, which a store does not keep).
 */
export async function makeVisits(db: Database, rules: Rules): Promise<void> {
  await db.run(sql`
    create or replace temp table ed_visit as
    select e.subject_id::bigint as subject_id, e.hadm_id::bigint as hadm_id, e.stay_id::bigint as stay_id,
           e.intime, e.outtime, coalesce(e.gender, p.gender) as gender, e.race, e.arrival_transport, e.disposition,
           p.anchor_age, p.anchor_year, p.anchor_year_group, p.dod,
           a.admittime, a.dischtime, a.deathtime, a.race as admission_race, a.edregtime, a.edouttime, a.insurance,
           year(e.intime)::integer as in_year,
           (year(e.intime) - p.anchor_year + p.anchor_age)::integer as age,
           date_diff('second', e.intime, e.outtime) as ed_seconds,
           row_number() over (order by e.subject_id, e.intime, e.stay_id) - 1 as position
    from mimic_iv_ed.edstays e
    left join mimic_iv.patients p using (subject_id)
    left join mimic_iv.admissions a on a.subject_id = e.subject_id and a.hadm_id = e.hadm_id`);
  await db.run(ethnicityQuery(rules));
}

/**
 * Makes `ed_ethnicity`. The authors take that of the admission and fill visits without one with the patient's most
 * frequent, the earliest among equals; the department's own record, where the release has it, needs no filling.
 */
function ethnicityQuery({ ethnicity }: Rules): Sql {
  const recorded = ethnicity === "visit" ? sql`coalesce(race, admission_race)` : sql`admission_race`;
  return sql`
    create or replace temp table ed_ethnicity as
    with recorded as (select stay_id, subject_id, position, ${recorded} as recorded from ed_visit),
    counted as (
      select subject_id, recorded, count(*) as visits, min(position) as first
      from recorded where recorded is not null group by subject_id, recorded
    ),
    usual as (
      select subject_id, recorded as usual from counted
      qualify row_number() over (partition by subject_id order by visits desc, first) = 1
    )
    select stay_id, coalesce(recorded, usual) as ethnicity from recorded left join usual using (subject_id)`;
}
