// Which counts of a run may be shown. Records lent under an agreement show no count of 1 to 10 people, nor two counts
// that differ by one; open and made-up records hide nothing. Knows nothing of how counts are drawn.
import { isSmall } from "../metrics/small-cells.ts";
import type {
  Attrition,
  AttritionStep,
  Explanation,
  ModelResult,
  NumberAgreement,
  Recalibrated,
  RunResult,
} from "../run/result.ts";
import { formatCount, formatShare } from "./format.ts";

/** The cell size rule of the US Centers for Medicare and Medicaid Services: no count of 1 to 10 people. */
const smallCell = 10;

/** What stands for a count of 1 to 10. */
export const fewText = "1\u201310";

/** What stands for a count that would give away another. */
export const withheldText = "withheld";

type Split = RunResult["cohort"]["splits"][number];

/** A part of the cohort as it may be shown. */
export interface ShownSplit {
  name: string;
  patients: string;
  stays: string;
  rows: string;
  positives: string;
  share: string;
}

/** Whether small counts of this run are withheld everywhere, not in the subgroups alone. */
export function isGuarded({ data }: Pick<RunResult, "data">): boolean {
  return data.dataUse === "credentialed";
}

function few(count: number): boolean {
  return isSmall(count, smallCell);
}

/** Counts of a cohort or a part of it; `rows` and `positivePatients` where there are several rows a stay. */
type Counts = Pick<RunResult["cohort"], "stays" | "positives" | "rows" | "positivePatients">;

/** Whether the run predicts an event, of which alone there is a number with it and without. */
export function predictsEvent({ task: { outcome = "event" } }: Pick<RunResult, "task">): boolean {
  return outcome === "event";
}

/** Whether few have the event. */
function fewWith({ positives, positivePatients = positives }: Counts): boolean {
  return few(positives) || few(positivePatients);
}

function fewWithout({ stays, positives, rows = stays }: Counts): boolean {
  return few(rows - positives);
}

/** Whether either outcome is that of 1 to 10. */
function fewOutcome(counts: Counts): boolean {
  return fewWith(counts) || fewWithout(counts);
}

/** `542 (7.2 %)`, or no more than that there are few with, or few without, the event. */
export function eventText(result: RunResult, counts: Counts): string {
  const { stays, positives, rows = stays } = counts;
  if (isGuarded(result) && fewWith(counts)) return fewText;
  if (isGuarded(result) && fewWithout(counts)) return withheldText;
  return `${formatCount(positives)} (${formatShare(positives, rows)})`;
}

/** The number with the event alone. */
export function eventCount(result: RunResult, counts: Counts): string {
  if (isGuarded(result) && fewWith(counts)) return fewText;
  return isGuarded(result) && fewWithout(counts) ? withheldText : formatCount(counts.positives);
}

/**
 * `, 542 (7.2 %) with the event`; of hourly rows `, 1,542 of 90,000 hours (1.7 %) with the event`; nothing where the
 * outcome is no event.
 * @param before what comes first, where there is something to say.
 */
export function eventWords(result: RunResult, counts: Counts, before = ", "): string {
  const hours = counts.rows === undefined ? "" : `${formatCount(counts.rows)} hours`;
  if (!predictsEvent(result)) return hours ? `${before}${hours}` : "";
  const text = eventText(result, counts);
  if (!hours) return `${before}${text} with the event`;
  return `${before}${hours}, of which with the event ${text}`;
}

/**
 * The parts of the cohort. A column in which one count is small is withheld whole, for the others and the total would
 * give the small one away.
 */
export function shownSplits(result: RunResult): ShownSplit[] {
  const { splits } = result.cohort;
  const hide = (isFew: (split: Split) => boolean) => isGuarded(result) && splits.some(isFew);
  const [hidePatients, hideStays, hideEvents] = [
    hide(({ patients }) => few(patients)),
    hide(({ stays }) => few(stays)),
    hide(fewOutcome),
  ];
  return splits.map(({ name, patients, stays, positives, rows }) => ({
    name,
    patients: hidePatients ? withheldText : formatCount(patients),
    stays: hideStays ? withheldText : formatCount(stays),
    rows: formatCount(rows),
    positives: hideEvents ? withheldText : formatCount(positives),
    share: hideEvents ? withheldText : formatShare(positives, rows ?? stays),
  }));
}

