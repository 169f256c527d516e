// The generator's small tables (problems, conditions, labs, drugs, chart items) as typed data. Knows no patient.
import { Bug } from "../../core/errors.ts";
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
  organs: Record<string, number>;
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

export const problems: readonly Problem[] = readJsonAsset(import.meta.url, "data/problems.json");
export const conditions: readonly Condition[] = readJsonAsset(import.meta.url, "data/conditions.json");

const conditionIndex = new Map(conditions.map((condition, i) => [condition.id, i]));

/** Position of a chronic condition in `conditions` and in a person's list. */
export function conditionAt(id: string): number {
  const index = conditionIndex.get(id);
  if (index === undefined) throw new Bug(`There is no condition ${id}`);
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

/** A laboratory item: its value is `mid` plus what severity adds (on the logarithm where `log` is set) and noise. */
export interface LabItem {
  id: number;
  label: string;
  fluid: string;
  category: string;
  panel: string;
  unit: string | null;
  low: number | null;
  high: number | null;
  decimals: number;
  mid: number;
  spread: number;
  log?: boolean;
  /** Values below are reported as `<floor`. */
  floor?: number;
  /** Values above are reported as `>above`. */
  above?: number;
  effects: Record<string, number>;
}

/** A charted item of a round: texts, a number, or a tick. */
export interface RoundItem {
  id: number;
  p: number;
  times?: number;
  values?: string[];
  mean?: number;
  sd?: number;
  decimals?: number;
  lo?: number;
  hi?: number;
  step?: number;
  checkbox?: number;
  special?: string;
}

/** What a nurse charts together, every so many hours, while something holds. */
export interface Round {
  name: string;
  everyHours: number;
  when: string;
  items: RoundItem[];
}

/** itemid, label, abbreviation, table, category, unit, kind. */
export type ItemFact = [number, string, string, string, string, string | null, string];
/** drug, formulary code, GSN, NDC, strength, form, dose, unit, route, doses a day. */
export type DrugFact = [string, string, string, string, string, string | null, string, string, string, number | null];

export const labItems: readonly LabItem[] = readJsonAsset(import.meta.url, "data/labs.json");
export const rounds: readonly Round[] = readJsonAsset(import.meta.url, "data/rounds.json");
export const itemFacts: readonly ItemFact[] = readJsonAsset(import.meta.url, "data/items.json");
export const drugFacts: readonly DrugFact[] = readJsonAsset(import.meta.url, "data/drugs.json");
/** name, GSN, NDC, class number, class code, class. */
export const homeDrugs: readonly [string, string, string, number, string, string][] = readJsonAsset(
  import.meta.url,
  "data/home-drugs.json",
);
/** name, GSN. */
export const edDrugs: readonly [string, string][] = readJsonAsset(import.meta.url, "data/ed-drugs.json");
/** code, version, title. */
export const diagnosisFacts: readonly [string, number, string][] = readJsonAsset(
  import.meta.url,
  "data/diagnoses.json",
);
export const procedureFacts: readonly [string, number, string][] = readJsonAsset(
  import.meta.url,
  "data/procedures.json",
);
