// Trains one model on one fold: what is fitted is fitted on training patients, choices are made on tuning patients. Sees no
// held-out row.
import type { Mode } from "../concepts/mode.ts";
import { type Samples, type SplitParts, targetsOf } from "../features/index.ts";
import { type Model, type ModelJson, modelFromJSON } from "../models/index.ts";
import { type Database, readJson, writeJson, writeParquet } from "../store/index.ts";
import { drawRows } from "./draw.ts";
import type { World } from "./scene.ts";
import { predictInput, type SearchEffort, type Target, type Trained, type Trainer, viewOf } from "./trainers/index.ts";
import type { ModelInput, OpenView } from "./views/index.ts";

/** What later stages need of a trained fold. */
export interface FoldRecord extends Pick<Trained, "chosen" | "path" | "coefficients" | "settings" | "scoreTable"> {
  /** The model file, by name in the models folder; the predictions of its tuning rows have `.tuning.parquet` for `.json`. */
  file: string;
  /** Feature name → what it is in words; tables only. */
  titles: Record<string, string>;
  warnings: readonly string[];
  seconds: number;
}

/** A model file: everything needed to predict the samples of another cohort of the same task. */
export interface ModelFile {
  schema: 2;
  /** How the model sees samples. */
  view: string;
  /** What the view was fitted to. */
  recipe: unknown;
  target: Target;
  model: ModelJson;
}

/** What a paper's protocol may hold in memory, against a quick run. */
const PAPER_ROWS = 4;

export interface CellInput {
  trainer: Trainer;
  world: World;
  parts: Pick<SplitParts, "train" | "tuning">;
  mode: Mode;
  search: SearchEffort;
  brief?: boolean;
  settings?: unknown;
  /** A trained fold to go on from, with its recipe. */
  start?: { model: Model; recipe: unknown } | undefined;
  untuned: boolean;
  seed: number;
  threads: number;
  signal: AbortSignal;
  onProgress(share: number, note: string): void;
}

/** The file of the predictions of tuning rows beside a model file. */
export function tuningFile(file: string): string {
  return file.replace(/\.json$/, ".tuning.parquet");
}

/** What is predicted in a world. */
export function targetOf({ samples, cohort }: Pick<World, "samples" | "cohort">): Target {
  return { outcome: samples.outcome, names: samples.names, unit: cohort.label.unit };
}

/** Numbers that a model says of a sample. */
export function outputsOf({ outcome, names }: Pick<Samples, "outcome" | "names">): number {
  return outcome === "classes" || outcome === "labels" ? names.length : 1;
}

/** Trains and writes the model file and its predictions of the tuning rows. */
export async function trainCell(db: Database, input: CellInput, file: string): Promise<FoldRecord> {
  const { trainer, world, parts, mode, search, seed, start } = input;
  const began = performance.now();
  const viewId = viewOf(trainer, world.task);
  const view = await world.view(viewId);
  const missing = trainer.isTrees && mode === "corrected" ? "keep" : undefined;
  const drawn = drawParts(parts, view, search, seed);
  const recipe = start?.recipe ?? view.fit(parts.train, { mode, missing });
  const target = targetOf(world);
  const rowsOf = async (rows: Int32Array) => ({ x: await view.apply(rows, recipe), y: targetsOf(world.samples, rows) });
  const train = await rowsOf(drawn.train);
  const tuning = await rowsOf(drawn.tuning);
  const trained = await trainer.train({
    train,
    tuning,
    target,
    search,
    brief: input.brief ?? false,
    settings: input.settings,
    start: start?.model,
    mode,
    untuned: input.untuned,
    seed,
    threads: input.threads,
    signal: input.signal,
    onProgress: input.onProgress,
  });
  const content: ModelFile = { schema: 2, view: viewId, recipe, target, model: trained.model.toJSON() };
  await writeJson(file, content);
  await writeTuning(db, tuningFile(file), drawn.tuning, await predictInput(trained.model, tuning.x));
  return {
    file: file.slice(file.lastIndexOf("/") + 1),
    chosen: trained.chosen,
    ...(trained.settings === undefined ? {} : { settings: trained.settings }),
    ...(trained.path ? { path: trained.path } : {}),
    ...(trained.coefficients ? { coefficients: trained.coefficients } : {}),
    ...(trained.scoreTable ? { scoreTable: trained.scoreTable } : {}),
    ...(trained.scoreTable ? { scoreTable: trained.scoreTable } : {}),
    titles: titlesOf(train.x),
    warnings: [...drawn.warnings, ...trained.model.describe().warnings],
    seconds: (performance.now() - began) / 1000,
  };
}

/** The rows that are trained on and chosen by: all, or what fits, with words for what was left out. */
function drawParts(parts: Pick<SplitParts, "train" | "tuning">, view: OpenView, search: SearchEffort, seed: number) {
  if (view.trainingRows === undefined) return { ...parts, warnings: [] };
  const most = view.trainingRows * (search === "paper" ? PAPER_ROWS : 1);
  const train = drawRows(parts.train, most, seed, "train");
  const share = train.length / parts.train.length;
  const tuning = drawRows(parts.tuning, Math.max(1, Math.ceil(share * parts.tuning.length)), seed, "tuning");
  const warnings =
    share < 1
      ? [
          `trained on ${train.length} of ${parts.train.length} rows and chosen on ${tuning.length} of ${parts.tuning.length}, drawn at random over all stays`,
        ]
      : [];
  return { train, tuning, warnings };
}

function titlesOf(x: ModelInput): Record<string, string> {
  return x.kind === "table" ? Object.fromEntries(x.names.map((name, i) => [name, x.titles[i]!])) : {};
}

async function writeTuning(
  db: Database,
  file: string,
  rows: Int32Array,
  predictions: ArrayLike<number>,
): Promise<void> {
  const outputs = predictions.length / rows.length;
  await writeParquet(db, file, [
    { name: "row", type: "integer", values: rows },
    ...Array.from({ length: outputs }, (_, k) => ({
      name: `output_${k + 1}`,
      type: "double" as const,
      values: Float64Array.from(rows, (_, i) => predictions[i * outputs + k]!),
    })),
  ]);
}

/** Reads a model file that a run wrote. */
export function readModelFile(file: string): ModelFile {
  return readJson<ModelFile>(file)!;
}

/** The predictions of rows by a model file, as many rows at a time as the view allows. */
export async function predictRows(
  world: World,
  { view: viewId, recipe, model: json }: Pick<ModelFile, "view" | "recipe" | "model">,
  rows: Int32Array,
  onRows: (done: number) => void = () => {},
): Promise<Float64Array> {
  const model = modelFromJSON(json);
  const view = await world.view(viewId);
  const outputs = outputsOf(world.samples);
  const step = Math.max(1, view.rowsAtOnce ?? rows.length);
  const all = new Float64Array(rows.length * outputs);
  for (let at = 0; at < rows.length; at += step) {
    const input = await view.apply(rows.subarray(at, at + step), recipe);
    all.set(await predictInput(model, input), at * outputs);
    onRows(Math.min(rows.length, at + step));
  }
  return all;
}
