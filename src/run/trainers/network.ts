// Networks over the hours of stays: GRU, LSTM, TCN, Transformer, Mamba. Early stopping, and the search, by tuning patients.
import { BedsideError, Bug } from "../../core/errors.ts";
import {
  type LabelledSequences,
  type Model,
  type SequenceFamily,
  type SequenceModel,
  type SequenceTarget,
  startingWeights,
  type TrainedSequence,
  trainSequenceModel,
} from "../../models/index.ts";
import { search } from "../../models/search/index.ts";
import { adam } from "../../nn/index.ts";
import type { Runtime } from "../../tensor/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import { type FamilySettings, type NetworkPlan, PAPER_TRIALS, planOf, settingsFor, spaces } from "./space-networks.ts";
import type { Trained, Trainer, TrainingData, TrainingRows } from "./trainer.ts";

let shared: Promise<Runtime> | undefined;
/** One runtime for a run. Idle threads sleep: other stages use the processor too. */
function runtime(): Promise<Runtime> {
  shared ??= nodeRuntime({ spinning: false });
  return shared;
}

const titles: Readonly<Record<SequenceFamily, string>> = {
  gru: "GRU",
  lstm: "LSTM",
  tcn: "TCN",
  transformer: "Transformer",
  mamba: "Mamba",
};

/** Fine-tuning goes on more carefully than a training begins. */
const CONTINUED_RATE = 1 / 3;

/** What a search found, as JSON: given to the trainings of other seeds. */
interface Found {
  settings: FamilySettings;
  learningRate: number;
}

/** YAIB's scaling of both its numbers, (value − 0) / (15 − 0). */
const YAIB_SCALE = { shift: 0, scale: 15 } as const;

function sequencesOf({ x, y }: TrainingRows): LabelledSequences {
  if (x.kind !== "sequences") throw new Bug("a network takes sequences");
  return { set: x.set, y };
}

/**
 * What is learnt. Faithful, as YAIB: classes weigh the same in sum, numbers are divided by 15. Corrected: no class is
 * weighted, so that probabilities are probabilities; numbers are standardised by the training samples.
 */
function targetOf({ target, mode, train }: TrainingData): SequenceTarget {
  const { outcome, names, unit } = target;
  const { y } = train;
  if (outcome === "number") {
    if (mode === "faithful") return { outcome, names, unit, ...YAIB_SCALE };
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
    const variance = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length;
    return { outcome, names, unit, shift: mean, scale: Math.sqrt(variance) || 1 };
  }
  if (mode === "faithful" && outcome !== "labels") {
    const counts = new Array<number>(outcome === "event" ? 2 : names.length).fill(0);
    for (const label of y) counts[label]!++;
    const classWeights = counts.map((count) => (count > 0 ? y.length / (counts.length * count) : 0));
    return { outcome, names, unit, classWeights };
  }
  return { outcome, names, unit };
}

/** The model to go on from. @throws BedsideError `run/other-model` when it is another network. */
function startOf(family: SequenceFamily, start: Model): SequenceModel {
  if (start.kind === "sequence" && (start as SequenceModel).shape.family === family) return start as SequenceModel;
  throw new BedsideError({
    code: "run/other-model",
    what: `The model to go on from is no ${titles[family]}`,
    fix: "give a model of the same family",
  });
}

/** One training by a plan. */
async function trainOnce(
  family: SequenceFamily,
  data: TrainingData,
  {
    settings,
    plan,
    onEpoch,
  }: { settings: FamilySettings; plan: NetworkPlan; onEpoch(epoch: number, note: string): void },
): Promise<TrainedSequence> {
  const { train, tuning, seed, signal } = data;
  const begun = data.start && startOf(family, data.start);
  const { set } = sequencesOf(train);
  const shape = begun?.shape ?? { family, settings, inputNames: set.inputNames, target: targetOf(data) };
  const { batchSize, epochs, patience, minDelta, weightDecay, schedule, clipNorm, averaging, ends } = plan;
  const learningRate = plan.learningRate * (begun ? CONTINUED_RATE : 1);
  return trainSequenceModel(
    shape,
    { train: sequencesOf(train), tuning: sequencesOf(tuning) },
    {
      runtime,
      seed,
      epochs,
      batchSize,
      patience,
      minDelta,
      mixed: true,
      schedule,
      optimiser: adam({ learningRate, weightDecay }),
      ...(clipNorm === undefined ? {} : { clipNorm }),
      ...(averaging === undefined ? {} : { averaging }),
      ...(begun || plan.fromAverage ? { weights: begun?.weights ?? startingWeights(shape, train.y, seed) } : {}),
      signal,
      onEpoch: ({ epoch, tuning: loss }) => onEpoch(epoch, `epoch ${epoch + 1}, tuning loss ${loss?.toFixed(4)}`),
      describe: ({ epochs: made, bestEpoch, stoppedEarly }) => ({
        facts: [
          { name: "Epochs", value: made.length },
          { name: "Best epoch", value: bestEpoch + 1 },
          { name: "Learning rate", value: learningRate },
          { name: "Batch", value: batchSize },
        ],
        warnings:
          stoppedEarly || ends
            ? []
            : [`Training ended after ${epochs} epochs before the tuning loss had stopped falling.`],
      }),
    },
  );
}

async function trainNetwork(family: SequenceFamily, data: TrainingData): Promise<Trained> {
  const { train, target, search: effort, seed, signal, onProgress } = data;
  const { lengths, stays, samples } = sequencesOf(train).set;
  const plan = planOf(effort, stays, { outcome: target.outcome, perStay: samples === stays });
  const longest = lengths.reduce((most, hours) => Math.max(most, hours), 0);
  const { space, settingsOf } = spaces[family]!;
  let found = data.settings as Found | undefined;
  let made: TrainedSequence | undefined;
  if (effort === "paper" && !found && !data.start) {
    await search(
      space,
      async (drawn, { number }) => {
        const own = { settings: settingsOf(drawn), learningRate: drawn["learningRate"] as number };
        const trial = `trial ${number + 1} of ${PAPER_TRIALS.trials}`;
        const tried = await trainOnce(family, data, {
          settings: own.settings,
          plan: { ...plan, learningRate: own.learningRate },
          onEpoch: (_, note) => onProgress(number / PAPER_TRIALS.trials, `${trial}, ${note}`),
        });
        if (!made || tried.tuningLoss < made.tuningLoss) [made, found] = [tried, own];
        return tried.tuningLoss;
      },
      { ...PAPER_TRIALS, better: "lower", seed, signal },
    );
  }
  const { settings, learningRate } = found ?? {
    settings: settingsFor(effort, family, longest),
    learningRate: plan.learningRate,
  };
  made ??= await trainOnce(family, data, {
    settings,
    plan: { ...plan, learningRate },
    onEpoch: (epoch, note) => onProgress((epoch + 1) / plan.epochs, note),
  });
  return {
    model: made.model,
    chosen: { epochs: made.bestEpoch + 1, "learning rate": learningRate, ...settings },
    ...(effort === "paper" ? { settings: { settings, learningRate } satisfies Found } : {}),
  };
}

/** The networks a run can train. */
export const networks: readonly Trainer[] = (Object.keys(titles) as SequenceFamily[]).map((family) => ({
  id: family,
  title: titles[family],
  isTrees: false,
  view: "sequences",
  outcomes: ["event", "number", "classes", "labels"],
  usesSeed: true,
  canContinue: true,
  train: (data) => trainNetwork(family, data),
}));
