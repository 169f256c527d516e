// Mamba's first form (Gu and Dao 2023): a selective state space with a decay of its own for every channel and state.
import {
  add,
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
  type Tensor,
  transpose,
  zeros,
} from "../tensor/index.ts";
import { depthwiseCausalConv } from "./causal-conv.ts";
import { fill, type Initialiser, kaimingUniform, uniform } from "./initialisers.ts";
import { linear, rmsNorm } from "./layers.ts";
import { type Module, module, parameter } from "./module.ts";

/** Least and largest first step size Δ, and what it is never below. */
const STEP_SIZES = { least: 1e-3, largest: 0.1, floor: 1e-4 };

/** Biases whose softplus is uniform in its logarithm between the least and the largest step size. */
export const stepSizeBias: Initialiser = (shape, stream) => {
  const { least, largest, floor } = STEP_SIZES;
  const [low, high] = [Math.log(least), Math.log(largest)];
  return uniform(0, 1)(shape, stream).map((share) => {
    const size = Math.max(Math.exp(low + share * (high - low)), floor);
    return size + Math.log(-Math.expm1(-size));
  });
};

/** log 1, log 2, … along the last axis. */
const logOfCount: Initialiser = (shape) =>
  Float32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => Math.log(1 + (i % shape[1]!)));

/**
 * h ← exp(Δ A) h + Δ B u, y = C h + D u over time, from h = 0. Time is the first axis: u and Δ [steps, batch, channels],
 * B and C [steps, batch, states], A [channels, states], D [channels] → [steps, batch, channels]. The cost is linear in
 * the steps. Steps are worked on `chunk` at a time: all that does not depend on the state in one piece, then a loop. The
 * gradient keeps the state between chunks and computes the rest again.
 */
export function selectiveScan(
  u: Tensor,
  delta: Tensor,
  a: Tensor,
  b: Tensor,
  c: Tensor,
  d: Tensor,
  { chunk = 16 }: { chunk?: number } = {},
): Tensor {
  const [steps, batch, channels] = u.shape as [number, number, number];
  const states = a.shape[1]!;
  const own = Math.min(chunk, steps);
  const chunks = Math.ceil(steps / own);
  // states before channels: elementwise kernels are fast where the last axis is long
  const decay = transpose(a);
  const wide = (x: Tensor) => reshape(x, [own, batch, 1, channels]);
  // a step of size 0 changes nothing
  const cut = (x: Tensor) => reshape(padAxis(x, 0, 0, chunks * own - steps), [chunks, own, batch, x.shape[2]!]);
  const { stacked } = scan(
    ([h], [sizes, entering, into, out]) => {
      const keep = exp(mul(wide(sizes!), decay));
      const more = mul(wide(entering!), reshape(into!, [own, batch, states, 1]));
      const { last, every } = recurrence(h!, keep, more);
      return { carry: [last], stacked: [matmul(reshape(out!, [own, batch, 1, states]), every)] };
    },
    {
      carry: [zeros([batch, states, channels])],
      sequences: [cut(delta), cut(mul(delta, u)), cut(b), cut(c)],
      keep: "carry",
    },
  );
  const y = slice(reshape(stacked[0]!, [chunks * own, batch, channels]), 0, 0, steps);
  return add(y, mul(u, d));
}

/** h ← keep h + more over the first axis; the last h, and every h. */
function recurrence(start: Tensor, keep: Tensor, more: Tensor): { last: Tensor; every: Tensor } {
  const { carry, stacked } = scan(
    ([h], [share, entering]) => {
      const next = add(mul(share!, h!), entering!);
      return { carry: [next], stacked: [next] };
    },
    { carry: [start], sequences: [keep, more] },
  );
  return { last: carry[0]!, every: stacked[0]! };
}

export interface MambaOptions {
  /** Channels inside are `expand` times the width. Default 2. */
  expand?: number;
  /** Numbers kept of every channel. Default 16. */
  states?: number;
  /** Width of the convolution in front. Default 4. */
  kernel?: number;
  /** Rank of the step sizes. Default width / 16, rounded up. */
  stepRank?: number;
  /** Steps worked on together. Default 16. */
  chunk?: number;
  /** Layers of the network this stands in: the first values of the way out are divided by √layers. Default 1. */
  layers?: number;
}

/** The mixer of a Mamba-1 block: x [batch, steps, width] → the same; weights as in `mamba_ssm`'s Mamba. */
export function mambaMixer(width: number, options: MambaOptions = {}): Module {
  const { expand = 2, states = 16, kernel = 4, stepRank = Math.ceil(width / 16), chunk, layers = 1 } = options;
  const channels = expand * width;
  const enter = linear(width, 2 * channels, { bias: false });
  const conv = depthwiseCausalConv(channels, kernel, 0);
  const select = linear(channels, stepRank + 2 * states, { bias: false });
  const bound = stepRank ** -0.5;
  const stepWeight = parameter([channels, stepRank], uniform(-bound, bound));
  const stepBias = parameter([channels], stepSizeBias);
  const step = module({ weight: stepWeight, bias: stepBias }, (x: Tensor) =>
    add(matmul(x, stepWeight.tensor, { transposeB: true }), stepBias.tensor),
  );
  const logDecay = parameter([channels, states], logOfCount);
  const skip = parameter([channels], fill(1));
  const leave = linear(channels, width, { bias: false, initial: wayOut(layers) });
  const children = {
    A_log: logDecay,
    D: skip,
    in_proj: enter,
    conv1d: conv,
    x_proj: select,
    dt_proj: step,
    out_proj: leave,
  };
  return module(children, (x: Tensor) => {
    const [given, gate] = split(enter(permute(x, [1, 0, 2])), [channels, channels]) as [Tensor, Tensor];
    const u = silu(conv(given));
    const [rank, b, c] = split(select(u), [stepRank, states, states]) as [Tensor, Tensor, Tensor];
    const decay = neg(exp(logDecay.tensor));
    const y = selectiveScan(u, softplus(step(rank)), decay, b, c, skip.tensor, chunk === undefined ? {} : { chunk });
    return permute(leave(mul(y, silu(gate))), [1, 0, 2]);
  });
}

/** First values of a block's last product: PyTorch's for a linear layer, divided by √layers. */
export const wayOut = (layers: number): Initialiser => kaimingUniform(Math.sqrt(1 / 3 / layers));

/** Blocks x + mixer(norm x), one after the other, and a last norm: [batch, steps, width] → the same. Names as in `mamba_ssm`. */
export function mambaStack(width: number, mixers: readonly Module[]): Module {
  const layers = mixers.map((mixer) => {
    const norm = rmsNorm(width);
    return module({ mixer, norm }, (x: Tensor) => add(x, mixer(norm(x))));
  });
  const last = rmsNorm(width);
  return module({ layers, norm_f: last }, (x: Tensor) => last(layers.reduce((y, layer) => layer(y), x)));
}
