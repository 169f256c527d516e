// A visit to the emergency department up to its end: problem, severity, acuity, the way out and the true risks of it. Writes nothing.
import type { RandomStream } from "../../core/random.ts";
import { SECONDS_PER_HOUR } from "../../core/time.ts";
import type { Problem } from "./catalog.ts";
import { below, clamp, gauss, logNormal, weighted } from "./draws.ts";
import { drawIllness, type Illness, SYSTEM_COUNT } from "./illness.ts";
import type { Person } from "./person.ts";
import { pickProblem, shareOfProblem, WAYS } from "./presenting.ts";
import { logistic, shares, survival, type Waiting } from "./risk.ts";

/** A visit to the emergency department. */
export interface EdVisit {
  stayId: number;
  start: number;
  end: number;
  problem: Problem;
  /** Emergency severity index as triage gave it, 1 to 5; null where it was not noted. */
  acuity: number | null;
  illness: Illness;
  arrival: string;
  disposition: string;
  /** Where the visit leads: `WAYS.home`, `WAYS.ward` or `WAYS.intensive`. */
  way: number;
  /** Probability of being admitted. */
  riskOfAdmission: number;
  /** Probability of dying in hospital or being in intensive care within 12 hours of leaving the department. */
  riskOfCritical: number;
  /** Probability of coming back within 72 hours; 0 for those who do not go home. */
  riskOfReturn: number;
  /** By way out: its probability, and that of the critical outcome for who goes it. */
  outlook: { chances: readonly number[]; critical: readonly number[] };
}

/** Ways through the emergency department at the age of 55 and middling severity: home, ward, intensive care. */
const ED_WAYS = [0.53, 0.33, 0.04];
/** What a standard deviation of severity adds to the log-odds of each way. */
const SEVERITY_SLOPES = [0, 0.6, 1.5];
/** How much each organ system (in the order of SYSTEMS) counts for the way, and mean and deviation of their sum. */
const COUNTS = [1, 1, 0.7, 0.8, 0.3, 0.3, 0.4];
const SEVERITY = { mean: 0.65, deviation: 1.5 };
/** What being sent to a ward or to intensive care adds to the log-odds of death, given the severity. */
const DEATH_BY_WAY = [0, 0, 1.35];
/** Limits of the acuity on the scale of the expected way, most urgent first. */
const ACUITY_LIMITS = [1.9, 0.9, -0.55, -1.5];
/** How far two triage nurses differ. */
const ACUITY_NOISE = 0.62;

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
const HOURS_BY_WAY = [4, 6.5, 6.5];
const HOURS_SPREAD = 0.45;
const SHORTEST_HOURS = 0.3;
const LONGEST_HOURS = 60;
/** How far the change of the signs over the visit tells those who go to intensive care from the others, in deviations. */
const TREND_SEPARATION = 1.2;

const OTHER_WAYS_OUT = [
  "LEFT WITHOUT BEING SEEN",
  "ELOPED",
  "LEFT AGAINST MEDICAL ADVICE",
  "TRANSFER",
  "OTHER",
] as const;
const OTHER_SHARE = 0.05;

/** What `drawEdVisit` is told. */
export interface Arriving {
  stayId: number;
  start: number;
  age: number;
  /** Whether a patient who goes home may come back. */
  mayReturn: boolean;
}

/**
 * Draws a visit. The way out is drawn from its probability given problem, age, sex and the severity of every organ system;
 * nothing drawn before tells more, so that this probability is the true risk.
 */
