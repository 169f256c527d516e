// Guards against leaks: single features that give the outcome away on training rows, patients in two parts. Trains nothing.
import { type SplitPlan, targetsOf } from "../features/index.ts";
import { drawRows } from "./draw.ts";
import type { LeakReport } from "./result.ts";
import type { World } from "./scene.ts";
import { tabularView } from "./trainers/trainer.ts";

/** A single feature that tells the outcome so well is named: no bedside measurement does. */
export const LEAK_LIMIT = 0.98;
/** Training rows looked at, at most. */
const MOST_ROWS = 20_000;
/** Rows with a value that a judgement takes, at least: of fewer, chance alone may be perfect. */
const LEAST_ROWS = 30;
const LEAST_OF_EACH = 5;

/**
 * The report of a world's table on the training rows of its first division: every column's AUROC (either way round) for an
 * event, the size of its rank correlation for a number or class.
 */
export async function leakReport(
  world: World,
  split: SplitPlan,
  { seed, view: id }: { seed: number; view?: string },
): Promise<LeakReport> {
  const { samples } = world;
  const view = await world.view(id ?? tabularView(world.task));
  const rows = drawRows(split.parts(0).train, Math.min(MOST_ROWS, view.trainingRows ?? MOST_ROWS), seed, "leaks");
  const input = await view.apply(rows, view.fit(rows, { mode: "corrected", missing: "keep" }));
  const found: LeakReport["found"] = [];
  let features = 0;
  if (input.kind === "table" && samples.outcome !== "labels") {
    const { matrix, names, titles } = input;
    const y = targetsOf(samples, rows);
    for (const [j, name] of names.entries()) {
      const values = Float64Array.from(rows, (_, i) => matrix.data[i * matrix.columns + j]!);
      const power = singlePower(values, y, samples.outcome === "event");
      if (Number.isNaN(power)) continue;
      features++;
      if (power > LEAK_LIMIT) found.push({ name, title: titles[j]!, auroc: power });
    }
  }
  found.sort((a, b) => b.auroc - a.auroc);
  return { limit: LEAK_LIMIT, features, found, subjectOverlap: overlap(samples.subjectIds, split) };
}

/**
 * How well one column tells the outcome, 0.5 (an event) or 0 (else) by chance and 1 at best: the AUROC either way round, or
 * the size of Spearman's rank correlation. Among the rows with a value, or by whether there is one, whichever tells more;
 * NaN where there are too few rows.
 */
export function singlePower(values: Float64Array, y: Float64Array, isEvent: boolean): number {
  const known = [...values.keys()].filter((i) => !Number.isNaN(values[i]!));
  const all = [...values.keys()];
  const power = (rows: number[], value: (i: number) => number) => {
    if (rows.length < LEAST_ROWS) return Number.NaN;
    const ranked = ranks(rows.map(value));
    if (!isEvent) return Math.abs(correlation(ranked, ranks(rows.map((i) => y[i]!))));
    let [positives, sum] = [0, 0];
    for (const [k, i] of rows.entries()) {
      if (y[i] !== 1) continue;
      positives++;
      sum += ranked[k]!;
    }
    const negatives = rows.length - positives;
    if (positives < LEAST_OF_EACH || negatives < LEAST_OF_EACH) return Number.NaN;
    const auroc = (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
    return Math.max(auroc, 1 - auroc);
  };
  const among = power(known, (i) => values[i]!);
  const whether = known.length < all.length ? power(all, (i) => (Number.isNaN(values[i]!) ? 0 : 1)) : Number.NaN;
  if (Number.isNaN(among)) return whether;
  return Number.isNaN(whether) ? among : Math.max(among, whether);
}

/** Ranks from 1; equal values share theirs. */
function ranks(values: readonly number[]): Float64Array {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const found = new Float64Array(values.length);
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && values[order[end]!] === values[order[i]!]) end++;
    for (let k = i; k < end; k++) found[order[k]!] = (i + 1 + end) / 2;
    i = end;
  }
  return found;
}

/** Pearson's correlation; 0 where one of the two never changes. */
function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** Patients who are in more than one part of a division, over all divisions. */
export function overlap(subjectIds: Float64Array, split: SplitPlan): number {
  const twice = new Set<number>();
  for (let part = 0; part < split.folds; part++) {
    const { train, tuning, heldOut } = split.parts(part);
    const seen = new Map<number, number>();
    for (const [p, rows] of [train, tuning, heldOut].entries()) {
      for (const row of rows) {
        const subject = subjectIds[row]!;
        const known = seen.get(subject);
        if (known === undefined) seen.set(subject, p);
        else if (known !== p) twice.add(subject);
      }
    }
  }
  return twice.size;
}
