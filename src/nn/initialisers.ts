// First values of weights, from the distributions PyTorch draws them from.
import type { RandomStream } from "../core/random.ts";
import { type Shape, sizeOf } from "../tensor/index.ts";

/** Draws values for a shape. */
export type Initialiser = (shape: Shape, stream: RandomStream) => Float32Array;

/** The same number everywhere. */
export const fill =
  (value: number): Initialiser =>
  (shape) =>
    new Float32Array(sizeOf(shape)).fill(value);

/** Uniform in [low, high). */
export const uniform =
  (low: number, high: number): Initialiser =>
  (shape, stream) =>
    Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * stream.uniform());

export const normal =
  (mean = 0, deviation = 1): Initialiser =>
  (shape, stream) =>
    Float32Array.from({ length: sizeOf(shape) }, () => stream.normal(mean, deviation));

/** Normal, drawn again where it falls outside of two deviations (as timm's and PyTorch's trunc_normal_ with a = −2σ, b = 2σ). */
export const truncatedNormal =
  (deviation = 0.02): Initialiser =>
  (shape, stream) =>
    Float32Array.from({ length: sizeOf(shape) }, () => {
      for (;;) {
        const draw = stream.normal();
        if (Math.abs(draw) <= 2) return draw * deviation;
      }
    });

/** Inputs of one output, and outputs of one input, of a weight [outputs, inputs, …]. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  const field = sizeOf(shape.slice(2));
  return { fanIn: (shape[1] ?? 1) * field, fanOut: (shape[0] ?? 1) * field };
}

/** Uniform ± gain √(3 / fan in) (He et al. 2015). The default √(1/3) is PyTorch's for linear and convolution layers: ± 1/√(fan in). */
export const kaimingUniform =
  (gain = Math.sqrt(1 / 3)): Initialiser =>
  (shape, stream) => {
    const bound = gain * Math.sqrt(3 / fans(shape).fanIn);
    return uniform(-bound, bound)(shape, stream);
  };

/** Normal with deviation gain / √fan; gain √2 is for ReLU. */
export const kaimingNormal =
  (gain = Math.SQRT2, mode: "fanIn" | "fanOut" = "fanIn"): Initialiser =>
  (shape, stream) =>
    normal(0, gain / Math.sqrt(fans(shape)[mode]))(shape, stream);

/** Uniform ± gain √(6 / (fan in + fan out)) (Glorot and Bengio 2010). */
export const xavierUniform =
  (gain = 1): Initialiser =>
  (shape, stream) => {
    const { fanIn, fanOut } = fans(shape);
    const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
    return uniform(-bound, bound)(shape, stream);
  };
