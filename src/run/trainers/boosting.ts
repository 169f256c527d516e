// Gradient boosting: settings by mode, chosen on tuning patients, stopped early by their loss.
import { refitTrees, type TreesModel, treesModel } from "../../models/index.ts";
import { type BoostingOptions, trainBoosting } from "../../trees/index.ts";
import { type Trained, type Trainer, type TrainingData, tableOf, tabularView } from "./trainer.ts";
import { isLarge, lossOf, objectiveOf, threadsFor, tuned } from "./tuned.ts";

/** YAIB's smallest leaf: fewer training rows than two of them grow no tree. */
const YAIB_LEAF_ROWS = 1000;
const YAIB_TRIALS = 30;
/** Calls of the paper's protocol. */
const PAPER_TRIALS = 50;
const YAIB_PATIENCE = 10;
const TRIALS = 15;
const PATIENCE = 20;
const MOST_ROUNDS = 1000;
/** Of a large table in a quick run: fewer, larger steps. */
const LARGE = { trials: 4, rounds: 300, slowest: 0.08, patience: 10 };

async function boost(data: TrainingData, options: BoostingOptions, facts: Record<string, number | string> = {}) {
  const { seed, signal } = data;
  const { x, y, names } = tableOf(data.train);
  const { ensemble, log } = await trainBoosting(
    { x, y, featureNames: names, ...(options.earlyStopping ? { tuning: tableOf(data.tuning) } : {}) },
    { ...options, objective: objectiveOf(data), seed, signal, threads: threadsFor(data) },
  );
  const told = Object.entries({ "Rounds grown": log.rounds, "Best round": log.bestRounds, ...facts });
  return {
    model: treesModel(ensemble, { facts: told.map(([name, value]) => ({ name, value })) }),
    rounds: ensemble.trees.length,
  };
}

/**
 * Corrected mode: trees on the values as they are, missing ones too, without class weights, so that probabilities can be
 * taken at their word; 15 trials over size of the trees, learning rate, sampling and penalty, by log loss.
 */
async function search(data: TrainingData): Promise<Trained> {
  const { rows } = tableOf(data.train).x;
  const large = isLarge(data);
  const space = {
    numLeaves: { type: "int", low: 4, high: 64, log: true },
    learningRate: { type: "float", low: large ? LARGE.slowest : 0.03, high: 0.2, log: true },
    minDataInLeaf: { type: "int", low: 5, high: Math.max(10, Math.min(200, Math.floor(rows / 20))), log: true },
    columnFraction: { type: "float", low: 0.2, high: 1 },
    rowFraction: { type: "float", low: 0.5, high: 1 },
    lambdaL2: { type: "float", low: 0.01, high: 30, log: true },
  } as const;
  const limits = large
    ? { rounds: LARGE.rounds, earlyStopping: LARGE.patience }
    : { rounds: MOST_ROUNDS, earlyStopping: PATIENCE };
  const { settings, made } = await tuned(
    data,
    space,
    (settings) => boost(data, { ...settings, ...limits }, named(settings)),
    { trials: data.search === "fixed" ? 1 : large ? LARGE.trials : TRIALS, by: "logLoss" },
  );
  return { model: made.model, chosen: { trees: made.rounds, ...named(settings) }, settings };
}

/** YAIB's search (configuration of version 0.3): depth, leaves and sampling over fixed leaves of at least 1,000 rows. */
async function yaib(data: TrainingData): Promise<Trained> {
  const trials = data.search === "paper" ? PAPER_TRIALS : YAIB_TRIALS;
  const space = {
    numLeaves: { type: "int", low: 8, high: 128, log: true },
    maxDepth: { type: "int", low: 3, high: 7 },
    columnFraction: { type: "float", low: 0.33, high: 1 },
    rowFraction: { type: "float", low: 0.33, high: 1 },
  } as const;
  const fixed = { minDataInLeaf: YAIB_LEAF_ROWS, rounds: 100_000, earlyStopping: YAIB_PATIENCE };
  const { settings, made } = await tuned(
    data,
    space,
    (settings) => boost(data, { ...settings, ...fixed }, named({ ...settings, ...fixed })),
    { trials: tableOf(data.train).x.rows < 2 * YAIB_LEAF_ROWS ? 1 : trials, by: "logLoss" },
  );
  return { model: made.model, chosen: { trees: made.rounds, ...named(settings) }, settings };
}

