// Amplitudes of the waves and the ST level in a lead of the median beat. Finds no waves: their limits are given.

import { rounded } from "../statistics.ts";

/** Deflections of the QRS complex below this count as none: 20 µV for 6 ms is the least wave of IEC 60601-2-25. */
const LEAST_MV = 0.02;
/** An r' or a lobe of a P or T wave must be this high. */
const LEAST_LOBE_MV = 0.05;

/** Signs of a wave's lobes in the order of time. */
export type WaveForm = "+" | "-" | "+-" | "-+" | "flat";

/** Amplitudes in mV against the level before QRS (P: against its own onset); null where the wave is not there. */
export interface LeadAmplitudes {
  pMv: number | null;
  pForm: WaveForm | null;
  /** Negative. */
  qMv: number | null;
  rMv: number | null;
  /** Negative. */
  sMv: number | null;
  /** A second upward deflection after S. */
  rPrimeMv: number | null;
  qDurationMs: number | null;
  /** From QRS onset to the R peak. */
  rPeakTimeMs: number | null;
  /** Letters as on paper: a capital for the largest, `QS` where nothing points up. */
  qrsForm: string | null;
  /** Upward minus downward area, mV × ms. */
  qrsNetAreaMvMs: number | null;
  /** ST level at the J point and 40, 60, 80 ms after it. */
  jMv: number | null;
  st40Mv: number | null;
  st60Mv: number | null;
  st80Mv: number | null;
  tMv: number | null;
  tForm: WaveForm | null;
}

/** Samples of a beat's points in the median beat; NaN where absent. */
export interface BeatPoints {
  pOnset: number;
  pEnd: number;
  qrsOnset: number;
  qrsEnd: number;
  tOnset: number;
  tEnd: number;
}

export function leadAmplitudes(beat: Float32Array, points: BeatPoints, sampleMs: number): LeadAmplitudes {
  const none: LeadAmplitudes = {
    pMv: null,
    pForm: null,
    qMv: null,
    rMv: null,
    sMv: null,
    rPrimeMv: null,
    qDurationMs: null,
    rPeakTimeMs: null,
    qrsForm: null,
    qrsNetAreaMvMs: null,
    jMv: null,
    st40Mv: null,
    st60Mv: null,
    st80Mv: null,
    tMv: null,
    tForm: null,
  };
  const on = Math.round(points.qrsOnset);
  const off = Math.min(beat.length - 2, Math.round(points.qrsEnd));
  if (!(off > on)) return none;
  const out = { ...none, ...qrsWaves(beat, on, off, sampleMs) };
  const level = (at: number) =>
    at + 1 < beat.length ? rounded((beat[at - 1]! + beat[at]! + beat[at + 1]!) / 3, 4) : null;
  out.jMv = level(off);
  out.st40Mv = level(off + 40 / sampleMs);
  out.st60Mv = level(off + 60 / sampleMs);
  out.st80Mv = level(off + 80 / sampleMs);
  if (points.pEnd > points.pOnset) {
    const wave = lobes(
      beat,
      Math.round(points.pOnset),
      Math.round(points.pEnd),
      beat[Math.max(0, Math.round(points.pOnset))]!,
      0.03,
    );
    out.pMv = wave.mv;
    out.pForm = wave.form;
  }
  if (points.tEnd > points.tOnset) {
    const wave = lobes(beat, Math.max(off, Math.round(points.tOnset)), Math.round(points.tEnd), 0, LEAST_LOBE_MV);
    out.tMv = wave.mv;
    out.tForm = wave.form;
  }
  return out;
}

