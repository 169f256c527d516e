// AutoScore: an integer score in clinical units, its length chosen and its bands fine-tuned on tuning patients.
import type { Matrix } from "../../core/matrix.ts";
import { auroc } from "../../metrics/index.ts";
import { type AutoScoreModel, autoScoreModel, probabilityAt, trainAutoScore } from "../../models/index.ts";
import type { ScoreTable } from "../score-table.ts";
import { type Bands, fineTune } from "./autoscore-bands.ts";
import { type Trained, type Trainer, type TrainingData, tableOf } from "./trainer.ts";
import { threadsFor } from "./tuned.ts";

/** Share of the whole training that the ranking and the parsimony plot take. */
const FIRST_SHARE = 0.5;
/** Totals whose risk is printed. */
const PRINTED_TOTALS = 10;
/** Rows that rank and fine-tune: more change neither order nor bands. */
const MOST_ROWS = 60_000;

async function train(data: TrainingData): Promise<Trained> {
  const { seed, signal, mode, onProgress } = data;
  const { x, y, names: featureNames } = tableOf(data.train);
  const titles = data.train.x.kind === "table" ? data.train.x.titles : featureNames;
  const tuning = tableOf(data.tuning);
  const held = { x: tuning.x, y: tuning.y };
  onProgress(0, "ranking the variables");
  const input = { x, y, tuning: held, featureNames };
  const first = await trainAutoScore(input, { seed, signal, forest: { threads: threadsFor(data) } });
  const chosen = first.variables.map(({ name }) => name);
  onProgress(FIRST_SHARE, `${chosen.length} variables, bands`);
  // the published scores of the benchmark have their bands from the quantiles
  const tuned =
    mode === "faithful"
      ? { cutoffs: {}, steps: [] }
      : await fineTune(
          { x: sample(x, y, MOST_ROWS).x, featureNames },
          first.variables.flatMap(({ name, bounds }) => (bounds.kind === "numeric" ? [{ name, ...bounds }] : [])),
          async (cutoffs) => rank(cutoffs, { x, y, featureNames, chosen, held, data }),
          (done, total) =>
            onProgress(FIRST_SHARE + ((1 - FIRST_SHARE) * done) / total, `bands of variable ${done + 1} of ${total}`),
        );
  const final = await trainAutoScore(input, {
    seed,
    signal,
    ranking: chosen,
    variables: chosen.length,
    cutoffs: tuned.cutoffs,
  });
  const { variables, calibration, settings, warnings } = final;
  const { ranking, parsimony } = first;
  const model = autoScoreModel({ featureNames, variables, ranking, parsimony, calibration, settings, warnings });
  const scoreTable = tableOfPoints(model, { x, titles, steps: tuned.steps });
  return { model, chosen: { variables: chosen.length, "highest score": model.highestScore }, scoreTable };
}

/** The AUROC on tuning patients of the score with these bands. */
async function rank(
  cutoffs: Bands,
  given: {
    x: Matrix;
    y: Float64Array;
    featureNames: readonly string[];
    chosen: readonly string[];
    held: { x: Matrix; y: Float64Array };
    data: TrainingData;
  },
): Promise<number> {
  const { featureNames, chosen, held, data } = given;
  const { seed, signal } = data;
  const rows = sample(given.x, given.y, MOST_ROWS);
  const model = await trainAutoScore(
    { ...rows, featureNames },
    { seed, signal, ranking: chosen, variables: chosen, cutoffs },
  );
  return auroc(held.y, model.score(held.x));
}

/** At most so many rows, evenly spread. */
function sample(x: Matrix, y: Float64Array, most: number): { x: Matrix; y: Float64Array } {
  if (x.rows <= most) return { x, y };
  const { columns } = x;
  const data = new Float64Array(most * columns);
  const labels = new Float64Array(most);
  for (let i = 0; i < most; i++) {
    const row = Math.floor((i * x.rows) / most);
    data.set(x.data.subarray(row * columns, (row + 1) * columns), i * columns);
    labels[i] = y[row]!;
  }
  return { x: { rows: most, columns, data }, y: labels };
}

/** The score as it is printed. */
function tableOfPoints(
  model: AutoScoreModel,
  { x, titles, steps }: { x: Matrix; titles: readonly string[]; steps: readonly { name: string; text: string }[] },
): ScoreTable {
  const titleOf = new Map(model.featureNames.map((name, j) => [name, partsOf(titles[j]!)]));
  const variables = model.variables.map(({ name, column }) => {
    const { title, unit, levels } = titleOf.get(name)!;
    const words = levels.length > 0 ? levels : isYesNo(x, column) ? ["no", "yes"] : undefined;
    const rows = model.table.filter(({ variable }) => variable === name);
    const bands = rows.map(({ category, points }, i) => ({
      title: category === "missing" ? category : (words?.[i] ?? category),
      points,
    }));
    return { name, title, unit, bands };
  });
  const highest = model.highestScore;
  const steps10 = Math.max(1, Math.ceil(highest / PRINTED_TOTALS));
  const totals = Array.from({ length: Math.floor(highest / steps10) + 1 }, (_, i) => i * steps10);
  return {
    variables,
    highest,
    risks: totals.map((points) => ({ points, risk: probabilityAt(model.calibration, points) })),
    parsimony: model.parsimony.map(({ variables: count, added, auroc: value }) => ({
      variables: count,
      added: titleOf.get(added)!.title,
      auroc: value,
    })),
    tuned: steps.map(({ name, text }) => `${titleOf.get(name)!.title}: ${text}`),
  };
}

/** `Sex (0 F, 1 M)` has levels, `Age (years)` a unit. */
function partsOf(text: string): { title: string; unit: string; levels: string[] } {
  const found = /^(.*) \(([^()]*)\)$/.exec(text);
  if (!found) return { title: text, unit: "", levels: [] };
  const [, title, inside] = found as unknown as [string, string, string];
  const levels = inside
    .split(", ")
    .map((part, code) => (part.startsWith(`${code} `) ? part.slice(`${code} `.length) : null));
  const words = levels.filter((level) => level !== null);
  return words.length === levels.length ? { title, unit: "", levels: words } : { title, unit: inside, levels: [] };
}

function isYesNo({ rows, columns, data }: Matrix, column: number): boolean {
  for (let i = 0; i < rows; i++) {
    const value = data[i * columns + column]!;
    if (value !== 0 && value !== 1 && !Number.isNaN(value)) return false;
  }
  return true;
}

/** AutoScore, on the variables' own units. */
export const autoScore: Trainer = {
  id: "autoscore",
  title: "AutoScore (integer score)",
  isTrees: false,
  view: "ed-clinical",
  outcomes: ["event"],
  usesSeed: false,
  train,
};
