// The search that all tree trainers share: trials scored on tuning patients, the best model kept. Knows no family.
import { brier, logLoss } from "../../metrics/index.ts";
import type { TreesModel } from "../../models/index.ts";
import { type SettingsOf, type Space, search } from "../../models/search/index.ts";
import type { TrainingData } from "./trainer.ts";

/** Cells below which starting threads takes longer than they save. */
const CELLS_FOR_THREADS = 1_000_000;
/** Trials drawn at random before the search learns from those it has seen. */
const RANDOM_TRIALS = 5;

/** Threads worth starting for this table. */
export function threadsFor({ train, threads }: TrainingData): number {
  return train.x.data.length < CELLS_FOR_THREADS ? 1 : threads;
}

interface TunedOptions {
  trials: number;
  /** Lower is better: the mean log loss, or the Brier score where probabilities may be 0 or 1. */
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
  const { tuning, seed, signal, onProgress } = data;
  const score = by === "brier" ? brier : logLoss;
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
