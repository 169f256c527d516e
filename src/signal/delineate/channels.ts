// All leads together as a few curves: root mean squares of their slopes and of their curvature. Direction-free, so that any leads will do.

import type { PreparedEcg } from "./prepare.ts";

/** Half the distance over which curvature is taken, in samples of 2 ms. */
const BEND = 20;

export interface Channels {
  /** Root mean square over the usable leads of wavelet levels 2, 3 and 4 (18–58, 8–27 and 4–13 Hz). */
  slope2: Float32Array;
  slope3: Float32Array;
  slope4: Float32Array;
  /** The same of the second difference of the smoothed leads over ± 40 ms. */
  bend: Float32Array;
}

export function channelsOf(ecg: PreparedEcg): Channels {
  const n = ecg.length;
  const sum = [0, 1, 2, 3].map(() => new Float32Array(n)) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const [slope2, slope3, slope4, bend] = sum;
  let leads = 0;
  for (let l = 0; l < ecg.signals.length; l++) {
    if (!(ecg.weights[l]! > 0)) continue;
    leads++;
    const { detail, smooth } = ecg.wavelets[l]!;
    addSquares(slope2, detail[2]!);
    addSquares(slope3, detail[3]!);
    addSquares(slope4, detail[4]!);
    const level = smooth[4]!;
    for (let i = BEND; i < n - BEND; i++) {
      const curve = level[i - BEND]! - 2 * level[i]! + level[i + BEND]!;
      bend[i]! += curve * curve;
    }
  }
  const share = 1 / Math.max(1, leads);
  for (const curve of sum) for (let i = 0; i < n; i++) curve[i] = Math.sqrt(curve[i]! * share);
  return { slope2, slope3, slope4, bend };
}

function addSquares(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]! * values[i]!;
}
