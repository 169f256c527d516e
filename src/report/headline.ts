// What the whole run comes down to: the first model, its first figure, the patients it was tried on. Shared by the
// report, the terminal and the model card, so that they cannot disagree.
import type { MetricValue, ModelResult, RunResult } from "../run/result.ts";
import { formatCount, formatInterval, formatLevel, formatValue, isEstimable } from "./format.ts";
import { eventCount, predictsEvent } from "./guard.ts";

export interface Headline {
  model: ModelResult | undefined;
  metric: MetricValue | undefined;
  split: RunResult["cohort"]["splits"][number] | undefined;
  /** The sentence in three parts: what comes before the figure, the figure, what comes after. */
  before: string;
  figure: string;
  after: string;
}

function isUnseen({ name }: { name: string }): boolean {
  return /test|held/i.test(name);
}

/**
 * The stays no model had seen when it was tried on them: the part called test or held out, else the last; in
 * cross-validation, where every fold holds out some, all of them together.
 */
export function heldOut(result: RunResult): RunResult["cohort"]["splits"][number] | undefined {
  const { splits, stays, patients, positives, rows, positivePatients } = result.cohort;
  const unseen = splits.filter(isUnseen);
  if (unseen.length > 1) {
    const hourly = rows === undefined ? {} : { rows, ...(positivePatients === undefined ? {} : { positivePatients }) };
    return { name: "held out", patients, stays, positives, ...hourly };
  }
  return unseen[0] ?? splits.at(-1);
}

/**
 * The one-sentence result. It speaks of the first model of the run, not of the one that did best on the test patients,
 * for choosing after the test would flatter.
 */
export function headline(result: RunResult): Headline {
  const model = result.models[0];
  const metric = model?.metrics.find(({ id }) => id === "auroc") ?? model?.metrics[0];
  const split = heldOut(result);
  const { data, bootstrap, cohort } = result;
  const where = `${data.title} ${data.version}`.trim();
  const ends = { model, metric, split };
  if (!model) return { ...ends, before: `No model was evaluated in this run on ${where}.`, figure: "", after: "" };
  const folds = cohort.splits.filter(isUnseen).length;
  const counted = (part: NonNullable<typeof split>, kind: string) => {
    const events = predictsEvent(result)
      ? `, ${eventCount(result, part)} ${part.rows === undefined ? "with" : "hours with"} the event`
      : "";
    const hours = part.rows === undefined ? "" : `, ${formatCount(part.rows)} hours`;
    return `${formatCount(part.patients)} ${kind} (${formatCount(part.stays)} ${cohort.attrition.unit}${hours}${events}) of ${where}`;
  };
  let whom = `On held-out patients of ${where}`;
  if (split && folds > 1) whom = `In ${folds}-fold cross-validation on ${counted(split, "patients")}`;
  else if (split) whom = `On ${counted(split, "held-out patients")}`;
  if (!metric || !isEstimable(metric)) {
    const why = metric ? ` of the ${metric.title}` : "";
    return {
      ...ends,
      before: `${whom}, no interval${why} of ${model.title} can be given, so no figure is.`,
      figure: "",
      after: "",
    };
  }
  return {
    ...ends,
    before: `${whom}, ${inSentence(model.title)} reached `,
    figure: `${metric.title} ${formatValue(metric)} (${formatLevel(bootstrap.level)} interval ${formatInterval(metric)})`,
    after: ".",
  };
}

/** The sentence as plain text. */
export function headlineText(result: RunResult): string {
  const { before, figure, after } = headline(result);
  return before + figure + after;
}

/** A title inside a sentence: first letter small, unless the word is an abbreviation such as `LGBM`. */
export function inSentence(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title[0]!.toLowerCase() + title.slice(1) : title;
}
