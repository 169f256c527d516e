// Rhythm from the beats: regular or not, ectopy, atrial fibrillation. By rules with named limits; no diagnosis.

import { meanOf, medianOf } from "../statistics.ts";
import type { BeatKind } from "./beat-kinds.ts";
import type { RhythmName } from "./rhythm-name.ts";

/** RMSSD / mean RR above which RR intervals are irregular as in fibrillation (Dash et al., Ann Biomed Eng 2009;37:1701: 0.1). */
export const AF_IRREGULARITY = 0.1;
/** P waves before at least this share of the usual beats speak against fibrillation. */
export const P_PRESENT_SHARE = 0.5;
/** Beats needed to judge fibrillation. */
const AF_BEATS = 6;
/** RR intervals within this share of their middle are regular (ACC/AHA 2006 data standard: less than 0.12 s or 10 %). */
const REGULAR = 0.1;

/** What the atria and a pacemaker were seen to do. */
export interface AtrialAndPaced {
  /** Periodic waves at 220 to 350 a minute between the complexes, as in atrial flutter. */
  atrialFlutterLikely: boolean;
  /** Their rate; null without. */
  flutterPerMinute: number | null;
  /** P waves that no QRS complex follows; null where there are no P waves before beats to know them by. */
  pWavesWithoutQrs: number | null;
  /** Beats with a pacemaker's pulse at their beginning; null where the sampling rate is too low to see one. */
  ventricularPacedBeats: number | null;
  /** Beats with a pulse before their P wave; null likewise. */
  atrialPacedBeats: number | null;
}

export interface EcgRhythmMeasurement extends AtrialAndPaced {
  /** The one name that fits first; null with fewer than three beats. */
  name: RhythmName | null;
  /** Middle RR intervals differ by less than 10 %, ectopic beats left out; null with fewer than three intervals. */
  regular: boolean | null;
  /** RMSSD / mean of the RR intervals between beats that are not ectopic. */
  rrIrregularity: number | null;
  /** Usual beats with a P wave before them, 0 to 1. */
  pWaveShare: number | null;
  /** Irregular as in fibrillation and without P waves; null with fewer than six beats. */
  atrialFibrillationLikely: boolean | null;
  ventricularEctopicBeats: number;
  atrialEctopicBeats: number;
}

/**
 * @param rrMs RR interval that ends at each beat; NaN for the first.
 * @param hasP Whether a P wave was found, by beat.
 * @param seen Goes into the result; in flutter there is no fibrillation.
 */
export function measureRhythm(
  rrMs: ArrayLike<number>,
  kinds: readonly BeatKind[],
  hasP: readonly boolean[],
  seen: AtrialAndPaced,
): { rhythm: Omit<EcgRhythmMeasurement, "name">; kinds: BeatKind[]; nnMs: Float64Array } {
  const nnBy = (list: readonly BeatKind[]) =>
    Float64Array.from(list, (kind, b) =>
      b > 0 && kind === "normal" && list[b - 1] === "normal" ? rrMs[b]! : Number.NaN,
    );
  // In fibrillation no beat is premature: atrial beats count as normal to judge it.
  const supraventricular = kinds.map((kind): BeatKind => (kind === "atrial" ? "normal" : kind));
  const usual = supraventricular.flatMap((kind, b) => (kind === "normal" ? [b] : []));
  const pShare = usual.length ? usual.filter((b) => hasP[b]).length / usual.length : Number.NaN;
  const irregularity = variation(nnBy(supraventricular));
  const isAf =
    usual.length >= AF_BEATS
      ? !seen.atrialFlutterLikely && irregularity > AF_IRREGULARITY && pShare < P_PRESENT_SHARE
      : null;
  const finalKinds = isAf ? supraventricular : [...kinds];
  const nnMs = nnBy(finalKinds);
  const middle = medianOf(nnMs);
  const known = [...nnMs].filter(Number.isFinite);
  const outside = known.filter((rr) => Math.abs(rr - middle) > REGULAR * middle).length;
  const round = (value: number) => (Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null);
  return {
    kinds: finalKinds,
    nnMs,
    rhythm: {
      ...seen,
      regular: known.length >= 3 ? outside <= 0.1 * known.length : null,
      rrIrregularity: round(irregularity),
      pWaveShare: round(pShare),
      atrialFibrillationLikely: isAf,
      ventricularEctopicBeats: finalKinds.filter((kind) => kind === "ventricular").length,
      atrialEctopicBeats: finalKinds.filter((kind) => kind === "atrial").length,
    },
  };
}

function variation(nnMs: Float64Array): number {
  const steps: number[] = [];
  for (let i = 1; i < nnMs.length; i++) steps.push((nnMs[i]! - nnMs[i - 1]!) ** 2);
  return Math.sqrt(meanOf(steps)) / meanOf(nnMs);
}
