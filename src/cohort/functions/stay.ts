// What is computed of a stay once: age and lengths of stay; each a piece of SQL. Knows no task.
import { sql } from "../../store/sql.ts";
import { SECOND_MICROS } from "../clock.ts";
import type { FunctionScene, StayFunction } from "./scene.ts";

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
