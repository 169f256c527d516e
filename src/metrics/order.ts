// The order of scores, sorted once for all figures that ask. Knows no metric.

/** Scores up to which comparing them is quicker than counting their digits. */
const FEW = 5000;
/** Scores above which the order is kept: several figures of the same rows ask for it. */
const KEPT = 20_000;
const orders = new WeakMap<Float64Array, { scores: Float64Array; order: Uint32Array }>();

/**
 * Row numbers from the lowest score to the highest, equal scores in the order of the rows. What is given may be given again:
 * it must not be changed.
 */
export function ascendingOrder(scores: Float64Array): Uint32Array {
  if (scores.length <= FEW) return comparedOrder(scores);
  if (scores.length <= KEPT) return sortedOrder(scores);
  const last = orders.get(scores);
  if (last?.scores.every((score, row) => score === scores[row])) return last.order;
  const order = sortedOrder(scores);
  orders.set(scores, { scores: scores.slice(), order });
  return order;
}

function comparedOrder(scores: Float64Array): Uint32Array {
  const order = new Uint32Array(scores.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => scores[a]! - scores[b]! || a - b);
}

/** Bits of a digit, and the digits of a number of 64 bits. */
const DIGIT = 16;
const DIGITS = 4;

/** Sorts by the bits of the numbers, digit after digit from the last: as many steps for any scores. */
function sortedOrder(scores: Float64Array): Uint32Array {
  const count = scores.length;
  const digits = digitsOf(scores);
  let order = new Uint32Array(count);
  let other = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const next = new Uint32Array(1 << DIGIT);
  for (let d = 0; d < DIGITS; d++) {
    next.fill(0);
    for (let i = 0; i < count; i++) next[digits[DIGITS * i + d]!]!++;
    // a digit that all have alike orders nothing
    if (count === 0 || next[digits[d]!] === count) continue;
    let before = 0;
    for (let value = 0; value < next.length; value++) {
      const here = next[value]!;
      next[value] = before;
      before += here;
    }
    for (let i = 0; i < count; i++) {
      const row = order[i]!;
      other[next[digits[DIGITS * row + d]!]!++] = row;
    }
    [order, other] = [other, order];
  }
  return order;
}

/** The bits of each number as digits from the last to the first, turned so that they rise with the numbers. */
function digitsOf(scores: Float64Array): Uint16Array {
  const sorted = scores.slice();
  // 0 and -0 are the same score
  for (let i = 0; i < sorted.length; i++) if (sorted[i] === 0) sorted[i] = 0;
  const halves = new Uint32Array(sorted.buffer);
  const first = isLittleEndian ? 1 : 0;
  const digits = new Uint16Array(DIGITS * sorted.length);
  for (let i = 0; i < sorted.length; i++) {
    const [high, low] = [halves[2 * i + first]!, halves[2 * i + 1 - first]!];
    const flip = high >>> 31 === 1 ? 0xffffffff : 0;
    const [top, bottom] = [(high ^ flip ^ (flip ? 0 : 0x80000000)) >>> 0, (low ^ flip) >>> 0];
    digits[DIGITS * i] = bottom & 0xffff;
    digits[DIGITS * i + 1] = bottom >>> DIGIT;
    digits[DIGITS * i + 2] = top & 0xffff;
    digits[DIGITS * i + 3] = top >>> DIGIT;
  }
  return digits;
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
