// From a curve that is high in every QRS complex to the beats: adaptive threshold, search back, no T waves. Knows no leads.

/** Two beats lie at least this far apart: the absolute refractory period (Pan & Tompkins 1985, IEEE TBME 32:230). */
export const REFRACTORY_SECONDS = 0.2;
/** Within this time of a beat, a smaller and flatter hump is its T wave (Pan & Tompkins 1985). */
const T_WAVE_SECONDS = 0.36;
/** Without a beat for this many mean RR intervals, smaller humps are looked at again (Pan & Tompkins 1985). */
const SEARCH_BACK = 1.66;
/** A hump counts as a beat above this share of the way from noise to signal (Pan & Tompkins 1985: 0.25, on squares; these are sizes). */
const THRESHOLD = 0.4;
/** Beats that the running signal level remembers. */
const REMEMBERED = 8;
/** Humps below this share of a beat's usual height are never beats. */
const LEAST = 0.12;

export interface HumpOptions {
  rateHz: number;
  /** Steepness near each hump, to tell T waves; the curve itself where left out. */
  steepness?: (sample: number) => number;
}

/**
 * Samples of the beats: the humps' highest points.
 * @param curve 0 or more at every sample.
 */
export function findHumps(curve: Float32Array, { rateHz, steepness = (i) => curve[i]! }: HumpOptions): Int32Array {
  const n = curve.length;
  const refractory = Math.round(REFRACTORY_SECONDS * rateHz);
  const candidates = localMaxima(curve, refractory);
  if (!candidates.length) return new Int32Array(0);
  // To start with: a beat is as high as the middle of the highest points of stretches of 1.5 s.
  const usual = typicalHeight(curve, rateHz);
  if (!(usual > 0)) return new Int32Array(0);
  const heights = new Float64Array(REMEMBERED).fill(usual);
  const scratch = new Float64Array(REMEMBERED);
  let kept = 0;
  let signal = usual;
  let noise = typicalNoise(curve, n);
  const beats: number[] = [];
  let meanRr = 0;
  const accept = (at: number) => {
    if (beats.length) {
      const rr = at - beats.at(-1)!;
      meanRr = meanRr ? (rr < 2 * meanRr ? meanRr + (rr - meanRr) / 8 : meanRr) : rr;
    }
    beats.push(at);
    // One giant (an artefact, a spike) must not hide what follows.
    heights[kept++ % REMEMBERED] = Math.min(curve[at]!, 2 * signal);
    scratch.set(heights);
    scratch.sort();
    signal = (scratch[REMEMBERED / 2 - 1]! + scratch[REMEMBERED / 2]!) / 2;
  };
  const isTWave = (at: number) => {
    const before = beats.at(-1);
    if (before === undefined || at - before > T_WAVE_SECONDS * rateHz) return false;
    return steepness(at) < 0.5 * steepness(before) && curve[at]! < 0.7 * curve[before]!;
  };
  let c = 0;
  for (; c < candidates.length; c++) {
    const at = candidates[c]!;
    const before = beats.at(-1) ?? 0;
    if (meanRr && at - before > SEARCH_BACK * meanRr) {
      const missed = highest(curve, candidates, before + refractory, at, LEAST * signal + THRESHOLD * noise);
      if (missed >= 0 && curve[missed]! > 0.5 * (noise + THRESHOLD * (signal - noise)) && !isTWave(missed)) {
        accept(missed);
        c = candidates.indexOf(missed);
        continue;
      }
    }
    if (beats.length && at - before < refractory) continue;
    if (curve[at]! > noise + THRESHOLD * (signal - noise) && !isTWave(at)) accept(at);
    else noise = Math.min(0.875 * noise + 0.125 * curve[at]!, 0.5 * signal);
  }
  return Int32Array.from(beats);
}

/** Points higher than all within `reach` of them. */
function localMaxima(curve: Float32Array, reach: number): number[] {
  const n = curve.length;
  const found: number[] = [];
  let best = -1;
  for (let i = 0; i < n; i++) {
    const height = curve[i]!;
    if (height <= 0 || height < (curve[i - 1] ?? 0) || height < (curve[i + 1] ?? 0)) continue;
    if (best >= 0 && i - best < reach) {
      if (height > curve[best]!) {
        best = i;
        found[found.length - 1] = i;
      }
    } else {
      best = i;
      found.push(i);
    }
  }
  return found;
}

function highest(curve: Float32Array, candidates: readonly number[], from: number, to: number, least: number): number {
  let best = -1;
  for (const at of candidates) {
    if (at < from || at >= to || curve[at]! < least) continue;
    if (best < 0 || curve[at]! > curve[best]!) best = at;
  }
  return best;
}

/** The median of the greatest sizes of stretches of 1.5 s over the first minute. */
export function typicalHeight(curve: Float32Array, rateHz: number): number {
  const stretch = Math.max(1, Math.round(1.5 * rateHz));
  const tops: number[] = [];
  for (let from = 0; from < curve.length && tops.length < 40; from += stretch) {
    const to = Math.min(curve.length, from + stretch);
    if (to - from < stretch / 2 && tops.length) break;
    let top = 0;
    let bottom = 0;
    for (let i = from; i < to; i++) {
      const value = curve[i]!;
      if (value > top) top = value;
      else if (value < bottom) bottom = value;
    }
    tops.push(Math.max(top, -bottom));
  }
  tops.sort((a, b) => a - b);
  return tops[tops.length >> 1] ?? 0;
}

/** The median of the curve, of some 1,000 of its values. */
function typicalNoise(curve: Float32Array, n: number): number {
  const step = Math.max(1, Math.floor(n / 1000));
  const some = new Float32Array(Math.ceil(n / step));
  for (let i = 0; i < some.length; i++) some[i] = curve[i * step]!;
  return some.sort()[some.length >> 1] ?? 0;
}
