// The true risks, written apart: what the best possible model would say. Nothing else reads them.
import type { ColumnSpec } from "../source.ts";
import { DAY_HOURS } from "./first-day.ts";
import { riskOfDyingWithin, UNTOLD_UNTIL } from "./illness.ts";
import { FORETOLD, riskOfInjury } from "./kidneys.ts";
import type { Scribe } from "./scribe.ts";
import type { Story } from "./story.ts";
import type { UnitCourses } from "./unit-course.ts";

const id = (name: string): ColumnSpec => ({ name, type: "integer" });
const risk: ColumnSpec = { name: "risk", type: "double" };
/** Risks by the hour are written to the end of the first week. An hour's is given what is recorded until it is over. */
const LAST_HOUR = 167;

/** A file for each outcome, with the ids it is about. docs/synthetic-hospital.md says what each is conditional on. */
export const TRUTH_TABLES: readonly { name: string; columns: readonly ColumnSpec[] }[] = [
  { name: "icu_mortality_24h", columns: [id("subject_id"), id("stay_id"), risk] },
  { name: "icu_hospital_mortality_48h", columns: [id("subject_id"), id("stay_id"), risk] },
  { name: "icu_aki_6h", columns: [id("subject_id"), id("stay_id"), id("hour"), risk] },
  { name: "icu_death_24h", columns: [id("subject_id"), id("stay_id"), id("hour"), risk] },
  { name: "hospital_mortality", columns: [id("subject_id"), id("hadm_id"), risk] },
  { name: "ed_hospitalization", columns: [id("subject_id"), id("stay_id"), risk] },
  { name: "ed_critical", columns: [id("subject_id"), id("stay_id"), risk] },
  { name: "ed_critical_departure", columns: [id("subject_id"), id("stay_id"), risk] },
  { name: "ed_return_72h", columns: [id("subject_id"), id("stay_id"), risk] },
];

/** Writes a patient's risks, but for those at departure from the emergency department, which the visit itself writes. */
export function writeTruth({ tables }: Scribe, { person, admissions, edVisits }: Story, courses: UnitCourses): void {
  const { subjectId } = person;
  for (const { hadmId, riskOfDeath, parts } of admissions) {
    if (riskOfDeath !== null) tables["hospital_mortality"]?.row(subjectId, hadmId, riskOfDeath);
    for (const { icu } of parts) {
      if (!icu) continue;
      const { stayId, course } = icu;
      const { signs, kidneys } = courses.get(stayId)!;
      tables["icu_mortality_24h"]?.row(subjectId, stayId, course.riskOfDyingHere);
      tables["icu_hospital_mortality_48h"]?.row(subjectId, stayId, course.riskOfDyingInHospital);
      // of the last hours of a stay the hours foretold are not all in it
      const last = Math.min(signs.hours - 1 - FORETOLD.lag, LAST_HOUR + 1, kidneys.onset ?? Number.POSITIVE_INFINITY);
      for (let hour = FORETOLD.lag - 1; hour < last; hour++)
        tables["icu_aki_6h"]?.row(subjectId, stayId, hour, riskOfInjury(kidneys, hour));
      for (let hour = DAY_HOURS - 1; hour < Math.min(signs.hours - 1, UNTOLD_UNTIL); hour++)
        tables["icu_death_24h"]?.row(subjectId, stayId, hour, riskOfDyingWithin(course, hour + 1, DAY_HOURS));
    }
  }
  for (const visit of edVisits) {
    tables["ed_hospitalization"]?.row(subjectId, visit.stayId, visit.riskOfAdmission);
    tables["ed_critical"]?.row(subjectId, visit.stayId, visit.riskOfCritical);
    tables["ed_return_72h"]?.row(subjectId, visit.stayId, visit.riskOfReturn);
  }
}
