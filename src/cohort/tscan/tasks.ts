// The four predictions of the TSCAN tasks: of whom, when, of what. Knows no database.
import { nearestName, UsageError } from "../../core/errors.ts";
import type { TaskSummary } from "../task.ts";

export type TscanTaskId =
  | "tscan/in-hospital-mortality"
  | "tscan/length-of-stay"
  | "tscan/decompensation"
  | "tscan/phenotyping";

/** A task. */
export interface TscanTask extends TaskSummary {
  id: TscanTaskId;
  /** What the label is. */
  label: "died" | "dies-soon" | "hours-left" | "phenotypes";
  /** The stay has to last so many hours, and its rows end there; null: all of it. */
  hours: number | null;
}

/** A prediction is asked for after more than so many hours, every hour. */
export const FIRST_HOUR_AFTER = 4;
/** Death within so many hours. */
export const SOON_HOURS = 24;
/** Hours looked at before death in hospital is predicted. */
const MORTALITY_HOURS = 48;

/** The remaining days at which a class ends: under 1, 1–2, … 7–8, 8–14, over 14. */
export const DAY_LIMITS: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 14];
export const classNames: readonly string[] = [
  "under 1 day",
  "1–2 days",
  "2–3 days",
  "3–4 days",
  "4–5 days",
  "5–6 days",
  "6–7 days",
  "7–8 days",
  "8–14 days",
  "over 14 days",
];

/** Mean hours left in each class, as the MIMIC-III benchmark takes them; how far off a class is, is measured by them. */
export const CLASS_HOURS: readonly number[] = [
  11.450379, 35.070846, 59.206531, 83.382723, 107.487817, 131.579534, 155.643957, 179.660558, 254.306624, 585.32589,
];

const stay = { unit: "ICU stay" } as const;

export const tscanTasks: readonly TscanTask[] = [
  {
    ...stay,
    id: "tscan/in-hospital-mortality",
    title: "Death in hospital after 48 hours of intensive care",
    predictionTime: "48 hours after ICU admission",
    labelTitle: "Death in hospital",
    label: "died",
    hours: MORTALITY_HOURS,
  },
  {
    ...stay,
    id: "tscan/length-of-stay",
    title: "Remaining time in intensive care, in ten classes",
    predictionTime: "every hour from the 5th after ICU admission",
    labelTitle: "Remaining time in intensive care",
    label: "hours-left",
    hours: null,
  },
  {
    ...stay,
    id: "tscan/decompensation",
    title: "Death within 24 hours",
    predictionTime: "every hour from the 5th after ICU admission",
    labelTitle: "Death within 24 hours",
    label: "dies-soon",
    hours: null,
  },
  {
    ...stay,
    id: "tscan/phenotyping",
    title: "25 groups of diagnoses",
    predictionTime: "at the end of the ICU stay",
    labelTitle: "Diagnoses coded at discharge",
    label: "phenotypes",
    hours: null,
  },
];

/** Whether an id names one of these tasks. */
export function isTscanTask(id: string): id is TscanTaskId {
  return tscanTasks.some((task) => task.id === id);
}

/**
 * The task of that id.
 * @throws UsageError for an unknown one.
 */
export function findTscanTask(id: string): TscanTask {
  const task = tscanTasks.find((candidate) => candidate.id === id);
  if (task) return task;
  const known = tscanTasks.map((candidate) => candidate.id);
  const meant = nearestName(id, known);
  throw new UsageError({
    code: "task/unknown",
    what: `There is no task "${id}"`,
    fix: meant ? `did you mean ${meant}?` : `the tasks are: ${known.join(", ")}`,
  });
}

/** Whether there is a prediction every hour. */
export function isHourly({ label }: TscanTask): boolean {
  return label === "dies-soon" || label === "hours-left";
}
