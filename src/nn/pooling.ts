// One vector from the steps of a sequence: the last real one, or the mean of those that are real.
import {
  cast,
  cumsum,
  equal,
  logicalAnd,
  maskedMean,
  mean,
  mul,
  permute,
  select,
  sum,
  type Tensor,
  unsqueeze,
} from "../tensor/index.ts";

export interface PoolingOptions {
  /** Which axis of `states` is time; the other of the first two is the batch. Default 1. */
  timeAxis?: 0 | 1;
}

/** The mask with the axes of the states: [batch, steps] → [batch, steps, 1], or the first two exchanged. */
function spread(mask: Tensor, timeAxis: 0 | 1): Tensor {
  return unsqueeze(timeAxis === 0 ? permute(mask, [1, 0]) : mask, 2);
}

/** States [batch, steps, width] at the last step whose mask [batch, steps] holds, or at the last one; zeros where none holds. */
export function lastStep(states: Tensor, mask?: Tensor, { timeAxis = 1 }: PoolingOptions = {}): Tensor {
  if (!mask) return select(states, timeAxis, -1);
  const whole = cast(mask, "int");
  const isLast = logicalAnd(equal(cumsum(whole, 1, { reverse: true }), 1), equal(whole, 1));
  return sum(mul(states, cast(spread(isLast, timeAxis), "float")), { axis: timeAxis });
}

/** The mean of the states over the steps whose mask holds, or over all. */
export function meanStep(states: Tensor, mask?: Tensor, { timeAxis = 1 }: PoolingOptions = {}): Tensor {
  if (!mask) return mean(states, { axis: timeAxis });
  return maskedMean(states, spread(mask, timeAxis), timeAxis);
}
