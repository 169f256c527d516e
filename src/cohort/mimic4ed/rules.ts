// What the two modes of the emergency benchmark do differently, one field a rule. Knows no table.
import type { Mode } from "../../concepts/mode.ts";

/** The rules by which the table and the cohorts are made; faults.json of systems/mimic4ed tells each in words. */
export interface Rules {
  mode: Mode;
  /** Days before the visit in which diagnoses count as history. */
  historyDays: number;
  /** The admission this visit leads to may count as an earlier one, where it was opened before arrival. */
  countsOwnAdmission: boolean;
  /** Hospitalized: the visit has an admission number, or the department's record says admitted. */
  hospitalized: "admission number" | "disposition";
  /** Died in hospital: day of death not after discharge, or the time of death of this admission or in the department. */
  death: "day" | "time";
  /** The first ICU stay of the admission, or the first from this arrival on. */
  firstIcuStay: "of admission" | "from arrival";
  /** The next visit in order, or the first that begins after this one ended. */
  nextVisit: "next" | "after departure";
  /** Minutes in the department: without whole days (the seconds part of a duration), or all. */
  edMinutes: "without days" | "all";
  /** Vital signs and drugs charted after departure are left out. */
  untilDeparture: boolean;
  /** Home drugs without a drug number are counted by name. */
  homeDrugsByName: boolean;
  /** Ethnicity of the admission, filled from the patient's others; or as recorded at this visit. */
  ethnicity: "admission" | "visit";
  /** Prefixes of diagnosis codes as misprinted. */
  misprintedCodes: boolean;
  /** Lesser forms of a disease count beside the greater ones in the Charlson index. */
  charlsonCountsTwice: boolean;
  /** Temperatures that can only be degrees Celsius are read so. */
  celsius: boolean;
  /** Missing vital signs are filled with medians of the authors' training visits. */
  filledWithMedians: boolean;
}

const DAYS_OF_YEAR = 365;
/** The authors' year: a slip for 365. */
const SLIPPED_YEAR = 356;
const HISTORY_YEARS = 5;

const faithful: Rules = {
  mode: "faithful",
  historyDays: SLIPPED_YEAR * HISTORY_YEARS,
  countsOwnAdmission: true,
  hospitalized: "admission number",
  death: "day",
  firstIcuStay: "of admission",
  nextVisit: "next",
  edMinutes: "without days",
  untilDeparture: false,
  homeDrugsByName: false,
  ethnicity: "admission",
  misprintedCodes: true,
  charlsonCountsTwice: true,
  celsius: false,
  filledWithMedians: true,
};

const corrected: Rules = {
  mode: "corrected",
  historyDays: DAYS_OF_YEAR * HISTORY_YEARS,
  countsOwnAdmission: false,
  hospitalized: "disposition",
  death: "time",
  firstIcuStay: "from arrival",
  nextVisit: "after departure",
  edMinutes: "all",
  untilDeparture: true,
  homeDrugsByName: true,
  ethnicity: "visit",
  misprintedCodes: false,
  charlsonCountsTwice: false,
  celsius: true,
  filledWithMedians: false,
};

/** The rules of a mode. */
export function rulesOf(mode: Mode): Rules {
  return mode === "faithful" ? faithful : corrected;
}
