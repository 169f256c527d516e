// Long short-term memory over a sequence, a linear layer on what they know.
import { lstm, type RecurrentOptions } from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { type NetworkSettings, type SequenceNetwork, sequenceNetwork } from "../network.ts";

export interface LstmSettings extends NetworkSettings, Omit<RecurrentOptions, "unroll"> {
  /** Numbers a layer remembers. Default 128. */
  hidden?: number;
}

/** A stack of LSTM layers (default 2, `hidden` 128), weights as in PyTorch's `nn.LSTM` under `rnn.`. */
export function lstmNetwork(settings: LstmSettings): SequenceNetwork {
  const { inputs, hidden = 128, layers = 2, dropout = 0, bidirectional = false } = settings;
  const rnn = lstm(inputs, hidden, { layers, dropout, bidirectional });
  return sequenceNetwork({
    family: "lstm",
    settings: { ...settings, hidden, layers, dropout, bidirectional },
    children: { rnn },
    width: hidden * (bidirectional ? 2 : 1),
    states: (x: Tensor, mask?: Tensor) => rnn(x, mask).outputs,
    summary: (x: Tensor, mask?: Tensor) => rnn(x, mask).last,
  });
}
