// Maximum-likelihood fits behind logistic recalibration, quick where the same rows are weighted anew many times. Knows
// log-odds and outcomes only: no probability, no option.

/** Log-odds observed = intercept + slope x log-odds predicted. */
export interface Line {
  intercept: number;
  slope: number;
}

/** A fit for any weights of the rows (null: all 1); undefined where it finds no finite solution. */
export type Fit<Found> = (w: Float64Array | null) => Found | undefined;

const MOST_STEPS = 200;
/** Newton's error after a step is of the order of the step's square: after one this small only rounding is left. */
const SETTLED = 1e-7;
/** Steps from the unweighted fit before the slow and sure way is taken. */
const QUICK_STEPS = 8;

const isSettled = (step: number, value: number) => Math.abs(step) <= SETTLED * Math.max(1, Math.abs(value));

/** Derivatives of the log-likelihood along intercept (0) and slope (1): first (g) and, with the sign turned, second (h). */
interface Derivatives {
  g0: number;
  g1: number;
  h00: number;
  h01: number;
  h11: number;
}

/**
 * Fits intercept and slope together. The first call fits the rows as they are; for other weights Newton's method starts
 * there, its first step made of sums of what is already known of each row.
 * @param counts how many rows each stands for; null: one
 */
export function prepareLine(labels: Float64Array, logits: Float64Array, counts: Float64Array | null = null): Fit<Line> {
  // The fit runs on log-odds moved to mean 0 and shrunk to -1 to 1, where both coefficients are of like size.
  const centre = logits.reduce((sum, x) => sum + x / logits.length, 0);
  const scale = logits.reduce((largest, x) => Math.max(largest, Math.abs(x - centre)), 0);
  const x = logits.map((logit) => (logit - centre) / scale);
  const unscaled = (line: Line | undefined) =>
    line && { intercept: line.intercept - (line.slope / scale) * centre, slope: line.slope / scale };
  let base: { line: Line; gaps: Float64Array; spreads: Float64Array } | undefined | null = null;
  const prepareBase = () => {
    const line = climb(labels, x, counts);
    return line && { line, ...rowDerivatives(labels, x, line) };
  };
  return (w) => {
    if (base === null) base = prepareBase();
    if (w === null || w === counts) return unscaled(base?.line);
    const quick =
      base && hurry(base.line, weightedDerivatives(x, w, base), (line) => derivativesAt(labels, x, w, line));
    return unscaled(quick ?? climb(labels, x, w));
  };
}

/**
 * Newton's method without looking at the likelihood; undefined unless its steps shrink as they do near the maximum. The
 * likelihood has one maximum and no other place where its slopes vanish, so where the steps end is the solution.
 */
function hurry(start: Line, first: Derivatives, derivatives: (line: Line) => Derivatives): Line | undefined {
  let { intercept, slope } = start;
  let here = first;
  let last = Number.POSITIVE_INFINITY;
  for (let step = 0; step < QUICK_STEPS; step++) {
    const { d0, d1 } = newtonStep(here);
    const length = Math.max(Math.abs(d0), Math.abs(d1));
    if (!(length <= last / 2)) return undefined;
    last = length;
    intercept += d0;
    slope += d1;
    if (isSettled(d0, intercept) && isSettled(d1, slope)) return { intercept, slope };
    here = derivatives({ intercept, slope });
  }
  return undefined;
}

/** Newton's method from a slope of 0, each step halved until the likelihood does not fall. */
function climb(labels: Float64Array, x: Float64Array, w: Float64Array | null): Line | undefined {
  let intercept = prevalenceLogit(labels, w);
  let slope = 0;
  let value = likelihood(labels, x, w, { intercept, slope });
  for (let step = 0; step < MOST_STEPS; step++) {
    let { d0, d1 } = newtonStep(derivativesAt(labels, x, w, { intercept, slope }));
    if (!Number.isFinite(d0) || !Number.isFinite(d1) || !Number.isFinite(value)) return undefined;
    const least = value - 1e-12 * Math.abs(value);
    let next = likelihood(labels, x, w, { intercept: intercept + d0, slope: slope + d1 });
    while (!(next >= least)) {
      d0 /= 2;
      d1 /= 2;
      next = likelihood(labels, x, w, { intercept: intercept + d0, slope: slope + d1 });
    }
    intercept += d0;
    slope += d1;
    value = next;
    if (isSettled(d0, intercept) && isSettled(d1, slope)) return { intercept, slope };
  }
  return undefined;
}

