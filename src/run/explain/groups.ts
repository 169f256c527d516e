// Cuts rows in order into groups of enough patients, so that no figure speaks of a few. Knows no model.
import { smallCellLimit } from "../../core/small-cells.ts";

/** Neighbouring rows of an order: `from` to `to` (not included). */
export interface Span {
  from: number;
  to: number;
}

/**
 * Joins neighbouring spans until each holds rows of 11 patients or more; what is left over joins the last. Empty spans
 * go with the ones after them. Gives none where all together are too few.
 * @param subjects the patient of each row, in the order of the spans
 */
export function joinSmall(spans: readonly Span[], subjects: ArrayLike<number>): Span[] {
  const joined: Span[] = [];
  let begun: Span | undefined;
  for (const { from, to } of spans) {
    begun = { from: begun?.from ?? from, to };
    if (!isFew(begun, subjects)) {
      joined.push(begun);
      begun = undefined;
    }
  }
  if (begun && joined.length > 0) joined.at(-1)!.to = begun.to;
  return joined;
}

/** Whether the rows of a span are of 10 patients or fewer. */
export function isFew({ from, to }: Span, subjects: ArrayLike<number>): boolean {
  const seen = new Set<number>();
  for (let i = from; i < to; i++) {
    seen.add(subjects[i]!);
    if (seen.size > smallCellLimit) return false;
  }
  return true;
}

/**
 * Cuts ascending values into at most `most` spans of about as many rows each, never between equal values; each different
 * value has a span of its own where there are no more than `most`.
 */
export function cutByValue(values: ArrayLike<number>, most: number): Span[] {
  const runs: Span[] = [];
  for (let i = 0; i < values.length; i++) {
    if (i > 0 && values[i] === values[i - 1]) runs.at(-1)!.to = i + 1;
    else runs.push({ from: i, to: i + 1 });
  }
  if (runs.length <= most) return runs;
  const spans: Span[] = [];
  for (const { from, to } of runs) {
    const last = spans.at(-1);
    // A span is full when it ends where the equal parts would.
    if (last && last.to < (spans.length * values.length) / most) last.to = to;
    else spans.push({ from, to });
  }
  return spans;
}

/** The value below which a share of ascending numbers lies, between neighbours by the line through them. */
export function quantileOf(ascending: ArrayLike<number>, share: number): number {
  const at = share * (ascending.length - 1);
  const low = Math.floor(at);
  const [a, b] = [ascending[low]!, ascending[Math.min(low + 1, ascending.length - 1)]!];
  return a + (at - low) * (b - a);
}
