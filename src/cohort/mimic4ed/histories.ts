// How often a patient came before: visits, admissions and ICU stays in the 30, 90 and 365 days up to arrival.
import { type Database, identifier, join, type Sql, sql } from "../../store/index.ts";
import type { Rules } from "./rules.ts";

export const historyDays = [30, 90, 365] as const;

/** Makes `ed_history`, a row per visit. */
export async function makeHistories(db: Database, rules: Rules): Promise<void> {
  await db.run(sql`
    create or replace temp table ed_history as
    with ed as (${earlierVisits()}),
    hosp as (${earlierStays("hosp", sql`mimic_iv.admissions`, sql`admittime`, rules)}),
    icu as (${earlierStays("icu", sql`mimic_iv.icustays`, sql`intime`, rules)})
    select v.stay_id, ${counts("ed")}, ${counts("hosp")}, ${counts("icu")}
    from ed_visit v left join ed using (stay_id) left join hosp using (stay_id) left join icu using (stay_id)`);
}

function counts(kind: string): Sql {
  return join(
    historyDays.map((days) => {
      const name = identifier(`n_${kind}_${days}d`);
      return sql`coalesce(${identifier(kind)}.${name}, 0)::integer as ${name}`;
    }),
  );
}

/** Visits of the patient that stand before this one and began at most so many days earlier. */
function earlierVisits(): Sql {
  const columns = historyDays.map(
    (days) => sql`
      count(*) over (partition by subject_id order by intime range between to_days(${days}::int) preceding and current row)
      - same + nth - 1 as ${identifier(`n_ed_${days}d`)}`,
  );
  // the range takes in all visits of the very same time, of which only those that stand before are earlier
  return sql`
    select stay_id, ${join(columns)} from (
      select *, count(*) over (partition by subject_id, intime) as same,
             row_number() over (partition by subject_id, intime order by position) as nth
      from ed_visit)`;
}

/** Admissions or ICU stays that began before arrival, and at most so many days earlier. */
function earlierStays(kind: string, table: Sql, start: Sql, { countsOwnAdmission }: Rules): Sql {
  const columns = historyDays.map(
    (days) =>
      sql`count(*) filter (s.${start} >= v.intime - to_days(${days}::int)) as ${identifier(`n_${kind}_${days}d`)}`,
  );
  const own = countsOwnAdmission ? sql`true` : sql`s.hadm_id is distinct from v.hadm_id`;
  return sql`
    select v.stay_id, ${join(columns)}
    from ed_visit v join ${table} s on s.subject_id = v.subject_id and s.${start} < v.intime
     and s.${start} >= v.intime - to_days(${Math.max(...historyDays)}::int)
    where ${own} group by v.stay_id`;
}
