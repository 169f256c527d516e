// Who a patient is: age, sex, chronic conditions, and the body's own set points. Knows nothing of any visit.
import type { RandomStream } from "../../core/random.ts";
import { daysFromCivil, SECONDS_PER_DAY } from "../../core/time.ts";
import { conditionAt, conditions } from "./catalog.ts";
import { below, between, clamp, gauss, weighted } from "./draws.ts";
import { logistic } from "./risk.ts";

/** A patient. */
export interface Person {
  index: number;
  subjectId: number;
  female: boolean;
  /** Age in the anchor year; over 89 is pooled at 91. */
  anchorAge: number;
  anchorYear: number;
  /** Index into `anchorGroups`. */
  group: number;
  /** Seconds since 1970 of the first contact. */
  start: number;
  /** Calendar year (with its fraction) in which the first contact really was. */
  realStart: number;
  /** Which of `conditions` the patient has (0/1). */
  has: Uint8Array;
  /** Sum of the conditions' effect on the log-odds of death. */
  chronicRisk: number;
  /** Logarithm of how often the patient comes, and of how often to the ED alone. */
  useOfHospital: number;
  useOfEd: number;
  race: string;
  language: string;
  marital: string | null;
  insurance: string;
  heightCm: number;
  weightKg: number;
  /** Set points at rest. */
  heartRate: number;
  meanPressure: number;
  pulsePressure: number;
  breathing: number;
  saturation: number;
  pco2: number;
  bicarbonate: number;
  creatinine: number;
  temperatureF: number;
}

/** Three-year groups of the real calendar, with the share of patients first seen in each. */
export const anchorGroups = ["2008 - 2010", "2011 - 2013", "2014 - 2016", "2017 - 2019", "2020 - 2022"] as const;
const groupShares = [29, 22, 20, 18, 11];

/** Real subject ids lie some 27 apart on average; patient i has an id of its own stretch, so ids rise with i. */
export const SUBJECT_STRIDE = 27;
export const FIRST_SUBJECT = 10_000_000;

const races: [string, number][] = [
  ["WHITE", 600],
  ["BLACK/AFRICAN AMERICAN", 150],
  ["ASIAN", 22],
  ["ASIAN - CHINESE", 22],
  ["ASIAN - SOUTH EAST ASIAN", 9],
  ["ASIAN - ASIAN INDIAN", 8],
  ["ASIAN - KOREAN", 3],
  ["HISPANIC/LATINO - PUERTO RICAN", 24],
  ["HISPANIC/LATINO - DOMINICAN", 18],
  ["HISPANIC/LATINO - GUATEMALAN", 4],
  ["HISPANIC/LATINO - SALVADORAN", 4],
  ["HISPANIC/LATINO - CUBAN", 2],
  ["HISPANIC OR LATINO", 10],
  ["WHITE - OTHER EUROPEAN", 24],
  ["WHITE - RUSSIAN", 18],
  ["WHITE - EASTERN EUROPEAN", 6],
  ["WHITE - BRAZILIAN", 4],
  ["BLACK/CAPE VERDEAN", 14],
  ["BLACK/CARIBBEAN ISLAND", 8],
  ["BLACK/AFRICAN", 7],
  ["PORTUGUESE", 5],
  ["OTHER", 40],
  ["UNKNOWN", 26],
  ["UNABLE TO OBTAIN", 4],
  ["PATIENT DECLINED TO ANSWER", 3],
  ["AMERICAN INDIAN/ALASKA NATIVE", 2],
  ["NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER", 1],
  ["MULTIPLE RACE/ETHNICITY", 1],
];
const raceWeights = races.map(([, weight]) => weight);
const languages = [
  "English",
  "Spanish",
  "Russian",
  "Chinese",
  "Portuguese",
  "Kabuverdianu",
  "Haitian",
  "Vietnamese",
  "Other",
];
const languageWeights = [880, 35, 18, 18, 10, 10, 8, 7, 14];
const groupYear = (group: number) => 2008 + 3 * group;

/** Age at a time, in whole years, the way the records give it. */
export function ageAt(person: Person, seconds: number): number {
  return person.anchorAge + Math.floor((seconds - person.start) / (365.25 * SECONDS_PER_DAY));
}

/** Calendar year (with its fraction) in which a shifted time really was: what decides codes and systems in use. */
export function realYear(person: Person, seconds: number): number {
  return person.realStart + (seconds - person.start) / (365.25 * SECONDS_PER_DAY);
}

