// Sums and means that lose no digits over many rows. Knows nothing of outcomes.
import { rowWeights, type Statistic } from "./inputs.ts";

/** The sum of `values` (times `weights`), with Neumaier's compensation, so that the order of the rows hardly matters. */
export function sum(values: Float64Array, weights: Float64Array | null = null): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const term = weights === null ? values[i]! : values[i]! * weights[i]!;
    const next = total + term;
    lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total;
    total = next;
  }
  return Number.isFinite(lost) ? total + lost : total;
}

/** The (weighted) mean of `values`. */
export function mean(values: Float64Array, weights: Float64Array | null = null): number {
  return sum(values, weights) / (weights === null ? values.length : sum(weights));
}

/**
 * The value below which the share `q` of the sorted values lies, by linear interpolation between neighbours (numpy's
 * default rule, with its order of operations, so that ties with a value fall on the same side).
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = (sorted.length - 1) * q;
  if (position >= sorted.length - 1) return sorted[sorted.length - 1]!;
  const below = Math.floor(position);
  return interpolate(sorted[below]!, sorted[below + 1]!, position - below);
}

/** Between `a` and `b`, the share `t` of the way, exact at both ends. */
export function interpolate(a: number, b: number, t: number): number {
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

/** A metric that is the mean of one loss a row, the losses worked out once. */
export function meanOf(losses: Float64Array): Statistic {
  const statistic: Statistic = (weights) => mean(losses, rowWeights(weights, losses.length));
  statistic.byPatient = (patient, patients) => {
    const sums = patientSums(losses, patient, patients);
    const counts = patientCounts(patient, patients);
    return (times) => weightedSum(sums, times) / weightedSum(counts, times);
  };
  return statistic;
}

/** The sum of `values` over the rows of each patient. */
export function patientSums(values: ArrayLike<number>, patient: Uint32Array, patients: number): Float64Array {
  const sums = new Float64Array(patients);
  for (let row = 0; row < patient.length; row++) sums[patient[row]!]! += values[row]!;
  return sums;
}

/** The rows of each patient. */
export function patientCounts(patient: Uint32Array, patients: number): Float64Array {
  const counts = new Float64Array(patients);
  for (let row = 0; row < patient.length; row++) counts[patient[row]!]!++;
  return counts;
}

/** The sum of `values` times `weights`. */
export function weightedSum(values: Float64Array, weights: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]! * weights[i]!;
  return total;
}

/**
 * The mean of figures of the same rows, as of several training seeds; for one, the figure itself.
 * @example meanStatistic([() => 1, () => 2])() // 1.5
 */
export function meanStatistic(statistics: readonly Statistic[]): Statistic {
  if (statistics.length === 1) return statistics[0]!;
  const share = 1 / statistics.length;
  const joined: Statistic = (weights) => statistics.reduce((total, each) => total + share * each(weights), 0);
  if (statistics.every(({ byPatient }) => byPatient)) {
    joined.byPatient = (patient, patients) => {
      const quick = statistics.map(({ byPatient }) => byPatient!(patient, patients));
      return (times) => quick.reduce((total, each) => total + share * each(times), 0);
    };
  }
  return joined;
}
