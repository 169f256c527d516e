// The predictions on the cart's measurements: the authors' label, one that is not a function of the inputs, one from words. Knows no database.
import type { Mode } from "../../concepts/mode.ts";
import { nearestName, UsageError } from "../../core/errors.ts";
import type { TaskSummary } from "../task.ts";

export type CardioTaskId = "cardioforest/wct" | "cardioforest/wct-flipped" | "cardioforest/wct-report";

/** What a recording is called wide-complex tachycardia by. */
export type CardioLabel =
  /** QRS over 120 ms, whatever the rate: the rule in the authors' code. */
  | "wide"
  /** The same with a share of the labels flipped. */
  | "wide-flipped"
  /** QRS of 120 ms or more and a rate over 100 a minute. */
  | "wide-and-fast"
  /** The cart's report names ventricular or wide-complex tachycardia. */
  | "report";

/** A task. */
export interface CardioTask extends TaskSummary {
  id: CardioTaskId;
  label: Record<Mode, CardioLabel>;
}

/** The authors' limit, ms: over it, a complex is wide. */
export const AUTHORS_WIDE_MS = 120;
/** A complex is wide from here on (ACC/AHA/HRS 2009, recommendations for the interpretation of the electrocardiogram, part III). */
export const WIDE_MS = 120;
/** A rate over 100 a minute has intervals under so many ms. */
export const FAST_RR_MS = 600;
/** The share of labels flipped with which the rule alone has the published figures; docs/cardioforest.md has the arithmetic. */
export const FLIPPED_SHARE = 0.0505;

const recording = { unit: "ECG", predictionTime: "when the recording is made" } as const;

export const cardioTasks: readonly CardioTask[] = [
  {
    ...recording,
    id: "cardioforest/wct",
    title: "Wide-complex tachycardia from the cart's measurements",
    labelTitle: "Wide-complex tachycardia",
    label: { faithful: "wide", corrected: "wide-and-fast" },
  },
  {
    ...recording,
    id: "cardioforest/wct-flipped",
    title: "Wide complexes with one label in twenty flipped, which gives the published figures",
    labelTitle: "Wide complex, 5 % of labels flipped",
    label: { faithful: "wide-flipped", corrected: "wide-flipped" },
  },
  {
    ...recording,
    id: "cardioforest/wct-report",
    title: "Wide-complex tachycardia as the report names it",
    labelTitle: "Wide-complex or ventricular tachycardia in the report",
    label: { faithful: "report", corrected: "report" },
  },
];

/** Whether the id is of one of these tasks. */
export function isCardioTask(id: string): id is CardioTaskId {
  return cardioTasks.some((task) => task.id === id);
}

/** @throws UsageError `task/unknown` */
export function findCardioTask(id: string): CardioTask {
  const task = cardioTasks.find((candidate) => candidate.id === id);
  if (task) return task;
  const known = cardioTasks.map((candidate) => candidate.id);
  const meant = nearestName(id, known);
  throw new UsageError({
    code: "task/unknown",
    what: `There is no task "${id}"`,
    fix: meant ? `did you mean ${meant}?` : `the tasks are: ${known.join(", ")}`,
  });
}
