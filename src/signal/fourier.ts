// The fast Fourier transform, and the power spectrum by Welch's method. Knows nothing of ECG.

/** In place, radix 2; the length of both arrays must be one power of two. */
export function fourier(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1;
    const angle = (-2 * Math.PI) / size;
    for (let k = 0; k < half; k++) {
      const c = Math.cos(angle * k);
      const s = Math.sin(angle * k);
      for (let i = k; i < n; i += size) {
        const j = i + half;
        const x = re[j]! * c - im[j]! * s;
        const y = re[j]! * s + im[j]! * c;
        re[j] = re[i]! - x;
        im[j] = im[i]! - y;
        re[i]! += x;
        im[i]! += y;
      }
    }
  }
}

/** Power a hertz at the frequencies 0, step, 2 step … */
export interface Spectrum {
  stepHz: number;
  power: Float64Array;
}

/**
 * Welch's estimate with a Hann window and half overlap, the mean of each stretch taken off: SciPy's
 * `welch(signal, rateHz, nperseg=length)`.
 * @param length Samples of a stretch, a power of two; halved until the signal holds one.
 */
export function welch(signal: ArrayLike<number>, rateHz: number, length = 1024): Spectrum {
  while (length > signal.length && length > 8) length >>= 1;
  const window = Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
  const scale = rateHz * window.reduce((sum, w) => sum + w * w, 0);
  const power = new Float64Array(length / 2 + 1);
  let stretches = 0;
  for (let from = 0; from + length <= signal.length; from += length / 2, stretches++) {
    let mean = 0;
    for (let i = 0; i < length; i++) mean += signal[from + i]! / length;
    const re = window.map((w, i) => w * (signal[from + i]! - mean));
    const im = new Float64Array(length);
    fourier(re, im);
    for (let k = 0; k < power.length; k++) {
      const sides = k === 0 || k === length / 2 ? 1 : 2;
      power[k]! += (sides * (re[k]! ** 2 + im[k]! ** 2)) / scale;
    }
  }
  return { stepHz: rateHz / length, power: power.map((value) => value / Math.max(1, stretches)) };
}

/** Power between two frequencies, both included. */
export function bandPower({ stepHz, power }: Spectrum, fromHz: number, toHz: number): number {
  let sum = 0;
  for (let k = Math.ceil(fromHz / stepHz); k <= Math.min(power.length - 1, Math.floor(toHz / stepHz)); k++)
    sum += power[k]!;
  return sum * stepHz;
}
