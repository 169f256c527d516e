// An infection caught in intensive care: organ systems get worse before anyone suspects it, then cultures and antibiotics. Writes
// nothing.
import type { RandomStream } from "../../core/random.ts";
import { below, between, clamp } from "./draws.ts";
import { type Course, MOST_SEVERE, SYSTEM_COUNT, SYSTEMS, type System } from "./illness.ts";

/** From this hour on, so that the first day shows what it showed before; and none in the last hours of a stay. */
const EARLIEST = 36;
const BEFORE_END = 3;
/** Chance an hour at the lungs' usual severity on arrival, and what one more of it does to the logarithm: tubes let germs in. */
const HAZARD = { usual: 0.003, usualResp: 0.55, perResp: 0.3 };
/** What it does to the organ systems when it is at its worst. */
const WORSE: Partial<Record<System, number>> = { infl: 1.9, circ: 1.6, resp: 0.6 };
/** Hours over which they get worse, about the hour of suspicion; at its worst for so long; then better. */
const COURSE = { before: 8, after: 8, stays: 30, better: 50 };
/** Hours until the first antibiotic. */
const ANTIBIOTIC_WITHIN = 3;
const RESP = SYSTEMS.indexOf("resp");

/** An infection caught in the unit. */
export interface Infection {
  /** Hour of the stay at which it is suspected and blood is cultured. */
  suspected: number;
  /** Hour of the first antibiotic, which is then given to the end of the stay. */
  treated: number;
}

/**
 * Draws whether a patient catches an infection in the unit, from the state on arrival alone: it says nothing of how the stay
 * ends. Makes the organ systems of the course worse from some hours before it is suspected.
 */
export function catchInfection(stream: RandomStream, course: Course, stayHours: number): Infection | null {
  const { severity } = course;
  const chance = HAZARD.usual * Math.exp(HAZARD.perResp * (severity[RESP]! - HAZARD.usualResp));
  let suspected = EARLIEST;
  while (suspected < stayHours - BEFORE_END && !stream.chance(chance)) suspected++;
  if (suspected >= stayHours - BEFORE_END) return null;
  for (let hour = suspected - COURSE.before; hour < severity.length / SYSTEM_COUNT; hour++) {
    const share = shareOf(hour - suspected);
    SYSTEMS.forEach((system, k) => {
      const at = hour * SYSTEM_COUNT + k;
      severity[at] = Math.min(Math.max(MOST_SEVERE, severity[at]!), severity[at]! + (WORSE[system] ?? 0) * share);
    });
  }
  return { suspected, treated: suspected + Math.floor(between(stream, 0, ANTIBIOTIC_WITHIN)) + below(stream, 60) / 60 };
}

/** How far the infection has come, so many hours after it was suspected: 0 to 1. */
function shareOf(hours: number): number {
  const { before, after, stays, better } = COURSE;
  if (hours > after + stays) return Math.exp(-(hours - after - stays) / better);
  const rise = clamp((hours + before) / (before + after), 0, 1);
  return rise * rise * (3 - 2 * rise);
}
