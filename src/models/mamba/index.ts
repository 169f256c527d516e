// Mamba, in its first form (a decay for every channel and state) and its second (a decay for a head).
import { linear, mamba2Mixer, mambaMixer, mambaStack } from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { type NetworkSettings, type SequenceNetwork, sequenceNetwork } from "../network.ts";

export interface MambaSettings extends NetworkSettings {
  /** 1: Gu and Dao 2023 (default). 2: Dao and Gu 2024, several times faster. They are different models. */
  version?: 1 | 2;
  /** Default 64. */
  width?: number;
  /** Default 2. */
  layers?: number;
  /** Channels inside of a block, as a multiple of the width. Default 2. */
  expand?: number;
  /** Numbers kept of every channel. Default 16 in version 1, 64 in version 2. */
  states?: number;
  /** Width of the convolution of a block. Default 4. */
  kernel?: number;
  /** Version 1: rank of the step sizes. Default width / 16, rounded up. */
  stepRank?: number;
  /** Version 2: channels of a head. Default 64, or all where they are fewer. */
  headSize?: number;
  /** Steps worked on together: changes the speed, not the result. Default 16 in version 1, 64 in version 2. */
  chunk?: number;
}

/** Blocks with the weights of the `mamba_ssm` package under `backbone.`, on a linear embedding `embed`. */
export function mambaNetwork(settings: MambaSettings): SequenceNetwork {
  const { inputs, version = 1, width = 64, layers = 2, expand = 2, kernel = 4 } = settings;
  const { states = version === 1 ? 16 : 64, chunk = version === 1 ? 16 : 64 } = settings;
  const { stepRank = Math.ceil(width / 16), headSize = Math.min(64, expand * width) } = settings;
  const shared = { expand, states, kernel, chunk, layers };
  const mixers = Array.from({ length: layers }, () =>
    version === 1 ? mambaMixer(width, { ...shared, stepRank }) : mamba2Mixer(width, { ...shared, headSize }),
  );
  const embed = linear(inputs, width);
  const backbone = mambaStack(width, mixers);
  const own = version === 1 ? { stepRank } : { headSize };
  return sequenceNetwork({
    family: "mamba",
    settings: { ...settings, version, width, ...shared, ...own },
    children: { embed, backbone },
    width,
    states: (x: Tensor) => backbone(embed(x)),
  });
}
