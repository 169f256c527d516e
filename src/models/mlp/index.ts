// Multi-layer perceptron: linear layers with an activation between them.
import { type AnyModule, dropped, fill, linear, xavierUniform } from "../../nn/index.ts";
import { gelu, relu, type Tensor } from "../../tensor/index.ts";
import { type NetworkSettings, type SequenceNetwork, sequenceNetwork } from "../network.ts";

export interface MlpSettings extends NetworkSettings {
  /** Widths of the hidden layers. Default [128, 64]. */
  hidden?: readonly number[];
  activation?: "relu" | "gelu";
  dropout?: number;
  /** First values of the hidden layers: PyTorch's, or those of Keras (Glorot's, no bias). Default `pytorch`. */
  initial?: "pytorch" | "keras";
}

/** What Keras draws the first values of a dense layer from. */
export const kerasLinear = { initial: xavierUniform(), initialBias: fill(0) };

/**
 * x [batch, inputs] → logits [batch, outputs]. Sequences [batch, steps, inputs] are taken step by step: no step knows of
 * another.
 */
export function mlpNetwork(settings: MlpSettings): SequenceNetwork {
  const { inputs, hidden = [128, 64], activation = "relu", dropout = 0, initial = "pytorch" } = settings;
  const activate = activation === "relu" ? relu : gelu;
  const first = initial === "keras" ? kerasLinear : {};
  const layers = hidden.map((width, i) => linear(hidden[i - 1] ?? inputs, width, first));
  const states = (x: Tensor) => layers.reduce((y, layer) => dropped(activate(layer(y)), dropout), x);
  const all = { ...settings, hidden, activation, dropout };
  const width = hidden.at(-1) ?? inputs;
  return sequenceNetwork({
    family: "mlp",
    settings: all,
    children: { layers: layers as AnyModule[] },
    width,
    states,
    flat: true,
  });
}
