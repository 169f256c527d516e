// Where TSCAN's attention goes on held-out samples, and whether what it points at matters. Draws nothing.
import { randomStream } from "../../core/random.ts";
import { type Samples, type SequenceSet, targetsOf } from "../../features/index.ts";
import { modelFromJSON, type TscanAttention, type TscanModel } from "../../models/index.ts";
import { drawRows } from "../draw.ts";
import { divisionKey, type Records } from "../judge.ts";
import { replicatesOf } from "../protocol.ts";
import type { Learning, Scene } from "../scene.ts";
import { readModelFile } from "../train.ts";
import type { Trainer } from "../trainers/index.ts";
import { viewOf } from "../trainers/index.ts";
import type { Attention } from "./result.ts";
import { joined, shuffled, variableOf } from "./shuffled.ts";

/** Held-out samples looked at, over all folds, and those shuffled. */
const MOST_SAMPLES = 2000;
const MOST_SHUFFLED = 500;
/** Variables shuffled together, and how often others are drawn. */
const TOGETHER = 5;
const DRAWS = 5;
/** An hour that fewer samples have is not shown. */
const FEWEST = 11;
const LEAST_PROBABILITY = 1e-7;

/** The attention of a model on its held-out samples, by its first replicate; undefined where it has none. */
export async function attendModel(
  scene: Scene,
  trainer: Trainer,
  learning: Learning,
  records: Records,
): Promise<Attention | undefined> {
  if (trainer.id !== "tscan") return undefined;
  const { folder, seed, base, progress } = scene;
  const { plan } = learning;
  return folder.stage({
    name: `attention ${trainer.id}`,
    dependsOn: { base, seed, division: divisionKey(plan), made: records[0] },
    work: async () => {
      const [replicate] = replicatesOf(plan, trainer.usesSeed);
      const parts = replicate!.parts.map((part) => plan.split.parts(part).heldOut);
      progress.begin(`Attention of ${trainer.id}`, parts.length);
      const found: FoldAttention[] = [];
      for (const [fold, heldOut] of parts.entries()) {
        progress.at(fold);
        const file = readModelFile(folder.at("models", records[0]![fold]!.file));
        const view = await learning.view(viewOf(trainer, learning.task));
        const take = async (most: number, name: string) => {
          const rows = drawRows(heldOut, Math.ceil(most / parts.length), seed, name);
          const input = await view.apply(rows, file.recipe);
          if (input.kind !== "sequences") throw new Error("TSCAN takes sequences");
          return { set: input.set, y: targetsOf(learning.samples, rows) };
        };
        const model = modelFromJSON(file.model) as TscanModel;
        const looked = await model.attend((await take(MOST_SAMPLES, "attention")).set);
        const few = await take(MOST_SHUFFLED, "shuffled");
        found.push({ looked, ...(await shuffleAll(model, few, learning.samples, looked, seed)) });
      }
      const titles = new Map(learning.cohort.dynamic.map(({ name, title }) => [name, title]));
      const value = together(found, titles);
      progress.end(`${value.samples} held-out samples`);
      return { value, files: [] };
    },
  });
}

/** What a fold's model looked at, and by how much its loss rises. */
interface FoldAttention {
  looked: TscanAttention;
  samples: number;
  loss: number;
  rises: Map<string, number>;
  most: number;
  others: number;
}

/** Share of each variable of the attention over variables, its categories together, chunks weighted by their samples. */
function sharesOf({ tokens, tokenNames }: TscanAttention): Map<string, number> {
  const sums = new Map<string, number>();
  const total = tokens.reduce((sum, value) => sum + value, 0) || 1;
  for (const [i, value] of tokens.entries()) {
    const variable = variableOf(tokenNames[i % tokenNames.length]!);
    sums.set(variable, (sums.get(variable) ?? 0) + value / total);
  }
  return sums;
}

