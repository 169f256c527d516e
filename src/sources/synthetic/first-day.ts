// What the vital signs of the first day in intensive care tell of the risk of death: all there is to tell. Knows no field and no file.
import type { RandomStream } from "../../core/random.ts";
import { clamp, gauss } from "./draws.ts";
import { bendBelow } from "./risk.ts";

/** Means over the hours of the first day; temperature in Fahrenheit. */
export interface DayMeans {
  heartRate: number;
  meanPressure: number;
  pulsePressure: number;
  breathing: number;
  temperature: number;
}

/** The day the risk is read from. */
export const DAY_HOURS = 24;

/** Middle and deviation of the means among stays. */
const USUAL: Record<keyof DayMeans, readonly [middle: number, deviation: number]> = {
  heartRate: [84, 14],
  meanPressure: [80, 10],
  pulsePressure: [44, 8.5],
  breathing: [18.8, 3.6],
  temperature: [98.5, 0.85],
};
/** Log-odds at the middle, and what a deviation adds. */
const MIDDLE = -3.94;
const SLOPES = { heartRate: 1, meanPressure: -0.7, pulsePressure: -0.3, breathing: 1 };
/** What is not linear: a fast pulse at a low pressure, temperature to either side, pressure falling through a limit. */
const TOGETHER = -0.15;
const TEMPERATURE_BOW = 0.15;
const LOW_PRESSURE = { slope: 0.6, from: -1, sharpness: 2 };

/** How each mean moves, in deviations, where a patient is better or worse off than organ systems alone make out. */
const DIRECTION: Record<keyof DayMeans, number> = {
  heartRate: 1,
  meanPressure: -1,
  pulsePressure: -0.5,
  breathing: 1,
  temperature: 0,
};
/** No patient is further off than this; the log-odds rise all the way. */
const FURTHEST = 6;
const HALVINGS = 40;

/** Log-odds of dying in this stay, by the means of its first day. */
export function logOddsOfDay(means: DayMeans): number {
  const z = (name: keyof DayMeans) => (means[name] - USUAL[name][0]) / USUAL[name][1];
  const [rate, pressure, warmth] = [z("heartRate"), z("meanPressure"), z("temperature")];
  return (
    MIDDLE +
    SLOPES.heartRate * rate +
    SLOPES.meanPressure * pressure +
    SLOPES.pulsePressure * z("pulsePressure") +
    SLOPES.breathing * z("breathing") +
    TOGETHER * rate * pressure +
    TEMPERATURE_BOW * warmth * warmth +
    bendBelow(pressure, LOW_PRESSURE)
  );
}

/**
 * What a patient's vital signs differ by from those of the organ systems, for the first day to show these log-odds. It is
 * one number, by which pulse and breathing go up and pressure down, or the other way round.
 */
export function offsetsFor(means: DayMeans, logOdds: number): DayMeans {
  const moved = (by: number): DayMeans => {
    const at = (name: keyof DayMeans) => by * DIRECTION[name] * USUAL[name][1];
    return {
      heartRate: at("heartRate"),
      meanPressure: at("meanPressure"),
      pulsePressure: at("pulsePressure"),
      breathing: at("breathing"),
      temperature: at("temperature"),
    };
  };
  const names = Object.keys(DIRECTION) as (keyof DayMeans)[];
  let [low, high] = [-FURTHEST, FURTHEST];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    const offsets = moved(middle);
    const there = { ...means };
    for (const name of names) there[name] += offsets[name];
    if (logOddsOfDay(there) < logOdds) low = middle;
    else high = middle;
  }
  return moved((low + high) / 2);
}

/**
 * Noise of a sign measured every `every` hours of the first day, without what would shift its mean: a normal draw an hour,
 * less the mean of the draws at hours the sign is measured.
 */
export function steadyNoise(stream: RandomStream, every = 1): Float64Array {
  const noise = Float64Array.from({ length: DAY_HOURS }, () => gauss(stream));
  let sum = 0;
  for (let hour = 0; hour < DAY_HOURS; hour += every) sum += noise[hour]!;
  const mean = (sum * every) / DAY_HOURS;
  return noise.map((value, hour) => (hour % every === 0 ? value - mean : value));
}

/** The mean over the hours of the first day, of those a stay of `hours` has. */
export function meanOfDay(hours: number, at: (hour: number) => number): number {
  const most = clamp(Math.ceil(hours), 1, DAY_HOURS);
  let sum = 0;
  for (let hour = 0; hour < most; hour++) sum += at(hour);
  return sum / most;
}
