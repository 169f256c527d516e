// Med2Vec as the emergency benchmark has it: earlier diagnoses as a sum of vectors, beside the variables of the visit.
import { dropped, embedding, linear, type Module, module, uniform } from "../../nn/index.ts";
import { cast, concat, greater, mul, relu, sum, type Tensor, unsqueeze } from "../../tensor/index.ts";
import { kerasLinear } from "../mlp/index.ts";

export interface Med2VecSettings {
  /** Numbers known of the visit. */
  inputs: number;
  /** Different codes; their numbers are 1 to `codes`, 0 stands for none. */
  codes: number;
  /** Width of a code's vector. Default 1,024. */
  embedding?: number;
  /** Width of the layer on the sum. Default 256. */
  history?: number;
  /** Widths of the layers on both together. Default [128, 50]. */
  hidden?: readonly [number, number];
  /** After each layer, in training. Default 0. */
  dropout?: number;
}

/** Keras's first values of vectors. */
const FIRST_VECTORS = uniform(-0.05, 0.05);

/**
 * x [batch, inputs] and codes [batch, places] (whole numbers, 0 where there is none) → logits [batch, 1]: the vectors of
 * the codes are summed, a layer on the sum is put beside x, two layers follow. Codes that stand twice count twice. First
 * values are Keras's.
 */
export function med2vecNetwork(settings: Med2VecSettings): Module<[x: Tensor, codes: Tensor]> {
  const { inputs, codes, embedding: width = 1024, history = 256, hidden = [128, 50], dropout = 0 } = settings;
  const vectors = embedding(codes + 1, width, { initial: FIRST_VECTORS });
  const past = linear(width, history, kerasLinear);
  const first = linear(history + inputs, hidden[0], kerasLinear);
  const second = linear(hidden[0], hidden[1], kerasLinear);
  const head = linear(hidden[1], 1, kerasLinear);
  return module({ vectors, past, first, second, head }, (x: Tensor, index: Tensor) => {
    const isCode = unsqueeze(cast(greater(index, 0), "float"), 2);
    const total = sum(mul(vectors(index), isCode), { axis: 1 });
    const known = concat([dropped(relu(past(total)), dropout), x], 1);
    return head(dropped(relu(second(dropped(relu(first(known)), dropout))), dropout));
  });
}
