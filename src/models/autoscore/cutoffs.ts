// Where a measured variable is cut: at quantiles, rounded to numbers a reader can remember. Knows no outcome.

/** Below this share of a number two readings count as written with the same decimals (32-bit numbers keep 7 digits). */
const SAME_READING = 1e-6;
const MOST_DECIMALS = 6;
/** A 64-bit number holds as many. */
const MOST_DIGITS = 15;

/**
 * Cut-offs of one column at the given quantiles of its rows (linear interpolation, R's type 7), as AutoScore draws them:
 * equal quantiles count once, the least and the greatest value are no cut-off, and each is rounded to `digits` significant
 * digits, but to no more decimals than the column itself has; to more digits where categories would otherwise fall
 * together. A category reaches from its lower cut-off (included) to the next (not included). Where no cut-off remains, as for a yes/no column, the most common value is parted from the others.
 * @param values the column; NaN is missing and left out
 * @param digits null: no rounding
 * @returns ascending cut-offs with a training row on both sides of each; none for a column that never changes
 * @example automaticCutoffs(Float64Array.from({ length: 101 }, (_, i) => i), [0.05, 0.2, 0.8, 0.95], 3) // [5, 20, 80, 95]
 */
export function automaticCutoffs(values: Float64Array, quantiles: readonly number[], digits: number | null): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return [];
  const least = sorted[0]!;
  const most = sorted.at(-1)!;
  if (least === most) return [];
  const exact = quantiles.map((share) => quantile(sorted, share)).filter((cut) => cut > least && cut < most);
  const cuts = digits === null ? [...new Set(exact)] : readable(exact, digits, sorted);
  return cuts.length > 0 ? cuts : [atMode(sorted)];
}

/** The cut-offs with the fewest digits, from `digits` on, that keep as many categories as all digits would. */
function readable(exact: readonly number[], digits: number, sorted: Float64Array): number[] {
  const least = sorted[0]!;
  const most = sorted.at(-1)!;
  const decimals = decimalsOf(sorted);
  const rounded = (to: number) => {
    const cuts = exact.map((cut) => Number(Number(cut.toPrecision(to)).toFixed(decimals)) + 0);
    return [...new Set(cuts)].filter((cut) => cut > least && cut <= most);
  };
  const wanted = rounded(MOST_DIGITS).length;
  for (let to = digits; ; to++) {
    const cuts = rounded(to);
    if (to >= MOST_DIGITS || cuts.length === wanted) return cuts;
  }
}

/** The value below which the share of ascending numbers lies; between two numbers, on the line that joins them. */
function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (at - Math.floor(at)) * (above - below);
}

/** The decimals the column is written with, at most 6. */
function decimalsOf(sorted: Float64Array): number {
  let decimals = 0;
  for (let i = 0; i < sorted.length && decimals < MOST_DECIMALS; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) continue;
    for (; decimals < MOST_DECIMALS; decimals++) {
      const shifted = sorted[i]! * 10 ** decimals;
      if (Math.abs(shifted - Math.round(shifted)) <= SAME_READING * Math.max(1, Math.abs(shifted))) break;
    }
  }
  return decimals;
}

/** The cut that parts the most common value from those below it or, where there are none, from those above. */
function atMode(sorted: Float64Array): number {
  let mode = sorted[0]!;
  let count = 0;
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    if (to - from > count) {
      mode = sorted[from]!;
      count = to - from;
    }
  }
  return mode > sorted[0]! ? mode : sorted.find((value) => value > mode)!;
}
