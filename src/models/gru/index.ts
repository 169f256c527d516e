// Gated recurrent units over a sequence, a linear layer on what they know.
import { gru, type RecurrentOptions } from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { type NetworkSettings, type SequenceNetwork, sequenceNetwork } from "../network.ts";

export interface GruSettings extends NetworkSettings, Omit<RecurrentOptions, "unroll"> {
  /** Numbers a layer remembers. Default 128. */
  hidden?: number;
}

/** A stack of GRU layers (default 2, `hidden` 128), weights as in PyTorch's `nn.GRU` under `rnn.`. */
export function gruNetwork(settings: GruSettings): SequenceNetwork {
  const { inputs, hidden = 128, layers = 2, dropout = 0, bidirectional = false } = settings;
  const rnn = gru(inputs, hidden, { layers, dropout, bidirectional });
  return sequenceNetwork({
    family: "gru",
    settings: { ...settings, hidden, layers, dropout, bidirectional },
    children: { rnn },
    width: hidden * (bidirectional ? 2 : 1),
    states: (x: Tensor, mask?: Tensor) => rnn(x, mask).outputs,
    summary: (x: Tensor, mask?: Tensor) => rnn(x, mask).last,
  });
}
