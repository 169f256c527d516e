// What the two modes of the TSCAN tasks do differently, one field a rule; faults.json of systems/tscan tells each in words.
import type { Mode } from "../../concepts/mode.ts";

export interface TscanRules {
  mode: Mode;
  /** Stays whose first unit (MIMIC-III: or ward) is not the last are left out. */
  withoutTransfers: boolean;
  /** Of an admission with several stays: none, those left after the transfer rule counted; or the first alone. */
  severalStays: "none" | "first";
  /** Age is that of the anchor year; or that of the year of the stay. */
  ageOfAnchorYear: boolean;
  /** Died: day or time of death within the admission; or the hospital's own mark, or a time of death. */
  died: "day" | "mark";
  /** Without a time of death nobody dies at any hour; or the time of discharge stands for it. */
  deathNeedsTime: boolean;
  /** Remaining hours are asked for after death too, up to the charted end of the stay. */
  hoursAfterDeath: boolean;
  /** An hour's bin holds its end, not its beginning, less this share of an hour; null: from the beginning on, exactly. */
  binShift: number | null;
  /** Rows belong to a stay by their admission number; or by patient and time. */
  byAdmission: boolean;
  /** Rows marked as charted in error are left out. */
  withoutErrors: boolean;
  /** Limits are applied. */
  limited: boolean;
  /** The total of the coma scale is taken from its parts where it is not charted. */
  totalFromParts: boolean;
  /** ICD-10 codes have phenotypes. */
  icd10: boolean;
}

/** The benchmark's ε, in hours. */
const EPSILON = 1e-6;

const faithful: TscanRules = {
  mode: "faithful",
  withoutTransfers: true,
  severalStays: "none",
  ageOfAnchorYear: true,
  died: "day",
  deathNeedsTime: true,
  hoursAfterDeath: true,
  binShift: EPSILON,
  byAdmission: true,
  withoutErrors: false,
  limited: false,
  totalFromParts: false,
  icd10: false,
};

const corrected: TscanRules = {
  mode: "corrected",
  withoutTransfers: false,
  severalStays: "first",
  ageOfAnchorYear: false,
  died: "mark",
  deathNeedsTime: false,
  hoursAfterDeath: false,
  binShift: null,
  byAdmission: false,
  withoutErrors: true,
  limited: true,
  totalFromParts: true,
  icd10: true,
};

/** The rules of a mode. */
export function tscanRules(mode: Mode): TscanRules {
  return mode === "faithful" ? faithful : corrected;
}
