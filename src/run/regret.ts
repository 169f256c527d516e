// How well the true risk of a synthetic hospital does on held-out rows, and how far each model stays behind it, paired by
// patient. Trains nothing and reads nothing.
import { differenceOf } from "../metrics/bootstrap.ts";
import { bootstrapAll, meanStatistic, type Statistic } from "../metrics/index.ts";
import { intervals, type MetricSpec, mainMetrics } from "./evaluate/index.ts";
import { definedOrNull, perSeed } from "./evaluate/intervals.ts";
import type { MetricValue, RunResult } from "./result.ts";

interface Draws {
  seed: number;
  resamples: number;
}

/** Held-out rows of a model: what came true, its predictions, those of each training seed where there are several. */
export interface RegretRows {
  subjectIds: Float64Array;
  truth: Float64Array;
  predictions: Float64Array;
  seeds: readonly Float64Array[];
  /** The true risk of each row; NaN where it is not known. */
  risk: Float64Array;
}

/** A model beside the true risk, on rows with a known one. */
export interface Behind {
  /** The AUROC of the true risk less the model's, with the interval of the difference. */
  regret: MetricValue;
  /** The model's own figures on these rows. */
  metrics: MetricValue[];
}

/** What models are held against the true risk by, the first for the regret; they share their counts, so that two cost as much as one. */
const [AUROC, ...OTHERS] = mainMetrics.filter(({ id }) => id === "auroc" || id === "average_precision") as [
  MetricSpec,
  ...MetricSpec[],
];

/**
 * How far a model stays behind the true risk in AUROC, and its own figures (the mean over training seeds), on rows with a known
 * risk. Each resample of patients is taken for both. Undefined where all these rows have one outcome, or there is none.
 */
export function regretOf(
  { subjectIds, truth, predictions, seeds, risk }: RegretRows,
  draws: Draws,
): Behind | undefined {
  const known = knownRows(risk);
  const take = (values: Float64Array) => Float64Array.from(known, (i) => values[i]!);
  const labels = take(truth);
  const each = perSeed(
    predictions,
    seeds.map((values) => ({ predictions: values })),
  ).map(take);
  const statistics = definedOrNull(() => {
    const ofModel = ({ prepare }: MetricSpec) => meanStatistic(each.map((values) => prepare(labels, values)));
    const model = ofModel(AUROC);
    model();
    const found: Record<string, Statistic> = {
      regret: differenceOf(AUROC.prepare(labels, take(risk)), model),
      [AUROC.id]: model,
    };
    for (const metric of OTHERS) found[metric.id] = ofModel(metric);
    return found;
  });
  if (!statistics) return undefined;
  const found = bootstrapAll(statistics, take(subjectIds), draws);
  const figure = (id: string) => {
    const { value, low, high } = found[id]!;
    return { value, low, high };
  };
  return {
    regret: {
      ...{ id: `regret_${AUROC.id}`, title: `Regret in ${AUROC.title}`, higherIsBetter: false },
      ...figure("regret"),
    },
    metrics: [AUROC, ...OTHERS].map(({ id, title, higherIsBetter }) => ({ id, title, higherIsBetter, ...figure(id) })),
  };
}

/** The rows with a known risk. */
function knownRows(risk: Float64Array): Uint32Array {
  const rows = new Uint32Array(risk.length);
  let count = 0;
  for (let i = 0; i < risk.length; i++) if (!Number.isNaN(risk[i]!)) rows[count++] = i;
  return rows.subarray(0, count);
}

/** The held-out rows of a run with their true risks. */
export interface TrueRisks {
  subjectIds: Float64Array;
  stayIds: Float64Array;
  /** The hour of each row, at whose end the prediction is made; absent where there is one a stay. */
  hours?: ArrayLike<number> | undefined;
  truth: Float64Array;
  risk: Float64Array;
}

/** Predictions of the same rows. */
export type OwnPredictions = Pick<RegretRows, "predictions" | "seeds">;

/**
 * The best possible on held-out rows: the figures of the true risk, how far each model stays behind and, where rows have no
 * known risk, the figures of the models on the others. Undefined where no row has one.
 * @param predictionsOf the predictions of a model, asked for one after the other: those of hourly rows are long.
 */
export async function bestPossibleOf(
  rows: TrueRisks,
  models: readonly string[],
  predictionsOf: (model: string) => Promise<OwnPredictions>,
  draws: Draws,
): Promise<RunResult["bestPossible"]> {
  const { subjectIds, truth, risk } = rows;
  const known = knownRows(risk);
  if (known.length === 0) return undefined;
  const take = (values: Float64Array) => Float64Array.from(known, (i) => values[i]!);
  const { values: metrics } = intervals(mainMetrics, take(truth), take(risk), take(subjectIds), draws);
  const regrets: Record<string, MetricValue> = {};
  const own: Record<string, MetricValue[]> = {};
  for (const model of models) {
    const behind = regretOf({ subjectIds, truth, risk, ...(await predictionsOf(model)) }, draws);
    if (!behind) continue;
    regrets[model] = behind.regret;
    own[model] = behind.metrics;
  }
  const isPart = known.length < risk.length;
  return { metrics, regrets, ...(isPart ? { models: own } : {}), note: noteOf(rows, known) };
}

/** What the true risk is, and of which rows it is known. */
function noteOf({ stayIds, hours, risk }: TrueRisks, known: Uint32Array): string {
  const row = hours ? "hour" : "stay";
  const what = `The true risk of each ${row}, which the synthetic hospital writes apart: no model can do better on average.`;
  const isPart = known.length < risk.length;
  if (!hours) return isPart ? `${what} ${counted(risk.length - known.length, "stay")} without one are left out.` : what;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const i of known) [first, last] = [Math.min(first, hours[i]! + 1), Math.max(last, hours[i]! + 1)];
  const when = `predictions made ${first === last ? first : `${first} to ${last}`} hours after admission`;
  if (!isPart) return `${what} It is known for all ${counted(risk.length, "held-out row")} (${when}).`;
  const stays = new Set(stayIds).size;
  const knownStays = new Set(Float64Array.from(known, (i) => stayIds[i]!)).size;
  const of = (part: number, whole: string) => `${part.toLocaleString("en-US")} of ${whole}`;
  const share = of(known.length, counted(risk.length, "held-out row"));
  return `${what} It is known for ${share} (${when}, ${of(knownStays, counted(stays, "stay"))}): only these rows are compared.`;
}

function counted(count: number, unit: string): string {
  return `${count.toLocaleString("en-US")} ${unit}${count === 1 ? "" : "s"}`;
}
