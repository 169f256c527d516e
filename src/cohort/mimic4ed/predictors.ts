// Which columns of the visits predict, at triage and at departure, with their titles. Knows no value.
import type { CohortVariable } from "../cohort.ts";
import { comorbidities } from "./comorbidities.ts";
import { complaints } from "./complaints.ts";
import { historyDays } from "./histories.ts";
import type { EdTask } from "./tasks.ts";
import { laterVitals, type Vital, vitals } from "./vitals.ts";

/** Diseases of Elixhauser's list that Charlson's has already, under the same name or nearly so: the authors leave them out. */
const IN_CHARLSON = ["CHF", "PVD", "Paralysis", "Pulmonary", "DM1", "DM2", "Renal", "Liver", "PUD", "HIV"];
const ALSO_IN_CHARLSON = ["Tumor1", "Tumor2", "Rheumatic"];
const leftOut = new Set([...IN_CHARLSON, ...ALSO_IN_CHARLSON].map((name) => `eci_${name}`));

const USES = { ed: "emergency visits", hosp: "hospital admissions", icu: "ICU stays" };
/** Measured once or told by the nurse, and not again: they predict at departure too. */
const TOLD = ["pain", "acuity"];

/** The 64 variables of triage, or the 67 of departure, in the authors' order. */
export function predictors({ at }: Pick<EdTask, "at">): CohortVariable[] {
  const atTriage = vitals().filter(({ name }) => at === "triage" || TOLD.includes(name));
  return [
    variable("age", "Age", "years"),
    variable("gender", "Sex"),
    ...Object.entries(USES).flatMap(([kind, words]) =>
      historyDays.map((days) => variable(`n_${kind}_${days}d`, `Earlier ${words}, ${days} days`)),
    ),
    ...atTriage.map((vital) => variable(`triage_${vital.name}`, `${vital.title} at triage`, vital.unit)),
    ...complaints().map(({ name, title }) => variable(name, `Complaint: ${lowerFirst(title)}`)),
    ...comorbidities()
      .filter(({ name }) => !leftOut.has(name))
      .map(({ name, title }) => variable(name, `History: ${lowerFirst(title)}`)),
    ...(at === "disposition" ? [...laterVitals().filter(isMeasured).map(lastVital), ...stayVariables] : []),
  ];
}

const stayVariables = [
  variable("ed_los", "Time in the department", "min"),
  variable("n_med", "Drugs given in the department"),
  variable("n_medrecon", "Drugs taken at home"),
];

function isMeasured({ name }: Vital): boolean {
  return !TOLD.includes(name);
}

function lastVital({ name, title, unit }: Vital): CohortVariable {
  return variable(`ed_${name}_last`, `Last ${lowerFirst(title)}`, unit);
}

function variable(name: string, title: string, unit = ""): CohortVariable {
  return { name, title, unit, aggregate: "first" };
}

/** A title inside a phrase; abbreviations keep their capitals. */
function lowerFirst(title: string): string {
  return /^[A-Z]{2}/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1);
}