/**
 * scikit-learn's defaults, as the emergency benchmark uses them: 100 trees of depth 3. Splits lie between bins of at most
 * 255 a column, and are chosen by the gain of a Newton step, not by Friedman's.
 */
async function scikitLearn(data: TrainingData): Promise<Trained> {
  const options = { rounds: 100, maxDepth: 3, numLeaves: 8, learningRate: 0.1, minDataInLeaf: 1, minDataInBin: 1 };
  const { model } = await boost(data, { ...options, minSumHessian: 1e-10 }, named(options));
  return { model, chosen: { trees: options.rounds, depth: options.maxDepth, "learning rate": options.learningRate } };
}

/** LightGBM's defaults, for systems that train it so: 100 trees of at most 31 leaves, of 20 rows and more. */
async function lightgbmDefaults(data: TrainingData): Promise<Trained> {
  const options = { rounds: 100, numLeaves: 31, learningRate: 0.1, minDataInLeaf: 20 };
  const { model } = await boost(data, options, named(options));
  return { model, chosen: { trees: options.rounds, ...named(options) } };
}

const words: Record<string, string> = {
  numLeaves: "leaves",
  maxDepth: "depth",
  learningRate: "learning rate",
  minDataInLeaf: "rows in a leaf",
  columnFraction: "share of columns",
  rowFraction: "share of rows",
  lambdaL2: "l2 penalty",
};

/** Settings under the names a reader knows; others are left out. */
function named(settings: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (words[name] ? [[words[name], value]] : [])),
  );
}

/** Weights of a leaf's old output tried when a model is trained further. */
const DECAYS = [0, 0.3, 0.6, 0.8, 0.9, 0.95, 1];
/** Penalty that keeps a leaf of few new rows near its old output. */
const FURTHER_L2 = 1;

/** Trains a model further: leaf outputs move towards the new rows, as far as tuning patients gain by it. */
function further(data: TrainingData, start: TreesModel): Trained {
  const { ensemble } = start;
  const { x, y } = tableOf(data.train);
  const tuning = tableOf(data.tuning);
  const learningRate = Number(start.training.facts.find(({ name }) => name === words["learningRate"])?.value ?? 0.1);
  const tried = DECAYS.map((decay) => {
    const refitted = refitTrees(ensemble, x, y, { decay, learningRate, lambdaL2: FURTHER_L2 });
    const model = treesModel(refitted, {
      facts: [...start.training.facts, { name: "Weight of old leaves", value: decay }],
    });
    return { decay, model, loss: lossOf(data, tuning.y, model.predict(tuning.x)) };
  });
  const best = tried.reduce((a, b) => (b.loss <= a.loss ? b : a));
  return { model: best.model, chosen: { trees: ensemble.trees.length, "weight of old leaves": best.decay } };
}

const trees = { canContinue: true, isTrees: true, outcomes: ["event", "number"], usesSeed: true } as const;
const asYaib = async (data: TrainingData) => {
  if (data.start) return further(data, data.start as TreesModel);
  if (data.mode === "faithful" && data.untuned) return lightgbmDefaults(data);
  return data.mode === "faithful" || data.search === "paper" ? yaib(data) : search(data);
};

/** Boosting as YAIB runs LightGBM. */
export const lightgbm: Trainer = {
  id: "lgbm",
  title: "Gradient boosting (LightGBM's method)",
  ...trees,
  view: tabularView,
  train: asYaib,
};

/** The same on what the paper's classical models lack: time since measured, slopes, trailing windows. */
export const lightgbmRecency: Trainer = {
  ...lightgbm,
  id: "lgbm-recency",
  title: "Gradient boosting with recency features",
  view: "recency",
};

/** Boosting as the emergency benchmark runs scikit-learn's. */
export const gradientBoosting: Trainer = {
  id: "gb",
  title: "Gradient boosting",
  ...trees,
  view: tabularView,
  canContinue: false,
  train: (data) => (data.mode === "faithful" ? scikitLearn(data) : search(data)),
};
