// Heart-rate variability from the intervals between normal beats. Knows no signal.
// Definitions: Task Force of the ESC and NASPE, Circulation 1996;93:1043.

/** Bands of the Task Force, Hz. */
export const HRV_BANDS_HZ = { vlf: [0.0033, 0.04], lf: [0.04, 0.15], hf: [0.15, 0.4] } as const;

export interface TimeHrv {
  intervals: number;
  meanNnMs: number;
  medianNnMs: number;
  /** Standard deviation, n − 1. */
  sdnnMs: number;
  /** Root mean square of successive differences. */
  rmssdMs: number;
  /** Standard deviation of successive differences, n − 1. */
  sdsdMs: number;
  /** Share of successive differences over 50 ms and over 20 ms, %, of the intervals' number less one. */
  pnn50Percent: number;
  pnn20Percent: number;
  /** Short and long axis of the Poincaré plot (Brennan 2001). */
  sd1Ms: number;
  sd2Ms: number;
}

/**
 * Time-domain measures. Differences count only between neighbours: where an interval was left out (NaN), none is taken over it.
 * @param nnMs Intervals in the order of time; NaN where one of the two beats was not normal.
 */
export function timeHrv(nnMs: ArrayLike<number>): TimeHrv {
  const known: number[] = [];
  const steps: number[] = [];
  const sums: number[] = [];
  for (let i = 0; i < nnMs.length; i++) {
    if (!Number.isFinite(nnMs[i]!)) continue;
    known.push(nnMs[i]!);
    if (!Number.isFinite(nnMs[i - 1])) continue;
    steps.push(nnMs[i]! - nnMs[i - 1]!);
    sums.push(nnMs[i]! + nnMs[i - 1]!);
  }
  const sorted = [...known].sort((a, b) => a - b);
  const sdnnMs = deviation(known);
  const sdsdMs = deviation(steps);
  const share = (limit: number) => (100 * steps.filter((step) => Math.abs(step) > limit).length) / steps.length;
  return {
    intervals: known.length,
    meanNnMs: mean(known),
    medianNnMs: sorted.length ? (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2 : Number.NaN,
    sdnnMs,
    rmssdMs: Math.sqrt(mean(steps.map((step) => step * step))),
    sdsdMs,
    pnn50Percent: share(50),
    pnn20Percent: share(20),
    sd1Ms: sdsdMs / Math.SQRT2,
    sd2Ms: deviation(sums) / Math.SQRT2,
  };
}

export interface FrequencyHrv {
  vlfMs2: number;
  lfMs2: number;
  hfMs2: number;
  lfToHf: number;
  /** LF and HF as shares of their sum, %. */
  lfNormalised: number;
  hfNormalised: number;
}

/**
 * Power in the bands by the Lomb–Scargle periodogram (Scargle 1982), which needs no resampling of the uneven intervals, at
 * frequencies 1/(4 T) apart, scaled so that its sum over all frequencies is the intervals' variance.
 * @param beatMs Time of the beat that ends each interval.
 * @param nnMs Intervals; NaN are left out.
 */
export function frequencyHrv(beatMs: ArrayLike<number>, nnMs: ArrayLike<number>): FrequencyHrv {
  const seconds: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < nnMs.length; i++) {
    if (!Number.isFinite(nnMs[i]!)) continue;
    seconds.push(beatMs[i]! / 1000);
    values.push(nnMs[i]!);
  }
  const span = seconds.length > 1 ? seconds.at(-1)! - seconds[0]! : 0;
  const centre = mean(values);
  const centred = values.map((value) => value - centre);
  const step = 1 / (4 * span);
  const power = (fromHz: number, toHz: number) => {
    let sum = 0;
    for (let k = Math.ceil(fromHz / step); k * step < toHz; k++) sum += lombScargle(seconds, centred, k * step);
    return (sum * step * 2 * span) / values.length;
  };
  const bands = Object.fromEntries(
    Object.entries(HRV_BANDS_HZ).map(([band, [from, to]]) => [band, span > 0 ? power(from, to) : Number.NaN]),
  ) as Record<keyof typeof HRV_BANDS_HZ, number>;
  return {
    vlfMs2: bands.vlf,
    lfMs2: bands.lf,
    hfMs2: bands.hf,
    lfToHf: bands.lf / bands.hf,
    lfNormalised: (100 * bands.lf) / (bands.lf + bands.hf),
    hfNormalised: (100 * bands.hf) / (bands.lf + bands.hf),
  };
}

/** The periodogram at one frequency, as SciPy's `lombscargle` gives it; values with mean 0. */
export function lombScargle(seconds: readonly number[], values: readonly number[], hz: number): number {
  const w = 2 * Math.PI * hz;
  let s2 = 0;
  let c2 = 0;
  for (const t of seconds) {
    s2 += Math.sin(2 * w * t);
    c2 += Math.cos(2 * w * t);
  }
  const tau = Math.atan2(s2, c2) / (2 * w);
  let yc = 0;
  let ys = 0;
  let cc = 0;
  for (let i = 0; i < seconds.length; i++) {
    const c = Math.cos(w * (seconds[i]! - tau));
    const s = Math.sin(w * (seconds[i]! - tau));
    yc += values[i]! * c;
    ys += values[i]! * s;
    cc += c * c;
  }
  const ss = seconds.length - cc;
  return 0.5 * ((cc > 0 ? yc ** 2 / cc : 0) + (ss > 1e-12 ? ys ** 2 / ss : 0));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
