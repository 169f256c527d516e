// What some models take beside the table of predictors: codes of earlier stays, vital signs as charted. Knows no model.
import { identifier, join, type Sql, sql } from "../../store/index.ts";
import type { Rules } from "./rules.ts";
import { believed, laterVitals, recorded } from "./vitals.ts";

/** Codes of a visit at most: the latest. */
export const MOST_CODES = 200;

/**
 * Diagnoses of admissions that ended before arrival, within the days that count as history: `stay_id`, `code` (the ICD
 * version, a colon, the code without its dot), each once a visit, the latest first, and its `place` from 1. Codes of the
 * two ICD versions stand as they are; none is translated.
 * @param visits the visits, with `stay_id`, `subject_id`, `intime`
 */
export function codesQuery(visits: Sql, { historyDays }: Rules): Sql {
  return sql`
    with code as (
      select hadm_id, icd_version || ':' || replace(trim(icd_code), '.', '') as code, min(seq_num) as seq_num
      from mimic_iv.diagnoses_icd where icd_code is not null and icd_version is not null group by all
    ),
    latest as (
      select v.stay_id, c.code, max(a.dischtime) as ended, arg_max(c.seq_num, a.dischtime) as seq_num
      from ${visits} v
      join mimic_iv.admissions a
        on a.subject_id = v.subject_id and a.dischtime < v.intime
       and a.dischtime >= v.intime - to_days(${historyDays}::int)
      join code c on c.hadm_id = a.hadm_id
      group by v.stay_id, c.code
    ),
    placed as (
      select stay_id, code, row_number() over (partition by stay_id order by ended desc, seq_num, code) as place
      from latest
    )
    select stay_id::bigint as stay_id, code, place::integer as place
    from placed where place <= ${MOST_CODES} order by stay_id, place`;
}

/**
 * Vital signs charted during the visits, a row a time: `stay_id`, `minute` since arrival, the signs. Corrected mode: those
 * up to departure, in Celsius, unbelievable values missing. Faithful mode: all, as recorded (Fahrenheit), for the authors
 * fill in between before they look for unbelievable ones. Of two values at the same minute the greater is taken.
 * @param visits the visits, with `stay_id`, `intime`, `outtime`
 */
export function vitalsQuery(visits: Sql, rules: Rules): Sql {
  const counts = rules.untilDeparture ? sql`coalesce(t.charttime <= v.outtime, true)` : sql`true`;
  const signs = laterVitals().map((vital) => {
    const greatest = sql`max(${recorded(vital.name)})`;
    const value = rules.mode === "faithful" ? greatest : believed(vital, greatest, rules);
    return sql`${value} as ${identifier(vital.name)}`;
  });
  return sql`
    select v.stay_id::bigint as stay_id, date_diff('second', v.intime, t.charttime) / 60::double as minute, ${join(signs)}
    from mimic_iv_ed.vitalsign t join ${visits} v on v.stay_id = t.stay_id
    where t.charttime is not null and ${counts}
    group by v.stay_id, v.intime, t.charttime order by v.stay_id, minute`;
}
