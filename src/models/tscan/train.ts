// Trains TSCAN on windows before predictions; the epoch with the lowest tuning loss is kept. Knows no data set.
import { adam, predictor, type Rows, train, type Weights } from "../../nn/index.ts";
import { mean, type Runtime, type Tensor, unsqueeze } from "../../tensor/index.ts";
import type { LabelledSequences } from "../sequence/index.ts";
import { targetLosses } from "../sequence/target.ts";
import { type TscanModel, type TscanShape, tscanModel, windowFields } from "./model.ts";
import { tscanNetwork } from "./network.ts";
import { allWindows } from "./windows.ts";

export interface TscanTrainingOptions {
  runtime: () => Promise<Runtime>;
  seed: number;
  epochs: number;
  batchSize: number;
  learningRate: number;
  /** Largest norm of a step's gradients. Default: no limit. */
  clipNorm?: number;
  /** Stops after so many epochs without a lower tuning loss. */
  patience: number;
  signal?: AbortSignal;
  onEpoch?(epoch: number, tuningLoss: number | undefined): void;
}

/**
 * Trains from the seed.
 * @throws what `train` of nn throws; Stopped when the signal asks.
 */
export async function trainTscan(
  shape: TscanShape,
  data: { train: LabelledSequences; tuning: LabelledSequences },
  options: TscanTrainingOptions,
): Promise<{ model: TscanModel; bestEpoch: number; tuningLoss: number }> {
  const { runtime, seed, epochs, batchSize, learningRate, clipNorm, patience, signal, onEpoch } = options;
  const network = tscanNetwork(shape.settings);
  const masked = network.settings.sees === "real";
  const rowsOf = (labelled: LabelledSequences) => fieldsOf(shape, labelled, masked);
  const [rows, tuning] = [rowsOf(data.train), rowsOf(data.tuning)];
  const specs = Object.fromEntries(
    Object.entries(rows).map(([name, field]) => [
      name,
      { shape: field.shape, kind: field.data instanceof Int32Array ? ("int" as const) : ("float" as const) },
    ]),
  );
  /** [batch, 1, logits' losses] */
  const losses = ({ x, mask, y }: Record<string, Tensor>) =>
    targetLosses(shape.target, unsqueeze(network(x!, mask), 1), unsqueeze(y!, 1));
  const run = await runtime();
  const tune = async (weights: Weights) => {
    const judge = await predictor(network, {
      runtime: run,
      weights,
      fields: specs,
      forward: (batch) => ({ loss: mean(losses(batch), { axis: 2 }) }),
      batchSize: 128,
    });
    try {
      const { loss } = await judge.predict(tuning);
      return loss!.reduce((sum, value) => sum + value, 0) / loss!.length;
    } finally {
      await judge.close();
    }
  };
  const trained = await train(network, {
    runtime: run,
    rows,
    loss: (batch) => mean(losses(batch)),
    seed,
    epochs,
    batchSize,
    optimiser: adam({ learningRate }),
    ...(clipNorm === undefined ? {} : { clipNorm }),
    tune,
    patience,
    ...(signal ? { signal } : {}),
    onEpoch: ({ epoch, tuning: loss }) => onEpoch?.(epoch, loss),
  });
  const facts = [
    { name: "Epochs", value: trained.epochs.length },
    { name: "Best epoch", value: trained.bestEpoch + 1 },
    { name: "Learning rate", value: learningRate },
    { name: "Batch", value: batchSize },
    { name: "Training windows", value: data.train.set.samples },
  ];
  const warnings = trained.stoppedEarly
    ? []
    : [`Training ended after ${epochs} epochs before the tuning loss had stopped falling.`];
  return {
    model: tscanModel(shape, trained.weights, runtime, { facts, warnings }),
    bestEpoch: trained.bestEpoch,
    tuningLoss: trained.epochs[trained.bestEpoch]?.tuning ?? Number.NaN,
  };
}

function fieldsOf(shape: TscanShape, { set, y }: LabelledSequences, masked: boolean): Rows {
  const { hours, fields } = windowFields(shape);
  const { x, mask } = allWindows(set, hours);
  const { outcome, names } = shape.target;
  const isClass = outcome === "classes";
  return {
    x: { shape: fields.x.shape, data: x },
    ...(masked ? { mask: { shape: fields.mask.shape, data: mask } } : {}),
    y: isClass
      ? { shape: [], data: Int32Array.from(y) }
      : { shape: [outcome === "labels" ? names.length : 1], data: Float32Array.from(y) },
  };
}
