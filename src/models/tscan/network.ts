// TSCAN (arXiv 2306.01970): attention over hours and over variables, chunk by chunk, put together. Knows no data set.
import { countParameters, dropped, fill, linear, type Module, module, xavierUniform } from "../../nn/index.ts";
import {
  cast,
  concat,
  maskedMean,
  mean,
  mul,
  permute,
  reshape,
  slice,
  type Tensor,
  unsqueeze,
} from "../../tensor/index.ts";
import { shapeError } from "../../tensor/place.ts";
import { anyReal, type ChainResult, chain, type TscanSizes } from "./attention.ts";

/** Which of an hour's numbers make the tokens of the attention over variables. */
export interface TokenLayout {
  /** Place of the first. */
  from: number;
  /** Tokens. */
  count: number;
  /** Numbers of a token in an hour: token t has those at `from + p * count + t` for p < parts. */
  parts: number;
}

export interface TscanSettings extends Partial<TscanSizes> {
  /** Numbers of an hour. */
  inputs: number;
  /** How many of them, from the first, the attention over hours is given. Default all. */
  temporal?: number;
  tokens: TokenLayout;
  /** Logits. Default 1. */
  outputs?: number;
  /** Hours of a chunk. Default 12. */
  chunkHours?: number;
  /** Chunks. Default 4. */
  chunks?: number;
}

/** What the network is made of after all: with the weights, all that it takes to make it again. */
export type ResolvedTscan = Required<TscanSettings>;

/** Where attention went: shares of hours and of tokens in each chunk, of each summing to 1. */
export interface TscanLooks {
  /** [batch, chunks × chunkHours] */
  hours: Tensor;
  /** [batch, chunks × tokens] */
  tokens: Tensor;
}

/**
 * x [batch, chunks × chunkHours, inputs], and with `sees: "real"` a mask [batch, hours] that is 1 for real hours, which
 * stand at the end → logits [batch, outputs].
 */
export interface TscanNetwork extends Module<[x: Tensor, mask?: Tensor]> {
  readonly settings: ResolvedTscan;
  readonly parameters: number;
  looks(x: Tensor, mask?: Tensor): TscanLooks;
}

/** The sizes of the original; half of its rules are its faults, so that corrected runs give others. */
export const originalSizes: TscanSizes = {
  embed: 512,
  heads: 8,
  feedForward: 512,
  dropout: 0.3,
  sharedNorm: true,
  sees: "earlier",
};

/** The network of the settings; what is left out is as in the original. */
export function tscanNetwork(settings: TscanSettings): TscanNetwork {
  const resolved: ResolvedTscan = {
    ...originalSizes,
    temporal: settings.inputs,
    outputs: 1,
    chunkHours: 12,
    chunks: 4,
    ...settings,
  };
  const { temporal, tokens, outputs, chunkHours, chunks, dropout, sees } = resolved;
  const overHours = chain(chunkHours, temporal, chunks, resolved);
  const overTokens = chain(tokens.count, chunkHours * tokens.parts, chunks, resolved);
  const width = temporal + tokens.count * tokens.parts;
  // the original pools the two series put one after the other, so both must be as wide
  const pooled = sees === "earlier" ? temporal : width;
  const head = linear(pooled, outputs, { initial: xavierUniform(), initialBias: fill(0) });

  const run = (x: Tensor, mask?: Tensor) => {
    check(resolved, x, mask);
    const masks = mask && cut(mask, chunks, chunkHours);
    const kept = mask ? mul(x, unsqueeze(cast(mask, "float"), 2)) : x;
    const hours = cut(slice(kept, 2, 0, temporal), chunks, chunkHours);
    const variables = cut(slice(kept, 2, tokens.from, tokens.from + tokens.count * tokens.parts), chunks, chunkHours);
    const real = masks?.map(anyReal);
    return {
      time: overHours(hours.map((own, c) => ({ tokens: own, mask: masks?.[c], real: real?.[c] }))),
      space: overTokens(variables.map((own, c) => ({ tokens: asTokens(own, tokens), real: real?.[c] }))),
      lastMask: masks?.at(-1),
    };
  };
  const made = module({ temporal: overHours, spatial: overTokens, head }, (x: Tensor, mask?: Tensor) => {
    const { time, space, lastMask } = run(x, mask);
    const back = asHours(space.output, tokens, chunkHours);
    const summary =
      sees === "earlier"
        ? mean(concat([time.output, back], 1), { axis: 1 })
        : concat(
            [
              lastMask ? maskedMean(time.output, unsqueeze(lastMask, 2), 1) : mean(time.output, { axis: 1 }),
              mean(back, { axis: 1 }),
            ],
            1,
          );
    return head(dropped(summary, dropout));
  });
  const looks = (x: Tensor, mask?: Tensor): TscanLooks => {
    const { time, space } = run(x, mask);
    const all = ({ looks: parts }: ChainResult) => concat(parts, 1);
    return { hours: all(time), tokens: all(space) };
  };
  return Object.assign(made, { settings: resolved, parameters: countParameters(made), looks });
}

function cut(x: Tensor, chunks: number, hours: number): Tensor[] {
  return Array.from({ length: chunks }, (_, c) => slice(x, 1, c * hours, (c + 1) * hours));
}

/** [batch, hours, parts × count] → [batch, count, hours × parts] */
function asTokens(x: Tensor, { count, parts }: TokenLayout): Tensor {
  const [batch, hours] = x.shape as [number, number];
  return reshape(permute(reshape(x, [batch, hours, parts, count]), [0, 3, 1, 2]), [batch, count, hours * parts]);
}

/** [batch, count, hours × parts] → [batch, hours, parts × count] */
function asHours(x: Tensor, { count, parts }: TokenLayout, hours: number): Tensor {
  const batch = x.shape[0]!;
  return reshape(permute(reshape(x, [batch, count, hours, parts]), [0, 2, 3, 1]), [batch, hours, parts * count]);
}

function check({ inputs, chunks, chunkHours, sees }: ResolvedTscan, x: Tensor, mask: Tensor | undefined): void {
  const hours = chunks * chunkHours;
  if (x.rank !== 3 || x.shape[1] !== hours || x.shape[2] !== inputs) {
    throw shapeError("tscan", [x.shape], `it takes [batch, ${hours}, ${inputs}]`);
  }
  if (mask && sees === "earlier") throw shapeError("tscan", [mask.shape], "the original has no mask of padding");
  if (mask && (mask.rank !== 2 || mask.shape[0] !== x.shape[0] || mask.shape[1] !== hours)) {
    throw shapeError("tscan", [x.shape, mask.shape], `the mask has to be [${x.shape[0]}, ${hours}]`);
  }
}
