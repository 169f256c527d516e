// The kidneys of a patient in intensive care: when they are injured, which the vital signs foretell by an exact risk, and how
// creatinine and urine show it. Writes nothing.
import type { RandomStream } from "../../core/random.ts";
import { between, clamp, gauss } from "./draws.ts";
import { type Course, SYSTEM_COUNT, SYSTEMS } from "./illness.ts";
import { bendBelow, logistic } from "./risk.ts";

const RENAL = SYSTEMS.indexOf("renal");
const CIRC = SYSTEMS.indexOf("circ");

/** The vital signs that foretell an injury, as they are charted. */
export interface ForetellingSigns {
  /** Hours of the stay. */
  hours: number;
  at(sign: "heartRate" | "meanPressure" | "breathing", hour: number): number;
}

/**
 * Hours that kidneys bear what the circulation does to them: an injury at an hour hangs on the signs of the `over` hours that
 * end `lag` hours earlier. So whoever knows the chart of an hour knows the risks of the `lag` hours after it.
 */
export const FORETOLD = { lag: 6, over: 6 };
/** Middle and deviation of the signs' means over those hours. */
const USUAL = { heartRate: [86, 15], meanPressure: [79, 11], breathing: [19, 4] } as const;
/** Log-odds of an injury within the hour at the middle, what a deviation adds, and what a low pressure adds beyond. */
const MIDDLE = -5.3;
const SLOPES = { heartRate: 0.45, meanPressure: -0.7, breathing: 0.3 };
const LOW_PRESSURE = { slope: 0.8, from: -1, sharpness: 2 };

/** Injured within the first hours but one, which nothing in the chart foretells: log-odds, by severity on arrival. */
const EARLY = { base: -2.6, slope: 0.8 };
/** Creatinine of an injury at its onset, as a multiple: at most three times and a bit, and by a few mg/dL where it was high. */
const RISE = { least: 1, most: 2.1, mgPerDl: 1.2 };
/** An injury gets worse for a day, then heals within days. */
const WORSE = { by: 0.35, hours: 24 };
const HEALS_HOURS = 110;
/** Kidneys that arrive in a bad state get better to this level within days. */
const RESTED = 0.25;
const RESTS_HOURS = 70;

/** Logarithm of the creatinine that one of severity adds. */
export const CREATININE_PER_LEVEL = 0.5;
/** How far a measured creatinine lies from the true one: mg/dL, and as a share where it is low. Less than any stage of KDIGO. */
const CREATININE_ERROR = { most: 0.09, share: 0.09, least: 0.4 };
/** Urine in mL per kg and hour of kidneys that are not injured, and at least; how the volumes of single hours scatter. */
const URINE = { usual: 1.35, perCirc: -0.08, least: 1.02, injured: 1.1, perLevel: -0.55, injuredPerCirc: -0.22 };
const URINE_SCATTER = { injured: 0.45, sound: 0.14 };

/** What the kidneys of a stay do. */
export interface Kidneys {
  /** The hour of the stay in which an injury begins, or null. */
  onset: number | null;
  /** Chance that it begins at each hour of the stay and of the hours after it, given that it has not and that the stay goes on. */
  hazard: Float64Array;
}

/** Log-odds of an injury at an hour, by the signs of the hours that foretell it. */
export function logOddsOfInjury(signs: ForetellingSigns, hour: number): number {
  const last = hour - FORETOLD.lag;
  const first = Math.max(0, last - FORETOLD.over + 1);
  const z = (sign: keyof typeof USUAL) => {
    let sum = 0;
    for (let h = first; h <= last; h++) sum += signs.at(sign, h);
    return (sum / (last - first + 1) - USUAL[sign][0]) / USUAL[sign][1];
  };
  const pressure = z("meanPressure");
  return (
    MIDDLE +
    SLOPES.heartRate * z("heartRate") +
    SLOPES.meanPressure * pressure +
    SLOPES.breathing * z("breathing") +
    bendBelow(pressure, LOW_PRESSURE)
  );
}