export function drawEdVisit(
  stream: RandomStream,
  person: Person,
  { stayId, start, age, mayReturn }: Arriving,
): EdVisit {
  const before = waysAt(age);
  const problem = pickProblem(stream, person, age, weighted(stream, before));
  const illness = drawIllness(stream, person, problem, age, "ed");
  const severity = severityOf(illness);
  const chances = shares(
    before.map(
      (chance, way) =>
        Math.log(chance * shareOfProblem(problem, person, age, way) + 1e-12) + SEVERITY_SLOPES[way]! * severity,
    ),
  );
  const way = weighted(stream, chances);
  const acuity = acuityOf(stream, chances);
  const dies = DEATH_BY_WAY.map((more) => logistic(illness.logOdds + more));
  const [, ward, intensive] = chances as [number, number, number];
  const critical = [0, dies[1]!, SOON + (1 - SOON) * dies[2]!];
  const disposition =
    way !== WAYS.home
      ? "ADMITTED"
      : stream.chance(OTHER_SHARE)
        ? OTHER_WAYS_OUT[below(stream, OTHER_WAYS_OUT.length)]!
        : "HOME";
  return {
    stayId,
    start,
    end:
      start +
      Math.round(clamp(logNormal(stream, HOURS_BY_WAY[way]!, HOURS_SPREAD), SHORTEST_HOURS, LONGEST_HOURS) * 60) * 60,
    problem,
    acuity: stream.chance(0.02) ? null : acuity,
    illness: { levels: illness.levels, logOdds: illness.logOdds + DEATH_BY_WAY[way]! },
    arrival: ["AMBULANCE", "WALK IN", "UNKNOWN", "HELICOPTER"][
      weighted(stream, acuity <= 2 ? [60, 35, 4, 1] : [28, 67, 5, 0.1])
    ]!,
    disposition,
    way,
    riskOfAdmission: ward + intensive,
    riskOfCritical: ward * critical[1]! + intensive * critical[2]!,
    riskOfReturn: disposition === "HOME" && mayReturn ? logistic(-3.4 + 0.5 * clamp(person.useOfEd, -2, 2)) : 0,
    outlook: { chances, critical },
  };
}

function waysAt(age: number): number[] {
  const older = Math.exp(0.025 * (age - 55));
  const odds = [ED_WAYS[0]!, ED_WAYS[1]! * older, ED_WAYS[2]! * older];
  const total = odds[0]! + odds[1]! + odds[2]!;
  return odds.map((odd) => odd / total);
}

/** Severity over all systems, in standard deviations from the mean of visits. */
function severityOf({ levels }: Illness): number {
  let sum = 0;
  for (let k = 0; k < SYSTEM_COUNT; k++) sum += COUNTS[k]! * levels[k]!;
  return (sum - SEVERITY.mean) / SEVERITY.deviation;
}

/** Emergency severity index, 1 (at once) to 5: what triage expects of the way out, with its own error. */
function acuityOf(stream: RandomStream, chances: readonly number[]): number {
  const expected = chances[1]! + 3 * chances[2]! + ACUITY_NOISE * gauss(stream);
  const place = ACUITY_LIMITS.findIndex((limit) => expected > limit);
  return place < 0 ? ACUITY_LIMITS.length + 1 : place + 1;
}

/** How the signs change over a visit: up for the worse. It is drawn from where the visit leads. */
export function drawTrend(stream: RandomStream, { way }: Pick<EdVisit, "way">): number {
  return stream.normal(way === WAYS.intensive ? TREND_SEPARATION / 2 : -TREND_SEPARATION / 2);
}

/**
 * The risk of the critical outcome for who knows all that was known at triage, how long the visit was and how the signs
 * changed: by Bayes' rule from the risk at triage.
 */
export function riskAtDeparture({ outlook, start, end }: EdVisit, trend: number): number {
  const logHours = Math.log((end - start) / SECONDS_PER_HOUR);
  const weights = shares(
    outlook.chances.map((chance, way) => {
      const length = (logHours - Math.log(HOURS_BY_WAY[way]!)) / HOURS_SPREAD;
      const change = trend - (way === WAYS.intensive ? TREND_SEPARATION / 2 : -TREND_SEPARATION / 2);
      return Math.log(chance + 1e-300) - (length * length + change * change) / 2;
    }),
  );
  return weights.reduce((sum, weight, way) => sum + weight * outlook.critical[way]!, 0);
}
