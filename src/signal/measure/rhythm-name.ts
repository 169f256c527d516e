// The one name of a record's rhythm, from what was measured of it. By rules with named limits; no diagnosis.

import { WIDE_QRS_MS } from "./beat-kinds.ts";
import { P_PRESENT_SHARE } from "./rhythm.ts";

/** Names of rhythms, the first that applies. `uncertain`: P waves could neither be found nor ruled out. */
export const RHYTHM_NAMES = [
  "ventricular-paced",
  "atrial-flutter",
  "wide-complex-tachycardia",
  "atrial-fibrillation",
  "dropped-beats",
  "sinus",
  "other-p-waves",
  "narrow-tachycardia",
  "no-p-waves",
  "uncertain",
] as const;
export type RhythmName = (typeof RHYTHM_NAMES)[number];

/** The limits of the names. */
export const RHYTHM_LIMITS = {
  /** Above this rate, a minute, P waves may hide in T waves or QRS complexes: their absence is not told. */
  fastPerMinute: 100,
  /** Above this rate a hump of the T wave cannot be told from a P wave. */
  tooFastPerMinute: 150,
  /** Below this share of beats with a P wave, and no faster, there are none before most beats; up to one half it is uncertain. */
  pAbsentShare: 0.2,
  /** So many of the beats begin with a pulse in a paced rhythm. */
  pacedShare: 0.5,
  /** P waves without QRS complex, of all beats, from which on beats are dropped. */
  droppedShare: 0.08,
  /** P axis of the sinus node: upright in I and aVF (AHA/ACC/HRS 2007, Mason et al.), and 15° more for errors of measurement. */
  sinusAxisFrom: -15,
  sinusAxisTo: 105,
} as const;

/** What a rhythm's name follows from; NaN where unknown. */
export interface RhythmFacts {
  beats: number;
  ratePerMinute: number;
  qrsMs: number;
  pAxisDegrees: number;
  pWaveShare: number;
  lonePWaves: number;
  pacedBeats: number;
  isFlutter: boolean;
  isFibrillation: boolean;
}

/** The rhythm's name; undefined with fewer than three beats. */
export function nameRhythm(facts: RhythmFacts): RhythmName | undefined {
  const { beats, ratePerMinute, qrsMs, pAxisDegrees, pWaveShare, lonePWaves, pacedBeats } = facts;
  if (beats < 3) return undefined;
  if (pacedBeats >= RHYTHM_LIMITS.pacedShare * beats) return "ventricular-paced";
  if (facts.isFlutter) return "atrial-flutter";
  const hasP = pWaveShare >= P_PRESENT_SHARE && !(ratePerMinute > RHYTHM_LIMITS.tooFastPerMinute);
  const isFast = ratePerMinute > RHYTHM_LIMITS.fastPerMinute;
  if (isFast && qrsMs >= WIDE_QRS_MS && !hasP) return "wide-complex-tachycardia";
  if (facts.isFibrillation) return "atrial-fibrillation";
  if (hasP) {
    if (lonePWaves >= Math.max(1, RHYTHM_LIMITS.droppedShare * beats)) return "dropped-beats";
    const isSinus = !(pAxisDegrees < RHYTHM_LIMITS.sinusAxisFrom || pAxisDegrees > RHYTHM_LIMITS.sinusAxisTo);
    return isSinus ? "sinus" : "other-p-waves";
  }
  if (isFast) return "narrow-tachycardia";
  return pWaveShare < RHYTHM_LIMITS.pAbsentShare ? "no-p-waves" : "uncertain";
}
