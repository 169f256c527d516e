// The quadratic-spline wavelet transform without decimation, computed once a lead and shared by all that follows.

/** One lead's transform. All arrays have the signal's length; value n of each lies at n + ½ sample, but for `smooth[0]`. */
export interface Wavelets {
  /** `smooth[k]`: the signal after k smoothing steps (`smooth[0]` is the signal). */
  smooth: Float32Array[];
  /** `detail[k]`: twice the rise of `smooth[k]` over 2^k samples: a smoothed slope. `detail[0]` is empty. */
  detail: Float32Array[];
}

/**
 * Quadratic-spline wavelets by the algorithme à trous (Mallat & Zhong 1992; Martínez et al. 2004, IEEE TBME 51:570): low-pass
 * (1, 3, 3, 1)/8 and difference (2, −2), their taps spread by 2^k. `detail[k]` is Martínez' scale 2^(k+1).
 * The ends repeat the outermost sample. At 500 Hz, `detail[2]` passes about 18–58 Hz, each further one half of that.
 * @param signal No NaN.
 * @param levels Highest k.
 * @param lowest Slopes below this k are left empty. Default 1.
 */
export function splineWavelets(signal: Float32Array, levels: number, { lowest = 1 } = {}): Wavelets {
  const n = signal.length;
  const pad = 2 << levels;
  const total = n + 2 * pad;
  const first = signal[0] ?? 0;
  const last = signal[n - 1] ?? 0;
  let from = new Float32Array(total);
  from.fill(first, 0, pad);
  from.set(signal, pad);
  from.fill(last, pad + n);
  const smooth: Float32Array[] = [signal];
  const detail: Float32Array[] = [new Float32Array(0)];
  for (let k = 1; k <= levels; k++) {
    const to = new Float32Array(total);
    const near = k === 1 ? 0 : 1 << (k - 2);
    const step = 1 << (k - 1);
    // Taps at −3/2, −1/2, 1/2, 3/2 steps; the first level's at −1, 0, 1, 2 samples, half a sample late.
    const a = k === 1 ? -1 : -near - step;
    const b = k === 1 ? 0 : -near;
    const c = b + step;
    const d = c + step;
    const low = -a;
    const high = total - d;
    to.fill(first, 0, low);
    for (let i = low; i < high; i++)
      to[i] = 0.125 * (from[i + a]! + from[i + d]!) + 0.375 * (from[i + b]! + from[i + c]!);
    to.fill(last, high);
    smooth.push(to.subarray(pad, pad + n));
    const slope = new Float32Array(k < lowest ? 0 : n);
    for (let i = 0, left = pad - step, right = pad + step; i < slope.length; i++) {
      slope[i] = 2 * (to[right + i]! - to[left + i]!);
    }
    detail.push(slope);
    from = to;
  }
  return { smooth, detail };
}
