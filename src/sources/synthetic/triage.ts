// A visit to the emergency department up to its end: what is recorded, the way out drawn from it, and the true risks. Writes nothing.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../core/time.ts";
import type { Problem } from "./catalog.ts";
import { below, clamp, oneOf, weighted } from "./draws.ts";
import { evidenceOf, FAULTS, lastSigns, type Signs, signsAtTriage, standingOf } from "./ed-signs.ts";
import { drawIllness, type Illness, SYSTEMS, type System } from "./illness.ts";
import {
  type Earlier,
  logOddsBeforeAcuity,
  logOddsOfAcuity,
  logOddsOfDeath,
  logOddsOfReturn,
  MIDDLE,
  type Recorded,
} from "./outlook.ts";
import type { Person } from "./person.ts";
import { pickProblem, toldBy, WAYS } from "./presenting.ts";
import { logistic, shares, survival, type Waiting } from "./risk.ts";

/** A visit to the emergency department. */
export interface EdVisit {
  stayId: number;
  start: number;
  end: number;
  problem: Problem;
  /** Emergency severity index as triage gave it, 1 to 5; null where it was not noted. */
  acuity: number | null;
  /** The complaint in the nurse's words, without slips of writing. */
  complaint: string;
  /** Pain as triage wrote it: mostly a number, sometimes words. */
  pain: string | null;
  /** Vital signs at triage, and the last ones of the visit. */
  signs: { first: Signs; last: Signs };
  illness: Illness;
  arrival: string;
  disposition: string;
  /** Where the visit leads: `WAYS.home`, `WAYS.ward` or `WAYS.intensive`. */
  way: number;
  /** Probability of being admitted. */
  riskOfAdmission: number;
  /** Probability of dying in hospital or being in intensive care within 12 hours of leaving the department. */
  riskOfCritical: number;
  /** The same for who knows the last vital signs and how long the visit was, too. */
  riskAtDeparture: number;
  /** Probability of coming back within 72 hours; 0 for those who are admitted or transferred. */
  riskOfReturn: number;
}

const WAYS_OUT = [WAYS.home, WAYS.ward, WAYS.intensive];
/** Ways that patients with the problems of a department go, by which the problems are mixed. */
const MIX = [0.53, 0.33, 0.04];
/** What being sent to intensive care adds to the log-odds of death, given the record. */
const DEATH_BY_WAY = [0, 0, 1.35];

/** What a nurse expects, from the log-odds of ward and intensive care; what else the nurse sees; the limits. */
const IMPRESSION = { ward: 0.45, intensive: 0.35, noise: 0.9, limits: [2.35, 0.5, -1.95, -3.9] };
const NOT_NOTED = 0.02;

/** A bed in intensive care is not always free: this share waits on a ward, for so many hours. */
export const WARD_FIRST = { share: 0.3, hours: { scale: 20, shape: 1.8 } satisfies Waiting, most: 200 };
/** The admission begins up to this many minutes before the visit ends. */
export const ADMITTED_BEFORE_END = 90;
const CRITICAL_HOURS = 12;
/** Chance of being in intensive care within the hours that count, of those who go there. */
const SOON = Array.from(
  { length: ADMITTED_BEFORE_END },
  (_, minutes) => 1 - WARD_FIRST.share * survival(WARD_FIRST.hours, CRITICAL_HOURS + minutes / 60),
).reduce((sum, chance) => sum + chance / ADMITTED_BEFORE_END, 0);

/** Hours in the department by way out: the middle, and the deviation of their logarithm. */
const HOURS_BY_WAY = [4.2, 7.2, 4.9];
const HOURS_SPREAD = 0.45;
const SHORTEST_HOURS = 0.3;
const LONGEST_HOURS = 60;

/** Of those not admitted, the share that leaves before being seen, and their hours. */
const UNSEEN = { share: 0.025, hours: 1.6, disposition: "LEFT WITHOUT BEING SEEN" };
const OTHER_WAYS_OUT = ["ELOPED", "LEFT AGAINST MEDICAL ADVICE", "TRANSFER", "OTHER"] as const;
const OTHER_SHARE = 0.03;

