// Clinical scores beside the models: nothing is trained, the threshold is chosen on the same tuning patients.
import type { Labels, SplitPlan } from "../features/index.ts";
import { chooseThreshold } from "../metrics/index.ts";
import { type Database, writeParquet } from "../store/index.ts";
import { type EvaluationOptions, evaluatePoints, type HeldOutEvent as HeldOut } from "./evaluate/index.ts";
import type { ModelResult } from "./result.ts";

/** A score: its name, and the points of every row of the labels; more points mean more risk. */
export interface Score {
  id: string;
  title: string;
  points: Float64Array;
}

/** How a score does on rows held out, as `heldOutPoints` gives them. */
export function evaluateScore(score: Omit<Score, "points">, held: HeldOut, options: EvaluationOptions): ModelResult {
  const { skipped: _, ...evidence } = evaluatePoints(held, options);
  return {
    id: score.id,
    title: score.title,
    chosen: "nothing: a score is used as it is",
    ...evidence,
    subgroups: [],
    trainSeconds: 0,
  };
}

/** Writes the points of the rows held out, as predictions are written but for `points` in place of a probability. */
export async function writePoints(db: Database, file: string, held: HeldOut): Promise<void> {
  const { subjectIds, stayIds, fold, labels, probabilities } = held;
  await writeParquet(db, file, [
    { name: "subject_id", type: "id", values: subjectIds },
    { name: "stay_id", type: "id", values: stayIds },
    { name: "fold", type: "integer", values: fold.map((number) => number + 1) },
    { name: "boolean_value", type: "boolean", values: Float64Array.from(labels) },
    { name: "points", type: "double", values: Float64Array.from(probabilities) },
  ]);
}

/** The points of the rows that the plan holds out, with the threshold of each fold from its tuning rows. */
export function heldOutPoints(points: Float64Array, { subjectIds, stayIds, labels }: Labels, plan: SplitPlan): HeldOut {
  const rows: { row: number; fold: number }[] = [];
  const thresholds: number[] = [];
  for (let fold = 0; fold < plan.folds; fold++) {
    const { tuning, heldOut } = plan.parts(fold);
    const take = (values: ArrayLike<number>) => Float64Array.from(tuning, (row) => values[row]!);
    thresholds.push(chooseThreshold(take(labels), take(points), { rule: "youden" }).threshold);
    for (const row of heldOut) rows.push({ row, fold });
  }
  rows.sort((a, b) => a.row - b.row);
  return {
    subjectIds: Float64Array.from(rows, ({ row }) => subjectIds[row]!),
    stayIds: Float64Array.from(rows, ({ row }) => stayIds[row]!),
    fold: Int32Array.from(rows, ({ fold }) => fold),
    labels: Uint8Array.from(rows, ({ row }) => labels[row]!),
    probabilities: Float64Array.from(rows, ({ row }) => points[row]!),
    thresholds,
  };
}
