// Several models on the same rows against one of them: differences with intervals and tests, by patient.
import { type BootstrapOptions, drawAll, type SubjectIds } from "./bootstrap.ts";
import { fail, type Statistic } from "./inputs.ts";
import { quantile } from "./sums.ts";

/** A model's figure less that of the reference; plain data. */
export interface Difference {
  value: number;
  /** Ends of the interval; null where too few resamples tell. */
  low: number | null;
  high: number | null;
  /** Two-sided: how seldom resamples fall on the other side of zero, twice; null where too few tell. */
  p: number | null;
  /** The same after Holm's correction for all models compared. */
  adjusted: number | null;
}

/**
 * Compares every figure with that of `reference` on the same resamples of patients, so that what models have in common
 * cancels. p counts the resamples in which the difference is zero or beyond, of either side the smaller, twice, plus one in
 * both counts, so that it is never zero (Davison and Hinkley 1997, section 4.2); adjusted by Holm (1979).
 *
 * @param statistics by model, of the same rows. @throws `metrics/bad-option` when the reference is not among them.
 * @example compareWith({ a: mae.prepare([1, 2], [1, 3]), b: mae.prepare([1, 2], [1, 2]) }, [7, 8], { reference: "b", seed: 1 }).a.value // 0.5
 */
export function compareWith<Name extends string>(
  statistics: Record<Name, Statistic>,
  subjects: SubjectIds,
  { reference, ...options }: BootstrapOptions & { reference: Name },
): Record<Name, Difference> {
  const { names, values, draws, patients, resamples, level } = drawAll(statistics, subjects, options);
  const base = names.indexOf(reference);
  if (base < 0)
    fail("metrics/bad-option", "The reference is none of the models", { where: `reference = ${reference}` });
  const enough = Math.max(resamples / 2, 2 / (1 - level) - 1e-6);
  const found = names.map((_, k): Difference => {
    const value = values[k]! - values[base]!;
    if (k === base) return { value, low: 0, high: 0, p: null, adjusted: null };
    const sorted = draws[k]!.map((drawn, i) => drawn - draws[base]![i]!)
      .filter((difference) => Number.isFinite(difference))
      .sort();
    if (patients < 2 || sorted.length < enough) return { value, low: null, high: null, p: null, adjusted: null };
    const below = sorted.filter((difference) => difference <= 0).length;
    const above = sorted.filter((difference) => difference >= 0).length;
    const p = Math.min(1, (2 * (Math.min(below, above) + 1)) / (sorted.length + 1));
    return {
      value,
      low: quantile(sorted, (1 - level) / 2),
      high: quantile(sorted, (1 + level) / 2),
      ...{ p, adjusted: null },
    };
  });
  const tested = found.filter(({ p }) => p !== null);
  const adjusted = holm(tested.map(({ p }) => p!));
  tested.forEach((difference, i) => {
    difference.adjusted = adjusted[i]!;
  });
  return Object.fromEntries(names.map((name, k) => [name, found[k]!])) as Record<Name, Difference>;
}

/**
 * Holm's correction of several p-values (Holm 1979), in the order given: the chance of any false finding stays below the
 * level.
 * @example holm([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const adjusted = new Array<number>(values.length);
  let most = 0;
  order.forEach((i, rank) => {
    most = Math.max(most, Math.min(1, values[i]! * (values.length - rank)));
    adjusted[i] = most;
  });
  return adjusted;
}
