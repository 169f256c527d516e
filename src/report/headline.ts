// What the whole run comes down to: the first model, its first figure, the patients it was tried on. Shared by the
// report, the terminal and the model card, so that they cannot disagree.
import type { MetricValue, ModelResult, RunResult } from "../run/result.ts";
import { formatCount, formatFigure, formatInterval, formatLevel, isEstimable } from "./format.ts";

export interface Headline {
  model: ModelResult | undefined;
  metric: MetricValue | undefined;
  split: RunResult["cohort"]["splits"][number] | undefined;
  /** The sentence in three parts: what comes before the figure, the figure, what comes after. */
  before: string;
  figure: string;
  after: string;
}

/** The split no model has seen: the one called test or held out, else the last. */
export function heldOut(result: RunResult): RunResult["cohort"]["splits"][number] | undefined {
  const { splits } = result.cohort;
  return splits.find(({ name }) => /test|held/i.test(name)) ?? splits.at(-1);
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
  const whom = split
    ? `On ${formatCount(split.patients)} held-out patients (${formatCount(split.stays)} ${cohort.attrition.unit}, ${formatCount(split.positives)} with the event) of ${where}`
    : `On held-out patients of ${where}`;
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
    figure: `${metric.title} ${formatFigure(metric.value)} (${formatLevel(bootstrap.level)} interval ${formatInterval(metric)})`,
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
