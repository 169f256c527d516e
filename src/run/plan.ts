// How many folds a cohort can have: cross-validation where it is small, one split where it is large; refuses the hopeless.
import type { Cohort } from "../cohort/index.ts";
import type { Mode } from "../concepts/mode.ts";
import { BedsideError } from "../core/errors.ts";
import type { Samples } from "../features/index.ts";

/** Below this many stays one split would leave too few to hold out. */
const SMALL_COHORT = 2000;
/** The same where one split was asked for by its protocol: some 150 stays are held out of so many. */
const SMALL_FOR_QUICK = 1000;
/** Folds of YAIB's outer cross-validation. */
const FOLDS = 5;
/** Train, tuning and held-out patients each need one with the event and one without. */
const LEAST_PATIENTS = 3;

/** Whether the samples are of too few stays for one split; `asked`: which the protocol asks for. */
export function isSmall({ stayIds }: Pick<Samples, "stayIds">, { asked = false } = {}): boolean {
  return new Set(stayIds).size < (asked ? SMALL_FOR_QUICK : SMALL_COHORT);
}

/** Patients with a row that has the event, and with a row that has not; of another outcome all are both. */
function patientsByOutcome({ subjectIds, targets, outcome }: Samples): { withEvent: number; without: number } {
  const all = new Set(subjectIds).size;
  if (outcome !== "event") return { withEvent: all, without: all };
  const seen = [new Set<number>(), new Set<number>()] as const;
  for (let i = 0; i < targets.length; i++) seen[targets[i] ? 1 : 0].add(subjectIds[i]!);
  return { withEvent: seen[1].size, without: seen[0].size };
}

/** @throws BedsideError when no split could have both outcomes in every part. */
export function checkEvents(samples: Samples, cohort: Cohort): void {
  const { withEvent, without } = patientsByOutcome(samples);
  if (withEvent >= LEAST_PATIENTS && without >= LEAST_PATIENTS) return;
  const words =
    samples.outcome !== "event"
      ? "are in the cohort"
      : withEvent < LEAST_PATIENTS
        ? "of the cohort have the event"
        : "of the cohort are without the event";
  throw new BedsideError({
    code: "run/too-few-events",
    what: `Fewer than ${LEAST_PATIENTS} patients ${words}, too few to train, choose and test a model`,
    where: cohort.folder,
    why: `${cohort.stays} stays of ${cohort.patients} patients are left after the exclusions (attrition.json has the funnel)`,
    fix: "use more records; the cohort itself is written and can be used",
  });
}

/** The number of folds: as asked for, else 5 for a small cohort or in faithful mode, else one split. */
export function foldsFor(samples: Samples, { mode, folds }: { mode: Mode; folds?: number | undefined }): number {
  const { withEvent, without } = patientsByOutcome(samples);
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
      why:
        samples.outcome === "event"
          ? `each fold needs a patient with the event and one without, and there are at most ${most} such pairs`
          : `each fold needs a patient, and there are ${most}`,
      fix: `use --folds ${Math.min(FOLDS, most)} or leave it out`,
    });
  }
  if (mode === "corrected" && !isSmall(samples)) return 1;
  return Math.min(FOLDS, most);
}
