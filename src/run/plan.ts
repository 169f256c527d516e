// How a cohort is split for a run: cross-validation where it is small, one split where it is large; refuses the hopeless.

import type { Cohort } from "../cohort/index.ts";
import type { Mode } from "../concepts/mode.ts";
import { BedsideError } from "../core/errors.ts";
import type { Labels } from "../features/index.ts";

/** Below this many stays one split would leave too few to hold out. */
const SMALL_COHORT = 2000;
/** Folds of YAIB's outer cross-validation. */
const FOLDS = 5;
/** Train, tuning and held-out patients each need one with the event and one without. */
const LEAST_PATIENTS = 3;

/** Patients with a row that has the event, and with a row that has not. */
function patientsByOutcome({ subjectIds, labels }: Labels): { withEvent: number; without: number } {
  const seen = [new Set<number>(), new Set<number>()] as const;
  for (let i = 0; i < labels.length; i++) seen[labels[i] ? 1 : 0].add(subjectIds[i]!);
  return { withEvent: seen[1].size, without: seen[0].size };
}

/** @throws BedsideError when no split could have both outcomes in every part. */
export function checkEvents(labels: Labels, cohort: Cohort): void {
  const { withEvent, without } = patientsByOutcome(labels);
  if (withEvent >= LEAST_PATIENTS && without >= LEAST_PATIENTS) return;
  throw new BedsideError({
    code: "run/too-few-events",
    what:
      withEvent < LEAST_PATIENTS
        ? `Fewer than ${LEAST_PATIENTS} patients of the cohort have the event, too few to train, choose and test a model`
        : `Fewer than ${LEAST_PATIENTS} patients of the cohort are without the event, too few to train, choose and test a model`,
    where: cohort.folder,
    why: `${cohort.stays} stays of ${cohort.patients} patients are left after the exclusions (attrition.json has the funnel)`,
    fix: "use more records; the cohort itself is written and can be used",
  });
}

/** The number of folds: as asked for, else 5 for a small cohort or in faithful mode, else one split. */
export function foldsFor(labels: Labels, { mode, folds }: { mode: Mode; folds?: number | undefined }): number {
  const { withEvent, without } = patientsByOutcome(labels);
  const most = Math.min(withEvent, without);
  if (folds === 2) {
    throw new BedsideError({
      code: "run/two-folds",
      what: "Two folds leave no patients to choose by",
      why: "one fold is held out and one chooses, so that nobody is left to train on",
      fix: "use --folds 1 for one split, or at least 3",
    });
  }
  if (folds !== undefined) {
    if (folds <= most) return folds;
    throw new BedsideError({
      code: "run/too-many-folds",
      what: `${folds} folds are too many for this cohort`,
      why: `each fold needs a patient with the event and one without, and there are at most ${most} such pairs`,
      fix: `use --folds ${Math.min(FOLDS, most)} or leave it out`,
    });
  }
  if (mode === "corrected" && labels.labels.length >= SMALL_COHORT) return 1;
  return Math.min(FOLDS, most);
}