async function shuffleAll(
  model: TscanModel,
  { set, y }: { set: SequenceSet; y: Float64Array },
  samples: Samples,
  looked: TscanAttention,
  seed: number,
): Promise<Omit<FoldAttention, "looked">> {
  const ranked = [...sharesOf(looked)].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const tries: { key: string; variables: readonly string[] }[] = [
    ...ranked.map((name) => ({ key: name, variables: [name] })),
    { key: "most", variables: ranked.slice(0, TOGETHER) },
    ...Array.from({ length: DRAWS }, (_, draw) => {
      const rest = ranked.slice(TOGETHER);
      randomStream(seed, "others", draw).shuffle(rest);
      return { key: `others ${draw}`, variables: rest.slice(0, TOGETHER) };
    }),
  ];
  const sets = tries.map(({ key, variables }) => shuffled(set, variables, randomStream(seed, "attention", key)));
  const predictions = await model.predict(joined([set, ...sets]));
  const size = predictions.length / (1 + sets.length);
  const [loss, ...after] = Array.from({ length: 1 + sets.length }, (_, k) =>
    meanLoss(predictions.subarray(k * size, (k + 1) * size), y, samples),
  ) as [number, ...number[]];
  const rises = after.map((value) => value - loss);
  const count = ranked.length;
  return {
    samples: set.samples,
    loss,
    rises: new Map(ranked.map((name, k) => [name, rises[k]!])),
    most: rises[count]!,
    others: rises.slice(count + 1).reduce((sum, rise) => sum + rise / DRAWS, 0),
  };
}

/** Mean log loss: of the event, of the true class, or over labels. */
export function meanLoss(predictions: ArrayLike<number>, y: ArrayLike<number>, { outcome, names }: Samples): number {
  const clip = (p: number) => Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, p));
  let sum = 0;
  if (outcome === "classes") {
    for (let i = 0; i < y.length; i++) sum -= Math.log(clip(predictions[i * names.length + y[i]!]!));
  } else {
    for (let i = 0; i < y.length; i++) sum -= Math.log(y[i] ? clip(predictions[i]!) : 1 - clip(predictions[i]!));
  }
  return sum / Math.max(1, y.length);
}

/** The folds' attention as one. */
function together(folds: readonly FoldAttention[], titles: ReadonlyMap<string, string>): Attention {
  const first = folds[0]!.looked;
  const { hours, chunkHours, tokenNames } = first;
  const add = (key: "real" | "tokens" | "shares") =>
    folds.reduce(
      (sum, { looked }) => sum.map((value, i) => value + looked[key][i]!),
      new Float64Array(first[key].length),
    );
  const [real, tokens, shares] = [add("real"), add("tokens"), add("shares")];
  const sum: TscanAttention = { ...first, real, tokens, shares };
  const share = sharesOf(sum);
  const shuffledSamples = folds.reduce((count, { samples }) => count + samples, 0);
  const mean = (of: (fold: FoldAttention) => number) =>
    folds.reduce((total, fold) => total + fold.samples * of(fold), 0) / Math.max(1, shuffledSamples);
  const variables = [...share].map(([name, own]) => ({
    name,
    title: titles.get(name) ?? name,
    share: own,
    rise: mean(({ rises }) => rises.get(name) ?? 0),
  }));
  const places = variables.map(({ name }) => tokenNames.flatMap((token, t) => (variableOf(token) === name ? [t] : [])));
  const weight = places.map((own) =>
    Array.from({ length: hours }, (_, hour) => {
      const chunk = Math.floor(hour / chunkHours);
      // real hours stand at the end, so that the last hour of a chunk is real wherever any is
      const count = real[(chunk + 1) * chunkHours - 1]!;
      if (real[hour]! < FEWEST || count === 0) return null;
      const inChunk = own.reduce((total, t) => total + tokens[chunk * tokenNames.length + t]!, 0) / count;
      return inChunk * places.length * (shares[hour]! / count) * chunkHours;
    }),
  );
  return {
    samples: folds.reduce((count, { looked }) => count + looked.samples, 0),
    hours: Array.from({ length: hours }, (_, hour) => hour - hours),
    variables,
    weight,
    check: {
      samples: shuffledSamples,
      loss: mean(({ loss }) => loss),
      size: TOGETHER,
      most: mean(({ most }) => most),
      others: mean(({ others }) => others),
      correlation: rankCorrelation(
        variables.map((variable) => variable.share),
        variables.map((variable) => variable.rise),
      ),
    },
  };
}

/** Spearman's correlation, ties by their mean rank. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  const ranks = (values: readonly number[]) =>
    values.map((value) => {
      const below = values.filter((other) => other < value).length;
      return below + (values.filter((other) => other === value).length + 1) / 2;
    });
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length + 1) / 2;
  const product = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, value, i) => sum + (value - middle) * (q[i]! - middle), 0);
  const spread = Math.sqrt(product(x, x) * product(y, y));
  return spread > 0 ? product(x, y) / spread : null;
}
