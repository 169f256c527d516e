// Mamba's second form (Dao and Gu 2024): one decay for a head, so that a chunk of steps is a few matrix products.
import { BedsideError } from "../core/errors.ts";
import {
  add,
  constant,
  cumsum,
  exp,
  matmul,
  mul,
  neg,
  padAxis,
  permute,
  reshape,
  scan,
  silu,
  slice,
  softplus,
  split,
  sub,
  type Tensor,
  zeros,
} from "../tensor/index.ts";
import { depthwiseCausalConv } from "./causal-conv.ts";
import { fill, type Initialiser } from "./initialisers.ts";
import { linear, rmsNorm } from "./layers.ts";
import { stepSizeBias, wayOut } from "./mamba.ts";
import { type Module, module, parameter } from "./module.ts";

/** Added to exponents of pairs in which the second step is the later one: their share becomes 0. */
const NEVER = -1e9;

/**
 * h ← exp(Δ a) h + Δ B xᵀ, y = C h over time, from h = 0, for every head, in chunks of `chunk` steps (listing 1 of the
 * paper): within a chunk as a masked product of all pairs of steps, between chunks as a loop over chunks, so that the
 * cost is linear in the steps. x [batch, steps, heads, size], Δ [batch, steps, heads], a [heads], B and C
 * [batch, steps, states], shared by the heads → [batch, steps, heads, size].
 */
export function stateSpaceDual(
  x: Tensor,
  delta: Tensor,
  a: Tensor,
  b: Tensor,
  c: Tensor,
  { chunk = 64 }: { chunk?: number } = {},
): Tensor {
  const [batch, steps, heads, size] = x.shape as [number, number, number, number];
  const states = b.shape[2]!;
  const own = Math.min(chunk, steps);
  const chunks = Math.ceil(steps / own);
  // a step of size 0 changes nothing
  const whole = (t: Tensor) => padAxis(t, 1, 0, chunks * own - steps);
  const steep = mul(delta, a);
  const perHead = (t: Tensor) => permute(reshape(whole(t), [batch, chunks, own, heads]), [0, 1, 3, 2]);
  const sums = cumsum(perHead(steep), 3); // [batch, chunks, heads, own]
  const total = slice(sums, 3, own - 1);
  const column = (t: Tensor) => reshape(t, [batch, chunks, heads, own, 1]);

  const entering = permute(
    reshape(whole(mul(x, reshape(delta, [batch, steps, heads, 1]))), [batch, chunks, own, heads, size]),
    [0, 1, 3, 2, 4],
  );
  const into = reshape(whole(b), [batch, chunks, 1, own, states]);
  const out = reshape(whole(c), [batch, chunks, 1, own, states]);

  // within a chunk
  const seen = matmul(out, into, { transposeB: true }); // [batch, chunks, 1, own, own]
  const between = sub(column(sums), reshape(sums, [batch, chunks, heads, 1, own]));
  const weights = mul(exp(add(between, laterNever(own))), seen);
  let y = matmul(weights, entering);
  if (chunks > 1) {
    // what a chunk leaves behind, and what it finds
    const kept = mul(entering, column(exp(sub(total, sums))));
    const left = matmul(into, kept, { transposeA: true }); // [batch, chunks, heads, states, size]
    const found = carried(left, exp(total));
    y = add(y, mul(matmul(out, found), column(exp(sums))));
  }
  return slice(reshape(permute(y, [0, 1, 3, 2, 4]), [batch, chunks * own, heads, size]), 1, 0, steps);
}

/** The state each chunk starts with, from what every chunk adds [batch, chunks, …] and its decay [batch, chunks, heads, 1]. */
function carried(left: Tensor, decay: Tensor): Tensor {
  const [batch, , heads, states, size] = left.shape as [number, number, number, number, number];
  const { stacked } = scan(([h], [more, share]) => ({ carry: [add(mul(h!, share!), more!)], stacked: [h!] }), {
    carry: [zeros([batch, heads, states, size])],
    sequences: [
      permute(left, [1, 0, 2, 3, 4]),
      reshape(permute(decay, [1, 0, 2, 3]), [left.shape[1]!, batch, heads, 1, 1]),
    ],
  });
  return permute(stacked[0]!, [1, 0, 2, 3, 4]);
}

function laterNever(steps: number): Tensor {
  const values = new Float32Array(steps * steps);
  for (let i = 0; i < steps; i++) values.fill(NEVER, i * steps + i + 1, (i + 1) * steps);
  return constant(values, [steps, steps]);
}

export interface Mamba2Options {
  /** Channels inside are `expand` times the width. Default 2. */
  expand?: number;
  /** Numbers kept of every channel. Default 64. */
  states?: number;
  /** Channels of a head. Default 64. */
  headSize?: number;
  /** Width of the convolution in front. Default 4. */
  kernel?: number;
  /** Steps worked on together. Default 64. */
  chunk?: number;
  /** Layers of the network this stands in: the first values of the way out are divided by √layers. Default 1. */
  layers?: number;
}

/** log of a uniform draw between 1 and 16. */
const logUniform: Initialiser = (shape, stream) =>
  Float32Array.from({ length: shape[0]! }, () => Math.log(1 + 15 * stream.uniform()));

/** The mixer of a Mamba-2 block, of one group: x [batch, steps, width] → the same; weights as in `mamba_ssm`'s Mamba2. */
export function mamba2Mixer(width: number, options: Mamba2Options = {}): Module {
  const { expand = 2, states = 64, headSize = 64, kernel = 4, chunk = 64, layers = 1 } = options;
  const channels = expand * width;
  const heads = channels / headSize;
  if (!Number.isInteger(heads)) {
    throw new BedsideError({
      code: "nn/heads",
      what: `${channels} channels do not make up heads of ${headSize}`,
      why: `a width of ${width} has ${expand} × ${width} channels inside`,
      fix: "take a head size that divides them",
    });
  }
  const mixed = channels + 2 * states;
  const enter = linear(width, channels + mixed + heads, { bias: false });
  const conv = depthwiseCausalConv(mixed, kernel, 1);
  const stepBias = parameter([heads], stepSizeBias);
  const logDecay = parameter([heads], logUniform);
  const skip = parameter([heads], fill(1));
  const norm = rmsNorm(channels);
  const leave = linear(channels, width, { bias: false, initial: wayOut(layers) });
  const children = {
    dt_bias: stepBias,
    A_log: logDecay,
    D: skip,
    in_proj: enter,
    conv1d: conv,
    norm,
    out_proj: leave,
  };
  return module(children, (x: Tensor) => {
    const [batch, steps] = x.shape as [number, number];
    const [gate, given, raw] = split(enter(x), [channels, mixed, heads]) as [Tensor, Tensor, Tensor];
    const [u, b, c] = split(silu(conv(given)), [channels, states, states]) as [Tensor, Tensor, Tensor];
    const perHead = reshape(u, [batch, steps, heads, headSize]);
    const delta = softplus(add(raw, stepBias.tensor));
    const y = stateSpaceDual(perHead, delta, neg(exp(logDecay.tensor)), b, c, { chunk });
    const skipped = add(y, mul(perHead, reshape(skip.tensor, [heads, 1])));
    return leave(norm(mul(reshape(skipped, [batch, steps, channels]), silu(gate))));
  });
}
