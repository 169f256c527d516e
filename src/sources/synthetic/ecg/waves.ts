// Gaussian waves of the heart vector: added to a record, and measured by themselves: where they begin, peak and end in each lead.
import { LEAD_COUNT, PROJECTION } from "./leads.ts";
import type { Wave } from "./shapes.ts";

/**
 * A wave begins and ends in a lead where its own contribution, free of noise and of its neighbours, passes 20 µV: 0.2 mm on
 * paper, the least deflection that the Common Standards for Electrocardiography and IEC 60601-2-25 count as a wave.
 */
export const VISIBLE_MV = 0.02;

/** How far a Gaussian is followed, in deviations: what lies beyond is below 2 µV for 5 mV. */
const REACH = 4;
/** Steps of the measurement, ms; crossings are interpolated between them. */
const STEP_MS = 1;

/** Onset, peak and end (ms from the beat's middle) of a group of waves: of the twelve leads, then over all of them. NaN where it is not seen. */
export interface WaveLimits {
  onset: Float64Array;
  peak: Float64Array;
  end: Float64Array;
  /** Signed height at the peak, mV; over all leads the greatest length of the heart vector. */
  height: Float64Array;
}

/** The place of what holds over all leads: earliest onset, latest end, peak of the heart vector's length. */
export const OVER_ALL = LEAD_COUNT;

/** Where the waves begin, peak and end. */
export function measureWaves(waves: readonly Wave[]): WaveLimits {
  const limits: WaveLimits = {
    onset: new Float64Array(LEAD_COUNT + 1).fill(Number.NaN),
    peak: new Float64Array(LEAD_COUNT + 1).fill(Number.NaN),
    end: new Float64Array(LEAD_COUNT + 1).fill(Number.NaN),
    height: new Float64Array(LEAD_COUNT + 1),
  };
  if (waves.length === 0) return limits;
  if (waves.length === 1) {
    measureOne(waves[0]!, limits);
    overLeads(limits);
    return limits;
  }
  const from = Math.min(...waves.map(({ at, rise }) => at - REACH * rise));
  const to = Math.max(...waves.map(({ at, fall }) => at + REACH * fall));
  const before = new Float64Array(LEAD_COUNT);
  for (let t = from; t <= to; t += STEP_MS) {
    let [x, y, z] = [0, 0, 0];
    for (const wave of waves) {
      const g = gaussian(t - wave.at, wave);
      x += g * wave.vector[0];
      y += g * wave.vector[1];
      z += g * wave.vector[2];
    }
    let seen = false;
    for (let lead = 0; lead < LEAD_COUNT; lead++) {
      const value = PROJECTION[lead * 3]! * x + PROJECTION[lead * 3 + 1]! * y + PROJECTION[lead * 3 + 2]! * z;
      noteLimit(limits, lead, t, before[lead]!, value);
      if (Math.abs(value) > VISIBLE_MV) seen = true;
      before[lead] = value;
    }
    const length = Math.hypot(x, y, z);
    if (seen && length > limits.height[OVER_ALL]!) {
      limits.height[OVER_ALL] = length;
      limits.peak[OVER_ALL] = t;
    }
  }
  overLeads(limits);
  return limits;
}

/** Earliest onset, latest end. */
function overLeads({ onset, end }: WaveLimits): void {
  for (let lead = 0; lead < LEAD_COUNT; lead++) {
    if (Number.isNaN(onset[lead]!)) continue;
    onset[OVER_ALL] = least(onset[OVER_ALL]!, onset[lead]!);
    end[OVER_ALL] = -least(-end[OVER_ALL]!, -end[lead]!);
  }
}

/** A single wave in closed form: a Gaussian of height h passes the least deflection v at √(2 ln(h / v)) deviations. */
function measureOne({ at, rise, fall, vector: [x, y, z] }: Wave, limits: WaveLimits): void {
  for (let lead = 0; lead < LEAD_COUNT; lead++) {
    const height = PROJECTION[lead * 3]! * x + PROJECTION[lead * 3 + 1]! * y + PROJECTION[lead * 3 + 2]! * z;
    if (Math.abs(height) <= VISIBLE_MV) continue;
    const reach = Math.sqrt(2 * Math.log(Math.abs(height) / VISIBLE_MV));
    limits.onset[lead] = at - reach * rise;
    limits.end[lead] = at + reach * fall;
    limits.peak[lead] = at;
    limits.height[lead] = height;
    limits.peak[OVER_ALL] = at;
    limits.height[OVER_ALL] = Math.hypot(x, y, z);
  }
}