export function hasCondition(person: Person, id: string): boolean {
  return person.has[conditionAt(id)] === 1;
}

/** Draws a patient. */
export function drawPerson(stream: RandomStream, index: number): Person {
  const female = stream.chance(0.53);
  const older = stream.chance(0.62);
  const trueAge = Math.floor(clamp(older ? 64 + 14 * gauss(stream) : 36 + 13 * gauss(stream), 18, 101));
  const group = weighted(stream, groupShares);
  const anchorYear = 2110 + below(stream, 92);
  const dayOfYear = below(stream, 365);
  const start =
    (daysFromCivil(anchorYear, 1, 1) + dayOfYear) * SECONDS_PER_DAY + below(stream, SECONDS_PER_DAY / 60) * 60;
  const decades = (trueAge - 60) / 10;
  const frailty = gauss(stream);
  const has = new Uint8Array(conditions.length);
  let chronicRisk = 0;
  let use = 0;
  conditions.forEach(({ at60, perDecade, male, risk, use: often }, i) => {
    const odds = at60 + perDecade * decades + (female ? -male / 2 : male / 2) + 0.5 * frailty;
    if (!stream.chance(logistic(odds - 0.25))) return;
    has[i] = 1;
    chronicRisk += risk;
    use += often;
  });
  if (has[conditionAt("dialysis")]) has[conditionAt("kidney")] = 1;
  if (has[conditionAt("metastases")]) has[conditionAt("cancer")] = 1;
  const flag = (id: string) => has[conditionAt(id)]!;
  const shared = gauss(stream);
  const heightCm = clamp((female ? 162 : 175) + 7 * gauss(stream), 140, 205);
  const bodyMass = clamp((flag("obesity") ? 36 : 26) * Math.exp(0.15 * gauss(stream)), 16, 62);
  const kidney = flag("dialysis")
    ? 6 * Math.exp(0.3 * gauss(stream))
    : flag("kidney")
      ? 1.7 * Math.exp(0.3 * gauss(stream))
      : 0.82 * Math.exp(0.18 * gauss(stream));
  const creatinine = kidney * (female ? 0.86 : 1.04);
  return {
    index,
    subjectId: FIRST_SUBJECT + index * SUBJECT_STRIDE + below(stream, SUBJECT_STRIDE),
    female,
    anchorAge: trueAge > 89 ? 91 : trueAge,
    anchorYear,
    group,
    start,
    realStart: groupYear(group) + 3 * stream.uniform(),
    has,
    chronicRisk,
    useOfHospital: use + 1.0 * shared + 0.55 * gauss(stream),
    useOfEd: 0.6 * use + 0.7 * shared + 1.1 * gauss(stream) - 0.15 * decades,
    race: races[weighted(stream, raceWeights)]![0],
    language: languages[weighted(stream, languageWeights)]!,
    marital: stream.chance(0.03)
      ? null
      : ["MARRIED", "SINGLE", "WIDOWED", "DIVORCED"][
          weighted(stream, trueAge > 65 ? [46, 22, 26, 8] : [38, 52, 3, 7])
        ]!,
    insurance:
      trueAge > 65 && stream.chance(0.85)
        ? "Medicare"
        : ["Private", "Medicaid", "Medicare", "Other", "No charge"][weighted(stream, [48, 26, 14, 10, 1])]!,
    heightCm,
    weightKg: (bodyMass * heightCm * heightCm) / 10_000,
    heartRate: clamp(75 + 7 * gauss(stream), 55, 100),
    meanPressure: clamp(82 + 6 * flag("hypertension") + 6 * gauss(stream), 65, 115),
    pulsePressure: clamp(44 + 0.28 * (trueAge - 50) + 6 * gauss(stream), 26, 80),
    breathing: 16.6 + 1.2 * gauss(stream) + 1.2 * flag("copd"),
    saturation: 98.2 + 0.7 * gauss(stream) - 2.2 * flag("copd"),
    pco2: 40 + 2 * gauss(stream) + (flag("copd") ? between(stream, 2, 14) : 0),
    bicarbonate: 25 + 1.2 * gauss(stream) + (flag("copd") ? 2.5 : 0) - (flag("kidney") ? 1.2 : 0),
    creatinine,
    temperatureF: 98.2 + 0.25 * gauss(stream),
  };
}
