// The stages that judge a trained model: figures of the rows held out, what drives its predictions, scores beside it, the
// best possible. Trains nothing.
import { basename } from "node:path";
import { cohortFiles, readTaskScores } from "../cohort/index.ts";
import { Bug } from "../core/errors.ts";
import { eventLabels, type Samples, subgroupFamilies } from "../features/index.ts";
import { hashFile } from "../store/index.ts";
import { type Evidence, evaluate, type HeldOutEvent, subgroups } from "./evaluate/index.ts";
import { explain, rowsToExplain } from "./explain/index.ts";
import { medsPredictionsPath, writeMedsPredictions } from "./meds-predictions.ts";
import {
  collectTuning,
  heldOutOf,
  predictHeldOut,
  readPredictions,
  thresholdsOf,
  writePredictions,
} from "./predict.ts";
import { type Replicate, replicatesOf } from "./protocol.ts";
import { bestPossibleOf } from "./regret.ts";
import type { ModelResult, RunResult } from "./result.ts";
import { type Learning, resamplesOf, type Scene, THRESHOLD_RULE } from "./scene.ts";
import { evaluateScore, heldOutPoints, writePoints } from "./scores.ts";
import { type FoldRecord, readModelFile } from "./train.ts";
import type { Trainer } from "./trainers/index.ts";
import { findTruth, readTruth } from "./truth.ts";
import { underTriage } from "./under-triage.ts";

/** The records of a model: by replicate, then by fold. */
export type Records = readonly (readonly FoldRecord[])[];

/** A model's predictions files. */
interface PredictionFiles {
  heldOut: string;
  tuning: string;
}

export function predictionFiles(
  { folder }: Pick<Scene, "folder">,
  trainer: Pick<Trainer, "id">,
  isFirst: boolean,
): PredictionFiles {
  return {
    heldOut: folder.at(isFirst ? "predictions.parquet" : `predictions-${trainer.id}.parquet`),
    tuning: folder.at("models", `${trainer.id}.tuning.parquet`),
  };
}

/** Predicts every held-out row, from the saved models. */
export async function predictModel(
  scene: Scene,
  trainer: Trainer,
  learning: Learning,
  records: Records,
  files: PredictionFiles,
): Promise<{ thresholds: number[]; seconds: number }> {
  const { folder, store, seed, base, progress } = scene;
  const { samples, plan } = learning;
  const replicates = replicatesOf(plan, trainer.usesSeed);
  const isEvent = samples.outcome === "event";
  const forMeds = medsPredictionsPath(files.heldOut);
  return folder.stage({
    name: `predict ${trainer.id}`,
    dependsOn: {
      base,
      seed,
      division: divisionKey(plan),
      model: trainer.id,
      file: basename(files.heldOut),
      made: records,
    },
    work: async () => {
      const heldOut = (part: number) => plan.split.parts(part).heldOut;
      const models = (file: string) => folder.at("models", file);
      const total = replicates.reduce(
        (sum, { parts }) => sum + parts.reduce((all, part) => all + heldOut(part).length, 0),
        0,
      );
      progress.begin(`Predicting ${trainer.id}`, total);
      const input = { world: learning, models, replicates, folds: records };
      const began = performance.now();
      const predicted = await predictHeldOut({
        ...input,
        heldOut,
        onRows: (done) => progress.at(done, `row ${done} of ${total}`),
      });
      const seconds = (performance.now() - began) / 1000;
      const tuning = await collectTuning(store.db, input);
      await writePredictions(store.db, files.heldOut, samples, predicted);
      await writePredictions(store.db, files.tuning, samples, tuning);
      const thresholds = isEvent ? thresholdsOf(samples, tuning, plan.folds) : [];
      if (isEvent) {
        const sources = { predictions: files.heldOut, labels: folder.at("cohort", cohortFiles.labels), thresholds };
        await writeMedsPredictions(store.db, forMeds, { ...sources, hourly: samples.hours !== undefined });
      }
      progress.end(`${predicted.rows.length} rows held out`);
      return { value: { thresholds, seconds }, files: [files.heldOut, files.tuning, ...(isEvent ? [forMeds] : [])] };
    },
  });
}

/** What tells one division of the rows from another. */
export function divisionKey({ folds, repetitions, seeds, search }: Learning["plan"]): unknown {
  return { folds, repetitions, seeds, search };
}

/** The figures of a model, and by subgroup. */
export async function judgeModel(
  scene: Scene,
  trainer: Trainer,
  learning: Learning,
  files: PredictionFiles,
  thresholds: number[],
): Promise<Evidence & Pick<ModelResult, "subgroups">> {
  const { folder, store, seed, base, progress, conformal } = scene;
  const { cohort, samples, plan } = learning;
  const replicates = replicatesOf(plan, trainer.usesSeed);
  const resamples = resamplesOf(scene);
  const withholdsFew = store.source(cohort.source.id)!.dataUse === "credentialed";
  const { window, representatives } = cohort.label;
  const alarms = window && { beforeHours: window.before, afterHours: window.after };
  const settings = { seed, resamples, thresholdRule: THRESHOLD_RULE, withholdsFew, conformal, alarms };
  return folder.stage({
    name: `evaluate ${trainer.id}`,
    dependsOn: { base, settings, thresholds, predictions: [folder.digest(files.heldOut), folder.digest(files.tuning)] },
    work: async () => {
      progress.begin(`Evaluating ${trainer.id}`);
      progress.at(0, `${resamples} resamples of patients`);
      const tunedTogether = replicates.filter(({ parts }) => parts[0] === replicates[0]!.parts[0]);
      const held = await readPredictions(store.db, files.heldOut, samples, replicates.length);
      const tuning = await readPredictions(store.db, files.tuning, samples, tunedTogether.length > 1 ? 0 : 1);
      const unit = representatives?.unit ?? cohort.label.unit;
      const ofClasses = representatives?.values;
      const given = heldOutOf(samples, held, tuning, { unit, thresholds, replicates, representatives: ofClasses });
      const evidence = evaluate(given, settings);
      const groups =
        samples.outcome === "event"
          ? subgroups(given as HeldOutEvent, await subgroupFamilies(store.db, cohort.folder, held.stayIds), settings)
          : [];
      const missed =
        samples.outcome === "event" ? await underTriage(store.db, cohort, given as HeldOutEvent, settings) : {};
      progress.end(`${resamples} resamples of patients`);
      return { value: { ...evidence, ...missed, subgroups: groups }, files: [] };
    },
  });
}

