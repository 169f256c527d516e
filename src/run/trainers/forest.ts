// Random forest: settings by mode, chosen on tuning patients.
import { treesModel } from "../../models/index.ts";
import { type ForestOptions, trainForest } from "../../trees/index.ts";
import type { Trained, Trainer, TrainingData } from "./trainer.ts";
import { threadsFor, tuned } from "./tuned.ts";

const YAIB_TRIALS = 30;
const TRIALS = 10;
/** Trees of a trial and of the forest that is kept: more trees never do worse, they only take longer. */
const TRIAL_TREES = 100;
const TREES = 300;
/** Leaves that keep a tree's file of a bearable size; smaller leaves hardly change the mean of many trees. */
const MOST_LEAVES = 2500;
/** The search's part of the time. */
const SEARCH_SHARE = (TRIALS * TRIAL_TREES) / (TRIALS * TRIAL_TREES + TREES);

async function grow(data: TrainingData, options: ForestOptions, facts: Record<string, number | string>) {
  const { train, featureNames, seed, signal } = data;
  const { ensemble } = await trainForest(
    { ...train, featureNames },
    { ...options, seed, signal, threads: threadsFor(data) },
  );
  return { model: treesModel(ensemble, { facts: Object.entries(facts).map(([name, value]) => ({ name, value })) }) };
}

/**
 * Corrected mode: no class weights, missing values as they are, 10 trials over the size of the leaves and the columns
 * drawn for a split, by Brier score (a forest may say 0 or 1, for which the log loss has no bound).
 */
async function search(data: TrainingData): Promise<Trained> {
  const { rows } = data.train.x;
  const least = Math.max(1, Math.floor(rows / MOST_LEAVES));
  const most = Math.max(2, 2 * least, Math.min(100, Math.floor(rows / 20)));
  const space = {
    minSamplesLeaf: { type: "int", low: least, high: most, log: true },
    maxFeatures: { type: "choice", values: ["sqrt", 0.1, 0.3] },
  } as const;
  const factsOf = ({ minSamplesLeaf, maxFeatures }: { minSamplesLeaf: number; maxFeatures: "sqrt" | 0.1 | 0.3 }) => ({
    "rows in a leaf": minSamplesLeaf,
    "columns of a split": columnsInWords(maxFeatures),
  });
  const { settings } = await tuned(
    data,
    space,
    (settings) => grow(data, { ...settings, trees: TRIAL_TREES }, factsOf(settings)),
    { trials: TRIALS, by: "brier", share: SEARCH_SHARE },
  );
  data.onProgress(SEARCH_SHARE, `${TREES} trees`);
  const { model } = await grow(data, { ...settings, trees: TREES }, factsOf(settings));
  return { model, chosen: { trees: TREES, ...factsOf(settings) } };
}

function columnsInWords(maxFeatures: "sqrt" | "log2" | "all" | number | null): string {
  if (typeof maxFeatures === "number") return `${100 * maxFeatures} %`;
  return maxFeatures ?? "all";
}

/** YAIB's search (configuration of version 1.0). */
async function yaib(data: TrainingData): Promise<Trained> {
  const space = {
    trees: { type: "choice", values: [10, 50, 100, 200, 500] },
    maxDepth: { type: "choice", values: [null, 5, 10, 20] },
    minSamplesSplit: { type: "choice", values: [2, 5, 10] },
    minSamplesLeaf: { type: "choice", values: [1, 2, 4] },
    maxFeatures: { type: "choice", values: ["sqrt", "log2", "all"] },
    bootstrap: { type: "choice", values: [true, false] },
    classWeight: { type: "choice", values: [null, "balanced"] },
  } as const;
  const { settings, made } = await tuned(
    data,
    space,
    ({ maxDepth, ...settings }) => {
      const options = maxDepth === null ? settings : { ...settings, maxDepth };
      return grow(data, options, wordsOf({ ...settings, maxDepth }));
    },
    { trials: YAIB_TRIALS, by: "logLoss" },
  );
  return { model: made.model, chosen: wordsOf(settings) };
}

function wordsOf(settings: {
  trees: number;
  maxDepth: number | null;
  minSamplesSplit: number;
  minSamplesLeaf: number;
  maxFeatures: "sqrt" | "log2" | "all";
  bootstrap: boolean;
  classWeight: "balanced" | null;
}): Record<string, number | string> {
  return {
    trees: settings.trees,
    depth: settings.maxDepth ?? "any",
    "rows to split": settings.minSamplesSplit,
    "rows in a leaf": settings.minSamplesLeaf,
    "columns of a split": settings.maxFeatures,
    "rows drawn anew": settings.bootstrap ? "yes" : "no",
    "class weights": settings.classWeight ?? "none",
  };
}

/** scikit-learn's defaults, as the emergency benchmark uses them: 100 trees grown to the end. */
async function scikitLearn(data: TrainingData): Promise<Trained> {
  const facts = { "rows in a leaf": 1, "columns of a split": "sqrt" };
  const { model } = await grow(data, { trees: 100 }, facts);
  return { model, chosen: { trees: 100, ...facts } };
}

/** A forest as scikit-learn defines it. */
export const randomForest: Trainer = {
  id: "rf",
  title: "Random forest",
  isTrees: true,
  train(data) {
    if (data.mode !== "faithful") return search(data);
    return data.untuned ? scikitLearn(data) : yaib(data);
  },
};
