// The three ways times become hours since ICU admission, as SQL. Knows no table.
import { identifier, type Sql, sql } from "../store/sql.ts";
import type { Clock } from "./task-schema.ts";

export const SECOND_MICROS = 1_000_000;
const MINUTE_MICROS = 60 * SECOND_MICROS;
const HOUR_MICROS = 60 * MINUTE_MICROS;
const MINUTES_PER_HOUR = 60;

/**
 * A clock's rules. Stays have the columns t0 and t1 (in and out, microseconds), a0 (hospital admission) and, once
 * `stayColumns` is there, `shift`, `roll_to`, `stay_hours` and `end_hour`.
 */
export interface Rounding {
  /** Cut to a whole number. */
  cut(value: Sql): Sql;
  /** Minutes of a difference in microseconds between the ends of stays, admissions and births. */
  minutesOfWindow(micros: Sql): Sql;
  /** The whole minute of a row tied to the stay itself, since ICU admission. */
  minuteInStay(time: Sql): Sql;
  /** The hour of a row tied to the stay itself. */
  hourInStay(time: Sql): Sql;
  /** The place of a hospital-level row on the line that `roll_to` lies on, and its hour from there. */
  rollPlace(time: Sql): Sql;
  hourAfterRoll(place: Sql): Sql;
  /** Named columns of a stay: shift, roll_to, stay_hours, end_hour. */
  stayColumns(): Sql;
}

/** To the microsecond; hours floored, so that hour h holds [h, h+1) and what was charted before admission is below 0. */
const exact: Rounding = {
  cut: (value) => sql`floor(${value})`,
  minutesOfWindow: (micros) => sql`(${micros} / ${MINUTE_MICROS}::double)`,
  minuteInStay: (time) => sql`floor((epoch_us(${time}) - s.t0) / ${MINUTE_MICROS}::double)`,
  hourInStay: (time) => sql`floor((epoch_us(${time}) - s.t0) / ${HOUR_MICROS}::double)`,
  rollPlace: (time) => sql`epoch_us(${time})`,
  hourAfterRoll: (place) => sql`floor((${place} - s.t0) / ${HOUR_MICROS}::double)`,
  stayColumns: () => {
    const hours = sql`(t1 - t0) / ${HOUR_MICROS}::double`;
    return sql`0::double as shift, t1::double as roll_to, ${hours} as stay_hours, floor(${hours}) as end_hour`;
  },
};

/**
 * ricu: minutes first (since hospital admission for hospital-level rows, then shifted to the stay), hours of those.
 * @param cut how a number becomes whole: trunc until ricu 0.5, floor since 0.6.
 * @param window how minutes of windows become whole: R's round, half to even, until 0.5; floor since.
 */
function ricu(cut: (value: Sql) => Sql, window: (value: Sql) => Sql): Rounding {
  const minutes = (micros: Sql) => sql`(${micros}) / ${MINUTE_MICROS}::double`;
  const windowMinutes = (micros: Sql) => window(minutes(micros));
  return {
    cut,
    minutesOfWindow: windowMinutes,
    minuteInStay: (time) => cut(minutes(sql`epoch_us(${time}) - s.t0`)),
    hourInStay: (time) => cut(sql`${cut(minutes(sql`epoch_us(${time}) - s.t0`))} / ${MINUTES_PER_HOUR}::double`),
    rollPlace: (time) => cut(minutes(sql`epoch_us(${time}) - s.a0`)),
    hourAfterRoll: (place) => cut(sql`(${place} + s.shift) / ${MINUTES_PER_HOUR}::double`),
    stayColumns: () => {
      const end = windowMinutes(sql`t1 - t0`);
      const shift = windowMinutes(sql`a0 - t0`);
      const hours = sql`${end} / ${MINUTES_PER_HOUR}::double`;
      return sql`${shift} as shift, ${end} - ${shift} as roll_to, ${hours} as stay_hours, ${cut(hours)} as end_hour`;
    },
  };
}

const call = (name: string) => (value: Sql) => sql`${identifier(name)}(${value})`;

/** A clock by its name in the task language. */
export const clocks: Readonly<Record<Clock, Rounding>> = {
  exact,
  "ricu-0.5": ricu(call("trunc"), (value) => sql`round_even(${value}, 0)`),
  "ricu-0.6": ricu(call("floor"), call("floor")),
};
