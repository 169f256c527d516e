// Scores and rules that stand beside the models of a task, trained by nobody: what they are and how their points are read. Knows no metric.
import type { Mode } from "../concepts/mode.ts";
import type { Database } from "../store/index.ts";
import { findCardioTask, isCardioTask, readRule, ruleOf } from "./cardioforest/index.ts";
import { isEdTask, readScores, scoreModels } from "./mimic4ed/index.ts";

/** A score or rule of a cohort; more points mean more risk. */
export interface TaskScore {
  id: string;
  title: string;
  /** One for every row of the labels. */
  points: Float64Array;
}

/** The scores of a cohort's folder; none where the task has none. */
export async function readTaskScores(db: Database, folder: string, task: string, mode: Mode): Promise<TaskScore[]> {
  if (isEdTask(task)) {
    const points = await readScores(db, folder);
    return scoreModels(mode).map(({ id, title, column }) => ({ id, title, points: points[column]! }));
  }
  if (!isCardioTask(task)) return [];
  const { title } = ruleOf(findCardioTask(task).label[mode]);
  return [{ id: "rule", title, points: await readRule(db, folder) }];
}
