// Middle and spread of short lists in which NaN stands for a missing value.

/** The values that are numbers, in rising order. */
export function sortedKnown(values: Iterable<number>): Float64Array {
  const known: number[] = [];
  for (const value of values) if (Number.isFinite(value)) known.push(value);
  return Float64Array.from(known).sort();
}

/** The median of the known values; NaN where there is none. */
export function medianOf(values: Iterable<number>): number {
  const sorted = sortedKnown(values);
  const middle = sorted.length >> 1;
  if (!sorted.length) return Number.NaN;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The mean of the known values; NaN where there is none. */
export function meanOf(values: Iterable<number>): number {
  const known = sortedKnown(values);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : Number.NaN;
}

/** A number for a report, to so many decimals; null where it is unknown. */
export function rounded(value: number, decimals: number): number | null {
  if (!Number.isFinite(value)) return null;
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}