/** Takes note of a step in a lead from `before` to `value` at `t`. */
function noteLimit(limits: WaveLimits, lead: number, t: number, before: number, value: number): void {
  const [was, is] = [Math.abs(before), Math.abs(value)];
  if (is > VISIBLE_MV) {
    if (was <= VISIBLE_MV && Number.isNaN(limits.onset[lead]!)) {
      limits.onset[lead] = t - (STEP_MS * (is - VISIBLE_MV)) / (is - was);
    }
    if (is > Math.abs(limits.height[lead]!)) {
      limits.height[lead] = value;
      limits.peak[lead] = t;
    }
    limits.end[lead] = t;
  } else if (was > VISIBLE_MV) limits.end[lead] = t - (STEP_MS * (VISIBLE_MV - is)) / (was - is);
}

const least = (a: number, b: number) => (Number.isNaN(a) || b < a ? b : a);

function gaussian(dt: number, { rise, fall }: Wave): number {
  const u = dt / (dt < 0 ? rise : fall);
  return Math.exp(-0.5 * u * u);
}

/** The heart vector of a record: X, Y, Z over its samples, mV. */
export interface HeartVector {
  rateHz: number;
  x: Float64Array;
  y: Float64Array;
  z: Float64Array;
}

/** Adds waves around a beat whose middle lies at `seconds`. */
export function addWaves(heart: HeartVector, seconds: number, waves: readonly Wave[]): void {
  const { rateHz, x, y, z } = heart;
  const perSample = 1000 / rateHz;
  for (const wave of waves) {
    const middle = 1000 * seconds + wave.at;
    const from = Math.max(0, Math.ceil((middle - REACH * wave.rise) / perSample));
    const to = Math.min(x.length - 1, Math.floor((middle + REACH * wave.fall) / perSample));
    const [vx, vy, vz] = wave.vector;
    for (let i = from; i <= to; i++) {
      const g = gaussian(i * perSample - middle, wave);
      x[i] = x[i]! + g * vx;
      y[i] = y[i]! + g * vy;
      z[i] = z[i]! + g * vz;
    }
  }
}

/** An ST segment: rises at the end of QRS, falls with the T wave. Times in seconds of the record. */
export interface StSegment {
  from: number;
  /** Where half of it is gone, and how long that takes. */
  to: number;
  fade: number;
  vector: readonly [number, number, number];
}

const ST_RISE_SECONDS = 0.004;

/** Adds an ST segment as the product of two logistic steps. */
export function addStSegment({ rateHz, x, y, z }: HeartVector, { from, to, fade, vector }: StSegment): void {
  const first = Math.max(0, Math.ceil((from - 0.05) * rateHz));
  const last = Math.min(x.length - 1, Math.floor((to + 8 * fade) * rateHz));
  for (let i = first; i <= last; i++) {
    const t = i / rateHz;
    const g = 1 / (1 + Math.exp((from - t) / ST_RISE_SECONDS)) / (1 + Math.exp((t - to) / fade));
    x[i] = x[i]! + g * vector[0];
    y[i] = y[i]! + g * vector[1];
    z[i] = z[i]! + g * vector[2];
  }
}

/** The area of waves as a vector, mV·ms: what the electrical axis is told from. */
export function areaOf(waves: readonly Wave[]): [number, number, number] {
  const area: [number, number, number] = [0, 0, 0];
  for (const { rise, fall, vector } of waves) {
    for (const axis of [0, 1, 2] as const) area[axis] += vector[axis] * (rise + fall) * Math.sqrt(Math.PI / 2);
  }
  return area;
}

/** Degrees in the frontal plane, from the areas in I and aVF (which is weaker by √3/2): 0 to the left, 90 down. */
export function frontalAxis([x, y, z]: readonly [number, number, number]): number {
  const lead = (place: number) =>
    PROJECTION[place * 3]! * x + PROJECTION[place * 3 + 1]! * y + PROJECTION[place * 3 + 2]! * z;
  const [one, foot] = [0, 4];
  return (Math.atan2((2 / Math.sqrt(3)) * lead(foot), lead(one)) * 180) / Math.PI;
}
