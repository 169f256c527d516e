// Predictions of the stays held out, made by the saved models and kept as one Parquet file. Trains nothing.
import type { Labels, SplitPlan } from "../features/index.ts";
import { modelFromJSON } from "../models/index.ts";
import { type Database, literal, sql, writeParquet } from "../store/index.ts";
import type { HeldOut } from "./evaluate.ts";
import type { RunFolder } from "./folder.ts";
import { inputsOf, type StayInputs } from "./inputs.ts";
import { type FoldRecord, readModelFile } from "./train.ts";

type Predictions = Omit<HeldOut, "thresholds">;

/** Predicts every held-out stay with the model of its fold, in order of stay id. */
export async function predictFolds(input: {
  folder: RunFolder;
  labels: Labels;
  plan: SplitPlan;
  folds: readonly FoldRecord[];
  stays: StayInputs;
}): Promise<Predictions> {
  const { folder, labels, plan, folds, stays } = input;
  const found: { row: number; fold: number; probability: number }[] = [];
  for (const [fold, { file }] of folds.entries()) {
    const { input: kind = "table", recipe, model } = readModelFile(folder.at("models", file));
    const { heldOut } = plan.parts(fold);
    const probabilities = await modelFromJSON(model).predict(inputsOf(kind, stays, heldOut, recipe).matrix);
    heldOut.forEach((row, i) => {
      found.push({ row, fold, probability: probabilities[i]! });
    });
  }
  found.sort((a, b) => a.row - b.row);
  return {
    subjectIds: Float64Array.from(found, ({ row }) => labels.subjectIds[row]!),
    stayIds: Float64Array.from(found, ({ row }) => labels.stayIds[row]!),
    fold: Int32Array.from(found, ({ fold }) => fold),
    labels: Uint8Array.from(found, ({ row }) => labels.labels[row]!),
    probabilities: Float64Array.from(found, ({ probability }) => probability),
  };
}

/** Writes `subject_id, stay_id, fold (from 1), boolean_value, probability`. */
export async function writePredictions(db: Database, file: string, predictions: Predictions): Promise<void> {
  const { subjectIds, stayIds, fold, labels, probabilities } = predictions;
  await writeParquet(db, file, [
    { name: "subject_id", type: "id", values: subjectIds },
    { name: "stay_id", type: "id", values: stayIds },
    { name: "fold", type: "integer", values: fold.map((number) => number + 1) },
    { name: "boolean_value", type: "boolean", values: labels },
    { name: "probability", type: "double", values: probabilities },
  ]);
}

/** Reads the file back, with the thresholds of the folds. */
export async function readPredictions(db: Database, file: string, thresholds: number[]): Promise<HeldOut> {
  const columns = await db.columns(sql`
    select subject_id, stay_id, fold - 1 as fold, boolean_value, probability
    from read_parquet(${literal(file)}) order by stay_id`);
  return {
    subjectIds: columns.numbers("subject_id"),
    stayIds: columns.numbers("stay_id"),
    fold: columns.integers("fold"),
    labels: columns.truths("boolean_value"),
    probabilities: columns.numbers("probability"),
    thresholds,
  };
}
