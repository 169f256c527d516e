// Prediction sets and intervals with promised coverage, learnt on tuning patients and checked on those held out.
import { bootstrapAll, conformalIntervals, conformalSets, predictionSets, ratioOf } from "../../metrics/index.ts";
import type { Conformal, ConformalRow, Estimate } from "../result.ts";
import type { EvaluationOptions, HeldOutNumber } from "./held-out.ts";
import { definedOrNull } from "./intervals.ts";
import { rowsOf, take } from "./recalibrated.ts";

type Draws = Pick<EvaluationOptions, "seed" | "resamples">;

interface ClassRows {
  truth: ArrayLike<number>;
  /** Rows x classes. */
  probabilities: ArrayLike<number>;
  fold: Int32Array;
}

/** Rows x 2 from the probabilities of an event. */
export function twoClasses(probabilities: ArrayLike<number>): Float64Array {
  const both = new Float64Array(2 * probabilities.length);
  for (let row = 0; row < probabilities.length; row++) {
    both[2 * row] = 1 - probabilities[row]!;
    both[2 * row + 1] = probabilities[row]!;
  }
  return both;
}

/** Sets of classes, over all rows and by true class; an event has the classes 0 and 1. */
export function conformalSetsOf(
  held: ClassRows & { subjectIds: Float64Array },
  tuning: ClassRows,
  { promised, names, ...draws }: { promised: number; names: readonly string[] } & Draws,
): Conformal {
  const classes = names.length;
  const kinds = [
    { id: "split", title: "Over all rows", byClass: false },
    { id: "by class", title: "By true class", byClass: true },
  ];
  const rows = kinds.map(({ id, title, byClass }): ConformalRow => {
    const members = new Uint8Array(held.probabilities.length);
    for (const fold of new Set(held.fold)) {
      const tuned = rowsOf(tuning.fold, fold);
      const rule = conformalSets(take(tuning.truth, tuned), takeRows(tuning.probabilities, tuned, classes), {
        ...{ promised, classes, byClass },
      });
      const heldOut = rowsOf(held.fold, fold);
      const sets = predictionSets(rule, takeRows(held.probabilities, heldOut, classes));
      heldOut.forEach((row, i) => {
        members.set(sets.subarray(i * classes, (i + 1) * classes), row * classes);
      });
    }
    const count = held.subjectIds.length;
    const inside = new Uint8Array(count);
    const sizes = new Uint16Array(count);
    for (let row = 0; row < count; row++) {
      inside[row] = members[row * classes + held.truth[row]!]!;
      for (let k = 0; k < classes; k++) sizes[row]! += members[row * classes + k]!;
    }
    const share = (wanted: number) => sizes.reduce((sum, size) => sum + (size === wanted ? 1 : 0), 0) / count;
    return {
      ...{ id, title },
      coverage: shareOf(inside, new Uint8Array(count).fill(1), held.subjectIds, draws)!,
      byClass: names.flatMap((name, k) => {
        const isClass = Uint8Array.from({ length: count }, (_, row) => (held.truth[row] === k ? 1 : 0));
        const hits = isClass.map((is, row) => is * inside[row]!);
        const coverage = shareOf(hits, isClass, held.subjectIds, draws);
        return coverage ? [{ name, coverage }] : [];
      }),
      size: sizes.reduce((sum, size) => sum + size, 0) / count,
      single: share(1),
      empty: share(0),
    };
  });
  return { kind: "sets", promised, rows };
}

/** Intervals of numbers: of one width, and as wide as errors are where predictions are about the same. */
export function conformalIntervalsOf(
  held: HeldOutNumber,
  tuning: NonNullable<HeldOutNumber["tuning"]>,
  { promised, ...draws }: { promised: number } & Draws,
): Conformal {
  const kinds = [
    { id: "split", title: "Of one width", normalised: false },
    { id: "normalised", title: "As wide as errors are at the prediction", normalised: true },
  ];
  const count = held.truth.length;
  const rows = kinds.map(({ id, title, normalised }): ConformalRow => {
    const inside = new Uint8Array(count);
    let width = 0;
    for (const fold of new Set(held.fold)) {
      const tuned = rowsOf(tuning.fold, fold);
      // the scale is learnt on every other tuning row, the bound on the rest
      const [first, second] = normalised ? [tuned.filter((_, i) => i % 2 === 0), tuned.filter((_, i) => i % 2)] : [];
      const scale = first && second?.length ? errorScale(tuning, first) : () => 1;
      const bounded = second?.length ? second : tuned;
      const predicted = take(tuning.predicted, bounded);
      const { half } = conformalIntervals(take(tuning.truth, bounded), predicted, {
        promised,
        scales: predicted.map(scale),
      });
      for (const row of rowsOf(held.fold, fold)) {
        const reach = half * scale(held.predicted[row]!);
        inside[row] = Math.abs(held.truth[row]! - held.predicted[row]!) <= reach ? 1 : 0;
        width += (2 * reach) / count;
      }
    }
    return {
      ...{ id, title },
      coverage: shareOf(inside, new Uint8Array(count).fill(1), held.subjectIds, draws)!,
      size: width,
    };
  });
  return { kind: "intervals", promised, rows };
}

/** Groups of tuning rows by prediction in which the size of errors is averaged. */
const SCALE_GROUPS = 10;

/** The mean size of errors among rows of about the same prediction, as a function of the prediction. */
function errorScale(
  { truth, predicted }: { truth: Float64Array; predicted: Float64Array },
  rows: Uint32Array,
): (prediction: number) => number {
  const sorted = [...rows].sort((a, b) => predicted[a]! - predicted[b]!);
  const groups = Math.min(SCALE_GROUPS, sorted.length);
  const sizes: { upTo: number; size: number }[] = [];
  for (let g = 0; g < groups; g++) {
    const part = sorted.slice(Math.round((g * sorted.length) / groups), Math.round(((g + 1) * sorted.length) / groups));
    const size = part.reduce((sum, row) => sum + Math.abs(truth[row]! - predicted[row]!), 0) / part.length;
    sizes.push({ upTo: predicted[part.at(-1)!]!, size });
  }
  const overall = sizes.reduce((sum, { size }) => sum + size, 0) / sizes.length;
  const least = overall > 0 ? overall / 100 : 1;
  return (prediction) => Math.max(least, (sizes.find(({ upTo }) => prediction <= upTo) ?? sizes.at(-1)!).size);
}

function takeRows(values: ArrayLike<number>, rows: Uint32Array, columns: number): Float64Array {
  const taken = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    for (let k = 0; k < columns; k++) taken[i * columns + k] = values[row * columns + k]!;
  });
  return taken;
}

/** The share of wholes that are parts, with its interval by patient; null without any. */
export function shareOf(
  parts: ArrayLike<number>,
  wholes: ArrayLike<number>,
  subjects: Float64Array,
  draws: Draws,
): Estimate | null {
  const statistic = ratioOf(parts, wholes);
  if (definedOrNull(() => statistic()) === null) return null;
  const { value, low, high } = bootstrapAll({ share: statistic }, subjects, draws).share;
  return { value, low, high };
}
