// How alike the beats are before their QRS complexes: a P wave stands at the same place in all, flutter and fibrillation do not.

import type { PreparedEcg } from "./prepare.ts";

/** Looked at before the QRS onset, in samples of 2 ms, every `STEP`. */
const REACH = 200;
const STEP = 4;
/** At most this many beats around each are averaged. */
const BEATS = 12;

export interface Coherence {
  /** Size of the mean slope by size of the slopes, 0 to 1, at `lag` samples before a beat's QRS onset. */
  ratio(beat: number, lag: number): number;
  /** Size of the mean slope there by its greatest in the window. */
  profile(beat: number, lag: number): number;
}

/** @param onset QRS onsets, samples. */
export function coherenceOf(ecg: PreparedEcg, onset: ArrayLike<number>): Coherence {
  const count = onset.length;
  const points = REACH / STEP + 1;
  const stretches = Math.max(1, Math.round(count / BEATS));
  const ratio = new Float32Array(stretches * points);
  const profile = new Float32Array(stretches * points);
  const first = (s: number) => Math.round((s * count) / stretches);
  for (let s = 0; s < stretches; s++) {
    const beats: number[] = [];
    for (let b = first(s); b < first(s + 1); b++) if (onset[b]! >= REACH) beats.push(onset[b]!);
    if (beats.length < 3) {
      ratio.fill(0.6, s * points, (s + 1) * points);
      profile.fill(0.5, s * points, (s + 1) * points);
      continue;
    }
    let most = 1e-6;
    for (let j = 0; j < points; j++) {
      let coherent = 0;
      let all = 1e-8;
      for (let l = 0; l < ecg.signals.length; l++) {
        if (!(ecg.weights[l]! > 0)) continue;
        const slope = ecg.wavelets[l]!.detail[4]!;
        let sum = 0;
        for (const at of beats) {
          const value = slope[at - j * STEP]!;
          sum += value;
          all += value * value;
        }
        coherent += (sum * sum) / beats.length;
      }
      ratio[s * points + j] = Math.sqrt(coherent / all);
      profile[s * points + j] = coherent;
      if (j >= 4 && coherent > most) most = coherent;
    }
    for (let j = 0; j < points; j++) profile[s * points + j] = Math.min(2, Math.sqrt(profile[s * points + j]! / most));
  }
  const place = (beat: number, lag: number) => {
    const s = Math.min(stretches - 1, Math.floor(((beat + 0.5) * stretches) / count));
    return s * points + Math.max(0, Math.min(points - 1, Math.round(lag / STEP)));
  };
  return { ratio: (beat, lag) => ratio[place(beat, lag)]!, profile: (beat, lag) => profile[place(beat, lag)]! };
}
