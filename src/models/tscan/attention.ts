// The parts of TSCAN: attention between two series, encoder and decoder of a chunk, a chain of them. Knows no variable.
import {
  type AttentionBias,
  causalBias,
  dropped,
  fill,
  layerNorm,
  linear,
  type Module,
  module,
  paddingBias,
  xavierUniform,
} from "../../nn/index.ts";
import {
  add,
  cast,
  constant,
  div,
  greater,
  matmul,
  maximum,
  mean,
  mul,
  permute,
  relu,
  reshape,
  softmax,
  sum,
  type Tensor,
  unsqueeze,
} from "../../tensor/index.ts";

/** Sizes of the parts. */
export interface TscanSizes {
  /** Numbers of queries, keys and values, all heads together. */
  embed: number;
  heads: number;
  feedForward: number;
  dropout: number;
  /** Whether a decoder has one norm for both of its attentions, as the original, or one for each. */
  sharedNorm: boolean;
  /** What a token sees: itself and those before it in its list, or all that are no padding. */
  sees: "earlier" | "real";
}

/** What Keras draws dense layers from. */
const dense = (inputs: number, outputs: number) =>
  linear(inputs, outputs, { initial: xavierUniform(), initialBias: fill(0) });
const EPSILON = 1e-6;

/** What attention gives: [batch, queries, width], and its weights [batch, heads, queries, keys]. */
interface Attended {
  output: Tensor;
  weights: Tensor;
}

/** Attention of queries [batch, n, width] to keys [batch, m, width] (Vaswani et al. 2017), back to the width. */
function attention(
  width: number,
  { embed, heads }: TscanSizes,
): Module<[queries: Tensor, keys: Tensor, bias?: AttentionBias], Attended> {
  const [query, key, value, out] = [dense(width, embed), dense(width, embed), dense(width, embed), dense(embed, width)];
  const size = embed / heads;
  const byHead = (x: Tensor) => permute(reshape(x, [x.shape[0]!, x.shape[1]!, heads, size]), [0, 2, 1, 3]);
  return module({ query, key, value, out }, (queries: Tensor, keys: Tensor, bias?: AttentionBias) => {
    const scores = mul(matmul(byHead(query(queries)), byHead(key(keys)), { transposeB: true }), 1 / Math.sqrt(size));
    const weights = softmax(bias ? add(scores, bias) : scores);
    const mixed = permute(matmul(weights, byHead(value(keys))), [0, 2, 1, 3]);
    return { output: out(reshape(mixed, [queries.shape[0]!, queries.shape[1]!, embed])), weights };
  });
}

/** All sines, then all cosines, of positions: an order of the paper's columns that the original has. [places, width] */
export function sinesThenCosines(places: number, width: number): Tensor {
  const values = new Float32Array(places * width);
  const sines = Math.ceil(width / 2);
  for (let place = 0; place < places; place++) {
    for (let i = 0; i < width; i++) {
      const angle = place / 10000 ** ((2 * Math.floor(i / 2)) / width);
      if (i % 2 === 0) values[place * width + i / 2] = Math.sin(angle);
      else values[place * width + sines + (i - 1) / 2] = Math.cos(angle);
    }
  }
  return constant(values, [places, width]);
}

/** A chunk's tokens with what a decoder needs of them. */
interface Chunk {
  /** [batch, tokens, width] */
  tokens: Tensor;
  /** 1 for real tokens: [batch, tokens]. Left out: all are. */
  mask?: Tensor | undefined;
  /** 1 where the chunk has any real hour: [batch, 1, 1]. Left out: it has. */
  real?: Tensor | undefined;
}

/** Weights that keys got: by the chunk's own queries, and by those of the next chunk. */
interface Looks {
  own: Tensor;
  next?: Tensor;
}

/** What a chain of chunks gives: the last chunk's tokens, and the share of attention of each token of each chunk. */
export interface ChainResult {
  output: Tensor;
  /** Of each chunk [batch, tokens]: how much its tokens were looked at, summing to 1. */
  looks: Tensor[];
}

