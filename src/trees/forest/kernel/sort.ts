// Sorts 32-bit keys by their upper half. Stands alone: its text is sent to other threads.

/**
 * Sorts `keys[0..n)` in place by their upper 16 bits; equal ones keep their order when their lower halves ascend.
 * Insertion for few keys, two passes of counting by bytes (least significant first) for many.
 */
export function sortByUpperHalf(keys: Uint32Array, n: number, scratch: Uint32Array, counters: Uint32Array): void {
  if (n <= 48) {
    for (let i = 1; i < n; i++) {
      const key = keys[i]!;
      let at = i - 1;
      while (at >= 0 && keys[at]! > key) {
        keys[at + 1] = keys[at]!;
        at--;
      }
      keys[at + 1] = key;
    }
    return;
  }
  counters.fill(0);
  for (let i = 0; i < n; i++) {
    const key = keys[i]!;
    counters[(key >>> 16) & 255]!++;
    counters[256 + (key >>> 24)]!++;
  }
  for (let b = 0, low = 0, high = 0; b < 256; b++) {
    const lowCount = counters[b]!;
    const highCount = counters[256 + b]!;
    counters[b] = low;
    counters[256 + b] = high;
    low += lowCount;
    high += highCount;
  }
  for (let i = 0; i < n; i++) {
    const key = keys[i]!;
    scratch[counters[(key >>> 16) & 255]!++] = key;
  }
  for (let i = 0; i < n; i++) {
    const key = scratch[i]!;
    keys[counters[256 + (key >>> 24)]!++] = key;
  }
}
