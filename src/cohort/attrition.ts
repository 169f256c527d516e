// The funnel of a cohort: how many candidates each exclusion hits and removes. Knows no task and no database.

/** One step of the cohort funnel. */
export interface AttritionStep {
  id: string;
  /** `ICU stay shorter than 6 hours` */
  title: string;
  /** Candidates this criterion hits, whatever the steps before it took. */
  hits: number;
  /** Candidates it removes from those still there. */
  removed: number;
  remaining: number;
}

/** The whole funnel, in the order the exclusions are applied. */
export interface Attrition {
  /** `ICU stays` */
  unit: string;
  start: number;
  steps: AttritionStep[];
}

const grouped = new Intl.NumberFormat("en-US");

/**
 * The funnel as lines for the terminal: what remains, what was removed, and all hits where an earlier step took some.
 * @example printFunnel({ unit: "ICU stays", start: 3, steps: [] }) // ["3  ICU stays"]
 */
export function printFunnel({ unit, start, steps }: Attrition): string[] {
  const remaining = [start, ...steps.map((step) => step.remaining)].map((count) => grouped.format(count));
  const removed = ["", ...steps.map((step) => (step.removed > 0 ? `−${grouped.format(step.removed)}` : "0"))];
  const width = Math.max(...remaining.map((text) => text.length));
  const removedWidth = Math.max(...removed.map((text) => text.length));
  if (steps.length === 0) return [`${remaining[0]}  ${unit}`];
  return remaining.map((count, i) => {
    const step = steps[i - 1];
    const all = step && step.hits !== step.removed ? ` (${grouped.format(step.hits)} in all)` : "";
    return `${count.padStart(width)}  ${removed[i]!.padStart(removedWidth)}  ${step ? `${step.title}${all}` : unit}`;
  });
}
