// Trained models on another source: as they are, trained further on some stays of it, and trained on those stays alone.
// Every row of the table is judged on the same stays of the other source.
import { join } from "node:path";
import { type Cohort, cohortTask, openCohort } from "../cohort/index.ts";
import { BedsideError, Stopped } from "../core/errors.ts";
import { randomStream } from "../core/random.ts";
import { countSamples, readSamples, type Samples, type SplitParts } from "../features/index.ts";
import { modelFromJSON } from "../models/index.ts";
import { openData } from "./data.ts";
import { evaluate } from "./evaluate/index.ts";
import type { Records } from "./judge.ts";
import { meanOf } from "./predict.ts";
import { replicatesOf } from "./protocol.ts";
import type { CrossSource } from "./result.ts";
import { type Learning, resamplesOf, type Scene, THRESHOLD_RULE, type World, worldOf } from "./scene.ts";
import { type FoldRecord, predictRows, readModelFile, trainCell, tuningFile } from "./train.ts";
import type { Trainer } from "./trainers/index.ts";

/** A model of the run with its trained folds. */
export interface TrainedModel {
  trainer: Trainer;
  records: Records;
}

/** One patient in so many of those for fine-tuning chooses when to stop. */
const TUNING_PART = 4;
/** Fewer stays than this teach nothing. */
const LEAST_STAYS = 8;

/**
 * Tries the trained models on the other source.
 * @throws BedsideError where the other source cannot give the task's cohort, or has too few stays.
 */
export async function crossSource(
  scene: Scene,
  learning: Learning,
  models: readonly TrainedModel[],
): Promise<{ rows: CrossSource[]; warnings: string[] }> {
  const { testOn, fineTune, folder, seed } = scene;
  if (!testOn?.length) return { rows: [], warnings: [] };
  const place = folder.at("tested-on");
  const store = await openData(testOn, place, scene, { task: cohortTask(scene.task) });
  try {
    const there: Scene = { ...scene, store, base: { ...(scene.base as object), testedOn: store.manifest.fingerprint } };
    const cohort = await extractThere(there, join(place, "cohort"));
    const samples = await readSamples(store.db, cohort.folder, cohort.label);
    const world = worldOf(there, cohort, samples);
    const parts = divide(samples, fineTune, seed, cohort);
    const rows: CrossSource[] = [];
    const warnings: string[] = hasOneOutcome(samples, parts.heldOut)
      ? ["The stays tested on all have the event, or all lack it: nothing can be said of how models tell them apart."]
      : [];
    const name = ({ source }: Cohort) => `${source.title} ${source.version}`;
    for (const { trainer, records } of models) {
      const file = folder.at("models", records[0]![0]!.file);
      const ways: { words: string; stays: number; trainedOn: string; predict(): Promise<Float64Array> }[] = [
        {
          words: trainer.title,
          stays: 0,
          trainedOn: name(learning.cohort),
          predict: () => predictMean(learning, world, { trainer, records }, scene, parts.heldOut),
        },
      ];
      if (parts.stays > 0) {
        const further = (start: boolean) => () => trainFurther(there, world, trainer, { file, parts, start });
        if (trainer.canContinue) {
          ways.push({
            words: `${trainer.title}, trained further on ${parts.stays} stays`,
            stays: parts.stays,
            trainedOn: `${name(learning.cohort)}, then ${name(cohort)}`,
            predict: further(true),
          });
        }
        ways.push({
          words: `${trainer.title}, trained on these ${parts.stays} stays alone`,
          stays: parts.stays,
          trainedOn: name(cohort),
          predict: further(false),
        });
      }
      for (const way of ways) {
        try {
          const metrics = await judge(there, world, parts.heldOut, `${trainer.id}: ${way.words}`, records, way.predict);
          rows.push({
            model: trainer.id,
            title: way.words,
            trainedOn: way.trainedOn,
            testedOn: name(cohort),
            fineTunedStays: way.stays,
            patients: new Set(Array.from(parts.heldOut, (row) => samples.subjectIds[row]!)).size,
            rows: parts.heldOut.length,
            metrics,
          });
        } catch (error) {
          // so few stays may hold one outcome only; the other rows stand
          if (!(error instanceof BedsideError) || way.stays === 0) throw error;
          warnings.push(`${way.words}: left out, ${error.problem.what.toLowerCase()}`);
        }
      }
    }
    return { rows, warnings };
  } finally {
    store.close();
  }
}

function hasOneOutcome({ outcome, targets }: Samples, rows: Int32Array): boolean {
  return outcome === "event" && rows.every((row) => targets[row] === targets[rows[0]!]);
}

async function extractThere({ folder, store, task, mode, progress, base }: Scene, out: string): Promise<Cohort> {
  await folder.stage({
    name: "cohort tested on",
    dependsOn: base,
    work: async () => {
      const cohort = await cohortTask(task).extract(store, { mode, out, progress });
      return { value: null, files: cohort.files };
    },
  });
  return openCohort(out);
}

/** The other source's rows: stays to train further on, and those that everything is judged on; never a patient in two. */
export interface CrossParts extends SplitParts {
  /** Stays for training and tuning. */
  stays: number;
}

