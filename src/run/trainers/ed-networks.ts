// The emergency benchmark's networks: MLP, Med2Vec, LSTM. Faithful: the authors' epochs; corrected: stopped by tuning patients.
import { Bug } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { logLoss } from "../../metrics/index.ts";
import {
  buildTableNetwork,
  fieldsOf,
  fitInputScaling,
  type Model,
  type RowLayout,
  type TableNetworkFamily,
  type TableNetworkShape,
  tableNetworkModel,
} from "../../models/index.ts";
import { adam, adamW, bceWithLogits, constantRate, train as trainNetwork, type Weights } from "../../nn/index.ts";
import type { Runtime } from "../../tensor/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import { type Trained, type Trainer, type TrainingData, tableOf } from "./trainer.ts";

interface Recipe {
  /** Widths and dropout of the network. */
  settings: Record<string, unknown>;
  epochs: number;
  /** Epochs without a better tuning loss before the end; none: the last epoch's weights, no tuning patient looked at. */
  patience?: number;
  /** Keras's decay: the rate of step t is divided by 1 + decay × t. */
  decay?: number;
  /** Positives weigh as much as negatives in sum. */
  balanced?: boolean;
}

interface Family {
  title: string;
  view: string;
  faithful: Recipe;
  corrected: Recipe;
}

const BATCH = 200;
const LEARNING_RATE = 1e-3;
/** Corrected mode: parameters shrink by this share of the rate at each step (AdamW's default). */
const WEIGHT_DECAY = 0.01;
/** Keras's ε. */
const KERAS_EPSILON = 1e-7;
const stopped = { epochs: 60, patience: 5 };

const families: Readonly<Record<TableNetworkFamily, Family>> = {
  mlp: {
    title: "Multi-layer perceptron",
    view: "ed-clinical",
    faithful: { settings: { hidden: [128, 64], initial: "keras" }, epochs: 20 },
    corrected: { settings: { hidden: [128, 64], dropout: 0.3, initial: "keras" }, ...stopped },
  },
  med2vec: {
    title: "Med2Vec (earlier diagnoses)",
    view: "ed-codes",
    faithful: { settings: { embedding: 1024, history: 256 }, epochs: 100, decay: 0.01, balanced: true },
    corrected: { settings: { embedding: 64, history: 64, dropout: 0.3 }, ...stopped },
  },
  "ed-lstm": {
    title: "LSTM (hourly vital signs)",
    view: "ed-vitals",
    faithful: { settings: {}, epochs: 20 },
    corrected: { settings: { dropout: 0.3 }, ...stopped },
  },
};

let shared: Promise<Runtime> | undefined;
/** One runtime for all trainings. Idle threads sleep: other stages use the processor too. */
function runtime(): Promise<Runtime> {
  shared ??= nodeRuntime({ spinning: false });
  return shared;
}

/** The network's shape for the rows of a view: its scalings are fitted on training rows. */
function shapeFor(family: TableNetworkFamily, recipe: Recipe, { train, mode }: TrainingData): TableNetworkShape {
  if (train.x.kind !== "table") throw new Bug("the network takes a table");
  const { matrix, names } = train.x;
  const layout = train.x.layout as RowLayout;
  const standardise = mode === "corrected";
  const { inputs, hours, signs } = layout;
  return {
    family,
    settings: recipe.settings,
    featureNames: names,
    layout,
    scaling: fitInputScaling(matrix, { from: 0, count: inputs }, { standardise }),
    ...(family === "ed-lstm"
      ? { signScaling: fitInputScaling(matrix, { from: inputs + 1, count: signs!, repeats: hours! }, { standardise }) }
      : {}),
  };
}

async function trainOne(family: TableNetworkFamily, data: TrainingData): Promise<Trained> {
  const { seed, signal, mode, onProgress } = data;
  const recipe = families[family][mode];
  const { epochs: most, patience, decay = 0, balanced = false } = recipe;
  const { x, y } = tableOf(data.train);
  const tuning = tableOf(data.tuning);
  const shape = shapeFor(family, recipe, data);
  const { module, logits } = buildTableNetwork(shape);
  const positives = y.reduce((sum, label) => sum + label, 0);
  const positiveWeight = balanced ? (y.length - positives) / Math.max(positives, 1) : 1;
  const ready = (weights: Weights) => tableNetworkModel(shape, weights, runtime, { facts: [], warnings: [] });
  const found = await trainNetwork(module, {
    runtime: await runtime(),
    rows: { ...fieldsOf(x, shape), y: { shape: [1], data: Float32Array.from(y) } },
    loss: (batch) => bceWithLogits(logits(batch), batch["y"]!, { positiveWeight }),
    seed,
    epochs: most,
    batchSize: Math.min(BATCH, y.length),
    optimiser:
      mode === "faithful"
        ? adam({ learningRate: LEARNING_RATE, epsilon: KERAS_EPSILON })
        : adamW({ learningRate: LEARNING_RATE, weightDecay: WEIGHT_DECAY }),
    schedule: decay > 0 ? (step) => 1 / (1 + decay * step) : constantRate(),
    ...(patience === undefined
      ? {}
      : { patience, tune: async (weights: Weights) => logLoss(tuning.y, await ready(weights).predict(tuning.x)) }),
    signal,
    onEpoch: ({ epoch, loss, tuning: tuned }) =>
      onProgress(
        (epoch + 1) / most,
        `epoch ${epoch + 1}, ${tuned === undefined ? `loss ${loss.toFixed(4)}` : `tuning loss ${tuned.toFixed(4)}`}`,
      ),
  });
  const epochs = patience === undefined ? most : found.bestEpoch + 1;
  const facts = [
    { name: "Epochs", value: found.epochs.length },
    { name: "Best epoch", value: epochs },
    { name: "Learning rate", value: LEARNING_RATE },
    { name: "Batch", value: BATCH },
  ];
  const warnings =
    patience === undefined || found.stoppedEarly
      ? []
      : [`Training ended after ${most} epochs before the tuning loss had stopped falling.`];
  if (await saysOneThing(ready(found.weights), x)) {
    warnings.push(
      "It gives everybody the same risk: the training came to nothing, as it can on values that are not scaled.",
    );
  }
  return { model: tableNetworkModel(shape, found.weights, runtime, { facts, warnings }), chosen: { epochs } };
}

/** Rows that tell whether a network tells rows apart. */
const ROWS_TO_TELL = 1000;

/** Whether all units of a layer have died, so that nothing of a row reaches the output. */
async function saysOneThing(model: Model, { columns, data, rows }: Matrix): Promise<boolean> {
  const some = Math.min(rows, ROWS_TO_TELL);
  const risks = await model.predict({ rows: some, columns, data: data.subarray(0, some * columns) });
  return risks.every((risk) => Math.abs(risk - risks[0]!) < 1e-9);
}

export const edNetworks: readonly Trainer[] = (Object.keys(families) as TableNetworkFamily[]).map((family) => ({
  id: family,
  title: families[family].title,
  isTrees: false,
  view: families[family].view,
  outcomes: ["event"],
  usesSeed: true,
  train: (data) => trainOne(family, data),
}));
