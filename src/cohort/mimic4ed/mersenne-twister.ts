// The generator of the authors' split: the Mersenne Twister as NumPy seeds it. Only for faithful mode; knows no table.

// Constants of MT19937: Matsumoto & Nishimura 1998, ACM TOMACS 8(1), and the seeding of their 2002 reference code.
const SIZE = 624;
const SHIFT = 397;
const TWIST = 0x9908b0df;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const SEED_FACTOR = 1812433253;

/** A source of 32-bit whole numbers, those of `numpy.random.RandomState(seed)`. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    const before = state[i - 1]!;
    state[i] = Math.imul(SEED_FACTOR, before ^ (before >>> 30)) + i;
  }
  let at = SIZE;
  const refill = () => {
    for (let i = 0; i < SIZE; i++) {
      const mixed = (state[i]! & UPPER) | (state[(i + 1) % SIZE]! & LOWER);
      state[i] = state[(i + SHIFT) % SIZE]! ^ (mixed >>> 1) ^ (mixed & 1 ? TWIST : 0);
    }
    at = 0;
  };
  return () => {
    if (at === SIZE) refill();
    let y = state[at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

/**
 * The numbers 0 to `count` − 1 in the order of `numpy.random.RandomState(seed).permutation(count)`: Fisher–Yates from the
 * end, each place drawn by masking and rejection.
 */
export function permutation(seed: number, count: number): Int32Array {
  const next = mersenneTwister(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const mask = 2 ** (32 - Math.clz32(i)) - 1;
    let j = next() & mask;
    while (j > i) j = next() & mask;
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}
