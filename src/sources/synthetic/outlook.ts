// What the record of a visit tells of its outcomes: log-odds planted in what is written down, and in nothing else. Draws nothing.
import { logOddsOfSigns, type Standing } from "./ed-signs.ts";
import type { Told } from "./presenting.ts";

/** How often the patient came before. */
export interface Earlier {
  visits30: number;
  visits365: number;
  admissions365: number;
}

/** What is recorded at triage. */
export interface Recorded {
  age: number;
  female: boolean;
  signs: Standing;
  told: Told;
  /** Pain from 0 to 10; null where it is not a number of that scale. */
  pain: number | null;
  earlier: Earlier;
}

/** Log-odds against going home of a middling visit, by way out. */
export const MIDDLE: readonly number[] = [0, -0.55, -4.25];
const USUAL_AGE = 55;
/** By decade over that age, and the bend of it. */
const AGE = { decade: [0, 0.38, 0.3], bend: [0, -0.022, -0.02] };
const MALE = [0, 0.1, 0.15];
const USUAL_PAIN = 3;
const PAIN = [0, -0.02, -0.05];
const ADMITTED_BEFORE = [0, 0.35, 0.2];
/** By emergency severity index, 1 first. */
const ACUITY: readonly (readonly number[])[] = [
  [0, 1.4, 3.6],
  [0, 0.75, 2],
  [0, 0, 0],
  [0, -0.9, -1.4],
  [0, -1.6, -2.6],
];
const USUAL_ACUITY = 3;

/** Log-odds of a way out against going home, before the nurse has given the acuity. */
export function logOddsBeforeAcuity({ age, female, signs, told, pain, earlier }: Recorded, way: number): number {
  const decades = (age - USUAL_AGE) / 10;
  return (
    MIDDLE[way]! +
    AGE.decade[way]! * decades +
    AGE.bend[way]! * decades * decades +
    (female ? 0 : MALE[way]!) +
    logOddsOfSigns(signs, way) +
    [0, told.ward, told.intensive][way]! +
    PAIN[way]! * ((pain ?? USUAL_PAIN) - USUAL_PAIN) +
    ADMITTED_BEFORE[way]! * Math.log1p(earlier.admissions365)
  );
}

/** What the acuity adds; one that was not noted counts as the most frequent. */
export function logOddsOfAcuity(acuity: number | null, way: number): number {
  return ACUITY[(acuity ?? USUAL_ACUITY) - 1]![way]!;
}

const DEATH = { middle: -5.2, decade: 0.36, acuity: [1.5, 0.6, 0, -0.5, -0.5], severe: 0.3, admittedBefore: 0.3 };

/** Log-odds of dying in hospital once admitted, for who is not sent to intensive care. */
export function logOddsOfDeath({ age, signs, told, earlier }: Recorded, acuity: number | null): number {
  return (
    DEATH.middle +
    (DEATH.decade * (age - USUAL_AGE)) / 10 +
    DEATH.acuity[(acuity ?? USUAL_ACUITY) - 1]! +
    DEATH.severe * (logOddsOfSigns(signs, 2) + told.intensive) +
    DEATH.admittedBefore * Math.log1p(earlier.admissions365)
  );
}

const RETURN = { middle: -4.05, lately: 0.75, before: 0.5, pain: 0.13, hour: -0.1, usualHours: 4, decade: -0.08 };
/** What counts at most: visits in the last month and year, hours. */
const MOST = { lately: 3, before: 5, hours: 12 };

/** Log-odds of coming back within 72 hours, for who goes home after so many hours. */
export function logOddsOfReturn({ age, told, pain, earlier }: Recorded, hours: number): number {
  return (
    RETURN.middle +
    RETURN.lately * Math.min(MOST.lately, earlier.visits30) +
    RETURN.before * Math.min(MOST.before, earlier.visits365) +
    RETURN.pain * ((pain ?? USUAL_PAIN) - USUAL_PAIN) +
    told.back +
    RETURN.hour * (Math.min(MOST.hours, hours) - RETURN.usualHours) +
    (RETURN.decade * (age - USUAL_AGE)) / 10
  );
}
