// A whole run of a task: records → cohort → features → models → evidence → report, each stage done once and resumable.
import { basename } from "node:path";
import {
  type Cohort,
  cohortFiles,
  cohortTask,
  isEdTask,
  openCohort,
  readScores,
  scoreModels,
} from "../cohort/index.ts";
import type { Mode } from "../concepts/mode.ts";
import { Stopped } from "../core/errors.ts";
import {
  type Labels,
  missingness,
  readLabels,
  readSequences,
  type SplitPlan,
  type StaySummary,
  splitPatients,
  subgroupFamilies,
  summariseStays,
  tableOne,
} from "../features/index.ts";
import type { Database, RecordStore } from "../store/index.ts";
import { findTask, type System, type SystemTask } from "../systems/index.ts";
import { openData, type Resources } from "./data.ts";
import { cohortCounts, describeRun, splitCounts } from "./describe.ts";
import { evaluate, type HeldOut, intervals, mainMetrics, subgroups } from "./evaluate.ts";
import { explain, rowsToExplain } from "./explain/index.ts";
import { RunFolder } from "./folder.ts";
import type { StayInputs } from "./inputs.ts";
import { medsPredictionsPath, writeMedsPredictions } from "./meds-predictions.ts";
import { checkEvents, foldsFor } from "./plan.ts";
import { predictFolds, readPredictions, writePredictions } from "./predict.ts";
import type { ModelResult, RunResult } from "./result.ts";
import { evaluateScore } from "./scores.ts";
import { type FoldRecord, readModelFile, trainFold } from "./train.ts";
import { findTrainers, type Trainer } from "./trainers/index.ts";
import { findTruth, readTruth } from "./truth.ts";
import { codeVersion } from "./version.ts";
import { type Documents, writeResult } from "./write.ts";

const THRESHOLD_RULE = "Youden's index on tuning patients";

/** What a run is asked to do. */
export interface RunOptions extends Resources {
  /** `yaib/mortality24` */
  task: string;
  /** Folders with the records, or one store. */
  data: readonly string[];
  out: string;
  mode: Mode;
  seed: number;
  /** Models by id; those of the task when left out. */
  models?: readonly string[] | undefined;
  /** Cross-validation folds, or 1 for a single split; by the size of the cohort when left out. */
  folds?: number | undefined;
  /** Bootstrap resamples. Default 1,000. */
  resamples?: number | undefined;
  /** The command as typed, for the manifest. */
  command: string;
  /** The time of the start, for the manifest. */
  startedAt: string;
  /** What is made of the result beside report.json: the report, the model card. */
  documents: Documents;
}

/** What the stages of a run share. */
interface Scene extends RunOptions {
  system: System;
  declared: SystemTask;
  folder: RunFolder;
  store: RecordStore;
  /** Everything later stages depend on: code, data, task, mode. */
  base: unknown;
}

/**
 * Runs a task and writes its folder. The same records, settings, seed and code give the same predictions, byte for byte.
 * @throws BedsideError for bad input; Stopped when the user stops it, after which the same call goes on.
 */
export async function runTask(options: RunOptions): Promise<RunResult> {
  const { system, task: declared } = findTask(options.task);
  const trainers = findTrainers(declared, options.models);
  const folder = RunFolder.open(options.out);
  try {
    const store = await openData(options.data, options.out, options, { task: cohortTask(options.task) });
    try {
      const base = { code: codeVersion(), data: store.manifest.fingerprint, task: options.task, mode: options.mode };
      return await runStages({ ...options, system, declared, folder, store, base }, trainers);
    } finally {
      store.close();
    }
  } finally {
    folder.close();
  }
}

