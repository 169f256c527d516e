// XResNet in one dimension, for ECGs: as Strodthoff et al. 2021 (PTB-XL benchmark) use it. A declaration over nn/.
import { BedsideError } from "../../core/errors.ts";
import { batchNorm, conv1d, dropout, kaimingNormal, linear, type Module, module, sequential } from "../../nn/index.ts";
import {
  add,
  avgPool,
  concat,
  constant,
  max,
  maxPool,
  mean,
  mul,
  padAxis,
  relu,
  type Tensor,
} from "../../tensor/index.ts";

export interface XResNet1dOptions {
  /** 18, 50 or 101. Default 50. */
  depth?: 18 | 50 | 101;
  /** Leads. Default 12. */
  inputs?: number;
  outputs: number;
  /** Channels inside a block, in every stage. Default 64. */
  width?: number;
  /** Taps of a convolution. Default 5. */
  kernel?: number;
  /** `concat`: average and maximum side by side, then a hidden layer of 128 (the benchmark's head). `mean`: average, then linear. */
  head?: "concat" | "mean";
  /** Whether the head of 128 drops a quarter and half of its inputs in training. Default true. */
  dropout?: boolean;
}

const stages: Record<number, { blocks: readonly number[]; expansion: number }> = {
  18: { blocks: [2, 2, 2, 2], expansion: 1 },
  50: { blocks: [3, 4, 6, 3], expansion: 4 },
  101: { blocks: [3, 4, 23, 3], expansion: 4 },
};

/** Convolution without bias, batch norm and, but for the last of a block, ReLU. */
function convLayer(
  inputs: number,
  outputs: number,
  kernel: number,
  { stride = 1, activate = true, initialWeight = 1 } = {},
) {
  const parts = [
    conv1d(inputs, outputs, kernel, { stride, padding: kernel >> 1, bias: false, initial: kaimingNormal() }),
    batchNorm(outputs, { initialWeight }),
  ];
  return activate ? sequential(...parts, relu) : sequential(...parts);
}

/** The mean of pairs; a last single value stands for itself. */
function halve(x: Tensor): Tensor {
  const length = x.shape[2]!;
  if (length % 2 === 0) return avgPool(x, { size: 2 });
  const last = padAxis(x, 2, 0, 1);
  const halved = avgPool(last, { size: 2 });
  // the padded zero took half of the last value away: put it back
  const edge = new Float32Array(halved.shape[2]!).fill(1);
  edge[edge.length - 1] = 2;
  return mul(halved, constant(edge, [edge.length]));
}

function block(inputs: number, width: number, expansion: number, kernel: number, stride: number): Module {
  const outputs = width * expansion;
  const convs =
    expansion === 1
      ? sequential(
          convLayer(inputs, width, kernel, { stride }),
          convLayer(width, outputs, kernel, { activate: false, initialWeight: 0 }),
        )
      : sequential(
          convLayer(inputs, width, 1),
          convLayer(width, width, kernel, { stride }),
          convLayer(width, outputs, 1, { activate: false, initialWeight: 0 }),
        );
  const matched = inputs === outputs ? undefined : convLayer(inputs, outputs, 1, { activate: false });
  return module({ convs, idconv: matched }, (x: Tensor) => {
    const pooled = stride === 1 ? x : halve(x);
    return relu(add(convs(x), matched ? matched(pooled) : pooled));
  });
}

/**
 * x [batch, leads, samples] → logits [batch, outputs].
 * @throws BedsideError for a depth that is not 18, 50 or 101.
 */
export function xresnet1d({
  depth = 50,
  inputs = 12,
  outputs,
  width = 64,
  kernel = 5,
  head = "concat",
  dropout: drops = true,
}: XResNet1dOptions): Module {
  const plan = stages[depth];
  if (!plan) {
    throw new BedsideError({ code: "models/depth", what: `There is no xresnet1d${depth}`, fix: "take 18, 50 or 101" });
  }
  const stem = sequential(
    convLayer(inputs, 32, kernel, { stride: 2 }),
    convLayer(32, 32, kernel),
    convLayer(32, 64, kernel),
  );
  let channels = 64;
  const body = plan.blocks.flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => {
      const made = block(channels, width, plan.expansion, kernel, stage > 0 && i === 0 ? 2 : 1);
      channels = width * plan.expansion;
      return made;
    }),
  );
  const top =
    head === "mean"
      ? linear(channels, outputs)
      : sequential(
          batchNorm(2 * channels),
          dropout(drops ? 0.25 : 0),
          linear(2 * channels, 128),
          relu,
          batchNorm(128),
          dropout(drops ? 0.5 : 0),
          linear(128, outputs),
        );
  return module({ stem, blocks: body, head: top }, (x: Tensor) => {
    const started = maxPool(stem(x), { size: 3, stride: 2, padding: 1 });
    const features = body.reduce((y, each) => each(y), started);
    const average = mean(features, { axis: 2 });
    return top(head === "mean" ? average : concat([average, max(features, { axis: 2 })], 1));
  });
}
