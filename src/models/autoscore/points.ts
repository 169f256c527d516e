// Turns regression coefficients into points: none below 0, whole, and within a total. Knows no table of patients.

/** A coefficient this near to the lowest of its variable is the lowest but for rounding. */
const NOTHING = 1e-9;

/**
 * AutoScore's weighting (Xie et al., JMIR Med Inform 2020;8(10):e21798, module 3): each variable's lowest category becomes
 * its reference, so that no coefficient is below 0; all are divided by the smallest positive one and rounded, then scaled
 * so that the variables' highest points add up to `maximum`, and rounded again. Halves go to the even number, as in R.
 *
 * The published program can end a point or two above the maximum, for every category is rounded by itself; here the
 * scale is then lowered until the total fits.
 * @param coefficients one array per variable, one log-odds per category, the reference among them as 0
 * @returns whole points in the same shape; all 0 where no category differs from another
 * @example categoryPoints([[0, 0.5, 1], [0, -1]], 100) // [[0, 25, 50], [50, 0]]
 */
export function categoryPoints(coefficients: readonly ArrayLike<number>[], maximum: number): number[][] {
  const levelled = coefficients.map((values) => {
    const list = Array.from(values);
    const lowest = Math.min(...list);
    return list.map((value) => (value - lowest > NOTHING ? value - lowest : 0));
  });
  const smallest = Math.min(...levelled.flat().filter((value) => value > 0));
  if (smallest === Number.POSITIVE_INFINITY) return levelled;
  const whole = levelled.map((values) => values.map((value) => roundHalfEven(value / smallest)));
  const highest = whole.map((values) => Math.max(...values));
  const scale = scaleWithin(highest, maximum);
  return whole.map((values) => values.map((value) => roundHalfEven(value * scale)));
}

/** maximum / total, or the largest scale below it at which the rounded points add up to no more than the maximum. */
function scaleWithin(highest: readonly number[], maximum: number): number {
  let scale = maximum / highest.reduce((sum, value) => sum + value, 0);
  for (;;) {
    const points = highest.map((value) => roundHalfEven(value * scale));
    if (points.reduce((sum, value) => sum + value, 0) <= maximum) return scale;
    // The next lower scale at which a variable loses a point; a hair less, as a half may go up.
    const steps = highest.map((value, i) => (points[i]! > 0 ? (points[i]! - 0.5) / value : 0));
    scale = Math.min(scale, Math.max(...steps)) * (1 - 1e-12);
  }
}

/** The nearest whole number; of two as near, the even one. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value) + 0;
  return below % 2 === 0 ? below : below + 1;
}
