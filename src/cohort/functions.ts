// What cannot be read from one column or item: age, lengths of stay, death in intensive care; each a piece of SQL. Knows no task.
import type { ConceptSource } from "../concepts/index.ts";
import { schemaOf } from "../store/records.ts";
import { identifier, type Sql, sql } from "../store/sql.ts";
import { type Rounding, SECOND_MICROS } from "./clock.ts";

/** Where a function finds its tables, and how it counts time. */
export interface FunctionScene {
  /** `mimic-iv` */
  id: string;
  source: ConceptSource;
  rounding: Rounding;
}

/** A value per stay: an expression over the aliases `s` (the stay table), `a` (admissions) and `p` (patients). */
export interface StayFunction {
  tables: readonly string[];
  value(scene: FunctionScene): Sql;
}

/** An event per stay: a query that gives `hadm_id` and `at` (timestamp). */
export interface EventFunction {
  tables: readonly string[];
  query(scene: FunctionScene): Sql;
}

/** Ages over 89 are not told apart in either data set: one group, by the number MIMIC-IV uses for it. */
const POOLED = { above: 89, as: 91 };
/** ricu caps MIMIC-III's shifted birth dates here, and counts a year as 365 days. */
const RICU_AGE = { cap: 90, daysPerYear: 365 };
const DAY_MICROS = 86_400 * SECOND_MICROS;
const HOURS_PER_DAY = 24;
const DAYS_PER_YEAR = 365.25;

const hasBirthDate = ({ id }: FunctionScene) => id === "mimic-iii";

/** Age when the hospital admission began. */
const ageAtAdmission: StayFunction = {
  tables: ["patients", "admissions"],
  value: (scene) => {
    const age = hasBirthDate(scene)
      ? sql`(epoch_us(a.admittime) - epoch_us(p.dob::timestamp)) / ${DAY_MICROS}::double / ${DAYS_PER_YEAR}::double`
      : sql`(p.anchor_age + year(a.admittime) - p.anchor_year)::double`;
    return sql`case when ${age} > ${POOLED.above} then ${POOLED.as}::double else ${age} end`;
  },
};

/** Age as ricu gives it: on MIMIC-IV that of the anchor year, on MIMIC-III from birth to ICU admission in whole hours. */
const ageOfRicu: StayFunction = {
  tables: ["patients"],
  value: (scene) => {
    if (!hasBirthDate(scene)) return sql`p.anchor_age::double`;
    const minutes = scene.rounding.minutesOfWindow(sql`(epoch_us(p.dob::timestamp) - s.t0)`);
    const hours = scene.rounding.cut(sql`${minutes} / 60`);
    const years = sql`${hours} / -(${HOURS_PER_DAY} * ${RICU_AGE.daysPerYear})::double`;
    return sql`least(${years}, ${RICU_AGE.cap}::double)`;
  },
};

const stayInIcu: StayFunction = { tables: [], value: () => sql`s.stay_hours / ${HOURS_PER_DAY}::double` };

const stayInHospital: StayFunction = {
  tables: ["admissions"],
  value: () => sql`(epoch_us(a.dischtime) - epoch_us(a.admittime)) / ${DAY_MICROS}::double`,
};

export const stayFunctions: Readonly<Record<string, StayFunction>> = {
  age_at_admission: ageAtAdmission,
  age_of_ricu: ageOfRicu,
  stay_in_icu: stayInIcu,
  stay_in_hospital: stayInHospital,
};

/**
 * Death in hospital whose last ward before discharge is one where some ICU stay began; an admission whose last ward is not
 * told counts as well. The death belongs to the stay that its time falls to, as hospital-level rows do.
 */
const deathInIcu: EventFunction = {
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

export const eventFunctions: Readonly<Record<string, EventFunction>> = { death_in_icu: deathInIcu };
