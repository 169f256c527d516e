// The cart's measurements as they are used: as the authors took them, or with what was not measured left empty. Knows no task.
import type { Mode } from "../../concepts/mode.ts";
import { MACHINE_MEASUREMENTS, NOT_MEASURED } from "../../sources/mimic-iv-ecg/machine.ts";
import { identifier, join, type Sql, sql } from "../../store/index.ts";

/** Longest interval that is believed, ms: a rate of 12 a minute. */
const LONGEST_RR_MS = 5000;
/** Widest complex that is believed, ms. */
const WIDEST_QRS_MS = 400;

/**
 * One row a recording with `stay_id` (the study), its measurements, and what follows from them: QRS, P, PR and QT
 * durations, rate, the angle between QRS and T.
 *
 * Faithful: numbers as they stand, 29999 among them, and durations of them. Corrected: 29999 is missing, and so is a
 * duration that is not positive or beyond belief.
 */
export function measurementsQuery(mode: Mode, table: Sql): Sql {
  const raw = mode === "faithful";
  const value = (name: string) =>
    raw ? sql`${identifier(name)}::double` : sql`nullif(${identifier(name)}, ${NOT_MEASURED})::double`;
  const columns = join(MACHINE_MEASUREMENTS.map((name) => sql`${value(name)} as ${identifier(name)}`));
  const held = (difference: Sql, most: number) =>
    raw ? difference : sql`case when ${difference} > 0 and ${difference} <= ${most} then ${difference} end`;
  return sql`
    with measured as (
      select study_id as stay_id, subject_id, ecg_time, ${columns}, ${reportLines()} as report
      from ${table})
    select * replace (${raw ? sql`rr_interval` : sql`case when rr_interval > 0 and rr_interval <= ${LONGEST_RR_MS} then rr_interval end`} as rr_interval),
      ${held(sql`(qrs_end - qrs_onset)`, WIDEST_QRS_MS)} as qrs_duration,
      ${held(sql`(p_end - p_onset)`, WIDEST_QRS_MS)} as p_duration,
      ${held(sql`(qrs_onset - p_onset)`, 2 * WIDEST_QRS_MS)} as pr_interval,
      ${held(sql`(t_end - qrs_onset)`, 2 * WIDEST_QRS_MS)} as qt_interval,
      (p_onset is not null)::integer::double as p_seen,
      ${angleBetween()} as qrs_t_angle
    from measured`;
}

/** The lines of the report that are there. */
function reportLines(): Sql {
  const lines = Array.from({ length: 18 }, (_, i) => identifier(`report_${i}`));
  return sql`list_filter([${join(lines)}], line -> line is not null)`;
}

/** 0 to 180 degrees. */
function angleBetween(): Sql {
  return sql`abs(((qrs_axis - t_axis)::integer % 360 + 540) % 360 - 180)::double`;
}

/** Words for a wide-complex tachycardia; "supraventricular" is another word. */
const NAMED = "(^|[^a-z])(ventricular tachycardia|v-?tach|wide[- ]?(qrs|complex) tachycardia)";
/** A line that takes the words back, or only wonders. */
const TAKEN_BACK =
  "(^|[^a-z])(no|not|without|no evidence|absence|negative for|rule out|ruled out|r/o|cannot|possible|possibly|consider|unlikely|suspect)([^a-z]|$)";

/** Whether a line of the report says that there is one. */
export function reportNamesIt(): Sql {
  return sql`
    len(list_filter(report, line ->
      regexp_matches(line, ${NAMED}, 'i') and not regexp_matches(line, ${TAKEN_BACK}, 'i'))) > 0`;
}
