// Attention and Transformer layers with PyTorch's weights.
import { BedsideError } from "../core/errors.ts";
import {
  add,
  cast,
  concat,
  constant,
  gelu,
  matmul,
  mul,
  permute,
  relu,
  reshape,
  softmax,
  split,
  type Tensor,
} from "../tensor/index.ts";
import { fill, xavierUniform } from "./initialisers.ts";
import { dropped, layerNorm, linear } from "./layers.ts";
import { type Module, module, parameter } from "./module.ts";

export interface AttentionOptions {
  /** Of the weights of attention. */
  dropout?: number;
  /** Numbers of a head. Default width / heads. */
  headSize?: number;
  /** Whether queries, keys and values have a bias. Default true. */
  projectionBias?: boolean;
}

/** What attention may see: added to the scores before the softmax, −∞ (here −1e9) where nothing is to be seen. */
export type AttentionBias = Tensor | undefined;

/**
 * Multi-head self-attention (Vaswani et al. 2017). x [batch, steps, width] → the same; `bias` broadcasts to
 * [batch, heads, steps, steps].
 */
export function selfAttention(
  width: number,
  heads: number,
  { dropout = 0, headSize = width / heads, projectionBias = true }: AttentionOptions = {},
): Module<[x: Tensor, bias?: AttentionBias]> {
  if (!Number.isInteger(headSize)) {
    throw new BedsideError({
      code: "nn/heads",
      what: `A width of ${width} cannot be cut into ${heads} heads`,
      fix: "take a number of heads that divides it",
    });
  }
  const inner = heads * headSize;
  const inWeight = parameter([3 * inner, width], xavierUniform());
  const inBias = projectionBias ? parameter([3 * inner], fill(0)) : undefined;
  const out = linear(inner, width, { initialBias: fill(0) });
  return module(
    { in_proj_weight: inWeight, in_proj_bias: inBias, out_proj: out },
    (x: Tensor, bias?: AttentionBias) => {
      const [batch, steps] = x.shape as [number, number];
      const product = matmul(x, inWeight.tensor, { transposeB: true });
      const projected = inBias ? add(product, inBias.tensor) : product;
      const [q, k, v] = split(projected, [inner, inner, inner]).map((part) =>
        permute(reshape(part, [batch, steps, heads, headSize]), [0, 2, 1, 3]),
      ) as [Tensor, Tensor, Tensor];
      const scores = matmul(mul(q, 1 / Math.sqrt(headSize)), k, { transposeB: true });
      const weights = dropped(softmax(bias ? add(scores, bias) : scores), dropout);
      return out(reshape(permute(matmul(weights, v), [0, 2, 1, 3]), [batch, steps, inner]));
    },
  );
}

/** A bias by which a step sees itself and what came before. [steps, steps] */
export function causalBias(steps: number): Tensor {
  const values = new Float32Array(steps * steps);
  for (let i = 0; i < steps; i++) for (let j = i + 1; j < steps; j++) values[i * steps + j] = -1e9;
  return constant(values, [steps, steps]);
}

/** A bias that hides padding: `mask` [batch, steps] is 1 for real steps. → [batch, 1, 1, steps] */
export function paddingBias(mask: Tensor): Tensor {
  const [batch, steps] = mask.shape as [number, number];
  return reshape(mul(add(cast(mask, "float"), -1), 1e9), [batch, 1, 1, steps]);
}

export interface TransformerLayerOptions extends AttentionOptions {
  /** Of what each part adds, and inside of the hidden layer. */
  dropout?: number;
  /** Of the weights of attention. Default: as `dropout`. */
  attentionDropout?: number;
  /** Width of the hidden layer. Default 4 × width. */
  feedForward?: number;
  activation?: "relu" | "gelu";
  /** Norm before (default) or after each part. */
  normFirst?: boolean;
}

/** One Transformer encoder layer, weights as PyTorch's TransformerEncoderLayer. */
export function transformerLayer(
  width: number,
  heads: number,
  options: TransformerLayerOptions = {},
): Module<[x: Tensor, bias?: AttentionBias]> {
  const { dropout = 0, feedForward = 4 * width, activation = "relu", normFirst = true } = options;
  const attention = selfAttention(width, heads, { ...options, dropout: options.attentionDropout ?? dropout });
  const [linear1, linear2] = [linear(width, feedForward), linear(feedForward, width)];
  const [norm1, norm2] = [layerNorm(width), layerNorm(width)];
  const activate = activation === "relu" ? relu : gelu;
  const feed = (x: Tensor) => linear2(dropped(activate(linear1(x)), dropout));
  return module({ self_attn: attention, linear1, linear2, norm1, norm2 }, (x: Tensor, bias?: AttentionBias) => {
    if (normFirst) {
      const y = add(x, dropped(attention(norm1(x), bias), dropout));
      return add(y, dropped(feed(norm2(y)), dropout));
    }
    const y = norm1(add(x, dropped(attention(x, bias), dropout)));
    return norm2(add(y, dropped(feed(y), dropout)));
  });
}

/** Sines and cosines of positions (Vaswani et al. 2017, section 3.5). [steps, width] */
export function sinusoidalPositions(steps: number, width: number): Tensor {
  const values = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < width; i++) {
      const angle = t / 10000 ** ((2 * Math.floor(i / 2)) / width);
      values[t * width + i] = i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return constant(values, [steps, width]);
}

/** A learned token in front of every sequence: [batch, steps, width] → [batch, steps + 1, width]. */
export function classToken(width: number, initial = fill(0)): Module {
  const token = parameter([1, 1, width], initial);
  return module({ token }, (x: Tensor) => {
    const spread = add(token.tensor, constant(new Float32Array(x.shape[0]!), [x.shape[0]!, 1, 1]));
    return concat([spread, x], 1);
  });
}
