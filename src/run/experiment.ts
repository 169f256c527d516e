// A whole run of a task: records → cohort → samples → models → evidence → report, each stage done once and resumable.
import { type Cohort, cohortTask, openCohort } from "../cohort/index.ts";
import { missingness, readSamples, tableOne } from "../features/index.ts";
import { notedTruths } from "../sources/index.ts";
import { findTask } from "../systems/index.ts";
import { assemble } from "./assemble.ts";
import { attendModel } from "./attention/index.ts";
import { crossSource, type TrainedModel } from "./cross-source.ts";
import { openData } from "./data.ts";
import { cohortCounts, describeRun, splitCounts } from "./describe.ts";
import { RunFolder } from "./folder.ts";
import {
  bestPossible,
  divisionKey,
  explainModel,
  type Judged,
  judgeModel,
  judgeScores,
  predictionFiles,
  predictModel,
} from "./judge.ts";
import { leakReport } from "./leaks.ts";
import { trainModel } from "./learn.ts";
import { planRun } from "./protocol.ts";
import type { ModelResult, RunResult } from "./result.ts";
import { type Learning, type RunOptions, resamplesOf, type Scene, worldOf } from "./scene.ts";
import type { FoldRecord } from "./train.ts";
import { findTrainers } from "./trainers/index.ts";
import { codeVersion } from "./version.ts";
import { writeResult } from "./write.ts";

export type { RunOptions } from "./scene.ts";

/**
 * Runs a task and writes its folder. The same records, settings, seed and code give the same predictions, byte for byte.
 * @throws BedsideError for bad input; Stopped when the user stops it, after which the same call goes on.
 */
export async function runTask(options: RunOptions): Promise<RunResult> {
  const { system, task: declared } = findTask(options.task);
  // a wrong name is told before anything is read
  findTrainers(declared, options.models);
  const folder = RunFolder.open(options.out);
  const truthIn = options.data.flatMap((given) => [given, ...notedTruths(given)]);
  try {
    const store = await openData(options.data, options.out, options, {
      task: cohortTask(options.task),
      folders: truthIn,
    });
    try {
      const base = { code: codeVersion(), data: store.manifest.fingerprint, task: options.task, mode: options.mode };
      return await runStages({ ...options, truthIn, system, declared, folder, store, base });
    } finally {
      store.close();
    }
  } finally {
    folder.close();
  }
}

async function runStages(scene: Scene): Promise<RunResult> {
  const { folder, store, declared } = scene;
  const cohort = await extract(scene);
  const description = await describe(scene, cohort);
  const samples = await readSamples(store.db, cohort.folder, cohort.label);
  const plan = planRun(samples, cohort, scene);
  const learning: Learning = { ...worldOf(scene, cohort, samples), plan };
  const trainers = findTrainers(declared, scene.models, learning.task);
  const leaks = await folder.stage({
    name: "leaks",
    dependsOn: { base: scene.base, seed: scene.seed, division: divisionKey(plan) },
    work: async () => ({ value: await leakReport(learning, plan.split, scene), files: [] }),
  });
  const results: { model: ModelResult; folds: FoldRecord[] }[] = [];
  const models: TrainedModel[] = [];
  const judged: Judged[] = [];
  let skipped = 0;
  for (const trainer of trainers) {
    const records = await trainModel(scene, trainer, learning);
    const files = predictionFiles(scene, trainer, trainer === trainers[0]);
    const { thresholds, seconds } = await predictModel(scene, trainer, learning, records, files);
    const evidence = await judgeModel(scene, trainer, learning, files, thresholds);
    const explanation = await explainModel(scene, trainer, learning, records);
    const attention = await attendModel(scene, trainer, learning, records);
    skipped = Math.max(skipped, evidence.skipped);
    const model = assemble(trainer, records, evidence, { explanation, predictSeconds: seconds });
    results.push({ model: attention ? { ...model, attention } : model, folds: records.flat() });
    models.push({ trainer, records });
    judged.push({ trainer, file: files.heldOut });
  }
  const cross = await crossSource(scene, learning, models);
  const result = describeRun({
    ...scene,
    outcome: samples.outcome,
    cohort,
    description,
    counts: cohortCounts(samples),
    splits: splitCounts(samples, plan),
    splitRule: plan.rule,
    results,
    leaks,
    crossSource: cross.rows.length > 0 ? cross.rows : undefined,
    moreWarnings: cross.warnings,
    scores: await judgeScores(scene, learning),
    bestPossible: await bestPossible(scene, learning, judged),
    bootstrap: { resamples: resamplesOf(scene), skipped },
  });
  await writeResult(result, folder, scene);
  return result;
}

/** The cohort, from the run's folder where it is still the right one. */
async function extract({ folder, store, task, mode, progress, base }: Scene): Promise<Cohort> {
  const out = folder.at("cohort");
  await folder.stage({
    name: "cohort",
    dependsOn: base,
    work: async () => {
      const cohort = await cohortTask(task).extract(store, { mode, out, progress });
      return { value: null, files: cohort.files };
    },
  });
  return openCohort(out);
}

/** Table one and where values are missing. */
function describe({ folder, store, base }: Scene, cohort: Cohort) {
  return folder.stage({
    name: "describe",
    dependsOn: base,
    work: async () => ({
      value: {
        tableOne: await tableOne(store.db, cohort.folder, cohort),
        missingness: await missingness(store.db, cohort.folder, cohort),
      },
      files: [],
    }),
  });
}
