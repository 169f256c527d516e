// What every network over sequences is, whatever its family: inputs, mask, logits, settings. Knows no family.
import { type Children, countParameters, lastStep, linear, type Module, module } from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { shapeError } from "../tensor/place.ts";

/** What every family is told. */
export interface NetworkSettings {
  /** Numbers known at every step. */
  inputs: number;
  /** Logits. Default 1. */
  outputs?: number;
  /** Logits for every step, not for the whole sequence. Default false. */
  perStep?: boolean;
}

/**
 * A network over sequences: x [batch, steps, inputs], and where sequences are padded at their end a mask [batch, steps]
 * that is 1 for real steps → logits [batch, outputs], or [batch, steps, outputs] with `perStep` (those of padding mean
 * nothing). It is a module like any other: it goes into `train`, `predictor`, `writeWeights` and `exportOnnx`.
 */
export interface SequenceNetwork extends Module<[x: Tensor, mask?: Tensor]> {
  /** `gru`, `transformer`, … */
  readonly family: string;
  /** All settings, those left to their defaults too: with the weights, all that it takes to make the network again. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Number of trainable numbers. */
  readonly parameters: number;
}

/** What a family brings. */
export interface NetworkParts {
  family: string;
  settings: NetworkSettings & Readonly<Record<string, unknown>>;
  children: Children;
  /** Numbers of a step's state. */
  width: number;
  /** States [batch, steps, width]. */
  states(x: Tensor, mask?: Tensor): Tensor;
  /** Whether x [batch, inputs], without steps, is taken too. */
  flat?: boolean;
  /** One state [batch, width] for the sequence. Default: that of the last real step. */
  summary?(x: Tensor, mask?: Tensor): Tensor;
}

/** A network of a family's states and a linear layer `head` to the logits. */
export function sequenceNetwork(parts: NetworkParts): SequenceNetwork {
  const { family, settings, children, width, states, flat = false } = parts;
  const { outputs = 1, perStep = false } = settings;
  const summary = parts.summary ?? ((x: Tensor, mask?: Tensor) => lastStep(states(x, mask), mask));
  const head = linear(width, outputs);
  const made = module({ ...children, head }, (x: Tensor, mask?: Tensor) => {
    checkInputs(family, settings.inputs, flat, x, mask);
    return head(perStep || x.rank === 2 ? states(x, mask) : summary(x, mask));
  });
  const all = { ...settings, outputs, perStep };
  return Object.assign(made, { family, settings: all, parameters: countParameters(made) });
}

/** @throws BedsideError `tensor/shape` for inputs that are no sequences of that width, or a mask that is not theirs. */
function checkInputs(family: string, inputs: number, flat: boolean, x: Tensor, mask: Tensor | undefined): void {
  const fits = x.rank === 3 || (flat && x.rank === 2);
  if (!fits || x.shape.at(-1) !== inputs) {
    throw shapeError(family, [x.shape], `it takes [batch, steps, ${inputs}]${flat ? ` or [batch, ${inputs}]` : ""}`);
  }
  if (mask && (mask.rank !== 2 || mask.shape[0] !== x.shape[0] || mask.shape[1] !== x.shape[1])) {
    throw shapeError(family, [x.shape, mask.shape], `the mask has to be [${x.shape[0]}, ${x.shape[1]}]`);
  }
}
