// Trains one model on one fold: preprocessing fitted on training patients, choices made on tuning patients. Sees no held-out row.
import type { Mode } from "../concepts/mode.ts";
import { fitTabular, type SplitPlan, type TabularRecipe } from "../features/index.ts";
import { chooseThreshold } from "../metrics/index.ts";
import type { ModelJson } from "../models/index.ts";
import { readJson, writeJson } from "../store/index.ts";
import { type InputKind, inputsOf, type StayInputs } from "./inputs.ts";
import type { Trained, Trainer } from "./trainers/index.ts";

/** What later stages need of a trained fold. */
export interface FoldRecord extends Pick<Trained, "chosen" | "path" | "coefficients"> {
  /** The model file, by name in the models folder. */
  file: string;
  /** A row is called positive at or above it; Youden's index on tuning patients. */
  threshold: number;
  /** Feature name → what it is in words. */
  titles: Record<string, string>;
  warnings: readonly string[];
  seconds: number;
}

/** A model file: everything needed to predict from the summary of a stay. */
export interface ModelFile {
  schema: 1;
  /** Rows the model takes. Default `table`. */
  input?: InputKind;
  recipe: TabularRecipe;
  threshold: number;
  model: ModelJson;
}

interface FoldInput {
  trainer: Trainer;
  parts: ReturnType<SplitPlan["parts"]>;
  labels: Uint8Array;
  stays: StayInputs;
  mode: Mode;
  untuned: boolean;
  seed: number;
  threads: number;
  signal: AbortSignal;
  onProgress(share: number, note: string): void;
}

/** Trains and writes the model file. */
export async function trainFold(input: FoldInput, file: string): Promise<FoldRecord> {
  const { trainer, parts, labels, stays, mode, untuned, seed, threads, signal, onProgress } = input;
  const start = performance.now();
  const missing = trainer.isTrees && mode === "corrected" ? "keep" : undefined;
  const { input: kind = "table" } = trainer;
  const recipe = fitTabular(stays.summary, parts.train, { mode, missing });
  const train = inputsOf(kind, stays, parts.train, recipe);
  const tuning = inputsOf(kind, stays, parts.tuning, recipe);
  const labelsOf = (rows: Int32Array) => Uint8Array.from(rows, (row) => labels[row]!);
  const tuningLabels = labelsOf(parts.tuning);
  const trained = await trainer.train({
    train: { x: train.matrix, y: labelsOf(parts.train) },
    tuning: { x: tuning.matrix, y: tuningLabels },
    featureNames: train.names,
    hours: kind === "sequence" ? stays.sequences?.hours : undefined,
    mode,
    untuned,
    seed,
    threads,
    signal,
    onProgress,
  });
  const { threshold } = chooseThreshold(tuningLabels, await trained.model.predict(tuning.matrix), { rule: "youden" });
  const content: ModelFile = { schema: 1, input: kind, recipe, threshold, model: trained.model.toJSON() };
  await writeJson(file, content);
  return {
    file: file.slice(file.lastIndexOf("/") + 1),
    threshold,
    chosen: trained.chosen,
    ...(trained.path ? { path: trained.path } : {}),
    ...(trained.coefficients ? { coefficients: trained.coefficients } : {}),
    titles: Object.fromEntries(train.names.map((name, i) => [name, train.titles[i]!])),
    warnings: trained.model.describe().warnings,
    seconds: (performance.now() - start) / 1000,
  };
}

/** Reads a model file that a run wrote. */
export function readModelFile(file: string): ModelFile {
  return readJson<ModelFile>(file)!;
}
