// GRU and LSTM with PyTorch's weights and gate order, as loops over time.
import {
  add,
  cast,
  chunk,
  concat,
  matmul,
  mul,
  permute,
  scan,
  select,
  sigmoid,
  split,
  sub,
  type Tensor,
  tanh,
  unsqueeze,
  zeros,
} from "../tensor/index.ts";
import { uniform } from "./initialisers.ts";
import { dropped } from "./layers.ts";
import { type Module, module, parameter, type Weight } from "./module.ts";
import { lastStep } from "./pooling.ts";

export interface RecurrentOptions {
  layers?: number;
  /** Between layers, in training. */
  dropout?: number;
  /** A second loop from the end; outputs are the two side by side. */
  bidirectional?: boolean;
  /** Write the steps out instead of a loop: no faster, as measured, and slow to compile. Default false. */
  unroll?: boolean;
}

/** Outputs of the last layer at every step [batch, steps, hidden], and of every layer after its last step. */
export interface Recurrence {
  outputs: Tensor;
  /** [batch, hidden × directions] of the last layer after its last real step (of each direction). */
  last: Tensor;
}

interface Direction {
  inputWeight: Weight;
  hiddenWeight: Weight;
  inputBias: Weight;
  hiddenBias: Weight;
}

/** How a direction is walked: a mask [steps, batch, 1] holds the state at zero until the first real step. */
interface Walk {
  hidden: number;
  reverse: boolean;
  unroll: boolean;
  mask: Tensor | undefined;
}

/** One direction of one layer over a sequence [steps, batch, features] → [steps, batch, hidden]. */
type Cell = (x: Tensor, direction: Direction, walk: Walk) => Tensor;

function recurrent(
  inputs: number,
  hidden: number,
  gates: number,
  cell: Cell,
  options: RecurrentOptions,
): Module<[x: Tensor, mask?: Tensor], Recurrence> {
  const { layers = 1, dropout = 0, bidirectional = false, unroll = false } = options;
  const bound = 1 / Math.sqrt(hidden);
  const initial = uniform(-bound, bound);
  const children: Record<string, Weight> = {};
  const directions = Array.from({ length: layers }, (_, layer) =>
    (bidirectional ? ["", "_reverse"] : [""]).map((suffix) => {
      const width = layer === 0 ? inputs : hidden * (bidirectional ? 2 : 1);
      const direction: Direction = {
        inputWeight: parameter([gates * hidden, width], initial),
        hiddenWeight: parameter([gates * hidden, hidden], initial),
        inputBias: parameter([gates * hidden], initial),
        hiddenBias: parameter([gates * hidden], initial),
      };
      children[`weight_ih_l${layer}${suffix}`] = direction.inputWeight;
      children[`weight_hh_l${layer}${suffix}`] = direction.hiddenWeight;
      children[`bias_ih_l${layer}${suffix}`] = direction.inputBias;
      children[`bias_hh_l${layer}${suffix}`] = direction.hiddenBias;
      return direction;
    }),
  );
  return module(children, (x: Tensor, mask?: Tensor) => {
    // only the walk from the end meets padding before it meets what is real
    const real = mask && bidirectional ? unsqueeze(permute(cast(mask, "float"), [1, 0]), 2) : undefined;
    let sequence = permute(x, [1, 0, 2]);
    let ends: Tensor[] = [];
    for (const [layer, own] of directions.entries()) {
      const input = layer > 0 ? dropped(sequence, dropout) : sequence;
      const outputs = own.map((direction, i) =>
        cell(input, direction, { hidden, reverse: i === 1, unroll, mask: i === 1 ? real : undefined }),
      );
      ends = outputs.map((output, i) => (i === 1 ? select(output, 0, 0) : lastStep(output, mask, { timeAxis: 0 })));
      sequence = concat(outputs, 2);
    }
    return { outputs: permute(sequence, [1, 0, 2]), last: concat(ends, 1) };
  });
}

/**
 * Gated recurrent units (Cho et al. 2014, in PyTorch's form: the reset gate acts after the product).
 * x [batch, steps, inputs], and where sequences are padded at their end a mask [batch, steps] → outputs
 * [batch, steps, hidden].
 */
export function gru(
  inputs: number,
  hidden: number,
  options: RecurrentOptions = {},
): Module<[x: Tensor, mask?: Tensor], Recurrence> {
  return recurrent(inputs, hidden, 3, gruCell, options);
}

const gruCell: Cell = (x, { inputWeight, hiddenWeight, inputBias, hiddenBias }, walk) => {
  const { hidden, reverse, unroll, mask } = walk;
  // what does not depend on the state is one product for all steps
  const given = add(matmul(x, inputWeight.tensor, { transposeB: true }), inputBias.tensor);
  const [gatesGiven, newGiven] = split(given, [2 * hidden, hidden]);
  const start = zeros([x.shape[1]!, hidden]);
  const { stacked } = scan(
    ([h], [gates, fresh, real]) => {
      const own = add(matmul(h!, hiddenWeight.tensor, { transposeB: true }), hiddenBias.tensor);
      const [gatesOwn, newOwn] = split(own, [2 * hidden, hidden]);
      const [reset, update] = chunk(sigmoid(add(gates!, gatesOwn!)), 2) as [Tensor, Tensor];
      const candidate = tanh(add(fresh!, mul(reset, newOwn!)));
      const moved = add(candidate, mul(update, sub(h!, candidate)));
      const next = real ? mul(moved, real) : moved;
      return { carry: [next], stacked: [next] };
    },
    { carry: [start], sequences: [gatesGiven!, newGiven!, ...(mask ? [mask] : [])], reverse, unroll },
  );
  return stacked[0]!;
};

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; gates in PyTorch's order: input, forget, cell, output).
 * x [batch, steps, inputs], and where sequences are padded at their end a mask [batch, steps] → outputs
 * [batch, steps, hidden].
 */
export function lstm(
  inputs: number,
  hidden: number,
  options: RecurrentOptions = {},
): Module<[x: Tensor, mask?: Tensor], Recurrence> {
  return recurrent(inputs, hidden, 4, lstmCell, options);
}

const lstmCell: Cell = (x, { inputWeight, hiddenWeight, inputBias, hiddenBias }, walk) => {
  const { hidden, reverse, unroll, mask } = walk;
  const bias = add(inputBias.tensor, hiddenBias.tensor);
  const given = add(matmul(x, inputWeight.tensor, { transposeB: true }), bias);
  const start = zeros([x.shape[1]!, hidden]);
  const { stacked } = scan(
    ([h, c], [own, real]) => {
      const gates = add(matmul(h!, hiddenWeight.tensor, { transposeB: true }), own!);
      const [inForget, cell, out] = split(gates, [2 * hidden, hidden, hidden]) as [Tensor, Tensor, Tensor];
      const [enter, keep] = chunk(sigmoid(inForget), 2) as [Tensor, Tensor];
      const moved = add(mul(keep, c!), mul(enter, tanh(cell)));
      const memory = real ? mul(moved, real) : moved;
      const next = mul(sigmoid(out), tanh(memory));
      return { carry: [next, memory], stacked: [next] };
    },
    { carry: [start, start], sequences: [given, ...(mask ? [mask] : [])], reverse, unroll },
  );
  return stacked[0]!;
};
