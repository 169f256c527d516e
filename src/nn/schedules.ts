// The learning rate over the steps of a training, as a share of the optimiser's own.

/** The share of the learning rate at step `step` (from 0) of `total`. */
export type Schedule = (step: number, total: number) => number;

/** The same throughout. */
export const constantRate = (): Schedule => () => 1;

/** Multiplied by `factor` after every `every` steps. */
export const stepDecay =
  ({ every, factor = 0.1 }: { every: number; factor?: number }): Schedule =>
  (step) =>
    factor ** Math.floor(step / every);

/** Half a cosine from 1 to `end`. */
export const cosine =
  ({ end = 0 }: { end?: number } = {}): Schedule =>
  (step, total) =>
    end + ((1 - end) * (1 + Math.cos((Math.PI * Math.min(step, total)) / Math.max(total, 1)))) / 2;

/** A straight line from 1 to `end`. */
export const linearDecay =
  ({ end = 0 }: { end?: number } = {}): Schedule =>
  (step, total) =>
    1 + (end - 1) * Math.min(1, step / Math.max(total, 1));

/** Rises in a straight line over `steps`, then goes on as `next` over what is left. */
export const warmUp =
  (steps: number, next: Schedule = constantRate()): Schedule =>
  (step, total) =>
    step < steps ? (step + 1) / steps : next(step - steps, Math.max(total - steps, 1));

/** Up from a 25th to 1 over a share of the steps and down again to nearly nothing, along cosines (Smith 2018; PyTorch's OneCycleLR). */
export const oneCycle =
  ({ rise = 0.3, start = 1 / 25, end = 1e-4 / 25 }: { rise?: number; start?: number; end?: number } = {}): Schedule =>
  (step, total) => {
    const peak = rise * total - 1;
    const curve = (from: number, to: number, share: number) => to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
    return step <= peak ? curve(start, 1, step / peak) : curve(1, end, (step - peak) / Math.max(total - 1 - peak, 1));
  };
