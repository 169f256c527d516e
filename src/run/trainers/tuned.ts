// The search that all tree trainers share: trials scored on tuning patients, the best model kept. Knows no family.
import { Bug } from "../../core/errors.ts";
import { brier, logLoss } from "../../metrics/index.ts";
import type { TreesModel } from "../../models/index.ts";
import { type SettingsOf, type Space, search } from "../../models/search/index.ts";
import { type TrainingData, tableOf } from "./trainer.ts";

/** Cells below which starting threads takes longer than they save. */
const CELLS_FOR_THREADS = 1_000_000;
/** Trials drawn at random before the search learns from those it has seen. */
const RANDOM_TRIALS = 5;

/** Threads worth starting for this table. */
export function threadsFor({ train, threads }: TrainingData): number {
  return tableOf(train).x.data.length < CELLS_FOR_THREADS ? 1 : threads;
}

/** Cells from which a search that is to be brief tries fewer settings. */
const MANY_CELLS = 2_000_000;

/** Whether the search should try fewer settings. */
export function isLarge({ train, brief }: Pick<TrainingData, "train" | "brief">, cells = MANY_CELLS): boolean {
  return (brief ?? false) && tableOf(train).x.data.length > cells;
}

/** The objective of trees for what is predicted. */
export function objectiveOf({ target }: TrainingData): "binary" | "l2" {
  if (target.outcome === "event") return "binary";
  if (target.outcome === "number") return "l2";
  throw new Bug(`trees do not predict ${target.outcome}`);
}

/** The loss of predictions: the mean log loss of an event, also where it never happens, or the mean square of a number. */
export function lossOf({ target }: TrainingData, truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  if (target.outcome === "number") return meanSquare(truth, predicted);
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum -= Math.log(Math.max(truth[i] ? predicted[i]! : 1 - predicted[i]!, 1e-12));
  return sum / truth.length;
}

function meanSquare(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (truth[i]! - predicted[i]!) ** 2;
  return sum / truth.length;
}

interface TunedOptions {
  trials: number;
  /** Of an event, lower is better: the mean log loss, or the Brier score where probabilities may be 0 or 1. Of a number the mean square. */
  by: "logLoss" | "brier";
  /** The share of the whole training that the search takes. Default 1. */
  share?: number;
}

/**
 * Trains at settings that TPE proposes and keeps the model that does best on the tuning patients. The first proposals are
 * random; all follow from the seed.
 */
export async function tuned<S extends Space, Made extends { model: TreesModel }>(
  data: TrainingData,
  space: S,
  make: (settings: SettingsOf<S>) => Promise<Made>,
  { trials, by, share = 1 }: TunedOptions,
): Promise<{ settings: SettingsOf<S>; made: Made }> {
  const { seed, signal, onProgress } = data;
  if (data.settings) {
    const settings = data.settings as SettingsOf<S>;
    return { settings, made: await make(settings) };
  }
  const tuning = tableOf(data.tuning);
  const score = data.target.outcome === "number" ? meanSquare : by === "brier" ? brier : logLoss;
  let best: { value: number; settings: SettingsOf<S>; made: Made } | undefined;
  await search(
    space,
    async (settings, { number }) => {
      onProgress((share * number) / trials, `trial ${number + 1} of ${trials}`);
      const made = await make(settings);
      const value = score(tuning.y, made.model.predict(tuning.x));
      if (!best || value < best.value) best = { value, settings, made };
      return value;
    },
    { trials, better: "lower", seed, signal, startTrials: Math.min(RANDOM_TRIALS, trials) },
  );
  return best!;
}