/** How often a criterion applies; nothing can be worked out from it but itself. */
export function hitsText(result: RunResult, hits: number): string {
  return isGuarded(result) && few(hits) ? fewText : formatCount(hits);
}

/**
 * The funnel as it may be shown: a criterion that removes 1 to 10 is joined to the next, so that no
 * two counts differ by 1 to 10. Where fewer than 11 are removed in all, the steps are left out altogether.
 */
export function shownAttrition(result: RunResult): Attrition {
  const { attrition } = result.cohort;
  if (!isGuarded(result)) return attrition;
  const { unit, start, steps } = attrition;
  const left = steps.at(-1)?.remaining ?? start;
  if (few(start - left)) return { unit, start: left, steps: [] };
  const shown: AttritionStep[] = [];
  let waiting: AttritionStep | undefined;
  for (const step of steps) {
    const joined = waiting ? join(waiting, step) : step;
    waiting = few(joined.removed) ? joined : undefined;
    if (!waiting) shown.push(joined);
  }
  // Few are left at the end: they join the criteria before them.
  while (waiting) {
    const joined: AttritionStep = join(shown.pop()!, waiting);
    waiting = few(joined.removed) ? joined : undefined;
    if (!waiting) shown.push(joined);
  }
  return { unit, start, steps: shown };
}

function join(a: AttritionStep, b: AttritionStep): AttritionStep {
  return {
    id: `${a.id}+${b.id}`,
    title: `${a.title}; ${b.title}`,
    hits: Number.NaN,
    removed: a.removed + b.removed,
    remaining: b.remaining,
  };
}

/** Whether so few held-out stays have, or lack, the event that curves may not be shown. */
export function hidesOutcome(result: RunResult, heldOut: Split | undefined): boolean {
  return predictsEvent(result) && isGuarded(result) && heldOut !== undefined && fewOutcome(heldOut);
}

/** Bins of few rows are left out; a run makes none, but a file may have been changed. Groups by value tell no count. */
function shownExplanation(explanation: Explanation): Explanation {
  return {
    ...explanation,
    swarms: explanation.swarms.map((swarm) => ({ ...swarm, bins: swarm.bins.filter(({ rows }) => !few(rows)) })),
  };
}

function shownAgreement(agreement: NumberAgreement): NumberAgreement {
  return { ...agreement, bins: agreement.bins.filter(({ count }) => count !== null) };
}

function shownRecalibrated(recalibrated: Recalibrated): Recalibrated {
  return { ...recalibrated, calibration: recalibrated.calibration.filter(({ count }) => count !== null) };
}

/**
 * The models as they may be shown. With 1 to 10 held-out stays of either outcome, the steps of a curve and the rates at
 * the threshold would tell their number: these are left out. So are bins of 10 rows or fewer.
 */
export function shownModels(result: RunResult, heldOut: Split | undefined): ModelResult[] {
  if (!isGuarded(result)) return result.models;
  const hidden = hidesOutcome(result, heldOut);
  const none = { x: [], y: [] };
  return result.models.map((model) => ({
    ...model,
    ...(model.explanation ? { explanation: shownExplanation(model.explanation) } : {}),
    ...(model.agreement ? { agreement: shownAgreement(model.agreement) } : {}),
    ...(model.recalibrated ? { recalibrated: model.recalibrated.map(shownRecalibrated) } : {}),
    calibration: hidden ? [] : model.calibration.filter(({ count }) => count !== null),
    ...(hidden
      ? {
          roc: none,
          precisionRecall: none,
          decision: { thresholds: [], model: [], all: [] },
          recalibrated: [],
          ...(model.threshold ? { threshold: { ...model.threshold, metrics: [] } } : {}),
        }
      : {}),
  }));
}