/** Pain that is not a number. */
const PAIN_WORDS = ["unable", "UA", "c", "critical", "Critical", "denies", "3-4", "uta", "13", "10+", "sleeping"];
const PAIN = { words: 0.05, none: 0.4, most: 10 };

/** What a nurse adds to the complaint of a severely ill patient: the system, from which severity, how often, the words. */
const SEVERE_WORDS: readonly [system: System, from: number, chance: number, words: string][] = [
  ["resp", 1.2, 0.4, "Dyspnea"],
  ["circ", 1.4, 0.4, "Hypotension"],
  ["neuro", 1.2, 0.45, "Altered mental status"],
  ["infl", 1.4, 0.4, "Fever"],
];

/** By organ system, how its severity moves with the log-odds of death, where these differ from what the severities say. */
const SEVERITY_OF_RISK = [0.29, 0.3, 0.2, 0.14, 0.16, 0.16, 0.23];
const SEVERITY_LIMITS = { least: -1, most: 4.5 };

/** What `drawEdVisit` is told. */
export interface Arriving {
  stayId: number;
  start: number;
  age: number;
  /** When the patient came before: visits and admissions. */
  earlier?: { visits: readonly { start: number }[]; admissions: readonly { start: number }[] };
  /** Whether a patient who goes home may come back. */
  mayReturn: boolean;
}

/**
 * Draws a visit. What triage writes down is drawn from the severity of the organ systems; the way out, death and return are
 * drawn from what is written down alone, so that their probabilities are the best that any reader of the record can say.
 * The last vital signs and the length of the visit are drawn from the way out, which Bayes' rule takes into the risk at
 * departure.
 */
export function drawEdVisit(stream: RandomStream, person: Person, arriving: Arriving): EdVisit {
  const { stayId, start, age, earlier, mayReturn } = arriving;
  const problem = pickProblem(stream, person, age, weighted(stream, MIX));
  const latent = drawIllness(stream, person, problem, age, "ed");
  const first = signsAtTriage(stream, person, latent.levels);
  const complaint = complaintOf(stream, oneOf(stream, problem.complaints), latent);
  const pain = painOf(stream);
  const recorded: Recorded = {
    age,
    female: person.female,
    signs: standingOf(first),
    told: toldBy(complaint),
    pain: numberOf(pain),
    earlier: countEarlier(start, earlier),
  };
  const before = WAYS_OUT.map((way) => logOddsBeforeAcuity(recorded, way));
  const given = acuityOf(stream, before);
  const acuity = stream.chance(NOT_NOTED) ? null : given;
  const logOdds = before.map((sum, way) => sum + logOddsOfAcuity(acuity, way));
  const chances = shares(logOdds);
  const way = weighted(stream, chances);
  const death = logOddsOfDeath(recorded, acuity);
  const critical = [0, logistic(death), SOON + (1 - SOON) * logistic(death + DEATH_BY_WAY[WAYS.intensive]!)];
  const disposition = dispositionOf(stream, way);
  const minutes = minutesOf(stream, way, disposition);
  const last = lastSigns(stream, recorded.signs, way);
  const atEnd = standingOf(last);
  const later = shares(
    logOdds.map((sum, out) => sum + evidenceOf(atEnd, recorded.signs, out) + Math.log(density(minutes / 60, out))),
  );
  const mayComeBack = way === WAYS.home && disposition !== "TRANSFER" && mayReturn;
  return {
    stayId,
    start,
    end: start + minutes * 60,
    problem,
    acuity,
    complaint,
    pain,
    signs: { first, last },
    illness: fitting(latent, death + DEATH_BY_WAY[way]!),
    arrival: ["AMBULANCE", "WALK IN", "UNKNOWN", "HELICOPTER"][
      weighted(stream, given <= 2 ? [60, 35, 4, 1] : [28, 67, 5, 0.1])
    ]!,
    disposition,
    way,
    riskOfAdmission: chances[WAYS.ward]! + chances[WAYS.intensive]!,
    riskOfCritical: expected(chances, critical),
    riskAtDeparture: expected(later, critical),
    riskOfReturn: mayComeBack ? logistic(logOddsOfReturn(recorded, minutes / 60)) : 0,
  };
}

function expected(chances: readonly number[], risks: readonly number[]): number {
  return chances.reduce((sum, chance, way) => sum + chance * risks[way]!, 0);
}

