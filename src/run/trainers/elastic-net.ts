// Linear regression with an elastic-net penalty: settings by mode, chosen on tuning patients.
import {
  type ElasticNetModel,
  elasticNetPath,
  elasticNetProblem,
  solveElasticNet,
  squaredError,
  withTargetTimes,
} from "../../models/index.ts";
import { type SettingsOf, search } from "../../models/search/index.ts";
import { type Trained, type Trainer, type TrainingData, tableOf, tabularView } from "./trainer.ts";

/** YAIB's ranges and number of trials (configuration of version 0.3). */
const space = {
  alpha: { type: "float", low: 1e-2, high: 10, log: true },
  l1Ratio: { type: "float", low: 0, high: 1 },
  tolerance: { type: "float", low: 1e-5, high: 1e-1, log: true },
} as const;
const TRIALS = { trials: 50, startTrials: 10 } as const;
const MOST_SWEEPS = 10_000;
/** YAIB learns (value − 0) / (15 − 0), and measures penalties on that. */
const YAIB_SCALE = 15;

function trained(model: ElasticNetModel): Trained {
  const { alpha, l1Ratio } = model.settings;
  return {
    model,
    chosen: { alpha, "l1 ratio": l1Ratio },
    coefficients: Object.fromEntries(model.describe().features.map(({ name, weight }) => [name, weight])),
  };
}

/** The middle of YAIB's ranges, on logarithmic scales. */
const MIDDLE = { alpha: 0.3, l1Ratio: 0.5, tolerance: 1e-4 } as const;

/** YAIB's search: penalty, share and tolerance. Products of columns are summed once for all trials. */
async function yaib(data: TrainingData): Promise<Trained> {
  const { seed, signal, onProgress, search: effort } = data;
  const { x, y, names } = tableOf(data.train);
  const tuning = tableOf(data.tuning);
  const problem = elasticNetProblem(
    x,
    y.map((value) => value / YAIB_SCALE),
    { featureNames: names, signal },
  );
  const solve = (settings: SettingsOf<typeof space>) =>
    withTargetTimes(solveElasticNet(problem, { ...settings, maxIterations: MOST_SWEEPS }), YAIB_SCALE);
  const tried: { model: ElasticNetModel; error: number }[] = [];
  const attempt = (settings: SettingsOf<typeof space>) => {
    const model = solve(settings);
    const error = squaredError(tuning.y, model.predict(tuning.x));
    tried.push({ model, error });
    return error;
  };
  if (effort === "fixed") attempt(MIDDLE);
  else {
    await search(
      space,
      async (settings, { number }) => {
        onProgress(number / TRIALS.trials, `trial ${number + 1} of ${TRIALS.trials}`);
        await new Promise((resume) => setTimeout(resume, 0));
        return attempt(settings);
      },
      { ...TRIALS, better: "lower", seed, signal },
    );
  }
  const best = tried.reduce((a, b) => (b.error < a.error ? b : a));
  return trained(best.model);
}

/** Penalties without a lower tuning error after which weaker ones, which take longest, are left out. */
const PATIENCE = 4;

/** Corrected mode: a path of penalties from the one that leaves nothing, for several shares. */
async function path(data: TrainingData): Promise<Trained> {
  const { signal, onProgress } = data;
  const { x, y, names } = tableOf(data.train);
  const { table, chosen, model } = await elasticNetPath(x, y, {
    featureNames: names,
    tuning: tableOf(data.tuning),
    patience: PATIENCE,
    signal,
    onProgress: (done, total) => onProgress(done / total, `penalty ${done} of ${total}`),
  });
  return {
    ...trained(model),
    path: table.map(({ alpha, l1Ratio, nonZero, error }, i) => ({
      // as the report draws it: strengths as C = 1 / alpha
      c: 1 / alpha,
      l1Ratio,
      nonZero,
      score: error,
      chosen: i === chosen,
    })),
  };
}

/** Elastic-net linear regression. In faithful mode, and with the paper's protocol, YAIB's search. */
export const elasticNet: Trainer = {
  id: "elasticnet",
  title: "Elastic net",
  isTrees: false,
  view: tabularView,
  outcomes: ["number"],
  usesSeed: false,
  train: (data) => (data.mode === "faithful" || data.search === "paper" ? yaib(data) : path(data)),
};