/** What drives the predictions, where the model is of trees and tells a risk. */
export async function explainModel(
  scene: Scene,
  trainer: Trainer,
  learning: Learning,
  records: Records,
): Promise<ModelResult["explanation"]> {
  const { folder, seed, base, progress } = scene;
  const { samples, plan, cohort } = learning;
  if (!trainer.isTrees || samples.outcome !== "event") return undefined;
  const resamples = resamplesOf(scene);
  const [replicate] = replicatesOf(plan, trainer.usesSeed) as [Replicate];
  return folder.stage({
    name: `explain ${trainer.id}`,
    dependsOn: { base, seed, resamples, division: divisionKey(plan), made: records[0] },
    work: async () => {
      const rows = await rowsToExplain({
        world: learning,
        heldOut: replicate.parts.map((part) => plan.split.parts(part).heldOut),
        files: records[0]!.map(({ file }) => readModelFile(folder.at("models", file))),
        seed,
      });
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
export async function judgeScores(scene: Scene, { cohort, samples, plan }: Learning): Promise<ModelResult[]> {
  const { folder, store, seed, base, task } = scene;
  if (samples.outcome !== "event") return [];
  const scores = await readTaskScores(store.db, cohort.folder, task, scene.mode);
  if (scores.length === 0) return [];
  const settings = { seed, resamples: resamplesOf(scene), thresholdRule: THRESHOLD_RULE };
  return folder.stage({
    name: "evaluate scores",
    dependsOn: { base, settings, division: divisionKey(plan) },
    work: async () => {
      const first = { ...plan.split, folds: plan.folds };
      const value: ModelResult[] = [];
      const files: string[] = [];
      for (const score of scores) {
        const held = heldOutPoints(score.points, eventLabels(samples), first);
        const file = folder.at(`points-${score.id}.parquet`);
        await writePoints(store.db, file, held);
        files.push(file);
        value.push(evaluateScore(score, held, settings));
      }
      return { value, files };
    },
  });
}

/** A trained model and where its predictions are. */
export interface Judged {
  trainer: Pick<Trainer, "id" | "usesSeed">;
  file: string;
}

/** How well the true risk does on the same rows, where the records are synthetic and tell, and how far models stay behind. */
export async function bestPossible(
  scene: Scene,
  { cohort, samples, plan }: Learning,
  models: readonly Judged[],
): Promise<RunResult["bestPossible"]> {
  const { declared, truthIn, store, seed, base, mode, folder, progress } = scene;
  if (samples.outcome !== "event") return undefined;
  const asked = { mode, hourly: samples.hours !== undefined };
  const truth = await findTruth(store.db, truthIn, declared, asked);
  if (!truth) return undefined;
  const draws = { seed, resamples: resamplesOf(scene) };
  const made = models.map(({ trainer, file }) => [trainer.id, folder.digest(file)]);
  const { found } = await folder.stage({
    name: "best possible",
    dependsOn: { base, draws, division: divisionKey(plan), made, truth: await hashFile(truth.path) },
    work: async () => {
      progress.begin("Best possible", models.length);
      const all = await readTruth(store.db, truth, cohort.folder, samples);
      const held = rowsHeldOut(samples, plan);
      const take = (values: ArrayLike<number>) => Float64Array.from(held, (row) => values[row]!);
      const { subjectIds, stayIds, hours, targets } = samples;
      const rows = {
        ...{ subjectIds: take(subjectIds), stayIds: take(stayIds), truth: take(targets), risk: take(all) },
        hours: hours && take(hours),
      };
      const ids = models.map(({ trainer }) => trainer.id);
      const found = await bestPossibleOf(
        rows,
        ids,
        async (id) => {
          progress.at(ids.indexOf(id), id);
          const { trainer, file } = models[ids.indexOf(id)]!;
          const read = await readPredictions(store.db, file, samples, replicatesOf(plan, trainer.usesSeed).length);
          if (!isSame(read.stayIds, rows.stayIds) || (rows.hours && !isSame(read.hours!, rows.hours))) {
            throw new Bug(`The predictions of ${id} are not of the rows held out`);
          }
          return { predictions: read.predictions, seeds: read.replicates };
        },
        draws,
      );
      progress.end(`${ids.length} models beside the true risk`);
      return { value: { found }, files: [] };
    },
  });
  return found;
}

/** The samples held out once each, in their order, as predictions files have them. */
function rowsHeldOut({ targets }: Samples, { folds, split }: Learning["plan"]): Int32Array {
  return folds === 1 ? Int32Array.from(split.parts(0).heldOut).sort() : Int32Array.from(targets.keys());
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
