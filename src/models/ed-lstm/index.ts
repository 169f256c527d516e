// The emergency benchmark's LSTM: hourly vital signs through a recurrent layer, beside the variables of the visit.
import { dropped, linear, lstm, type Module, module } from "../../nn/index.ts";
import { concat, relu, type Tensor } from "../../tensor/index.ts";
import { kerasLinear } from "../mlp/index.ts";

export interface EdLstmSettings {
  /** Numbers known of the visit. */
  inputs: number;
  /** Numbers of an hour. */
  signs: number;
  /** Width of the layer on the visit's numbers. Default 96. */
  fixed?: number;
  /** What the recurrent layer remembers. Default 32. */
  memory?: number;
  /** Width of the layer on both. Default 64. */
  hidden?: number;
  /** Before each layer but the recurrent one, in training. Default 0. */
  dropout?: number;
}

/**
 * x [batch, inputs], signs [batch, hours, signs] and a mask [batch, hours] that is 1 for real hours, which stand first →
 * logits [batch, 1]. First values of dense layers are Keras's, those of the recurrent one PyTorch's.
 */
export function edLstmNetwork(settings: EdLstmSettings): Module<[x: Tensor, signs: Tensor, mask: Tensor]> {
  const { inputs, signs, fixed = 96, memory = 32, hidden = 64, dropout = 0 } = settings;
  const visit = linear(inputs, fixed, kerasLinear);
  const rnn = lstm(signs, memory);
  const both = linear(fixed + memory, hidden, kerasLinear);
  const head = linear(hidden, 1, kerasLinear);
  return module({ visit, rnn, both, head }, (x: Tensor, hours: Tensor, mask: Tensor) => {
    const known = concat([relu(visit(x)), rnn(hours, mask).last], 1);
    return head(dropped(relu(both(dropped(known, dropout))), dropout));
  });
}