/**
 * Draws whether and when the kidneys are injured, hour by hour from the risk that the chart shows; creatinine is the patient's
 * own when well (mg/dL). Before the injury neither creatinine nor urine says anything of it, and neither reaches a stage of
 * KDIGO; from its first hour on creatinine does. Writes the severity of the kidneys into the course.
 */
export function drawKidneys(
  stream: RandomStream,
  course: Course,
  creatinine: number,
  signs: ForetellingSigns,
): Kidneys {
  const { severity } = course;
  const hours = severity.length / SYSTEM_COUNT;
  const whole = Math.min(hours, signs.hours) - 1;
  const arrival = severity[RENAL]!;
  const hazard = new Float64Array(hours + FORETOLD.lag);
  for (let hour = FORETOLD.lag; hour < hazard.length; hour++) hazard[hour] = logistic(logOddsOfInjury(signs, hour));
  let onset: number | null = null;
  if (stream.chance(logistic(EARLY.base + EARLY.slope * arrival))) {
    const hour = Math.floor(between(stream, 1, FORETOLD.lag));
    if (hour < whole) onset = hour;
  }
  for (let hour = FORETOLD.lag; hour < whole && onset === null; hour++) if (stream.chance(hazard[hour]!)) onset = hour;
  const rested = Math.min(arrival, RESTED);
  const resting = (hour: number) => rested + (arrival - rested) * Math.exp(-hour / RESTS_HOURS);
  let step = 0;
  if (onset !== null) {
    const before = creatinine * Math.exp(CREATININE_PER_LEVEL * resting(onset));
    const times = 1 + Math.min(1, RISE.mgPerDl / before) * between(stream, RISE.least, RISE.most);
    step = Math.log(times) / CREATININE_PER_LEVEL;
  }
  for (let hour = 0; hour < hours; hour++) {
    const since = onset === null ? -1 : hour - onset;
    severity[hour * SYSTEM_COUNT + RENAL] = resting(hour) + (since < 0 ? 0 : step * shapeOf(since));
  }
  return { onset, hazard };
}

/** How bad an injury is so many hours after its onset, as a multiple of how it began. */
function shapeOf(hours: number): number {
  const worst = 1 + WORSE.by;
  return hours < WORSE.hours
    ? 1 + (WORSE.by * hours) / WORSE.hours
    : worst * Math.exp(-(hours - WORSE.hours) / HEALS_HOURS);
}

/**
 * Chance that an injury begins in one of the `FORETOLD.lag` hours after an hour, given the chart up to its end and none so far,
 * if the stay lasts that long.
 */
export function riskOfInjury({ hazard }: Kidneys, hour: number): number {
  let spared = 1;
  for (let h = hour + 1; h <= hour + FORETOLD.lag; h++) spared *= 1 - (hazard[h] ?? 0);
  return 1 - spared;
}

/** A creatinine as the laboratory finds it, mg/dL. */
export function measuredCreatinine(stream: RandomStream, creatinine: number): number {
  const { most, share, least } = CREATININE_ERROR;
  const value = Math.max(creatinine, least);
  return value + Math.min(most, share * value) * clamp(0.5 * gauss(stream), -1, 1);
}

/** Urine passed in the `over` hours before an hour of the stay, mL for each kilogram. */
export function urineOf(
  stream: RandomStream,
  { onset }: Kidneys,
  { severity }: Course,
  { hour, over }: { hour: number; over: number },
): number {
  const at = Math.min(hour, severity.length / SYSTEM_COUNT - 1) * SYSTEM_COUNT;
  const [renal, circ] = [severity[at + RENAL]!, severity[at + CIRC]!];
  if (onset === null || hour < onset) {
    const rate = Math.max(URINE.least, URINE.usual * Math.exp(URINE.perCirc * circ));
    return over * rate * Math.exp(URINE_SCATTER.sound * clamp(gauss(stream), -2, 2));
  }
  const rate = URINE.injured * Math.exp(URINE.perLevel * renal + URINE.injuredPerCirc * circ);
  return over * rate * Math.exp(URINE_SCATTER.injured * gauss(stream));
}
