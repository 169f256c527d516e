// The small networks of delineation: one hidden layer each, run on the inputs of `inputs.ts`.

import { decodeBase64 } from "../../core/base64.ts";
import { Bug } from "../../core/errors.ts";
import { aloneInputs, LIMITS, type Limit, peakInputs, togetherInputs } from "./inputs.ts";
import { HIDDEN_UNITS, WEIGHTS } from "./weights.ts";

interface Network {
  inputs: number;
  hidden: number;
  /** By hidden unit. */
  weights: Float32Array;
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

/** A network's output for the first `inputs` numbers of `x`. */
export function runNetwork({ inputs, hidden, weights, bias, output, outputBias }: Network, x: Float32Array): number {
  let sum = outputBias;
  for (let h = 0, k = 0; h < hidden; h++) {
    let a = bias[h]!;
    let b = 0;
    const end = k + inputs - 1;
    let i = 0;
    for (; k < end; k += 2, i += 2) {
      a += weights[k]! * x[i]!;
      b += weights[k + 1]! * x[i + 1]!;
    }
    if (k === end) {
      a += weights[k]! * x[i]!;
      k++;
    }
    a += b;
    if (a > 0) sum += output[h]! * a;
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
    const weights = Float32Array.from({ length: head.hidden * count }, (_, i) => {
      at += 2;
      return view.getInt16(at - 2, true) * scale[Math.floor(i / count)]!;
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