function newtonStep({ g0, g1, h00, h01, h11 }: Derivatives): { d0: number; d1: number } {
  const determinant = h00 * h11 - h01 * h01;
  return { d0: (h11 * g0 - h01 * g1) / determinant, d1: (h00 * g1 - h01 * g0) / determinant };
}

function prevalenceLogit(labels: Float64Array, w: Float64Array | null): number {
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < labels.length; i++) {
    const weight = w === null ? 1 : w[i]!;
    positive += weight * labels[i]!;
    negative += weight * (1 - labels[i]!);
  }
  return Math.log(positive / negative);
}

function likelihood(labels: Float64Array, x: Float64Array, w: Float64Array | null, { intercept, slope }: Line): number {
  let value = 0;
  for (let i = 0; i < labels.length; i++) {
    const z = intercept + slope * x[i]!;
    const weight = w === null ? 1 : w[i]!;
    value -= weight * (Math.log(1 + Math.exp(-Math.abs(z))) + Math.max(z, 0) - labels[i]! * z);
  }
  return value;
}

function derivativesAt(labels: Float64Array, x: Float64Array, w: Float64Array | null, line: Line): Derivatives {
  const { intercept, slope } = line;
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    const weight = w === null ? 1 : w[i]!;
    if (weight === 0) continue;
    const z = intercept + slope * x[i]!;
    const e = Math.exp(-Math.abs(z));
    const larger = 1 / (1 + e);
    const gap = weight * (labels[i]! - (z >= 0 ? larger : e * larger));
    const spread = weight * e * larger * larger;
    g0 += gap;
    g1 += gap * x[i]!;
    h00 += spread;
    h01 += spread * x[i]!;
    h11 += spread * x[i]! * x[i]!;
  }
  return { g0, g1, h00, h01, h11 };
}

/** Of each row: label less probability, and probability x (1 - probability). */
function rowDerivatives(labels: Float64Array, x: Float64Array, { intercept, slope }: Line) {
  const spreads = new Float64Array(x.length);
  const gaps = labels.map((label, i) => {
    const z = intercept + slope * x[i]!;
    const e = Math.exp(-Math.abs(z));
    spreads[i] = e / ((1 + e) * (1 + e));
    return label - (z >= 0 ? 1 : e) / (1 + e);
  });
  return { gaps, spreads };
}

function weightedDerivatives(
  x: Float64Array,
  w: Float64Array,
  { gaps, spreads }: { gaps: Float64Array; spreads: Float64Array },
): Derivatives {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const gap = w[i]! * gaps[i]!;
    const spread = w[i]! * spreads[i]!;
    const along = spread * x[i]!;
    g0 += gap;
    g1 += gap * x[i]!;
    h00 += spread;
    h01 += along;
    h11 += along * x[i]!;
  }
  return { g0, g1, h00, h01, h11 };
}

/** Fits the intercept alone, the slope held at 1; other weights start from the fit of the rows as they are. */
export function prepareShift(
  labels: Float64Array,
  logits: Float64Array,
  counts: Float64Array | null = null,
): Fit<number> {
  let start: number | undefined;
  return (w) => {
    start ??= fitShift(labels, logits, counts, 0);
    return w === counts ? start : fitShift(labels, logits, w, start ?? 0);
  };
}

/** Newton's method on the one free term, kept inside a bracket of the only root. */
function fitShift(labels: Float64Array, logits: Float64Array, w: Float64Array | null, start: number) {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let shift = start;
  for (let step = 0; step < MOST_STEPS; step++) {
    let gap = 0;
    let spread = 0;
    for (let i = 0; i < labels.length; i++) {
      const weight = w === null ? 1 : w[i]!;
      if (weight === 0) continue;
      const p = 1 / (1 + Math.exp(-shift - logits[i]!));
      gap += weight * (labels[i]! - p);
      spread += weight * p * (1 - p);
    }
    const move = gap / spread;
    // Only a step of Newton's own tells that the root is near: one cut short by the bracket may be small anywhere.
    if (gap === 0 || isSettled(move, shift)) return gap === 0 ? shift : shift + move;
    if (gap > 0) low = shift;
    else high = shift;
    shift += move;
    if (shift > low && shift < high) continue;
    if (low === Number.NEGATIVE_INFINITY) shift = high - 1 - Math.abs(high);
    else if (high === Number.POSITIVE_INFINITY) shift = low + 1 + Math.abs(low);
    else shift = (low + high) / 2;
  }
  return undefined;
}
