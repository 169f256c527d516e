// For tests: stays of any lengths as a set, from numbers a formula gives.
import type { SequenceSet } from "../../features/index.ts";

/** Numbers between −scale and scale that the reference script has too. */
export function formula(size: number, seed: number, scale = 1): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => ((((i * 617 + seed * 131) % 1009) / 1009) * 2 - 1) * scale);
}

/** Stays of the given hours: `inputs[s]` hour after hour; all hours are scored where `scored` does not say which. */
export function setOf(
  inputs: readonly Float32Array[],
  inputNames: readonly string[],
  scored?: (s: number) => ArrayLike<number>,
): SequenceSet {
  const lengths = Int32Array.from(inputs, (x) => x.length / inputNames.length);
  const hours = [...lengths].map((length, s) => scored?.(s) ?? Int32Array.from({ length }, (_, h) => h));
  return {
    stays: inputs.length,
    lengths,
    inputNames,
    fill: (s, out, at) => out.set(inputs[s]!, at),
    scored: (s) => hours[s]!,
    samples: hours.reduce((sum, own) => sum + own.length, 0),
  };
}
