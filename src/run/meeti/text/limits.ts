// The limits of the clinical rules, each with its unit and where it comes from. Applies none of them.

import { RHYTHM_LIMITS } from "../../../signal/index.ts";

/** A threshold. */
export interface Limit {
  value: number;
  unit: string;
  source: string;
}

const INTERVALS = "AHA/ACCF/HRS 2009, part IV (Rautaharju et al., Circulation 119:e241)";
const CONDUCTION = "AHA/ACCF/HRS 2009, part III (Surawicz et al., Circulation 119:e235)";
const CHAMBERS = "AHA/ACCF/HRS 2009, part V (Hancock et al., Circulation 119:e251)";
const INFARCTION = "Fourth Universal Definition of Myocardial Infarction 2018 (Thygesen et al., Circulation 138:e618)";
const USUAL = "convention, as in ECG-R1's phases";
const SINUS_AXIS =
  "P upright in I and aVF (0 to 90°): AHA/ACC/HRS 2007 part II (Mason et al.), and 15° for errors of measurement";
const limit = (value: number, unit: string, source: string): Limit => ({ value, unit, source });

export const LIMITS = {
  slow: limit(60, "/min", USUAL),
  fast: limit(100, "/min", USUAL),
  shortPr: limit(120, "ms", USUAL),
  longPr: limit(200, "ms", "AHA/ACC/HRS 2018 bradycardia guideline (Kusumoto et al.): first-degree block above 200 ms"),
  pWavesHidden: limit(
    RHYTHM_LIMITS.fastPerMinute,
    "/min",
    "the measurement's own: P waves may hide in T waves above it",
  ),
  pWavesUntold: limit(
    RHYTHM_LIMITS.tooFastPerMinute,
    "/min",
    "the measurement's own: T waves may look like P waves above it",
  ),
  pWavesPresent: limit(
    0.5,
    "share of beats",
    "half of the usual beats, as the measurement's own rule for fibrillation",
  ),
  pWavesAbsent: limit(
    RHYTHM_LIMITS.pAbsentShare,
    "share of beats",
    "the measurement's own: between it and one half it is uncertain",
  ),
  pacedShare: limit(
    RHYTHM_LIMITS.pacedShare,
    "share of beats",
    "the measurement's own: pulses before so many beats are a paced rhythm",
  ),
  sinusAxisFrom: limit(RHYTHM_LIMITS.sinusAxisFrom, "degrees", SINUS_AXIS),
  sinusAxisTo: limit(RHYTHM_LIMITS.sinusAxisTo, "degrees", SINUS_AXIS),
  axisLeft: limit(-30, "degrees", CONDUCTION),
  axisRight: limit(90, "degrees", CONDUCTION),
  slightlyWide: limit(110, "ms", CONDUCTION),
  wide: limit(120, "ms", CONDUCTION),
  delayedPeak: limit(60, "ms", `${CONDUCTION}: R peak time in V5 and V6 above 60 ms`),
  anteriorBlockAxis: limit(-45, "degrees", `${CONDUCTION}: left anterior fascicular block from −45° to −90°`),
  borderQtc: limit(450, "ms", `${INTERVALS}: prolonged from 450 ms in men`),
  longQtc: limit(460, "ms", `${INTERVALS}: prolonged from 460 ms in women`),
  shortQtc: limit(390, "ms", `${INTERVALS}: short at or below 390 ms`),
  sokolow: limit(3.5, "mV", `${CHAMBERS}: SV1 + RV5 or RV6 above 3.5 mV`),
  cornell: limit(2.8, "mV", `${CHAMBERS}: SV3 + RaVL above 2.8 mV in men (2.0 in women)`),
  rightR: limit(0.6, "mV", `${CHAMBERS}: R in V1 above 0.6 mV`),
  rightAtrium: limit(0.25, "mV", `${CHAMBERS}: P in II above 0.25 mV`),
  lowLimb: limit(0.5, "mV", "QRS below 0.5 mV in all limb leads: convention"),
  lowChest: limit(1, "mV", "QRS below 1.0 mV in all chest leads: convention"),
  elevation: limit(0.1, "mV", `${INFARCTION}: J point, two neighbouring leads`),
  elevationV2V3: limit(0.2, "mV", `${INFARCTION}: V2 and V3, men of 40 years and more`),
  depression: limit(-0.05, "mV", `${INFARCTION}: two neighbouring leads`),
  inversion: limit(-0.1, "mV", `${INFARCTION}: T wave, two neighbouring leads with R over S`),
  qDepth: limit(-0.1, "mV", `${INFARCTION}: Q wave, two neighbouring leads`),
  qWidth: limit(30, "ms", `${INFARCTION}: Q wave, two neighbouring leads`),
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** The value of a limit. */
export const at = (name: LimitName): number => LIMITS[name].value;
