// Predictions of the rows held out, made by the saved models and kept as one Parquet file, with those of tuning rows
// beside it. Trains nothing.

import { type Samples, targetWidth } from "../features/index.ts";
import { chooseThreshold } from "../metrics/index.ts";
import { saysUndefined } from "../metrics/inputs.ts";
import { type Database, literal, type OutputColumn, sql, writeParquet } from "../store/index.ts";
import type { HeldOut } from "./evaluate/index.ts";
import type { Replicate } from "./protocol.ts";
import type { World } from "./scene.ts";
import { type FoldRecord, outputsOf, predictRows, readModelFile, tuningFile } from "./train.ts";

/** Rows with the predictions of every replicate. */
export interface Predicted {
  /** Numbers of the samples; tuning rows may come several times. */
  rows: Int32Array;
  /** The fold, from 0, that held a row out, or that it was tuned in. */
  fold: Int32Array;
  /** By replicate: rows × outputs. */
  replicates: Float64Array[];
}

interface PredictInput {
  world: World;
  /** Where the model files lie. */
  models(file: string): string;
  replicates: readonly Replicate[];
  /** By replicate and fold. */
  folds: readonly (readonly FoldRecord[])[];
  heldOut(part: number): Int32Array;
  onRows(done: number): void;
}

/** Predicts every held-out row with the model of its fold, once a replicate; rows ascending, folds of the first replicate. */
export async function predictHeldOut(input: PredictInput): Promise<Predicted> {
  const { world, models, replicates, folds, heldOut, onRows } = input;
  const outputs = outputsOf(world.samples);
  const first = placesOf(replicates[0]!.parts.map(heldOut));
  let before = 0;
  const found: Float64Array[] = [];
  for (const [r, { parts }] of replicates.entries()) {
    const all = new Float64Array(first.rows.length * outputs).fill(Number.NaN);
    for (const [fold, part] of parts.entries()) {
      const rows = heldOut(part);
      const predictions = await predictRows(world, readModelFile(models(folds[r]![fold]!.file)), rows, (done) =>
        onRows(before + done),
      );
      before += rows.length;
      for (let i = 0; i < rows.length; i++) {
        const at = first.place.get(rows[i]!)! * outputs;
        for (let k = 0; k < outputs; k++) all[at + k] = predictions[i * outputs + k]!;
      }
    }
    found.push(all);
  }
  return { rows: first.rows, fold: first.fold, replicates: found };
}

/** The rows of all folds, ascending, with the fold of each and the place of each. */
function placesOf(folds: readonly Int32Array[]) {
  const foldOf = new Map<number, number>();
  for (const [fold, rows] of folds.entries()) for (const row of rows) foldOf.set(row, fold);
  const rows = Int32Array.from(foldOf.keys()).sort();
  const place = new Map<number, number>();
  rows.forEach((row, i) => {
    place.set(row, i);
  });
  return { rows, fold: Int32Array.from(rows, (row) => foldOf.get(row)!), place };
}