const COUNTED_DAYS = { lately: 30, year: 365 };

/** As the emergency benchmark counts: what began at most so many days before. */
function countEarlier(start: number, earlier: Arriving["earlier"]): Earlier {
  const since = (list: readonly { start: number }[] = [], days: number) =>
    list.filter((one) => one.start < start && one.start >= start - days * SECONDS_PER_DAY).length;
  return {
    visits30: since(earlier?.visits, COUNTED_DAYS.lately),
    visits365: since(earlier?.visits, COUNTED_DAYS.year),
    admissions365: since(earlier?.admissions, COUNTED_DAYS.year),
  };
}

/** Emergency severity index, 1 (at once) to 5: what the record makes triage expect, and what else the nurse sees. */
function acuityOf(stream: RandomStream, before: readonly number[]): number {
  const { ward, intensive, noise, limits } = IMPRESSION;
  const above = (way: number) => before[way]! - MIDDLE[way]!;
  const impression = ward * above(WAYS.ward) + intensive * above(WAYS.intensive) + noise * stream.normal();
  const place = limits.findIndex((limit) => impression > limit);
  return place < 0 ? limits.length + 1 : place + 1;
}

function dispositionOf(stream: RandomStream, way: number): string {
  if (way !== WAYS.home) return "ADMITTED";
  const u = stream.uniform();
  if (u < UNSEEN.share) return UNSEEN.disposition;
  return u < UNSEEN.share + OTHER_SHARE ? OTHER_WAYS_OUT[below(stream, OTHER_WAYS_OUT.length)]! : "HOME";
}

function minutesOf(stream: RandomStream, way: number, disposition: string): number {
  const middle = disposition === UNSEEN.disposition ? UNSEEN.hours : HOURS_BY_WAY[way]!;
  const hours = middle * Math.exp(HOURS_SPREAD * stream.normal());
  return Math.round(clamp(hours, SHORTEST_HOURS, LONGEST_HOURS) * 60);
}

/** Density of the logarithm of the hours of those who go that way, but for a factor that all ways share. */
function density(hours: number, way: number): number {
  const of = (middle: number) => Math.exp(-((Math.log(hours / middle) / HOURS_SPREAD) ** 2) / 2) + 1e-300;
  if (way !== WAYS.home) return of(HOURS_BY_WAY[way]!);
  return UNSEEN.share * of(UNSEEN.hours) + (1 - UNSEEN.share) * of(HOURS_BY_WAY[way]!);
}

/** The main complaint with what severe illness adds to it. */
function complaintOf(stream: RandomStream, main: string, { levels }: Illness): string {
  const more = SEVERE_WORDS.filter(([system, from, chance, words]) => {
    const isTold = stream.chance(chance) && levels[SYSTEMS.indexOf(system)]! > from;
    return isTold && !main.toLowerCase().includes(words.toLowerCase());
  });
  return [main, ...more.map(([, , , words]) => words)].join(", ");
}

/** Pain as a nurse writes it down. */
export function painOf(stream: RandomStream): string | null {
  if (stream.chance(FAULTS.missing)) return null;
  if (stream.chance(PAIN.words)) return oneOf(stream, PAIN_WORDS);
  return String(stream.chance(PAIN.none) ? 0 : 1 + below(stream, PAIN.most));
}

/** The number that pain as written stands for; null where it is none of the scale. */
function numberOf(pain: string | null): number | null {
  const [, low, high] = /^(\d+)(?:-(\d+))?$/.exec(pain ?? "") ?? [];
  if (low === undefined) return null;
  const number = high === undefined ? Number(low) : (Number(low) + Number(high)) / 2;
  return number <= PAIN.most ? number : null;
}

/** The illness whose severities fit the log-odds of death that the record leads to. */
function fitting({ levels, logOdds }: Illness, death: number): Illness {
  const { least, most } = SEVERITY_LIMITS;
  return {
    levels: levels.map((level, k) => clamp(level + SEVERITY_OF_RISK[k]! * (death - logOdds), least, most)),
    logOdds: death,
  };
}

/** Hours from arrival to departure. */
export function hoursOf({ start, end }: Pick<EdVisit, "start" | "end">): number {
  return (end - start) / SECONDS_PER_HOUR;
}
