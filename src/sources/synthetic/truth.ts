// The true risks, written apart: what the best possible model would say. Nothing else reads them.
import type { ColumnSpec } from "../source.ts";
import type { Scribe } from "./scribe.ts";
import type { Story } from "./story.ts";

const id = (name: string): ColumnSpec => ({ name, type: "integer" });
const risk: ColumnSpec = { name: "risk", type: "double" };

/** A file for each outcome, with the ids it is about. docs/synthetic-hospital.md says what each is conditional on. */
export const TRUTH_TABLES: readonly { name: string; columns: readonly ColumnSpec[] }[] = [
  { name: "icu_mortality_24h", columns: [id("subject_id"), id("stay_id"), risk] },
  { name: "icu_hospital_mortality_48h", columns: [id("subject_id"), id("stay_id"), risk] },
  { name: "hospital_mortality", columns: [id("subject_id"), id("hadm_id"), risk] },
  { name: "ed_hospitalization", columns: [id("subject_id"), id("stay_id"), risk] },
  { name: "ed_critical", columns: [id("subject_id"), id("stay_id"), risk] },
  { name: "ed_critical_departure", columns: [id("subject_id"), id("stay_id"), risk] },
  { name: "ed_return_72h", columns: [id("subject_id"), id("stay_id"), risk] },
];

/** Writes a patient's risks, but for those at departure from the emergency department, which the visit itself writes. */
export function writeTruth({ tables }: Scribe, { person, admissions, edVisits }: Story): void {
  const { subjectId } = person;
  for (const { hadmId, riskOfDeath, parts } of admissions) {
    if (riskOfDeath !== null) tables["hospital_mortality"]?.row(subjectId, hadmId, riskOfDeath);
    for (const { icu } of parts) {
      if (!icu) continue;
      const { stayId, course } = icu;
      tables["icu_mortality_24h"]?.row(subjectId, stayId, course.riskOfDyingHere);
      tables["icu_hospital_mortality_48h"]?.row(subjectId, stayId, course.riskOfDyingInHospital);
    }
  }
  for (const visit of edVisits) {
    tables["ed_hospitalization"]?.row(subjectId, visit.stayId, visit.riskOfAdmission);
    tables["ed_critical"]?.row(subjectId, visit.stayId, visit.riskOfCritical);
    tables["ed_return_72h"]?.row(subjectId, visit.stayId, visit.riskOfReturn);
  }
}
