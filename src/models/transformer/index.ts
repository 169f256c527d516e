// Transformer encoder (Vaswani et al. 2017), causal or not, with what marks places and what sums the sequence up.
import { BedsideError } from "../../core/errors.ts";
import {
  type AnyModule,
  causalBias,
  classToken,
  dropped,
  lastStep,
  layerNorm,
  linear,
  meanStep,
  module,
  normal,
  paddingBias,
  parameter,
  sinusoidalPositions,
  transformerLayer,
} from "../../nn/index.ts";
import { add, concat, ones, select, slice, type Tensor } from "../../tensor/index.ts";
import { type NetworkSettings, type SequenceNetwork, sequenceNetwork } from "../network.ts";

export interface TransformerSettings extends NetworkSettings {
  /** Default 64. */
  width?: number;
  /** Default 4. */
  heads?: number;
  /** Numbers of a head. Default width / heads; in YAIB the whole width. */
  headSize?: number;
  /** Default 2. */
  layers?: number;
  /** Width of the hidden layer of each block. Default twice the width. */
  feedForward?: number;
  activation?: "relu" | "gelu";
  /** Norm before each part and once at the end, or after each part (default, as in YAIB). */
  normFirst?: boolean;
  /** Whether a step sees only itself and what came before. Default true. */
  causal?: boolean;
  positions?: "sinusoidal" | "learned" | "none";
  /** Most steps of a sequence: needed for learned positions. */
  steps?: number;
  /** What stands for the whole sequence: the last real step (default), the mean, or a token put in front. */
  pooling?: "last" | "mean" | "class";
  dropout?: number;
  /** Of the weights of attention. Default 0. */
  attentionDropout?: number;
}

/** Blocks with the weights of PyTorch's `nn.TransformerEncoder` under `encoder.`, on a linear embedding `embed`. */
export function transformerNetwork(settings: TransformerSettings): SequenceNetwork {
  const { inputs, width = 64, heads = 4, headSize = width / heads, layers = 2, feedForward = 2 * width } = settings;
  const { activation = "relu", normFirst = false, causal = true, positions = "sinusoidal" } = settings;
  const { pooling = "last", dropout = 0, attentionDropout = 0, steps, perStep = false } = settings;
  if (pooling === "class" && (causal || perStep)) {
    throw new BedsideError({
      code: "models/class-token",
      what: "A token in front cannot stand for the sequence",
      why: perStep ? "every step has logits of its own" : "with causal attention it sees itself alone",
      fix: "give causal: false, or the pooling last or mean",
    });
  }
  if (positions === "learned" && steps === undefined) {
    throw new BedsideError({
      code: "models/positions",
      what: "Learned positions need the number of steps",
      fix: "give steps, the most a sequence will have",
    });
  }
  const embed = linear(inputs, width);
  const token = pooling === "class" ? classToken(width) : undefined;
  const places = positions === "learned" ? parameter([steps!, width], normal(0, 0.02)) : undefined;
  const options = { dropout, attentionDropout, headSize, feedForward, activation, normFirst };
  const blocks = Array.from({ length: layers }, () => transformerLayer(width, heads, options));
  const norm = normFirst ? layerNorm(width) : undefined;

  const encoder = module({ layers: blocks as AnyModule[], norm }, (x: Tensor, bias?: Tensor) => {
    const y = blocks.reduce((z, block) => block(z, bias), x);
    return norm ? norm(y) : y;
  });
  const states = (x: Tensor, mask?: Tensor) => {
    const [batch, length] = x.shape as [number, number];
    let y = embed(x);
    if (places) y = add(y, slice(places.tensor, 0, 0, length));
    if (positions === "sinusoidal") y = add(y, sinusoidalPositions(length, width));
    y = dropped(y, dropout);
    if (token) y = token(y);
    const seen = mask && token ? concat([ones([batch, 1], mask.kind), mask], 1) : mask;
    const biases = [...(causal ? [causalBias(length)] : []), ...(seen ? [paddingBias(seen)] : [])];
    return encoder(y, biases.length > 0 ? biases.reduce((a, b) => add(a, b)) : undefined);
  };
  const pool = { last: lastStep, mean: meanStep, class: (y: Tensor) => select(y, 1, 0) }[pooling];
  const resolved = { width, heads, headSize, layers, feedForward, activation, normFirst, causal, positions, pooling };
  return sequenceNetwork({
    family: "transformer",
    settings: { ...settings, ...resolved, dropout, attentionDropout },
    children: { embed, ...(token ? { class: token } : {}), ...(places ? { positions: places } : {}), encoder },
    width,
    states,
    summary: (x, mask) => pool(states(x, mask), mask),
  });
}
