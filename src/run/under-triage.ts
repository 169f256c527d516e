// Which emergency visits with a critical end a model would have found among those triaged as not urgent. Trains nothing.
import { type Cohort, isEdTask, readAcuity } from "../cohort/index.ts";
import type { Database } from "../store/index.ts";
import { type EvaluationOptions, type HeldOutEvent, type TuningEvent, underTriageOf } from "./evaluate/index.ts";
import type { ModelResult } from "./result.ts";

/** Shares of the events of tuning patients that a threshold is to find. */
const SHARES = [0.9, 0.95];

/** The tasks whose outcome a triage level is about. */
function isAboutUrgency(id: string): boolean {
  return isEdTask(id) && id.startsWith("mimic4ed/critical");
}

/** The under-triage table of a model; nothing where the task is not about urgency. */
export async function underTriage(
  db: Database,
  cohort: Pick<Cohort, "folder" | "task">,
  { subjectIds, stayIds, labels, probabilities, thresholds, tuning }: HeldOutEvent,
  options: EvaluationOptions,
): Promise<Pick<ModelResult, "underTriage">> {
  if (!isAboutUrgency(cohort.task.id)) return {};
  const visits = { subjectIds, labels, scores: probabilities, acuity: await readAcuity(db, cohort.folder, stayIds) };
  const mean = thresholds.reduce((sum, value) => sum + value, 0) / thresholds.length;
  const found = tuning ? SHARES.map((share) => thresholdFor(tuning, share)) : [];
  return { underTriage: underTriageOf(visits, [{ rule: options.thresholdRule, threshold: mean }, ...found], options) };
}

/** The highest threshold that finds a share of the events of tuning patients. */
export function thresholdFor(
  { labels, probabilities }: Pick<TuningEvent, "labels" | "probabilities">,
  share: number,
): { rule: string; threshold: number } {
  const events = probabilities.filter((_, i) => labels[i] === 1).sort();
  const missed = Math.floor((1 - share) * events.length + 1e-9);
  return { rule: `finds ${Math.round(100 * share)} % of events of tuning patients`, threshold: events[missed] ?? 0 };
}
