// Vital signs charted at any minute, brought to one value an hour: by what was known then, or by the authors' lines. Pure.
import type { Mode } from "../../concepts/mode.ts";

/** Signs charted at times, ascending: value of time t and sign k at `values[t * signs + k]`, NaN where not charted. */
export interface Charted {
  minutes: ArrayLike<number>;
  values: ArrayLike<number>;
  signs: number;
}

const HOUR = 60;

/**
 * What is known at each full hour since arrival and at departure: the last value charted up to then, NaN before the first.
 * Nothing charted later changes an hour. The latest `most` hours are given.
 * @param end minutes from arrival to departure
 * @returns hours × signs
 */
export function knownByHour({ minutes, values, signs }: Charted, end: number, most: number): Float64Array {
  const full = Math.max(0, Math.ceil(end / HOUR - 1e-9));
  const times = Array.from({ length: full + 1 }, (_, hour) => Math.min(hour * HOUR, Math.max(0, end)));
  const kept = times.slice(-most);
  const out = new Float64Array(kept.length * signs);
  const last = new Float64Array(signs).fill(Number.NaN);
  let at = 0;
  kept.forEach((time, h) => {
    for (; at < minutes.length && minutes[at]! <= time; at++) {
      for (let k = 0; k < signs; k++) {
        const value = values[at * signs + k]!;
        if (!Number.isNaN(value)) last[k] = value;
      }
    }
    out.set(last, h * signs);
  });
  return out;
}

/**
 * As the benchmark's authors: straight lines from each charted value to the next, read off every hour from the first
 * charting to the last, ends carried outwards. So an hour knows of the value after it. The latest `most` hours are given;
 * none at all where nothing was charted.
 * @returns hours × signs, NaN for a sign never charted
 */
export function interpolatedByHour({ minutes, values, signs }: Charted, most: number): Float64Array {
  const count = minutes.length;
  if (count === 0) return new Float64Array(0);
  const hours = Math.floor((minutes[count - 1]! - minutes[0]!) / HOUR + 1e-9) + 1;
  const skipped = Math.max(0, hours - most);
  const out = new Float64Array((hours - skipped) * signs);
  for (let k = 0; k < signs; k++) {
    const known: number[] = [];
    for (let t = 0; t < count; t++) if (!Number.isNaN(values[t * signs + k]!)) known.push(t);
    for (let h = skipped, next = 0; h < hours; h++) {
      const time = minutes[0]! + h * HOUR;
      while (next < known.length && minutes[known[next]!]! < time) next++;
      const [before, after] = [known[next - 1], known[next]];
      const value = (t: number) => values[t * signs + k]!;
      out[(h - skipped) * signs + k] =
        after === undefined
          ? before === undefined
            ? Number.NaN
            : value(before)
          : before === undefined
            ? value(after)
            : value(before) +
              ((value(after) - value(before)) * (time - minutes[before]!)) / (minutes[after]! - minutes[before]!);
    }
  }
  return out;
}

/** Hours kept of a visit: almost none is longer. */
export const MOST_HOURS: Readonly<Record<Mode, number>> = { corrected: 24, faithful: 24 };
