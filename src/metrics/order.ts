// The order of scores, sorted once for all figures that ask. Knows no metric.

/** Scores above which the order is kept: several figures of the same rows ask for it. */
const KEPT = 20_000;
const orders = new WeakMap<Float64Array, { scores: Float64Array; order: Uint32Array }>();

/**
 * Row numbers from the lowest score to the highest, equal scores in the order of the rows. What is given may be given again:
 * it must not be changed.
 */
export function ascendingOrder(scores: Float64Array): Uint32Array {
  if (scores.length <= KEPT) return sortedOrder(scores);
  const last = orders.get(scores);
  if (last?.scores.every((score, row) => score === scores[row])) return last.order;
  const order = sortedOrder(scores);
  orders.set(scores, { scores: scores.slice(), order });
  return order;
}

function sortedOrder(scores: Float64Array): Uint32Array {
  const count = scores.length;
  const distinct = Float64Array.from(scores).sort();
  let groups = 0;
  for (let i = 0; i < count; i++) {
    if (groups === 0 || distinct[i] !== distinct[groups - 1]) distinct[groups++] = distinct[i]!;
  }
  const group = new Uint32Array(count);
  const next = new Uint32Array(groups + 1);
  for (let i = 0; i < count; i++) {
    const score = scores[i]!;
    let low = 0;
    let high = groups - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (distinct[middle]! < score) low = middle + 1;
      else high = middle;
    }
    group[i] = low;
    next[low + 1]!++;
  }
  for (let g = 1; g <= groups; g++) next[g]! += next[g - 1]!;
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[next[group[i]!]!++] = i;
  return order;
}
