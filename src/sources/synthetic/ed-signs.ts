// Vital signs in the emergency department: those of triage, the last ones, and what either tells of the way out. Knows no file.
import type { RandomStream } from "../../core/random.ts";
import { clamp, count, gauss } from "./draws.ts";
import { SYSTEMS, type System } from "./illness.ts";
import type { Person } from "./person.ts";

/** Temperature in °F, heart rate, breaths, saturation, systolic and diastolic pressure, as recorded. */
export type Signs = readonly (number | null)[];

/** What the record of vital signs tells: deviations from the usual, and percents of saturation that are lacking. */
export interface Standing {
  /** Temperature, heart rate, breaths, systolic pressure; 0 where none was recorded. */
  deviations: readonly number[];
  lack: number;
}

/** How often triage left a field empty or wrote a value no body has. */
export const FAULTS = { missing: 0.05, impossible: 0.002 };

/** Place in `Signs`, middle and deviation among visits, what a body can have. */
const TELLING = [
  { place: 0, middle: 98.4, deviation: 1, least: 80, most: 110 },
  { place: 1, middle: 88, deviation: 16, least: 30, most: 200 },
  { place: 2, middle: 17.8, deviation: 3.1, least: 6, most: 60 },
  { place: 4, middle: 133, deviation: 17, least: 50, most: 250 },
] as const;
const SATURATION = { place: 3, usualLack: 2.6, mostLack: 20 };
const DIASTOLIC = { place: 5, ofSystolic: 0.45, plus: 16, noise: 7 };

/** By way out, what a deviation at triage (and a percent that is lacking) adds to its log-odds. */
const SLOPES = {
  deviations: [
    [0, 0.25, 0.2],
    [0, 0.32, 0.7],
    [0, 0.38, 0.8],
    [0, -0.15, -0.7],
  ],
  lack: [0, 0.1, 0.3],
} as const;

/**
 * The last signs keep this part of the deviation at triage and vary so much; where they end up depends on the way out, as
 * much as makes them tell all that those of triage told (see `evidenceOf`).
 */
const LAST = { kept: 0.7, varies: 0.7, lackKept: 0.6, lackOwn: 0.9 };

/** The signs of triage as the nurse wrote them, from the severity of organ systems. */
export function signsAtTriage(stream: RandomStream, person: Person, levels: ArrayLike<number>): Signs {
  const level = (system: System) => levels[SYSTEMS.indexOf(system)]!;
  const mean = person.meanPressure + 8 - 6 * level("circ") + 9 * gauss(stream);
  const pulse = person.pulsePressure + 8 * gauss(stream);
  const values = [
    Math.round((person.temperatureF + 0.8 * level("infl") + 0.5 * gauss(stream)) * 10) / 10,
    Math.round(clamp(person.heartRate + 8 + 7 * level("circ") + 5 * level("infl") + 11 * gauss(stream), 30, 200)),
    Math.round(clamp(person.breathing + 0.5 + 2.2 * level("resp") + 2 * gauss(stream), 6, 60)),
    Math.round(clamp(person.saturation - 1.5 * level("resp") + 1.4 * gauss(stream), 55, 100)),
    Math.round(clamp(mean + (2 / 3) * pulse, 50, 250)),
    Math.round(clamp(mean - pulse / 3, 25, 150)),
  ];
  return values.map((value) =>
    stream.chance(FAULTS.missing) ? null : stream.chance(FAULTS.impossible) ? value * 10 : value,
  );
}

/** What recorded signs tell; values that no body has are as good as none. */
export function standingOf(signs: Signs): Standing {
  const saturation = signs[SATURATION.place];
  const lack = saturation == null || saturation > 100 ? SATURATION.usualLack : 100 - saturation;
  return {
    deviations: TELLING.map(({ place, middle, deviation, least, most }) => {
      const value = signs[place];
      return value == null || value < least || value > most ? 0 : (value - middle) / deviation;
    }),
    lack: Math.min(SATURATION.mostLack, lack),
  };
}

/** What the signs of triage add to the log-odds of a way out. */
export function logOddsOfSigns({ deviations, lack }: Standing, way: number): number {
  const sum = deviations.reduce((all, z, k) => all + SLOPES.deviations[k]![way]! * z, 0);
  return sum + SLOPES.lack[way]! * (lack - SATURATION.usualLack);
}

/** How far from their mean the last signs of those who go that way lie, in deviations. */
function shift(k: number, way: number): number {
  return (SLOPES.deviations[k]![way]! * LAST.varies ** 2) / LAST.kept;
}

/** How much more saturation those who go that way are lacking at last, as a factor. */
function factor(way: number): number {
  return 1 + SLOPES.lack[way]! / LAST.lackKept;
}

function usualLack(lack: number): number {
  return LAST.lackOwn + LAST.lackKept * lack;
}

/** Draws the last signs from those of triage and the way out. */
export function lastSigns(stream: RandomStream, { deviations, lack }: Standing, way: number): Signs {
  const signs: (number | null)[] = Array(TELLING.length + 2).fill(null);
  for (const [k, { place, middle, deviation, least, most }] of TELLING.entries()) {
    const z = LAST.kept * deviations[k]! + shift(k, way) + LAST.varies * stream.normal(0);
    const value = clamp(middle + deviation * z, least, most);
    signs[place] = place === 0 ? Math.round(value * 10) / 10 : Math.round(value);
  }
  signs[SATURATION.place] = Math.max(55, 100 - count(stream, usualLack(lack) * factor(way)));
  signs[DIASTOLIC.place] = Math.round(
    clamp(DIASTOLIC.ofSystolic * signs[TELLING[3].place]! + DIASTOLIC.plus + DIASTOLIC.noise * gauss(stream), 25, 150),
  );
  return signs;
}

/**
 * Log-likelihood of the last signs, given those of triage, where the patient goes that way, less that of going home. Added
 * to the log-odds at triage the signs of triage cancel: (slope / kept) × last deviation is left, so that who sees the last
 * signs alone knows as much.
 */
export function evidenceOf(last: Standing, first: Standing, way: number): number {
  let sum = 0;
  for (let k = 0; k < TELLING.length; k++) {
    const moved = shift(k, way);
    sum += (moved * (last.deviations[k]! - LAST.kept * first.deviations[k]! - moved / 2)) / LAST.varies ** 2;
  }
  return sum + last.lack * Math.log(factor(way)) - (factor(way) - 1) * usualLack(first.lack);
}

/** Signs charted on the way from those of triage to the last ones (0 to 1), each with noise of its own. */
export function signsBetween(stream: RandomStream, first: Signs, last: Signs, part: number): Signs {
  const noise = [0.3, 5, 1.2, 0.8, 8, 6];
  return last.map((end, place) => {
    if (stream.chance(FAULTS.missing)) return null;
    const begin = first[place] == null || first[place]! > 3 * end! ? end! : first[place]!;
    const value = begin + (end! - begin) * part + noise[place]! * gauss(stream);
    if (place === 0) return Math.round(value * 10) / 10;
    return Math.round(clamp(value, place === SATURATION.place ? 55 : 5, place === SATURATION.place ? 100 : 250));
  });
}
