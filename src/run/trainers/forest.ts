// Random forest: settings by mode, chosen on tuning patients.
import { treesModel } from "../../models/index.ts";
import { type ForestOptions, trainForest } from "../../trees/index.ts";
import { type Trained, type Trainer, type TrainingData, tableOf, tabularView } from "./trainer.ts";
import { isLarge, objectiveOf, threadsFor, tuned } from "./tuned.ts";

const YAIB_TRIALS = 30;
/** Calls of the paper's protocol. */
const PAPER_TRIALS = 50;
const TRIALS = 10;
/** Trees of a trial and of the forest that is kept: more trees never do worse, they only take longer. */
const TRIAL_TREES = 100;
const TREES = 300;
/** Leaves that keep a tree's file of a bearable size; smaller leaves hardly change the mean of many trees. */
const MOST_LEAVES = 2500;
/** Of a large table in a quick run: fewer trees, each of part of the rows, on fewer distinct values. */
const LARGE = { trials: 2, trialTrees: 20, trees: 100, maxSamples: 0.3, maxBins: 255 };
/** Cells from which a table is large to a forest, whose trees grow to the end. */
const MANY_CELLS = 400_000;

async function grow(data: TrainingData, options: ForestOptions, facts: Record<string, number | string>) {
  const { seed, signal } = data;
  const { x, y, names } = tableOf(data.train);
  const { ensemble } = await trainForest(
    { x, y, featureNames: names },
    { ...options, objective: objectiveOf(data), seed, signal, threads: threadsFor(data) },
  );
  return { model: treesModel(ensemble, { facts: Object.entries(facts).map(([name, value]) => ({ name, value })) }) };
}

/**
 * Corrected mode: no class weights, missing values as they are, 10 trials over the size of the leaves and the columns
 * drawn for a split, by Brier score (a forest may say 0 or 1, for which the log loss has no bound).
 */
async function search(data: TrainingData): Promise<Trained> {
  const { rows } = tableOf(data.train).x;
  const large = isLarge(data, MANY_CELLS);
  const trials = data.search === "fixed" ? 1 : large ? LARGE.trials : TRIALS;
  const trialTrees = large ? LARGE.trialTrees : TRIAL_TREES;
  const trees = large ? LARGE.trees : TREES;
  const sampled = large ? { maxSamples: LARGE.maxSamples, maxBins: LARGE.maxBins } : {};
  const share = (trials * trialTrees) / (trials * trialTrees + trees);
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
    (settings) => grow(data, { ...settings, ...sampled, trees: trialTrees }, factsOf(settings)),
    { trials, by: "brier", share },
  );
  data.onProgress(share, `${trees} trees`);
  const { model } = await grow(data, { ...settings, ...sampled, trees }, factsOf(settings));
  return { model, chosen: { trees, ...factsOf(settings) }, settings };
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
    ({ maxDepth, classWeight, ...settings }) => {
      const limits = maxDepth === null ? {} : { maxDepth };
      const weights = objectiveOf(data) === "binary" ? { classWeight } : {};
      return grow(data, { ...settings, ...limits, ...weights }, wordsOf({ ...settings, maxDepth, classWeight }));
    },
    { trials: data.search === "paper" ? PAPER_TRIALS : YAIB_TRIALS, by: "logLoss" },
  );
  return { model: made.model, chosen: wordsOf(settings), settings };
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
  view: tabularView,
  outcomes: ["event", "number"],
  usesSeed: true,
  train(data) {
    if (data.mode !== "faithful") return data.search === "paper" ? yaib(data) : search(data);
    return data.untuned ? scikitLearn(data) : yaib(data);
  },
};
