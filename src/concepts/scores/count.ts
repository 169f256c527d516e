// The clinical scores of emergency medicine: what one is, and how it is counted by hand. Runs in a browser too.
import type { Mode } from "../mode.ts";

/** The values that get `points`: bounds that are absent are open. */
export interface Band {
  ge?: number;
  gt?: number;
  le?: number;
  lt?: number;
  points: number;
}

/** One variable's part of a score: points by band, or the value times a factor. */
export interface ScoreComponent {
  /** `heartrate`, `age`, `map` … temperature in °C, pressures in mmHg. */
  variable: string;
  bands?: Band[];
  factor?: number;
}

/** A clinical score as the emergency benchmark counts it. */
export interface ClinicalScore {
  /** `NEWS` */
  id: string;
  title: string;
  /** Who proposed it. */
  source: string;
  /** Parts of the score that emergency records do not hold; it is counted without them and is too low by their points. */
  lacks: string[];
  components: ScoreComponent[];
  /** Components the benchmark's authors left out though the records hold them; counted in corrected mode. */
  leftOut?: ScoreComponent[];
}

/**
 * The components as a mode counts them. Faithful: the authors' bands between whole numbers, so that a value such as
 * 69.3 can lie in none of them and gets 0 points. Corrected: no gaps, and nothing left out that is known.
 */
export function componentsOf(score: ClinicalScore, mode: Mode): ScoreComponent[] {
  if (mode === "faithful") return score.components;
  return [...score.components, ...(score.leftOut ?? [])].map((component) =>
    component.bands ? { ...component, bands: closeGaps(component.bands) } : component,
  );
}

/** Bands are made for whole numbers: a value between two of them belongs to the whole number it rounds to. */
const ROUNDING = 0.5;

/**
 * Bands without gaps: where one ends below the next one's first whole number, they meet half a unit below that number.
 * @example closeGaps([{ le: 69, points: 2 }, { ge: 70, points: 0 }]) // [{ lt: 69.5, points: 2 }, { ge: 69.5, points: 0 }]
 */
export function closeGaps(bands: readonly Band[]): Band[] {
  const sorted = bands.map((band) => ({ ...band })).sort((a, b) => lowest(a) - lowest(b));
  for (let i = 1; i < sorted.length; i++) {
    const below = sorted[i - 1]!;
    const above = sorted[i]!;
    const end = below.le ?? below.lt ?? Number.POSITIVE_INFINITY;
    if (above.ge === undefined || above.ge <= end) continue;
    const cut = above.ge - ROUNDING;
    delete below.le;
    below.lt = cut;
    above.ge = cut;
  }
  return sorted;
}

function lowest({ ge, gt }: Band): number {
  return ge ?? gt ?? Number.NEGATIVE_INFINITY;
}

/** Whether a value lies in a band. */
export function isIn({ ge, gt, le, lt }: Band, value: number): boolean {
  return (
    (ge === undefined || value >= ge) &&
    (gt === undefined || value > gt) &&
    (le === undefined || value <= le) &&
    (lt === undefined || value < lt)
  );
}

/**
 * The score of one patient. A value that is missing (absent or NaN) counts 0 points, as does one in no band.
 * @example countScore(findScore("NEWS"), { heartrate: 95 }, "corrected") // 1
 */
export function countScore(
  score: ClinicalScore,
  values: Readonly<Record<string, number | undefined>>,
  mode: Mode,
): number {
  return componentsOf(score, mode).reduce(
    (total, component) => total + componentPoints(component, values[component.variable]),
    0,
  );
}

/** The points of one component; 0 where the value is missing or in no band. */
export function componentPoints({ bands, factor }: ScoreComponent, value: number | undefined): number {
  if (value === undefined || Number.isNaN(value)) return 0;
  return bands ? (bands.find((band) => isIn(band, value))?.points ?? 0) : value * (factor ?? 0);
}
