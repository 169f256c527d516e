// How ill a patient is: organ systems, how they change hour by hour, and the exact risk of death at each point. Writes nothing.
import type { RandomStream } from "../../core/random.ts";
import type { Problem } from "./catalog.ts";
import { clamp, gauss } from "./draws.ts";
import { DAY_HOURS } from "./first-day.ts";
import type { Person } from "./person.ts";
import { drawSign, drawWaiting, logistic, logit, survival, type Waiting } from "./risk.ts";

/** Organ systems with a severity of their own: 0 as the healthy have it (below: with reserve), some 4 failing. */
export const SYSTEMS = ["resp", "circ", "infl", "neuro", "hep", "coag", "renal"] as const;
export type System = (typeof SYSTEMS)[number];
export const SYSTEM_COUNT = SYSTEMS.length;
const RENAL = SYSTEMS.indexOf("renal");

/** How far the severity on arrival tells those who will die from the others, in standard deviations, by system. */
const ARRIVAL_SIGNS = [0.72, 0.76, 0.5, 0.35, 0.4, 0.4, 0.58];
/** The same for the change over the first day; that of the kidneys hangs on other things (kidneys.ts). */
const TREND_SIGNS = [0.58, 0.6, 0.32, 0.25, 0.2, 0.2, 0];
/** What a sign of one standard deviation adds to the severity. */
const ARRIVAL_STEP = 0.85;
const TREND_STEP = 0.75;
const LEAST_SEVERE = -1;
/** No organ system gets worse. */
export const MOST_SEVERE = 4.5;

/** The way in: through the emergency department, or straight to a ward or to intensive care. */
export type WayIn = "ed" | "ward" | "icu";
/** Log-odds of dying in hospital before anything is known but the way in. */
const BASE: Record<WayIn, number> = { ed: -4.3, ward: -4.7, icu: -1.8 };
/** Severity that all who come that way share. */
const COMMON: Record<WayIn, number> = { ed: 0.25, ward: 0.2, icu: 0.55 };
const PER_YEAR_OVER_62 = 0.026;

/** Share of stays, among those that end alive, that the records have seconds long, or ending before they begin. */
export const ODD_STAYS = { seconds: 0.008, backwards: 0.001 };
/** Of those who die in hospital and are in intensive care, the share that dies there. */
const DIES_IN_UNIT = 0.8;
/** Hours until death in the unit, and until leaving it alive (for a problem of middling length). */
const UNTIL_DEATH: Waiting = { scale: 88, shape: 1.5 };
const UNTIL_LEAVING: Waiting = { scale: 52, shape: 2.1 };
/** The worse these are on arrival, the longer until leaving: added to the logarithm of the hours, for each one of severity. */
const SLOWER: Partial<Record<System, number>> = { resp: 0.2, neuro: 0.12, infl: 0.08 };
const MIDDLING_DAYS = 3.6;
const LONGEST_HOURS = 24 * 75;

/** The state on arrival. */
export interface Illness {
  /** Severity by system. */
  levels: Float64Array;
  /** Log-odds of dying in hospital, given everything drawn so far. */
  logOdds: number;
}

/** Severity on arrival: each system a sign of whether the patient will die. */
export function drawIllness(stream: RandomStream, person: Person, problem: Problem, age: number, way: WayIn): Illness {
  let logOdds = BASE[way] + 0.45 * problem.risk + 0.4 * person.chronicRisk + PER_YEAR_OVER_62 * (age - 62);
  const levels = new Float64Array(SYSTEM_COUNT);
  SYSTEMS.forEach((system, k) => {
    const separation = ARRIVAL_SIGNS[k]!;
    const sign = drawSign(stream, logistic(logOdds), separation);
    logOdds += separation * sign;
    const own = problem.organs[system] ?? 0;
    levels[k] = clamp(COMMON[way] + 0.6 * own + ARRIVAL_STEP * sign, LEAST_SEVERE, MOST_SEVERE);
  });
  return { levels, logOdds };
}

/** A stay in intensive care. */
export interface Course {
  hours: number;
  /** Dies in the unit, at its end. */
  diesHere: boolean;
  /**
   * Severity by hour and system: `severity[hour * SYSTEM_COUNT + k]`, hours 0 to `ceil(hours)`. That of the kidneys is as on
   * arrival until drawKidneys (kidneys.ts) has been there.
   */
  severity: Float32Array;
  /** Probability of dying in the unit, given the first 24 hours and being there alive at hour 30. */
  riskOfDyingHere: number;
  /** Probability of dying in this hospital stay, given the first 48 hours and being in the unit alive at their end. */
  riskOfDyingInHospital: number;
  /** Log-odds of dying in this hospital stay after leaving the unit alive. */
  logOddsAfter: number;
  /** Chances of dying in the unit at all, of an ordinary stay that ends alive, and how long either takes. */
  ends: Ends;
}

/** How a stay can end, seen from its first day. */
export interface Ends {
  dying: number;
  leaving: number;
  untilLeaving: Waiting;
}

