// The last hours before each prediction as rows of equal length, real hours at the end. Knows no network.
import type { SequenceSet } from "../../features/index.ts";

/** Windows of neighbouring samples. */
export interface Windows {
  /** Number of the first sample. */
  first: number;
  count: number;
  /** count × hours × inputs; zeros before the first hour known. */
  x: Float32Array;
  /** count × hours: 1 for real hours. */
  mask: Float32Array;
}

/** The windows of a set's samples, in their order, at most `size` at a time. */
export function* windowsOf(set: SequenceSet, hours: number, size: number): Generator<Windows> {
  const width = set.inputNames.length;
  const empty = (first: number): Windows => {
    const count = Math.min(size, set.samples - first);
    return { first, count, x: new Float32Array(count * hours * width), mask: new Float32Array(count * hours) };
  };
  if (set.samples === 0) return;
  let windows = empty(0);
  let sample = 0;
  for (let s = 0; s < set.stays; s++) {
    const length = set.lengths[s]!;
    const values = new Float32Array(length * width);
    set.fill(s, values, 0);
    const scored = set.scored(s);
    for (let k = 0; k < scored.length; k++, sample++) {
      const row = sample - windows.first;
      const end = scored[k]! + 1;
      const kept = Math.min(hours, end);
      windows.x.set(values.subarray((end - kept) * width, end * width), (row * hours + hours - kept) * width);
      windows.mask.fill(1, (row + 1) * hours - kept, (row + 1) * hours);
      if (row + 1 === windows.count) {
        yield windows;
        if (sample + 1 < set.samples) windows = empty(sample + 1);
      }
    }
  }
}

/** All windows at once, for training. */
export function allWindows(set: SequenceSet, hours: number): Windows {
  const [windows] = windowsOf(set, hours, Math.max(set.samples, 1));
  const width = set.inputNames.length;
  return windows ?? { first: 0, count: 0, x: new Float32Array(0 * width), mask: new Float32Array(0) };
}