/** Largest deflection from `zero`, and the signs of lobes higher than `least`. */
function lobes(
  beat: Float32Array,
  from: number,
  to: number,
  zero: number,
  least: number,
): { mv: number | null; form: WaveForm } {
  let up = 0;
  let down = 0;
  let upAt = from;
  let downAt = from;
  for (let i = Math.max(0, from); i <= Math.min(beat.length - 1, to); i++) {
    const value = beat[i]! - zero;
    if (value > up) [up, upAt] = [value, i];
    if (value < down) [down, downAt] = [value, i];
  }
  const mv = rounded(up >= -down ? up : down, 4);
  const hasUp = up >= least && up >= -0.25 * down;
  const hasDown = -down >= least && -down >= 0.25 * up;
  if (hasUp && hasDown) return { mv, form: upAt < downAt ? "+-" : "-+" };
  return { mv, form: hasUp ? "+" : hasDown ? "-" : "flat" };
}

function qrsWaves(beat: Float32Array, on: number, off: number, sampleMs: number): Partial<LeadAmplitudes> {
  let top = on;
  let bottom = on;
  let area = 0;
  for (let i = on; i <= off; i++) {
    area += beat[i]!;
    if (beat[i]! > beat[top]!) top = i;
    if (beat[i]! < beat[bottom]!) bottom = i;
  }
  const out: Partial<LeadAmplitudes> = { qrsNetAreaMvMs: rounded(area * sampleMs, 3) };
  if (beat[top]! < LEAST_MV || beat[top]! < -0.03 * beat[bottom]!) {
    if (beat[bottom]! > -LEAST_MV) return out;
    return { ...out, qMv: rounded(beat[bottom]!, 4), qrsForm: "QS", qDurationMs: (off - on) * sampleMs };
  }
  // The first R is the first lobe above zero that reaches a quarter of the highest; the highest itself where it comes first.
  let first = top;
  for (let i = on + 1; i < top; i++) {
    const isPeak =
      beat[i]! >= LEAST_LOBE_MV && beat[i]! >= 0.15 * beat[top]! && beat[i]! >= beat[i - 1]! && beat[i]! > beat[i + 1]!;
    if (isPeak && lowest(beat, i, top) < Math.min(-LEAST_LOBE_MV, 0)) {
      first = i;
      break;
    }
  }
  const q = lowest(beat, on, first);
  if (q < -LEAST_MV) {
    out.qMv = rounded(q, 4);
    let from = first;
    while (from > on && beat[from]! > 0) from--;
    let start = from;
    while (start > on && beat[start - 1]! < -LEAST_MV / 2) start--;
    out.qDurationMs = (from - start) * sampleMs;
  }
  out.rMv = rounded(beat[first]!, 4);
  out.rPeakTimeMs = (first - on) * sampleMs;
  let low = first;
  for (let i = first; i <= off; i++) if (beat[i]! < beat[low]!) low = i;
  let second = first;
  if (first !== top) {
    second = top;
    low = first;
    for (let i = first; i <= second; i++) if (beat[i]! < beat[low]!) low = i;
  } else {
    for (let i = low; i <= off; i++) if (beat[i]! > beat[second === first ? low : second]!) second = i;
    const isLobe =
      second > low &&
      second < off - 2 &&
      beat[second]! >= LEAST_LOBE_MV &&
      beat[second]! - beat[off]! >= LEAST_LOBE_MV / 2;
    if (!isLobe) second = first;
  }
  const s = beat[low]!;
  if (low > first && s < -LEAST_MV) out.sMv = rounded(s, 4);
  if (second > low && low > first) out.rPrimeMv = rounded(beat[second]!, 4);
  const sizes = { q: -(out.qMv ?? 0), r: out.rMv ?? 0, s: -(out.sMv ?? 0), "r'": out.rPrimeMv ?? 0 };
  const largest = Math.max(...Object.values(sizes));
  out.qrsForm = Object.entries(sizes)
    .filter(([, size]) => size > 0)
    .map(([letter, size]) => (size > 0.5 * largest ? letter.toUpperCase() : letter))
    .join("");
  return out;
}

function lowest(beat: Float32Array, from: number, to: number): number {
  let low = Number.POSITIVE_INFINITY;
  for (let i = from; i <= to; i++) low = Math.min(low, beat[i]!);
  return low;
}
