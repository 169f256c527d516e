// Contributions of a feature over the rows, in bins of enough patients, with the rank of the value in each.
import type { SwarmBin } from "../explanation.ts";
import { joinSmall, quantileOf } from "./groups.ts";

/** The bins of all features share their edges: so many from the lowest contribution to the highest. */
const BINS = 80;

/** Shares of a feature's rows at either end that are counted in the outermost bin, so that no row sets the scale alone. */
const TAIL = 0.02;

/** The bins of several features: `bins` of width `step`, the first from `from`; zero lies on an edge. */
export interface SwarmGrid {
  from: number;
  step: number;
  bins: number;
}

/** A grid wide enough for all features but the tails of each. */
export function swarmGrid(contributions: readonly Float64Array[]): SwarmGrid {
  let [low, high] = [0, 0];
  for (const values of contributions) {
    const ascending = values.toSorted();
    low = Math.min(low, quantileOf(ascending, TAIL));
    high = Math.max(high, quantileOf(ascending, 1 - TAIL));
  }
  const step = (high - low) / BINS || 1;
  const from = Math.floor(low / step) * step;
  return { from, step, bins: Math.max(1, Math.ceil((high - from) / step)) };
}

/** Bins of the contributions; empty where there are rows of too few patients. */
export function swarmBins(
  contributions: Float64Array,
  values: Float64Array,
  subjects: Float64Array,
  { from, step, bins }: SwarmGrid,
): SwarmBin[] {
  const binOf = (value: number) => Math.min(bins - 1, Math.max(0, Math.floor((value - from) / step)));
  const bin = Int32Array.from(contributions, binOf);
  const order = Int32Array.from(bin.keys()).sort((a, b) => bin[a]! - bin[b]! || a - b);
  const ranks = ranksOf(values);
  const spans: { from: number; to: number }[] = [];
  for (let i = 0; i < order.length; i++) {
    if (i > 0 && bin[order[i]!] === bin[order[i - 1]!]) spans.at(-1)!.to = i + 1;
    else spans.push({ from: i, to: i + 1 });
  }
  const inOrder = Float64Array.from(order, (row) => subjects[row]!);
  return joinSmall(spans, inOrder).map((span) => {
    const rows = order.subarray(span.from, span.to);
    const known = [...rows].map((row) => ranks[row]!).filter((rank) => !Number.isNaN(rank));
    return {
      from: from + step * bin[rows[0]!]!,
      to: from + step * (bin[rows.at(-1)!]! + 1),
      rows: rows.length,
      rank: 2 * known.length > rows.length ? known.reduce((sum, rank) => sum + rank, 0) / known.length : null,
    };
  });
}

/** The rank of each value among those there are, from 0 to 1; equal values share theirs, NaN stays. */
export function ranksOf(values: Float64Array): Float64Array {
  const order = Int32Array.from(values.keys())
    .filter((row) => !Number.isNaN(values[row]!))
    .sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length).fill(Number.NaN);
  const last = Math.max(1, order.length - 1);
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && values[order[end]!] === values[order[i]!]) end++;
    for (let k = i; k < end; k++) ranks[order[k]!] = order.length === 1 ? 0.5 : (i + end - 1) / 2 / last;
    i = end;
  }
  return ranks;
}
