// Seeded random numbers: the same draws for the same seed and names on every machine. Knows no clock.

/** A key that names a stream of random numbers: a word or a number. */
export type StreamKey = string | number;

/**
 * A stream of random numbers. Streams made from the same seed and keys give the same draws; streams with different keys
 * are independent, so that the work can be cut up in any way without changing a draw.
 *
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), seeded through MurmurHash3's 32-bit finaliser.
 * @example randomStream(1, "splits").uniform()
 */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;
  private spareNormal = Number.NaN;

  constructor(a: number, b: number, c: number) {
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** A whole number in [0, 2^32). */
  uint32(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    this.c |= 0;
    return t >>> 0;
  }

  /** A number in [0, 1), 32 bits of it random. */
  uniform(): number {
    return this.uint32() * 2.3283064365386963e-10;
  }

  /** A whole number in [0, n), for n up to 2^32. The bias is below n / 2^32. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** A normal draw (polar method of Marsaglia and Bray). */
  normal(mean = 0, deviation = 1): number {
    if (!Number.isNaN(this.spareNormal)) {
      const spare = this.spareNormal;
      this.spareNormal = Number.NaN;
      return mean + deviation * spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        this.spareNormal = v * factor;
        return mean + deviation * u * factor;
      }
    }
  }

  /** An exponential draw with the given mean. */
  exponential(mean = 1): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }

  /** Puts the items in random order, in place (Fisher–Yates). */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  }
}

/** The stream of a seed and the names of what it is for. */
export function randomStream(seed: number, ...keys: StreamKey[]): RandomStream {
  let a = mix32(seed ^ 0x9e3779b9);
  let b = mix32(Math.floor(seed / 4294967296) ^ 0x85ebca6b);
  let c = mix32(a ^ b ^ 0xc2b2ae35);
  for (const key of keys) {
    const text = typeof key === "string" ? `s${key}` : `n${key}`;
    a = mix32(a ^ hash32(text, 0x1b873593));
    b = mix32(b ^ hash32(text, 0xcc9e2d51));
    c = mix32(c ^ a ^ b);
  }
  return new RandomStream(a, b, c);
}

/** MurmurHash3's finaliser: spreads every bit of a 32-bit number over all others. */
export function mix32(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit hash of a text (FNV-1a over UTF-16 code units, then mixed). Not for security. */
export function hash32(text: string, seed = 0x811c9dc5): number {
  let h = seed | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix32(h);
}
