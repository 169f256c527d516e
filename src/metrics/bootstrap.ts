// Bootstrap intervals by patient. Knows no metric: only figures that depend on row weights.
import { randomStream } from "../core/random.ts";
import { fail, optionCount, optionWithin, type Statistic, saysUndefined } from "./inputs.ts";
import { quantile } from "./sums.ts";

export interface BootstrapOptions {
  /** Names the draws: the same seed and patients give the same resamples, whatever the metric or the order of the rows. */
  seed: number;
  /** How many times the patients are drawn anew; 1000 by default. */
  resamples?: number;
  /** Coverage of the interval, 0 to 1; 0.95 by default. */
  level?: number;
}

/** A figure with its percentile interval; plain data. */
export interface Interval {
  /** The figure on the rows as they are. */
  value: number;
  /** Ends of the interval; null when too few resamples remain to tell. */
  low: number | null;
  high: number | null;
  level: number;
  resamples: number;
  /** Resamples left out because the figure was not defined on them (one class, say). */
  skipped: number;
}

/** Rows above which the quicker way by patient is taken; below it every figure is exactly that of weighted rows. */
const LONG = 4000;

/** The patient of each row. */
export type SubjectIds = ArrayLike<number | string | bigint>;

/**
 * Percentile interval of a figure by drawing patients with replacement; every row of a drawn patient comes along, as often
 * as the patient was drawn (cluster bootstrap; Efron and Tibshirani 1993, ch. 13 and 8.4). Resample i uses
 * `randomStream(seed, "bootstrap", i)`.
 *
 * Resamples on which the figure is not defined are left out and counted. The ends are null when there are fewer than two
 * patients, when less than half of the resamples remain, or fewer than it takes for one of them to lie beyond each end
 * (2 / (1 - level), 40 at 95 %).
 *
 * @param statistic the figure for given row weights: `auroc.prepare(labels, scores)`, or
 *   `(weights) => auroc(labels, scores, { weights })`, which sorts anew each time.
 * @throws whatever the statistic throws on the rows as they are; `metrics/bad-option`; `metrics/sizes-differ`.
 * @example bootstrap(mae.prepare([1, 2, 3], [1, 2, 3]), ["a", "a", "b"], { seed: 1 }).value // 0
 */
export function bootstrap(statistic: Statistic, subjects: SubjectIds, options: BootstrapOptions): Interval {
  return bootstrapAll({ statistic }, subjects, options).statistic;
}

/**
 * The same for several figures of the same rows at once; the patients are drawn once for all of them.
 * @example bootstrapAll({ mae: mae.prepare([1, 2], [1, 3]) }, ["a", "b"], { seed: 1 }).mae.value // 0.5
 */
export function bootstrapAll<Name extends string>(
  statistics: Record<Name, Statistic>,
  subjects: SubjectIds,
  options: BootstrapOptions,
): Record<Name, Interval> {
  const { names, values, draws, patients, resamples, level } = drawAll(statistics, subjects, options);
  const enough = Math.max(resamples / 2, 2 / (1 - level) - 1e-6);
  const result = names.map((name, k): [Name, Interval] => {
    const sorted = draws[k]!.filter((value) => Number.isFinite(value)).sort();
    const telling = patients >= 2 && sorted.length >= enough;
    const low = telling ? quantile(sorted, (1 - level) / 2) : null;
    const high = telling ? quantile(sorted, (1 + level) / 2) : null;
    return [name, { value: values[k]!, low, high, level, resamples, skipped: resamples - sorted.length }];
  });
  return Object.fromEntries(result) as Record<Name, Interval>;
}

/**
 * The figures of every resample, NaN where one is not defined; resample i is the same for all figures.
 * @throws as `bootstrap`.
 */
export function drawAll<Name extends string>(
  statistics: Record<Name, Statistic>,
  subjects: SubjectIds,
  { seed, resamples = 1000, level = 0.95 }: BootstrapOptions,
) {
  optionCount("resamples", resamples);
  optionWithin("seed", seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  if (!(level > 0 && level < 1)) {
    fail("metrics/bad-option", "The option level is not between 0 and 1", { where: `level = ${level}` });
  }
  if (subjects.length === 0) fail("metrics/empty", "There is no patient to draw", { where: "subjects" });
  const names = Object.keys(statistics) as Name[];
  const values = names.map((name) => statistics[name]());
  const { patient, count } = numberPatients(subjects);
  const draws = names.map(() => new Float64Array(resamples));
  const weights = new Float64Array(patient.length);
  // Where there are many rows, sums by patient are quicker than weights by row.
  const isLong = patient.length > LONG;
  const quick = names.map((name) => (isLong ? statistics[name].byPatient?.(patient, count) : undefined));
  const needsWeights = quick.some((each) => !each);
  for (let i = 0; i < resamples; i++) {
    const stream = randomStream(seed, "bootstrap", i);
    // a new array for each draw: figures that share counts tell draws by it
    const times = new Float64Array(count);
    for (let draw = 0; draw < count; draw++) times[stream.below(count)]!++;
    if (needsWeights) for (let row = 0; row < weights.length; row++) weights[row] = times[patient[row]!]!;
    names.forEach((name, k) => {
      const value = valueOrNaN(() => quick[k]?.(times) ?? statistics[name](weights));
      draws[k]![i] = value;
    });
  }
  return { names, values, draws, patients: count, resamples, level };
}

/**
 * Interval of the difference `first - second` of two models on the same rows: both are measured on each resample, so what
 * the two have in common cancels.
 *
 * @throws as `bootstrap`.
 * @example pairedBootstrap(mae.prepare([1, 2], [1, 3]), mae.prepare([1, 2], [1, 2]), [7, 8], { seed: 1 }).value // 0.5
 */
export function pairedBootstrap(
  first: Statistic,
  second: Statistic,
  subjects: SubjectIds,
  options: BootstrapOptions,
): Interval {
  return bootstrap(differenceOf(first, second), subjects, options);
}

/** The first figure less the second, of the same rows. */
export function differenceOf(first: Statistic, second: Statistic): Statistic {
  const difference: Statistic = (weights) => first(weights) - second(weights);
  if (first.byPatient && second.byPatient) {
    difference.byPatient = (patient, patients) => {
      const a = first.byPatient!(patient, patients);
      const b = second.byPatient!(patient, patients);
      return (times) => a(times) - b(times);
    };
  }
  return difference;
}

function valueOrNaN(statistic: () => number): number {
  try {
    return statistic();
  } catch (error) {
    if (saysUndefined(error)) return Number.NaN;
    throw error;
  }
}

/** Patients numbered from 0 in the order of their ids, so that the draws do not depend on the order of the rows. */
export function numberPatients(subjects: SubjectIds): { patient: Uint32Array; count: number } {
  const ids = new Set<number | string | bigint>();
  for (let row = 0; row < subjects.length; row++) ids.add(subjects[row]!);
  const sorted = [...ids].sort((a, b) => (typeof a === typeof b ? (a < b ? -1 : 1) : typeof a < typeof b ? -1 : 1));
  const numberOf = new Map(sorted.map((id, number) => [id, number]));
  const patient = new Uint32Array(subjects.length);
  for (let row = 0; row < subjects.length; row++) patient[row] = numberOf.get(subjects[row]!)!;
  return { patient, count: sorted.length };
}
