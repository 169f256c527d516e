// State spaces as plain loops in 64-bit floats, step after step: what the fast forms are tested against.

/** Sizes of a problem, and its arrays in row-major order. */
export interface SelectiveProblem {
  steps: number;
  batch: number;
  channels: number;
  states: number;
  /** [steps, batch, channels] */
  u: Float64Array;
  delta: Float64Array;
  /** [channels, states] */
  a: Float64Array;
  /** [steps, batch, states] */
  b: Float64Array;
  c: Float64Array;
  /** [channels] */
  d: Float64Array;
}

/** The selective scan of Mamba-1: y [steps, batch, channels]. */
export function selectiveScanByStep({ steps, batch, channels, states, u, delta, a, b, c, d }: SelectiveProblem) {
  const y = new Float64Array(u.length);
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < channels; i++) {
      const h = new Float64Array(states);
      for (let t = 0; t < steps; t++) {
        const at = (t * batch + n) * channels + i;
        let total = d[i]! * u[at]!;
        for (let s = 0; s < states; s++) {
          const given = (t * batch + n) * states + s;
          h[s] = Math.exp(delta[at]! * a[i * states + s]!) * h[s]! + delta[at]! * b[given]! * u[at]!;
          total += c[given]! * h[s]!;
        }
        y[at] = total;
      }
    }
  }
  return y;
}

export interface DualProblem {
  batch: number;
  steps: number;
  heads: number;
  size: number;
  states: number;
  /** [batch, steps, heads, size] */
  x: Float64Array;
  /** [batch, steps, heads] */
  delta: Float64Array;
  /** [heads] */
  a: Float64Array;
  /** [batch, steps, states] */
  b: Float64Array;
  c: Float64Array;
}

/** The recurrence of Mamba-2: y [batch, steps, heads, size]. */
export function stateSpaceByStep({ batch, steps, heads, size, states, x, delta, a, b, c }: DualProblem) {
  const y = new Float64Array(x.length);
  for (let n = 0; n < batch; n++) {
    for (let k = 0; k < heads; k++) {
      const h = new Float64Array(size * states);
      for (let t = 0; t < steps; t++) {
        const row = n * steps + t;
        const step = delta[row * heads + k]!;
        const keep = Math.exp(step * a[k]!);
        for (let p = 0; p < size; p++) {
          const at = (row * heads + k) * size + p;
          for (let s = 0; s < states; s++) {
            const next = keep * h[p * states + s]! + step * b[row * states + s]! * x[at]!;
            h[p * states + s] = next;
            y[at]! += c[row * states + s]! * next;
          }
        }
      }
    }
  }
  return y;
}