async function runStages(scene: Scene, trainers: readonly Trainer[]): Promise<RunResult> {
  const { folder, store, progress, declared } = scene;
  const { db } = store;
  const cohort = await extract(scene);
  const labels = await readLabels(db, cohort.folder);
  checkEvents(labels, cohort);
  const plan = splitPatients(labels, {
    seed: scene.seed,
    by: scene.mode === "faithful" ? "stay" : "patient",
    folds: foldsFor(labels, scene),
  });
  const description = await folder.stage({
    name: "describe",
    dependsOn: scene.base,
    work: async () => ({
      value: {
        tableOne: await tableOne(db, cohort.folder, cohort),
        missingness: await missingness(db, cohort.folder, cohort),
      },
      files: [],
    }),
  });
  const summary = once(() => summariseStays(db, cohort.folder, cohort, { mode: scene.mode, progress }));
  const sequences = once(() => readSequences(db, cohort.folder, cohort, { progress }));
  /** What a model is given of every stay; the hours only where it asks for them. */
  const stays = async ({ input }: Trainer): Promise<StayInputs> => ({
    summary: await summary(),
    ...(input === "sequence" ? { sequences: await sequences() } : {}),
  });
  const results: { model: ModelResult; folds: FoldRecord[] }[] = [];
  let skipped = 0;
  for (const trainer of trainers) {
    const folds = await train(scene, trainer, { cohort, labels, plan, summary, stays });
    const file = folder.at(trainer === trainers[0] ? "predictions.parquet" : `predictions-${trainer.id}.parquet`);
    const held = await predict(scene, trainer, { labels, plan, folds, stays }, file);
    const evidence = await judge(scene, trainer, { cohort, held, file });
    const explanation = await explainTrees(scene, trainer, { cohort, labels, plan, folds, summary, stays });
    skipped = Math.max(skipped, evidence.skipped);
    results.push({ model: assemble(trainer, folds, evidence, explanation), folds });
  }
  const scores = await judgeScores(scene, cohort, labels, plan);
  const best = await bestPossible(scene, labels, declared);
  const result = describeRun({
    ...scene,
    cohort,
    description,
    counts: cohortCounts(labels),
    splits: splitCounts(labels, plan),
    splitRule: plan.rule,
    results,
    scores,
    bestPossible: best,
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

interface Learning {
  cohort: Cohort;
  labels: Labels;
  plan: SplitPlan;
  summary: () => Promise<StaySummary>;
  stays: (trainer: Trainer) => Promise<StayInputs>;
}

/** One stage per fold, so that a stop costs one fold at most. */
async function train(scene: Scene, trainer: Trainer, learning: Learning): Promise<FoldRecord[]> {
  const { folder, progress, mode, seed, threads, base, declared } = scene;
  const { labels, plan, stays } = learning;
  const untuned = declared.untuned?.includes(trainer.id) ?? false;
  const records: FoldRecord[] = [];
  let begun = false;
  for (let fold = 0; fold < plan.folds; fold++) {
    const note = plan.folds > 1 ? `fold ${fold + 1} of ${plan.folds}` : "";
    const name = plan.folds > 1 ? `${trainer.id}-fold-${fold + 1}` : trainer.id;
    const file = folder.at("models", `${name}.json`);
    const record = await folder.stage({
      name: `train ${name}`,
      dependsOn: { base, seed, folds: plan.folds, fold, model: trainer.id },
      work: async () => {
        const known = await stays(trainer);
        if (!begun) progress.begin(`Training ${trainer.id}`, plan.folds);
        begun = true;
        const onProgress = (share: number, what: string) =>
          progress.at(fold + share, [note, what].filter(Boolean).join(", "));
        const parts = plan.parts(fold);
        const settings = { mode, untuned, seed, threads, signal: progress.signal, onProgress };
        const value = await trainFold({ trainer, parts, labels: labels.labels, stays: known, ...settings }, file);
        return { value, files: [file] };
      },
    });
    if (progress.signal.aborted) throw new Stopped();
    records.push(record);
  }
  if (begun) progress.end(plan.folds > 1 ? `${plan.folds} folds` : "one split");
  return records;
}

/** The predictions of every held-out stay, from the saved models. */
async function predict(
  scene: Scene,
  trainer: Trainer,
  { labels, plan, folds, stays }: Omit<Learning, "cohort" | "summary"> & { folds: FoldRecord[] },
  file: string,
): Promise<HeldOut> {
  const { folder, store, seed, base } = scene;
  const forMeds = medsPredictionsPath(file);
  const thresholds = folds.map(({ threshold }) => threshold);
  await folder.stage({
    name: `predict ${trainer.id}`,
    dependsOn: { base, seed, folds: plan.folds, model: trainer.id, file: basename(file), made: folds },
    work: async () => {
      await writePredictions(
        store.db,
        file,
        await predictFolds({ folder, labels, plan, folds, stays: await stays(trainer) }),
      );
      const sources = { predictions: file, labels: folder.at("cohort", cohortFiles.labels), thresholds };
      await writeMedsPredictions(store.db, forMeds, sources);
      return { value: null, files: [file, forMeds] };
    },
  });
  return readPredictions(store.db, file, thresholds);
}

type Evidence = ReturnType<typeof evaluate> & Pick<ModelResult, "subgroups">;

async function judge(
  scene: Scene,
  trainer: Trainer,
  { cohort, held, file }: { cohort: Cohort; held: HeldOut; file: string },
): Promise<Evidence> {
  const { folder, store, seed, base, progress } = scene;
  const resamples = resamplesOf(scene);
  const settings = { seed, resamples, thresholdRule: THRESHOLD_RULE };
  return folder.stage({
    name: `evaluate ${trainer.id}`,
    dependsOn: { base, settings, predictions: folder.digest(file) },
    work: async () => {
      progress.begin(`Evaluating ${trainer.id}`);
      progress.at(0, `${resamples} resamples of patients`);
      const families = await subgroupFamilies(store.db, cohort.folder, held.stayIds);
      const value = { ...evaluate(held, settings), subgroups: subgroups(held, families, settings) };
      progress.end(`${resamples} resamples of patients`);
      return { value, files: [] };
    },
  });
}

/** What drives the predictions, where the model is of trees. */
async function explainTrees(
  scene: Scene,
  trainer: Trainer,
  { cohort, labels, plan, folds, summary }: Learning & { folds: FoldRecord[] },
): Promise<ModelResult["explanation"]> {
  if (!trainer.isTrees) return undefined;
  const { folder, seed, base, progress } = scene;
  const resamples = resamplesOf(scene);
  return folder.stage({
    name: `explain ${trainer.id}`,
    dependsOn: { base, seed, resamples, folds: plan.folds, made: folds },
    work: async () => {
      const read = (fold: number) => readModelFile(folder.at("models", folds[fold]!.file));
      const rows = rowsToExplain({ labels, plan, summary: await summary(), read, seed });
      progress.begin(`Explaining ${trainer.id}`, rows.labels.length);
      const units = new Map([...cohort.dynamic, ...cohort.static].map(({ name, unit }) => [name, unit]));
      const unitOf = (variable: string) => units.get(variable) ?? "";
      const value = await explain(rows, { seed, resamples, unitOf, progress });
      progress.end(`${rows.labels.length} held-out rows`);
      return { value, files: [] };
    },
  });
}

/** The clinical scores that the cohort's rows carry, on the same rows. */
async function judgeScores(scene: Scene, cohort: Cohort, labels: Labels, plan: SplitPlan): Promise<ModelResult[]> {
  const { folder, store, seed, base, task } = scene;
  if (!isEdTask(task)) return [];
  const settings = { seed, resamples: resamplesOf(scene), thresholdRule: THRESHOLD_RULE };
  return folder.stage({
    name: "evaluate scores",
    dependsOn: { base, settings, folds: plan.folds },
    work: async () => {
      const points = await readScores(store.db, cohort.folder);
      const value = scoreModels().map(({ id, title, column }) =>
        evaluateScore({ id, title, points: points[column]! }, labels, plan, settings),
      );
      return { value, files: [] };
    },
  });
}

function assemble(
  trainer: Trainer,
  folds: FoldRecord[],
  { skipped: _, ...evidence }: Evidence,
  explanation: ModelResult["explanation"],
): ModelResult {
  const first = folds[0]!;
  return {
    id: trainer.id,
    title: trainer.title,
    chosen: chosenInWords(folds.map(({ chosen }) => chosen)),
    ...evidence,
    ...(first.coefficients ? { coefficients: meanCoefficients(folds, first) } : {}),
    ...(first.path ? { path: first.path } : {}),
    ...(explanation ? { explanation } : {}),
    trainSeconds: folds.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** `C = 0.1, l1 ratio = 0.5`, or over folds `C = 0.01 to 0.1`, `depth = 5 or any`. */
function chosenInWords(settings: readonly Record<string, number | string>[]): string {
  const show = (value: number | string) => (typeof value === "string" ? value : String(Number(value.toPrecision(3))));
  return Object.keys(settings[0]!)
    .map((name) => {
      const values = settings.map((setting) => setting[name]!);
      const numbers = values.filter((value) => typeof value === "number").sort((a, b) => a - b);
      const different = [...new Set(values.map(show))];
      if (different.length === 1) return `${name} = ${different[0]}`;
      if (numbers.length < values.length) return `${name} = ${different.sort().join(" or ")}`;
      return `${name} = ${show(numbers[0]!)} to ${show(numbers.at(-1)!)}`;
    })
    .join(", ");
}

/** The mean over folds, by size. */
function meanCoefficients(folds: FoldRecord[], first: FoldRecord): NonNullable<ModelResult["coefficients"]> {
  return Object.keys(first.coefficients!)
    .map((name) => ({
      name,
      title: first.titles[name] ?? name,
      value: folds.reduce((sum, fold) => sum + (fold.coefficients![name] ?? 0), 0) / folds.length,
    }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
}

/** How well the true risk does on the same stays, where the records are synthetic and tell. */
async function bestPossible(scene: Scene, labels: Labels, declared: SystemTask): Promise<RunResult["bestPossible"]> {
  const file = declared.truth && findTruth(scene.data, declared.truth);
  if (!file) return undefined;
  const risk = await readTruth(scene.store.db as Database, file, labels.stayIds);
  const known = [...risk.keys()].filter((i) => !Number.isNaN(risk[i]!));
  const take = (values: ArrayLike<number>) => Float64Array.from(known, (i) => values[i]!);
  const { values } = intervals(mainMetrics, take(labels.labels), take(risk), take(labels.subjectIds), {
    seed: scene.seed,
    resamples: resamplesOf(scene),
  });
  const missing = risk.length - known.length;
  return {
    metrics: values,
    note: `The true risk of each stay, which the synthetic hospital writes apart: no model can do better on average.${
      missing > 0 ? ` ${missing} stays without one are left out.` : ""
    }`,
  };
}

function resamplesOf({ resamples = 1000 }: RunOptions): number {
  return resamples;
}

/** Computes when first asked for, then remembers. */
function once<T>(compute: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= compute();
    return value;
  };
}
