// Emergency visits triaged too low: how often they end badly, and how many of them a score would find.
import type { UnderTriage } from "../result.ts";
import { SMALLEST_SHOWN } from "./calibration.ts";
import { shareOf } from "./conformal.ts";
import type { EvaluationOptions } from "./held-out.ts";

/** Visits, a row each. */
export interface TriagedVisits {
  subjectIds: Float64Array;
  /** Emergency Severity Index, 1 (most urgent) to 5; NaN where it was not recorded. */
  acuity: ArrayLike<number>;
  /** 1 where the critical outcome followed. */
  labels: ArrayLike<number>;
  /** The model's probability or the score's points. */
  scores: ArrayLike<number>;
}

/** ESI levels that say the patient can wait. */
const NOT_URGENT = 4;

/**
 * Among visits triaged ESI 4 or 5: the share with the outcome, which share of all events they are, and at each threshold
 * how many of these events a score catches and how many visits it flags.
 *
 * @param thresholds each with the rule that chose it; choose them on tuning data.
 */
export function underTriageOf(
  { subjectIds, acuity, labels, scores }: TriagedVisits,
  thresholds: readonly { rule: string; threshold: number }[],
  options: Pick<EvaluationOptions, "seed" | "resamples" | "withholdsFew">,
): UnderTriage {
  const low = Uint8Array.from({ length: labels.length }, (_, row) => (acuity[row]! >= NOT_URGENT ? 1 : 0));
  const event = Uint8Array.from(labels);
  const lowEvent = low.map((is, row) => is * event[row]!);
  const patients = (marks: Uint8Array) => new Set(subjectIds.filter((_, row) => marks[row] === 1)).size;
  const isFew = (marks: Uint8Array) => {
    const count = patients(marks);
    return (options.withholdsFew ?? false) && count > 0 && count < SMALLEST_SHOWN;
  };
  const hidesEvents = isFew(lowEvent) || isFew(low);
  const sum = (marks: Uint8Array) => marks.reduce((total, mark) => total + mark, 0);
  const estimate = (parts: Uint8Array, wholes: Uint8Array) =>
    hidesEvents ? null : shareOf(parts, wholes, subjectIds, options);
  return {
    acuity: "ESI 4 and 5",
    visits: isFew(low) ? "withheld" : sum(low),
    events: hidesEvents ? "withheld" : sum(lowEvent),
    share: estimate(lowEvent, low),
    ofEvents: estimate(lowEvent, event),
    rows: thresholds.map(({ rule, threshold }) => {
      const called = Uint8Array.from({ length: labels.length }, (_, row) => (scores[row]! >= threshold ? 1 : 0));
      return {
        ...{ rule, threshold },
        caught: estimate(
          lowEvent.map((is, row) => is * called[row]!),
          lowEvent,
        ),
        flagged: estimate(
          low.map((is, row) => is * called[row]!),
          low,
        ),
      };
    }),
  };
}