/** Draws patients with `stays` stays or a few more, with the same share of those with the event as among all. */
export function divide(
  samples: Samples,
  stays: number | undefined,
  seed: number,
  cohort: Pick<Cohort, "folder">,
): CrossParts {
  const all = Int32Array.from({ length: countSamples(samples) }, (_, row) => row);
  const none = new Int32Array(0);
  if (!stays) return { train: none, tuning: none, heldOut: all, stays: 0 };
  const patients = new Map<number, number[]>();
  for (const row of all) {
    const rows = patients.get(samples.subjectIds[row]!);
    if (rows) rows.push(row);
    else patients.set(samples.subjectIds[row]!, [row]);
  }
  const total = new Set(samples.stayIds).size;
  if (stays < LEAST_STAYS || stays > total / 2) {
    throw new BedsideError({
      code: "run/fine-tune-stays",
      what: `${stays} stays cannot be used for training further`,
      where: cohort.folder,
      why: `the source tested on has ${total} stays of the cohort; at least ${LEAST_STAYS} and at most half can be taken`,
      fix: "choose another number with --fine-tune, or leave it out",
    });
  }
  const inOrder = [...patients].sort(([a], [b]) => a - b).map(([, rows]) => rows);
  const happened = (rows: readonly number[]) =>
    samples.outcome === "event" && rows.some((row) => samples.targets[row] === 1);
  const random = randomStream(seed, "fine-tune");
  const parts = { train: [] as number[], tuning: [] as number[], heldOut: [] as number[] };
  let taken = 0;
  for (const stratum of [inOrder.filter(happened), inOrder.filter((rows) => !happened(rows))]) {
    const staysOf = (rows: readonly number[]) => new Set(rows.map((row) => samples.stayIds[row]!)).size;
    const share = stratum.reduce((sum, rows) => sum + staysOf(rows), 0) / total;
    let own = 0;
    for (const [i, rows] of random.shuffle(stratum).entries()) {
      if (own >= share * stays) {
        parts.heldOut.push(...rows);
        continue;
      }
      parts[i % TUNING_PART === 1 ? "tuning" : "train"].push(...rows);
      own += staysOf(rows);
    }
    taken += own;
  }
  const sorted = (rows: number[]) => Int32Array.from(rows).sort();
  return { train: sorted(parts.train), tuning: sorted(parts.tuning), heldOut: sorted(parts.heldOut), stays: taken };
}

/** The first fold's model of every seed, their predictions averaged. */
async function predictMean(
  learning: Learning,
  world: World,
  { trainer, records }: TrainedModel,
  { folder }: Scene,
  rows: Int32Array,
): Promise<Float64Array> {
  const [first] = replicatesOf(learning.plan, trainer.usesSeed);
  const alike = replicatesOf(learning.plan, trainer.usesSeed).flatMap(({ parts }, r) =>
    parts[0] === first!.parts[0] ? [r] : [],
  );
  const each: Float64Array[] = [];
  for (const r of alike) {
    each.push(await predictRows(world, readModelFile(folder.at("models", records[r]![0]!.file)), rows));
  }
  return meanOf(each);
}

/** Trains on the stays of the other source, from the trained model on or anew, and predicts the rest. */
async function trainFurther(
  scene: Scene,
  world: World,
  trainer: Trainer,
  { file, parts, start }: { file: string; parts: CrossParts; start: boolean },
): Promise<Float64Array> {
  const { folder, store, progress, mode, seed, threads, base } = scene;
  const name = `${trainer.id}-${start ? "further" : "alone"}`;
  const own = folder.at("tested-on", "models", `${name}.json`);
  await folder.stage<FoldRecord>({
    name: `train ${name}`,
    dependsOn: { base, seed, stays: parts.stays, from: start ? folder.digest(file) : null },
    work: async () => {
      progress.begin(`Training ${name}`, 1);
      const from = start ? readModelFile(file) : undefined;
      const value = await trainCell(
        store.db,
        {
          trainer,
          world,
          parts,
          mode,
          search: start ? "fixed" : "quick",
          start: from && { model: modelFromJSON(from.model), recipe: from.recipe },
          untuned: false,
          seed,
          threads,
          signal: progress.signal,
          onProgress: (share, note) => progress.at(share, note),
        },
        own,
      );
      progress.end(`${parts.stays} stays`);
      return { value, files: [own, tuningFile(own)] };
    },
  });
  if (progress.signal.aborted) throw new Stopped();
  return predictRows(world, readModelFile(own), parts.heldOut);
}

function classesOf({ label: { representatives } }: Cohort) {
  return representatives ? { unit: representatives.unit, representatives: representatives.values } : {};
}

/** The figures of predictions of the other source's rows. */
async function judge(
  scene: Scene,
  { samples, cohort }: World,
  rows: Int32Array,
  name: string,
  made: Records,
  predict: () => Promise<Float64Array>,
): Promise<CrossSource["metrics"]> {
  const { folder, seed, base } = scene;
  const settings = { seed, resamples: resamplesOf(scene), thresholdRule: THRESHOLD_RULE };
  const taken = await folder.stage({
    name: `try ${name}`,
    dependsOn: { base, settings, stays: scene.fineTune, made },
    work: async () => {
      const predictions = await predict();
      const take = (values: ArrayLike<number>) => Float64Array.from(rows, (row) => values[row]!);
      const common = {
        subjectIds: take(samples.subjectIds),
        stayIds: take(samples.stayIds),
        fold: new Int32Array(rows.length),
      };
      const { outcome, names } = samples;
      const width = outcome === "labels" ? names.length : 1;
      const truth = Float64Array.from({ length: rows.length * width }, (_, i) => {
        return samples.targets[rows[Math.floor(i / width)]! * width + (i % width)]!;
      });
      const { metrics } = evaluate(
        outcome === "number"
          ? { ...common, outcome, unit: cohort.label.unit, truth, predicted: predictions }
          : outcome === "event"
            ? { ...common, outcome, labels: Uint8Array.from(truth), probabilities: predictions, thresholds: [0.5] }
            : { ...common, ...classesOf(cohort), outcome, names, truth, probabilities: predictions },
        settings,
      );
      return { value: metrics, files: [] };
    },
  });
  return taken;
}
