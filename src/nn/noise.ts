// Counter-based noise: the draw at a place depends on the seed, the step and the place alone, so that training can go on anywhere.

/**
 * Fills with uniform draws in [0, 1), 24 bits each: element i of noise `site` at `step`. Two rounds of MurmurHash3's
 * 32-bit finaliser over a counter.
 */
export function fillNoise(out: Float32Array, seed: number, step: number, site: number): Float32Array {
  const key = mix(mix(mix(seed ^ 0x9e3779b9) ^ step) ^ Math.imul(site + 1, 0x85ebca6b));
  const second = mix(key ^ 0xc2b2ae35);
  for (let i = 0; i < out.length; i++) {
    let h = key ^ Math.imul(i, 0x9e3779b1);
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h ^ second, 0xc2b2ae35);
    h ^= h >>> 16;
    out[i] = (h >>> 8) / 16777216;
  }
  return out;
}

function mix(value: number): number {
  let h = value | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
