// The small networks of delineation: one hidden layer each, run on the inputs of `inputs.ts`.

import { decodeBase64 } from "../../core/base64.ts";
import { Bug } from "../../core/errors.ts";
import { aloneInputs, LIMITS, type Limit, peakInputs, togetherInputs } from "./inputs.ts";
import { HIDDEN_UNITS, WEIGHTS } from "./weights.ts";

interface Network {
  inputs: number;
  hidden: number;
  /** By hidden unit; 64 bits, though they are stored as 16, as arithmetic in JavaScript is of 64. */
  weights: Float64Array;
  bias: Float32Array;
  output: Float32Array;
  outputBias: number;
}

export interface Networks {
  peak: Record<"P" | "T", Network>;
  together: Record<Limit, Network>;
  alone: Record<Limit, Network>;
}

let loaded: Networks | undefined;

/** The networks, unpacked once. */
export function networks(): Networks {
  loaded ??= unpack();
  return loaded;
}

/** A network's output for the first `inputs` numbers of `x`. Two units at a time, two sums each, so that no addition waits for another. */
export function runNetwork({ inputs, hidden, weights, bias, output, outputBias }: Network, x: Float32Array): number {
  let sum = outputBias;
  const even = inputs & ~1;
  for (let h = 0; h < hidden; h += 2) {
    const k = h * inputs;
    // An odd unit out is taken twice and counted once.
    const next = h + 1 < hidden ? k + inputs : k;
    let a = bias[h]!;
    let b = 0;
    let c = h + 1 < hidden ? bias[h + 1]! : 0;
    let d = 0;
    for (let i = 0; i < even; i += 2) {
      const one = x[i]!;
      const other = x[i + 1]!;
      a += weights[k + i]! * one;
      b += weights[k + i + 1]! * other;
      c += weights[next + i]! * one;
      d += weights[next + i + 1]! * other;
    }
    if (even < inputs) {
      a += weights[k + even]! * x[even]!;
      c += weights[next + even]! * x[even]!;
    }
    a += b;
    c += d;
    if (a > 0) sum += output[h]! * a;
    if (c > 0 && h + 1 < hidden) sum += output[h + 1]! * c;
  }
  return sum;
}

function unpack(): Networks {
  const bytes = decodeBase64(WEIGHTS);
  if (!bytes) throw new Bug("the weights are not base64");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const inputs = [peakInputs("P"), peakInputs("T"), ...LIMITS.map(togetherInputs), ...LIMITS.map(aloneInputs)];
  let at = 0;
  const single = (count: number) =>
    Float32Array.from({ length: count }, () => {
      at += 4;
      return view.getFloat32(at - 4, true);
    });
  const heads = HIDDEN_UNITS.map((hidden) => ({
    hidden,
    scale: single(hidden),
    bias: single(hidden),
    output: single(hidden),
    outputBias: single(1)[0]!,
  }));
  const list = heads.map(({ scale, ...head }, n): Network => {
    const count = inputs[n]!;
    const weights = Float64Array.from({ length: head.hidden * count }, (_, i) => {
      at += 2;
      return Math.fround(view.getInt16(at - 2, true) * scale[Math.floor(i / count)]!);
    });
    return { ...head, inputs: count, weights };
  });
  const byLimit = (from: number) =>
    Object.fromEntries(LIMITS.map((limit, i) => [limit, list[from + i]!])) as Record<Limit, Network>;
  return {
    peak: { P: list[0]!, T: list[1]! },
    together: byLimit(2),
    alone: byLimit(2 + LIMITS.length),
  };
}
