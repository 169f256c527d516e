// A cohort on the disk: its files, its description, and how it is read back. Knows no database.
import { join } from "node:path";
import type { Concept, Mode } from "../concepts/index.ts";
import { BedsideError } from "../core/errors.ts";
import { readJson } from "../store/files.ts";
import type { Attrition } from "./attrition.ts";
import type { TaskSummary } from "./task.ts";

/** A variable of a cohort. */
export interface CohortVariable {
  name: string;
  title: string;
  /** Empty where it has none. */
  unit: string;
  /** How several values of an hour, or of a stay, became one. */
  aggregate: Concept["aggregate"] | "last";
}

/** What the labels of a cohort are. */
export interface CohortLabel {
  kind: "binary" | "number" | "classes" | "labels";
  /** Of the classes, in order, or of the labels, whose columns are `label_1`, `label_2`, …; else left out. */
  names?: string[];
  /** One a stay, or one for every hour of the stay's rows; the latter have a column `time`. */
  per: "stay" | "hour";
  /** Of a number; else empty. */
  unit: string;
  /**
   * Of an event an hour: hours before the onset from which the label is 1, and hours after it until which it is; -1 where
   * the rows end before the onset. For alarms.
   */
  window?: { before: number; after: number };
  /** Of classes: a number that stands for each, for how far off a class is. */
  representatives?: { unit: string; values: number[] };
  rows: number;
  /** Of a binary label; else 0. */
  positiveRows: number;
  mean: number;
}

/** What `cohort.json` holds. */
export interface CohortDescription {
  schema: 1;
  task: TaskSummary;
  mode: Mode;
  source: { id: string; title: string; version: string };
  stays: number;
  patients: number;
  /** Stays with the event; 0 where the label is a number. */
  positives: number;
  label: CohortLabel;
  /** The hours of the grid, since ICU admission. */
  hours: number[];
  dynamic: CohortVariable[];
  static: CohortVariable[];
  attrition: Attrition;
  /** Things the reader must know. */
  warnings: string[];
}

/** A cohort and where it lies. */
export interface Cohort extends CohortDescription {
  folder: string;
  /** The paths of its files. */
  files: string[];
}

/** The files of a cohort, inside its folder; the description is written last. */
export const cohortFiles = {
  labels: "labels.parquet",
  dynamic: "dynamic.parquet",
  static: "static.parquet",
  describe: "describe.parquet",
  attrition: "attrition.json",
  description: "cohort.json",
} as const;

/** The description with the place it was read from or written to. */
export function placed(description: CohortDescription, folder: string): Cohort {
  return { ...description, folder, files: Object.values(cohortFiles).map((name) => join(folder, name)) };
}

/**
 * Reads a cohort's description back.
 * @throws BedsideError where the folder holds no cohort, or one that was not finished.
 */
export function openCohort(folder: string): Cohort {
  const path = join(folder, cohortFiles.description);
  let found: CohortDescription | undefined;
  try {
    found = readJson<CohortDescription>(path);
  } catch {
    found = undefined;
  }
  if (found?.schema === 1 && found.label) return placed(found, folder);
  throw new BedsideError({
    code: "cohort/not-a-cohort",
    what: "This folder holds no cohort",
    where: folder,
    why: found ? "its cohort.json is of another version" : "it has no readable cohort.json",
    fix: "make one with: bedside cohort TASK --data DIR --out DIR",
  });
}
