// TSCAN in a run: as the original, or smaller with its faults mended; and the views of its tasks for the models beside it.
import { tscanVariables } from "../../cohort/index.ts";
import { Bug } from "../../core/errors.ts";
import { type LabelledSequences, type TscanSettings, type TscanShape, trainTscan } from "../../models/index.ts";
import type { Runtime } from "../../tensor/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import type { Trained, Trainer, TrainerTask, TrainingData, TrainingRows } from "./trainer.ts";
import { viewOf } from "./trainer.ts";

let shared: Promise<Runtime> | undefined;
function runtime(): Promise<Runtime> {
  shared ??= nodeRuntime({ spinning: false });
  return shared;
}

/**
 * What the original is run with: its README's batch and epochs, its harness's rate. No search is published, so that the
 * paper's protocol trains with these settings too.
 */
const published = { batchSize: 8, learningRate: 1e-3, epochs: 28, patience: 5 };
/** A training on two processors. */
const quick = { batchSize: 32, learningRate: 1e-3, epochs: 30, patience: 4, clipNorm: 1 };
/** Sizes for it; the network's own defaults are the original's. */
const small: Partial<TscanSettings> = { embed: 64, heads: 4, feedForward: 128, dropout: 0.2 };
/** What the corrected mode mends in the network. */
const mended: Partial<TscanSettings> = { sharedNorm: false, sees: "real" };

function sequencesOf({ x, y }: TrainingRows): LabelledSequences {
  if (x.kind !== "sequences") throw new Bug("TSCAN takes sequences");
  return { set: x.set, y };
}

/**
 * The network of a mode on the inputs of the view. Faithful: the 59 values alone, masks cut off, a token for each of them.
 * Corrected: all inputs, a token for each variable with its number, mask and time since measured; with the paper's protocol
 * as large as the original.
 */
function shapeOf({ mode, target, train, search }: TrainingData): TscanShape {
  const { inputNames } = sequencesOf(train).set;
  const variables = tscanVariables(mode);
  const inputs = inputNames.length;
  const { outcome, names, unit } = target;
  const outputs = outcome === "classes" || outcome === "labels" ? names.length : 1;
  const common = { inputs, outputs };
  if (mode === "faithful") {
    const values = inputs - variables.length;
    return {
      settings: { ...common, temporal: values, tokens: { from: 0, count: values, parts: 1 } },
      inputNames,
      tokenNames: inputNames.slice(0, values),
      target: { outcome, names, unit },
    };
  }
  const count = variables.length;
  return {
    settings: {
      ...common,
      ...(search === "paper" ? {} : small),
      ...mended,
      tokens: { from: inputs - 3 * count, count, parts: 3 },
    },
    inputNames,
    tokenNames: variables.map(({ name }) => name),
    target: { outcome, names, unit },
  };
}

async function train(data: TrainingData): Promise<Trained> {
  const { mode, search, seed, signal, onProgress } = data;
  const plan = mode === "faithful" || search === "paper" ? published : quick;
  const shape = shapeOf(data);
  const labelled = { train: sequencesOf(data.train), tuning: sequencesOf(data.tuning) };
  const { model, bestEpoch } = await trainTscan(shape, labelled, {
    runtime,
    seed,
    ...plan,
    batchSize: Math.min(plan.batchSize, labelled.train.set.samples),
    signal,
    onEpoch: (epoch, loss) =>
      onProgress((epoch + 1) / plan.epochs, `epoch ${epoch + 1}, tuning loss ${loss?.toFixed(4)}`),
  });
  const { embed = 512, heads = 8 } = shape.settings;
  return { model, chosen: { epochs: bestEpoch + 1, width: embed, heads, "learning rate": plan.learningRate } };
}

/** TSCAN, on the hours before each prediction. */
export const tscan: Trainer = {
  id: "tscan",
  title: "TSCAN",
  isTrees: false,
  view: "tscan-windows",
  outcomes: ["event", "classes", "labels"],
  usesSeed: true,
  train,
};

/** What the views of other tasks are in these: the same inputs for all models, the benchmark's statistics for tables. */
const views: Readonly<Record<string, string>> = {
  sequences: "tscan-sequences",
  table: "tscan-statistics",
  "hourly-table": "tscan-statistics",
};

/** A trainer that takes the inputs of the TSCAN tasks where the task is one of them. */
export function onTscanTasks(trainer: Trainer): Trainer {
  const view = (task: TrainerTask) => {
    const usual = viewOf(trainer, task);
    return task.id.startsWith("tscan/") ? (views[usual] ?? usual) : usual;
  };
  return { ...trainer, view };
}
