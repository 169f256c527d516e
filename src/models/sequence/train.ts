// Trains a network over ragged sequences: loss at scored hours only, early stopping on tuning stays.
import type { SequenceSet } from "../../features/index.ts";
import {
  type CheckpointStore,
  type Epoch,
  type Optimiser,
  type Ragged,
  raggedPredictor,
  raggedSource,
  type Schedule,
  type TrainedNetwork,
  train,
  type Weights,
} from "../../nn/index.ts";
import { mul, type Runtime } from "../../tensor/index.ts";
import { sizeMismatch } from "../checks.ts";
import { inputField, type SequenceModel, type SequenceTraining, sequenceModel } from "./model.ts";
import { networkOf, type SequenceShape } from "./network.ts";
import { targetFields, targetLoss, targetLosses, totalWeight } from "./target.ts";

/** Sequences and what is true at their scored hours: samples × labels. */
export interface LabelledSequences {
  set: SequenceSet;
  y: ArrayLike<number>;
}

export interface SequenceTrainingOptions {
  runtime: () => Promise<Runtime>;
  seed: number;
  epochs: number;
  optimiser: Optimiser;
  schedule?: Schedule;
  /** Largest norm of a step's gradients. Default: no limit. */
  clipNorm?: number;
  /** Keeps the running mean of the weights in place of the last ones: see `train`. Default: none. */
  averaging?: number;
  /** Stays in a batch, at most. */
  batchSize: number;
  /** Hours in a batch, padding too, at most. Default: any number. */
  batchSteps?: number;
  /** Whether batches hold stays of any length: see `raggedSource`. Default false. */
  mixed?: boolean;
  /** Stops after so many epochs without a lower tuning loss. Default: never. */
  patience?: number;
  /** A tuning loss counts as lower by more than this. Default 0. */
  minDelta?: number;
  /** First weights, to go on from. Default: drawn from the seed. */
  weights?: Weights;
  checkpoint?: CheckpointStore;
  signal?: AbortSignal;
  onEpoch?(epoch: Epoch): void;
  /** What the model says of its training, when that is known. */
  describe?(trained: TrainedNetwork): SequenceTraining;
}

export interface TrainedSequence extends TrainedNetwork {
  model: SequenceModel;
  /** The lowest tuning loss. */
  tuningLoss: number;
}

/**
 * Trains the network of a shape from the seed; the weights of the epoch with the lowest tuning loss are kept.
 * @throws BedsideError `models/size-mismatch` and `models/bad-label` for labels that do not fit; what `train` throws;
 *   `Stopped` when the signal asks.
 */
export async function trainSequenceModel(
  shape: SequenceShape,
  data: { train: LabelledSequences; tuning: LabelledSequences },
  options: SequenceTrainingOptions,
): Promise<TrainedSequence> {
  const { runtime, seed, epochs, optimiser, schedule, clipNorm, batchSize, batchSteps, patience, minDelta } = options;
  const { averaging, mixed, weights: first, checkpoint, signal, onEpoch, describe } = options;
  const network = networkOf(shape);
  const { target } = shape;
  const run = await runtime();
  const judge = judgeSequences(shape, run, signal);
  const rows = raggedSource(fieldsOf(shape, data.train), {
    batchSize,
    ...(batchSteps === undefined ? {} : { batchSteps }),
    ...(mixed === undefined ? {} : { mixed }),
  });
  const averageWeight = Math.max(totalWeight(data.train.y, target), 1e-12) / Math.max(1, rows.batches(seed, 0).length);
  try {
    const trained = await train(network, {
      runtime: run,
      rows,
      loss: ({ x, y, weight }) => targetLoss(target, network(x!), y!, weight!, averageWeight),
      seed,
      epochs,
      batchSize,
      optimiser,
      ...(schedule ? { schedule } : {}),
      ...(clipNorm === undefined ? {} : { clipNorm }),
      tune: (weights) => judge.loss(weights, data.tuning),
      ...(patience === undefined ? {} : { patience }),
      ...(minDelta === undefined ? {} : { minDelta }),
      ...(averaging === undefined ? {} : { averaging }),
      ...(first ? { weights: first } : {}),
      ...(checkpoint ? { checkpoint } : {}),
      ...(signal ? { signal } : {}),
      ...(onEpoch ? { onEpoch } : {}),
    });
    const said = describe?.(trained) ?? { facts: [], warnings: [] };
    const tuningLoss = trained.epochs[trained.bestEpoch]?.tuning ?? Number.NaN;
    return { ...trained, model: sequenceModel(shape, trained.weights, runtime, said), tuningLoss };
  } finally {
    await judge.close();
  }
}

/** Inputs and targets of all hours. */
function fieldsOf({ inputNames, target }: SequenceShape, { set, y }: LabelledSequences): Ragged {
  if (set.inputNames.join("\n") !== inputNames.join("\n")) {
    throw sizeMismatch("inputNames", "the hours of the sequences have other numbers than the network takes");
  }
  return { lengths: set.lengths, fields: { ...inputField(set), ...targetFields(set, y, target) } };
}

/** Weighs candidates of a network against sequences. */
export interface SequenceJudge {
  /** The loss over all scored hours, summed in 64 bits. */
  loss(weights: Weights, sequences: LabelledSequences): Promise<number>;
  close(): Promise<void>;
}

/** Compiles the network's loss once for all candidates. */
export function judgeSequences(shape: SequenceShape, runtime: Runtime, signal?: AbortSignal): SequenceJudge {
  const network = networkOf(shape);
  const run = raggedPredictor(network, {
    runtime,
    // a weight as an output: a product, for a program cannot give out what it was given
    forward: ({ x, y, weight }) => ({
      losses: mul(targetLosses(shape.target, network(x!), y!), weight!),
      weight: mul(weight!, 1),
    }),
    ...(signal ? { signal } : {}),
  });
  return {
    async loss(weights, sequences) {
      const ragged = fieldsOf(shape, sequences);
      let [sum, total] = [0, 0];
      await run.run(weights, ragged, (s, { losses, weight }, { place, steps }) => {
        const width = losses!.length / weight!.length;
        for (let h = place * steps; h < place * steps + ragged.lengths[s]!; h++) {
          total += width * weight![h]!;
          for (let j = 0; j < width; j++) sum += losses![h * width + j]!;
        }
      });
      return total > 0 ? sum / total : Number.NaN;
    },
    close: () => run.close(),
  };
}