/** The predictions of tuning rows that training left, of those replicates that share the first one's division. */
export async function collectTuning(
  db: Database,
  { world, models, replicates, folds }: Pick<PredictInput, "world" | "models" | "replicates" | "folds">,
): Promise<Predicted> {
  const outputs = outputsOf(world.samples);
  const alike = replicates.flatMap(({ parts }, r) => (parts[0] === replicates[0]!.parts[0] ? [r] : []));
  const pieces: { rows: Int32Array; fold: number; predictions: Float64Array[] }[] = [];
  for (const fold of replicates[0]!.parts.keys()) {
    const read: Awaited<ReturnType<typeof readTuning>>[] = [];
    // one after the other: a connection answers one query at a time
    for (const r of alike) read.push(await readTuning(db, models(folds[r]![fold]!.file), outputs));
    // Seeds may have drawn other rows: the first one's count where they differ.
    const same = read.filter(
      ({ rows }) => rows.length === read[0]!.rows.length && rows.every((row, i) => row === read[0]!.rows[i]),
    );
    pieces.push({ rows: read[0]!.rows, fold, predictions: same.map(({ predictions }) => predictions) });
  }
  const count = Math.min(...pieces.map(({ predictions }) => predictions.length));
  return {
    rows: joined(pieces.map(({ rows }) => rows)),
    fold: joined(pieces.map(({ rows, fold }) => new Int32Array(rows.length).fill(fold))),
    replicates: Array.from({ length: count }, (_, i) => {
      const parts = pieces.map(({ predictions }) => predictions[i]!);
      const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    }),
  };
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function readTuning(db: Database, model: string, outputs: number) {
  const columns = await db.columns(
    sql`select * from read_parquet(${literal(tuningFile(model))}, file_row_number = true) order by file_row_number`,
  );
  const rows = Int32Array.from(columns.integers("row"));
  const each = Array.from({ length: outputs }, (_, k) => columns.numbers(`output_${k + 1}`));
  const predictions = new Float64Array(rows.length * outputs);
  for (let i = 0; i < rows.length; i++) for (let k = 0; k < outputs; k++) predictions[i * outputs + k] = each[k]![i]!;
  return { rows, predictions };
}

/** The mean over replicates. */
export function meanOf(replicates: readonly Float64Array[]): Float64Array {
  if (replicates.length === 1) return replicates[0]!;
  return Float64Array.from(replicates[0]!, (_, i) => {
    let sum = 0;
    for (const each of replicates) sum += each[i]!;
    return sum / replicates.length;
  });
}

/** A threshold where tuning rows have one outcome only, so that none can be chosen. */
const UNCHOSEN = 0.5;

/** The threshold of each fold of an event: Youden's index on its tuning rows. */
export function thresholdsOf({ targets }: Samples, tuning: Predicted, folds: number): number[] {
  const mean = meanOf(tuning.replicates);
  return Array.from({ length: folds }, (_, fold) => {
    const own = [...tuning.rows.keys()].filter((i) => tuning.fold[i] === fold);
    try {
      return chooseThreshold(
        Uint8Array.from(own, (i) => targets[tuning.rows[i]!]!),
        Float64Array.from(own, (i) => mean[i]!),
        { rule: "youden" },
      ).threshold;
    } catch (error) {
      if (saysUndefined(error)) return UNCHOSEN;
      throw error;
    }
  });
}

/** Names of what is predicted, in a predictions file. */
function outputNames({ outcome, names }: Samples): string[] {
  if (outcome === "event") return ["probability"];
  if (outcome === "number") return ["predicted"];
  return names.map((_, k) => `probability_${k + 1}`);
}

/**
 * Writes `subject_id, stay_id, time` (hourly), `fold` (from 1), what is true (`boolean_value` of an event, `truth` of a
 * number or class, `truth_1` … of labels) and what is predicted (`probability`, `predicted`, `probability_1` …): the mean
 * over replicates and, where there are several, each as `…_replicate_1`.
 */
export async function writePredictions(
  db: Database,
  file: string,
  samples: Samples,
  { rows, fold, replicates }: Predicted,
): Promise<void> {
  const take = (values: ArrayLike<number>) => Float64Array.from(rows, (row) => values[row]!);
  const truthWidth = targetWidth(samples);
  const truths: OutputColumn[] =
    samples.outcome === "event"
      ? [{ name: "boolean_value", type: "boolean", values: take(samples.targets) }]
      : Array.from({ length: truthWidth }, (_, k) => ({
          name: truthWidth === 1 ? "truth" : `truth_${k + 1}`,
          type: "double",
          values: Float64Array.from(rows, (row) => samples.targets[row * truthWidth + k]!),
        }));
  const outputs = outputNames(samples);
  const columnsOf = (values: Float64Array, suffix: string): OutputColumn[] =>
    outputs.map((name, k) => ({
      name: name + suffix,
      type: "double",
      values: Float64Array.from(rows, (_, i) => values[i * outputs.length + k]!),
    }));
  await writeParquet(db, file, [
    { name: "subject_id", type: "id", values: take(samples.subjectIds) },
    { name: "stay_id", type: "id", values: take(samples.stayIds) },
    ...(samples.hours ? [{ name: "time", type: "integer" as const, values: take(samples.hours) }] : []),
    { name: "fold", type: "integer", values: fold.map((number) => number + 1) },
    ...truths,
    ...columnsOf(meanOf(replicates), ""),
    ...(replicates.length > 1 ? replicates.flatMap((values, r) => columnsOf(values, `_replicate_${r + 1}`)) : []),
  ]);
}

/** Reads a predictions file back. */
export async function readPredictions(db: Database, file: string, samples: Samples, replicates: number) {
  const columns = await db.columns(
    sql`select * from read_parquet(${literal(file)}, file_row_number = true) order by file_row_number`,
  );
  const outputs = outputNames(samples);
  const rows = columns.numbers("stay_id").length;
  const interleaved = (names: readonly string[]) => {
    const each = names.map((name) => columns.numbers(name));
    if (each.length === 1) return each[0]!;
    const all = new Float64Array(rows * names.length);
    for (let i = 0; i < rows; i++) for (let k = 0; k < names.length; k++) all[i * names.length + k] = each[k]![i]!;
    return all;
  };
  const { outcome, names } = samples;
  const truthNames = outcome === "labels" ? names.map((_, k) => `truth_${k + 1}`) : ["truth"];
  return {
    subjectIds: columns.numbers("subject_id"),
    stayIds: columns.numbers("stay_id"),
    hours: samples.hours ? Int16Array.from(columns.integers("time")) : undefined,
    fold: columns.integers("fold").map((number) => number - 1),
    truth: outcome === "event" ? Float64Array.from(columns.truths("boolean_value")) : interleaved(truthNames),
    predictions: interleaved(outputs),
    replicates:
      replicates > 1
        ? Array.from({ length: replicates }, (_, r) => interleaved(outputs.map((name) => `${name}_replicate_${r + 1}`)))
        : [],
  };
}

type Read = Awaited<ReturnType<typeof readPredictions>>;

/** What the evaluation is given, by outcome. */
export function heldOutOf(
  samples: Samples,
  held: Read,
  tuning: Read,
  more: {
    unit: string;
    thresholds: number[];
    replicates: readonly Replicate[];
    representatives?: readonly number[] | undefined;
  },
): HeldOut {
  const { subjectIds, stayIds, fold, hours, truth, predictions } = held;
  const seeds = held.replicates.map((values, r) => ({ name: more.replicates[r]!.name, predictions: values }));
  const rows = { subjectIds, stayIds, fold, hours, ...(seeds.length > 1 ? { seeds } : {}) };
  const { outcome, names } = samples;
  if (outcome === "number") {
    return {
      ...rows,
      outcome,
      unit: more.unit,
      truth,
      predicted: predictions,
      tuning: { truth: tuning.truth, predicted: tuning.predictions, fold: tuning.fold },
    };
  }
  if (outcome === "classes") {
    return {
      ...rows,
      outcome,
      names,
      truth,
      probabilities: predictions,
      unit: more.unit,
      representatives: more.representatives,
      tuning: { truth: tuning.truth, probabilities: tuning.predictions, fold: tuning.fold },
    };
  }
  if (outcome === "labels") return { ...rows, outcome, names, truth, probabilities: predictions };
  return {
    ...rows,
    outcome,
    labels: Uint8Array.from(truth),
    probabilities: predictions,
    thresholds: more.thresholds,
    tuning: {
      labels: Uint8Array.from(tuning.truth),
      probabilities: tuning.predictions,
      fold: tuning.fold,
      stayIds: tuning.stayIds,
      hours: tuning.hours,
    },
  };
}
