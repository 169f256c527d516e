// Networks over the hourly sequences of a stay: GRU, LSTM, TCN, Transformer, Mamba. Early stopping by tuning patients.
import { BedsideError } from "../../core/errors.ts";
import { logLoss } from "../../metrics/index.ts";
import { networkOf, type SequenceFamily, type SequenceShape, sequenceModel } from "../../models/index.ts";
import { adam, bceWithLogits, train as trainNetwork, type Weights } from "../../nn/index.ts";
import type { Runtime } from "../../tensor/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import type { Trained, Trainer, TrainingData } from "./trainer.ts";

/**
 * What YAIB searches over has no default; these lie in the middle of its ranges (paper-era code), with its batch size,
 * weight decay and patience. In corrected mode no class is weighted, so that probabilities are probabilities.
 */
const settings = { batchSize: 64, learningRate: 3e-4, weightDecay: 1e-6, patience: 10, epochs: 50 };

const families: Readonly<Record<SequenceFamily, { title: string; settings: Record<string, number> }>> = {
  gru: { title: "GRU", settings: { hidden: 64, layers: 1 } },
  lstm: { title: "LSTM", settings: { hidden: 64, layers: 1 } },
  tcn: { title: "TCN", settings: { channels: 64, kernel: 4, dropout: 0.1 } },
  transformer: { title: "Transformer", settings: { width: 64, heads: 4, layers: 2, dropout: 0.1 } },
  mamba: { title: "Mamba", settings: { width: 64, layers: 2, version: 2, chunk: 32 } },
};

let shared: Promise<Runtime> | undefined;
/** One runtime for a run. Idle threads sleep: other stages use the processor too. */
function runtime(): Promise<Runtime> {
  shared ??= nodeRuntime({ spinning: false });
  return shared;
}

function network(family: SequenceFamily): Trainer {
  const { title, settings: own } = families[family];
  return { id: family, title, isTrees: false, input: "sequence", train: (data) => trainOne(family, own, data) };
}

async function trainOne(family: SequenceFamily, own: Record<string, number>, data: TrainingData): Promise<Trained> {
  const { train, tuning, featureNames, hours, seed, signal, mode, onProgress } = data;
  if (hours === undefined) {
    throw new BedsideError({
      code: "run/no-sequences",
      what: `${family} needs the hours of every stay`,
      fix: "choose another model",
    });
  }
  const shape: SequenceShape = {
    family,
    settings: { inputs: featureNames.length, ...own },
    hours,
    inputNames: featureNames,
  };
  const model = networkOf(shape);
  const field = { shape: [hours, featureNames.length] };
  const floats = (values: ArrayLike<number>) => (values instanceof Float32Array ? values : Float32Array.from(values));
  const positives = train.y.reduce((sum, y) => sum + y, 0);
  // faithful: both classes weigh the same in sum, as the authors do
  const positiveWeight = mode === "faithful" ? (train.y.length - positives) / Math.max(positives, 1) : 1;
  const weights = Float64Array.from(tuning.y, (y) => (y ? positiveWeight : 1));
  const ready = (candidate: Weights) => sequenceModel(shape, candidate, runtime, { facts: [], warnings: [] });
  const {
    weights: best,
    epochs,
    bestEpoch,
    stoppedEarly,
  } = await trainNetwork(model, {
    runtime: await runtime(),
    rows: { x: { ...field, data: floats(train.x.data) }, y: { shape: [1], data: Float32Array.from(train.y) } },
    loss: ({ x, y }) => bceWithLogits(model(x!), y!, { positiveWeight }),
    seed,
    epochs: settings.epochs,
    batchSize: Math.min(settings.batchSize, train.y.length),
    optimiser: adam({ learningRate: settings.learningRate, weightDecay: settings.weightDecay }),
    tune: async (candidate) => logLoss(tuning.y, await ready(candidate).predict(tuning.x), { weights }),
    patience: settings.patience,
    signal,
    onEpoch: ({ epoch, tuning: loss }) =>
      onProgress((epoch + 1) / settings.epochs, `epoch ${epoch + 1}, tuning loss ${loss?.toFixed(4)}`),
  });
  const facts = [
    { name: "Epochs", value: epochs.length },
    { name: "Best epoch", value: bestEpoch + 1 },
    { name: "Learning rate", value: settings.learningRate },
    { name: "Batch", value: settings.batchSize },
  ];
  const warnings = stoppedEarly
    ? []
    : [`Training ended after ${settings.epochs} epochs before the tuning loss had stopped falling.`];
  return {
    model: sequenceModel(shape, best, runtime, { facts, warnings }),
    chosen: { epochs: bestEpoch + 1, ...own },
  };
}

export const networks: readonly Trainer[] = (Object.keys(families) as SequenceFamily[]).map(network);
