// The tabular features worked out literally from every hour of every stay: slow, plainly right, for the tests alone.
import type { StayFixture } from "./fixture.ts";

type Hours = (number | null)[];

/** Mean and standard deviation (over n) of all that is measured in the stays. */
function moments(stays: readonly Hours[]): { mean: number; deviation: number } | null {
  const values = stays.flat().filter((value) => value !== null);
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: variance <= 1e-20 * mean ** 2 ? 1 : Math.sqrt(variance) };
}

function standardised(hours: Hours, by: ReturnType<typeof moments>): Hours {
  return hours.map((value) => (value === null || by === null ? null : (value - by.mean) / by.deviation));
}

/** The columns of a variable as YAIB makes them: value, missing, min, max, count, mean. */
export function faithfulReference(stays: readonly Hours[], train: readonly number[]): number[][] {
  const scaling = moments(train.map((i) => stays[i]!));
  return stays.map((hours) => {
    const scaled = standardised(hours, scaling);
    const filled: number[] = [];
    for (const value of scaled) filled.push(value ?? filled.at(-1) ?? 0);
    const sum = filled.reduce((total, value) => total + value, 0);
    return [
      filled.at(-1)!,
      scaled.at(-1) === null ? 1 : 0,
      Math.min(...filled),
      Math.max(...filled),
      filled.length,
      sum / filled.length,
    ];
  });
}

/** The columns of a variable in corrected mode: value, missing, min, max, mean, count, hours since. */
export function correctedReference(stays: readonly Hours[], train: readonly number[]): number[][] {
  const scaling = moments(train.map((i) => stays[i]!));
  const logCounts = stays.map((hours) => [Math.log1p(hours.filter((value) => value !== null).length)]);
  const countScaling = moments(train.map((i) => logCounts[i]!));
  return stays.map((hours, i) => {
    const scaled = standardised(hours, scaling);
    const seen = scaled.filter((value) => value !== null);
    const count = standardised(logCounts[i]!, countScaling)[0]!;
    if (seen.length === 0) return [0, 1, 0, 0, 0, count, 1];
    const since = hours.length - 1 - scaled.findLastIndex((value) => value !== null);
    const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
    return [seen.at(-1)!, 0, Math.min(...seen), Math.max(...seen), mean, count, since / hours.length];
  });
}

/** The hours of one variable in every stay. */
export function hoursOf(stays: readonly StayFixture[], variable: number): Hours[] {
  return stays.map(({ grid }) => grid.map((values) => values[variable]!));
}
