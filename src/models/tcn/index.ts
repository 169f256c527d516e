// Temporal convolutional network (Bai, Kolter and Koltun 2018): dilated causal blocks with weight norm.
import { type AnyModule, temporalBlock } from "../../nn/index.ts";
import { permute, type Tensor } from "../../tensor/index.ts";
import { type NetworkSettings, type SequenceNetwork, sequenceNetwork } from "../network.ts";

export interface TcnSettings extends NetworkSettings {
  /** Default 64. */
  channels?: number;
  /** Steps a convolution sees. Default 2. */
  kernel?: number;
  /** Steps the last state is to see: it sets the number of blocks where `levels` does not. Default 24. */
  steps?: number;
  /** Blocks, the dilation twice that of the one before. Default ⌈log(steps / 2) / log(kernel)⌉, as in YAIB. */
  levels?: number;
  dropout?: number;
  /** Drops whole channels. Default false, as in YAIB. */
  dropChannels?: boolean;
}

/** Blocks `network.0`, `network.1`, … named as in the authors' code, with PyTorch's `weight_g` and `weight_v`. */
export function tcnNetwork(settings: TcnSettings): SequenceNetwork {
  const { inputs, channels = 64, kernel = 2, steps = 24, dropout = 0, dropChannels = false } = settings;
  const { levels = Math.max(1, Math.ceil(Math.log(steps / 2) / Math.log(kernel))) } = settings;
  const blocks = Array.from({ length: levels }, (_, i) =>
    temporalBlock(i === 0 ? inputs : channels, channels, { kernel, dilation: 2 ** i, dropout, dropChannels }),
  );
  return sequenceNetwork({
    family: "tcn",
    settings: { ...settings, channels, kernel, steps, levels, dropout, dropChannels },
    children: { network: blocks as AnyModule[] },
    width: channels,
    states: (x: Tensor) =>
      permute(
        blocks.reduce((y, block) => block(y), permute(x, [0, 2, 1])),
        [0, 2, 1],
      ),
  });
}