/** From the end of the first day to this hour nothing but its length tells more of how the stay ends. */
export const UNTOLD_UNTIL = 48;

/**
 * Probability of dying in the unit in the `within` hours after an hour from 24 to 48 at which the patient is there alive, given
 * everything until then.
 */
export function riskOfDyingWithin(
  { ends: { dying, leaving, untilLeaving } }: Course,
  hour: number,
  within: number,
): number {
  const still = dying * survival(UNTIL_DEATH, hour);
  const later = dying * survival(UNTIL_DEATH, hour + within);
  return (still - later) / (still + leaving * survival(untilLeaving, hour));
}

/** The hours from which the tasks of the benchmarks count: death in the unit, death in hospital. */
const COUNTED_FROM = { here: 30, inHospital: 48 };
/** Hours in which a patient who gets better is most of the way. */
const UNTIL_BETTER = 60;

/**
 * Draws a stay. Everything up to hour 48 depends on signs alone; whether and when the patient dies is drawn afterwards from
 * the probability they leave, so that this probability is the true risk. The first day's chart shows it (first-day.ts).
 */
export function drawCourse(stream: RandomStream, illness: Illness, losDays: number): Course {
  let logOdds = illness.logOdds;
  const trend = new Float64Array(SYSTEM_COUNT);
  for (let k = 0; k < SYSTEM_COUNT; k++) {
    const separation = TREND_SIGNS[k]!;
    const sign = drawSign(stream, logistic(logOdds), separation);
    logOdds += separation * sign;
    trend[k] = separation === 0 ? 0 : TREND_STEP * sign - 0.12;
  }
  const dying = logistic(logOdds);
  const dyingHere = dying * DIES_IN_UNIT;
  const slower = SYSTEMS.reduce((sum, system, k) => sum + (SLOWER[system] ?? 0) * (illness.levels[k]! - COMMON.icu), 0);
  const leaving: Waiting = {
    ...UNTIL_LEAVING,
    scale: UNTIL_LEAVING.scale * Math.sqrt(losDays / MIDDLING_DAYS) * Math.exp(slower),
  };
  const dyingAfter = (dying * (1 - DIES_IN_UNIT)) / (1 - dyingHere);
  const ordinary = 1 - ODD_STAYS.seconds - ODD_STAYS.backwards;
  const still = (hour: number) => ({
    dying: dyingHere * survival(UNTIL_DEATH, hour),
    leaving: (1 - dyingHere) * survival(leaving, hour) * ordinary,
  });
  const [at30, at48] = [still(COUNTED_FROM.here), still(COUNTED_FROM.inHospital)];
  const diesHere = stream.chance(dyingHere);
  const hours = clamp(drawWaiting(stream, diesHere ? UNTIL_DEATH : leaving), 0.7, LONGEST_HOURS);
  return {
    hours,
    diesHere,
    severity: path(stream, illness.levels, trend, hours, diesHere),
    riskOfDyingHere: at30.dying / (at30.dying + at30.leaving),
    riskOfDyingInHospital: (at48.dying + at48.leaving * dyingAfter) / (at48.dying + at48.leaving),
    logOddsAfter: logit(dyingAfter),
    ends: { dying: dyingHere, leaving: (1 - dyingHere) * ordinary, untilLeaving: leaving },
  };
}

/** Hour by hour: from arrival along the trend for a day, as it is for another, then up to the end of a dying patient, else down. */
function path(
  stream: RandomStream,
  levels: Float64Array,
  trend: Float64Array,
  hours: number,
  dies: boolean,
): Float32Array {
  const last = Math.ceil(hours);
  const severity = new Float32Array((last + 1) * SYSTEM_COUNT);
  for (let k = 0; k < SYSTEM_COUNT; k++) {
    if (k === RENAL) {
      for (let hour = 0; hour <= last; hour++) severity[hour * SYSTEM_COUNT + k] = levels[k]!;
      continue;
    }
    let wander = 0;
    const day = clamp(levels[k]! + trend[k]!, LEAST_SEVERE, MOST_SEVERE);
    const target = dies ? Math.min(MOST_SEVERE, day + 1.1) : 0.25;
    for (let hour = 0; hour <= last; hour++) {
      wander = 0.9 * wander + 0.07 * gauss(stream);
      const mean =
        hour <= DAY_HOURS
          ? levels[k]! + (day - levels[k]!) * (hour / DAY_HOURS)
          : hour <= UNTOLD_UNTIL
            ? day
            : dies
              ? day + (target - day) * ((hour - UNTOLD_UNTIL) / Math.max(1, last - UNTOLD_UNTIL)) ** 2
              : target + (day - target) * Math.exp(-(hour - UNTOLD_UNTIL) / UNTIL_BETTER);
      severity[hour * SYSTEM_COUNT + k] = clamp(mean + wander, LEAST_SEVERE, MOST_SEVERE);
    }
  }
  return severity;
}