/** An encoder of the first chunk and a decoder for each later one, which attends to what came out of the one before. */
export function chain(
  tokens: number,
  width: number,
  chunks: number,
  sizes: TscanSizes,
): Module<[chunks: Chunk[]], ChainResult> {
  const encoder = part(width, sizes, false);
  const decoders = Array.from({ length: chunks - 1 }, () => part(width, sizes, true));
  const places = sinesThenCosines(tokens, width);
  const earlier = sizes.sees === "earlier" ? causalBias(tokens) : undefined;
  return module({ encoder, decoders }, (given: Chunk[]) => {
    const looks: Looks[] = [];
    let before: Chunk | undefined;
    for (const [c, { tokens: own, mask, real }] of given.entries()) {
      const bias = earlier && c > 0 ? earlier : mask && paddingBias(mask);
      const from = before && {
        tokens: before.tokens,
        bias: earlier ?? (before.mask && paddingBias(before.mask)),
        real: before.real,
      };
      const made = (c === 0 ? encoder : decoders[c - 1]!)(add(own, places), bias, from);
      if (made.cross) looks[c - 1]!.next = shares(made.cross, mask);
      looks.push({ own: shares(made.self, mask) });
      before = { tokens: made.output, mask, real };
    }
    return {
      output: before!.tokens,
      looks: looks.map(({ own, next }) => (next ? mul(add(own, next), 0.5) : own)),
    };
  });
}

/** The mean over heads and real queries of what each key got. weights [batch, heads, queries, keys] → [batch, keys] */
function shares(weights: Tensor, queries?: Tensor): Tensor {
  const byQuery = mean(weights, { axis: 1 });
  if (!queries) return mean(byQuery, { axis: 1 });
  const counted = unsqueeze(cast(queries, "float"), 2);
  return div(sum(mul(byQuery, counted), { axis: 1 }), maximum(sum(counted, { axis: 1 }), 1));
}

interface From {
  tokens: Tensor;
  bias: AttentionBias;
  real: Tensor | undefined;
}
interface PartResult {
  output: Tensor;
  self: Tensor;
  cross?: Tensor;
}

/** Self-attention, attention to another chunk in decoders, feed-forward; each added to what came in, then normed. */
function part(
  width: number,
  sizes: TscanSizes,
  isDecoder: boolean,
): Module<[x: Tensor, bias: AttentionBias, from: From | undefined], PartResult> {
  const { feedForward, dropout, sharedNorm } = sizes;
  const self = attention(width, sizes);
  const cross = isDecoder ? attention(width, sizes) : undefined;
  const [hidden, out] = [dense(width, feedForward), dense(feedForward, width)];
  const norm = () => layerNorm(width, { epsilon: EPSILON });
  const [norm1, norm2] = [norm(), norm()];
  const normCross = isDecoder && !sharedNorm ? norm() : undefined;
  const children = { self, cross, hidden, out, norm1, norm2, norm_cross: normCross };
  return module(children, (x: Tensor, bias: AttentionBias, from: From | undefined) => {
    const own = self(x, x, bias);
    let y = norm1(add(x, dropped(own.output, dropout)));
    let weights: Tensor | undefined;
    if (cross && from) {
      const seen = cross(y, from.tokens, from.bias);
      const gated = from.real ? mul(seen.output, from.real) : seen.output;
      y = (normCross ?? norm1)(add(y, dropped(gated, dropout)));
      weights = seen.weights;
    }
    const output = norm2(add(y, dropped(out(relu(hidden(y))), dropout)));
    return { output, self: own.weights, ...(weights ? { cross: weights } : {}) };
  });
}

/** Whether a chunk has a real hour. mask [batch, hours] → [batch, 1, 1] */
export function anyReal(mask: Tensor): Tensor {
  const count = sum(cast(mask, "float"), { axis: 1 });
  return reshape(cast(greater(count, 0), "float"), [mask.shape[0]!, 1, 1]);
}
