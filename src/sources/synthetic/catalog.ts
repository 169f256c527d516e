// The generator's small tables (problems, conditions, labs, drugs, chart items) as typed data. Knows no patient.
import { readJsonAsset } from "../../store/assets.ts";

/** A reason to come to hospital. */
export interface Problem {
  id: string;
  /** How often it is the reason: sent home from the ED, ward from the ED, ICU from the ED, ward and ICU without the ED. */
  weights: [number, number, number, number, number];
  /** Log weight per decade of age over 60. */
  ageSlope: number;
  sex?: "F";
  complaints: string[];
  icd9: string[];
  icd10: string[];
  secondary9: string[];
  secondary10: string[];
  service: string;
  ward: string;
  /** Short name of the intensive care unit it goes to. */
  unit: string;
  /** What it adds to the log-odds of death. */
  risk: number;
  losDays: number;
  /** Shift of organ systems in units of severity. */
  organs: Partial<Record<Organ | "renal", number>>;
  surgical: boolean;
  /** Chance that an infection is behind it. */
  infection: number;
  procedures9: string[];
  procedures10: string[];
  hcfa: string[];
  apr: string[];
  /** Names of the drug sets it calls for. */
  kits: string[];
}

/** A chronic condition. */
export interface Condition {
  id: string;
  /** Log-odds of having it at 60, what a decade adds, and what being male adds. */
  at60: number;
  perDecade: number;
  male: number;
  /** What it adds to the log-odds of death, and to the logarithm of how often one comes. */
  risk: number;
  use: number;
  icd9: string[];
  icd10: string[];
  /** Drugs taken at home. */
  home: string[];
}

/** Organ systems with an hourly severity of their own. */
export const ORGANS = ["resp", "circ", "infl", "neuro", "hep", "coag"] as const;
export type Organ = (typeof ORGANS)[number];

export const problems: readonly Problem[] = readJsonAsset(import.meta.url, "data/problems.json");
export const conditions: readonly Condition[] = readJsonAsset(import.meta.url, "data/conditions.json");

const conditionIndex = new Map(conditions.map((condition, i) => [condition.id, i]));

/** Position of a chronic condition in `conditions` and in a person's list. */
export function conditionAt(id: string): number {
  const index = conditionIndex.get(id);
  if (index === undefined) throw new Error(`no condition ${id}`);
  return index;
}

/** Intensive care units by short name, as the records write them. */
export const units: Record<string, string> = {
  MICU: "Medical Intensive Care Unit (MICU)",
  MSICU: "Medical/Surgical Intensive Care Unit (MICU/SICU)",
  CVICU: "Cardiac Vascular Intensive Care Unit (CVICU)",
  SICU: "Surgical Intensive Care Unit (SICU)",
  TSICU: "Trauma SICU (TSICU)",
  CCU: "Coronary Care Unit (CCU)",
  NSICU: "Neuro Surgical Intensive Care Unit (Neuro SICU)",
  NINTER: "Neuro Intermediate",
  NSTEP: "Neuro Stepdown",
};
