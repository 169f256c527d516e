// What a run's trainers have in common: what they are given and what they give back. Knows no model family.
import type { Mode } from "../../concepts/mode.ts";
import { Bug } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { Outcome, SequenceSet } from "../../features/index.ts";
import type { Model } from "../../models/index.ts";
import type { ModelResult } from "../result.ts";
import type { ScoreTable } from "../score-table.ts";
import type { ModelInput } from "../views/view.ts";

/** Samples to learn from or to choose by: as many targets as samples, or samples × names of several labels. */
export interface TrainingRows {
  x: ModelInput;
  y: Float64Array;
}

/** What is predicted. */
export interface Target {
  outcome: Outcome;
  /** Of the classes or the labels; else empty. */
  names: readonly string[];
  /** Of a number; else empty. */
  unit: string;
}

/** How hard settings are searched: not at all, with a few trials, or as the paper does. */
export type SearchEffort = "fixed" | "quick" | "paper";

/** What a trainer is given: training patients to learn from, tuning patients to choose by. */
export interface TrainingData {
  train: TrainingRows;
  tuning: TrainingRows;
  target: Target;
  search: SearchEffort;
  /** Whether large tables get a shorter search: the quick protocol's promise of a result soon. Default false. */
  brief?: boolean;
  /** Settings that the search of another seed chose on the same rows (`Trained.settings`): nothing is searched then. */
  settings?: unknown;
  /** A trained model of the same family to go on from: fine-tuning. Its settings hold. */
  start?: Model | undefined;
  mode: Mode;
  /** Whether the original trains this model with its library's defaults, without a search. Read in faithful mode. */
  untuned: boolean;
  seed: number;
  /** The model does not depend on it. */
  threads: number;
  signal: AbortSignal;
  /** Called with the share done. */
  onProgress(share: number, note: string): void;
}

/** A trained model and what was chosen on the way. */
export interface Trained {
  model: Model;
  /** Settings chosen on tuning patients, in words. */
  chosen: Record<string, number | string>;
  /** The same as JSON, to be given back as `TrainingData.settings` for further seeds. */
  settings?: unknown;
  /** The regularisation path of linear models. */
  path?: NonNullable<ModelResult["path"]>;
  /** Standardised coefficients, by feature name, for linear models. */
  coefficients?: Record<string, number>;
  /** The points of an integer score. */
  scoreTable?: ScoreTable;
}

/** What a trainer may want to know of a task before it says what it takes. */
export interface TrainerTask {
  /** `yaib/aki` */
  id: string;
  outcome: Outcome;
  per: "stay" | "hour";
}

/** A model family a run can train. */
export interface Trainer {
  id: string;
  title: string;
  /** Trees take missing values as they are (in faithful mode they are filled in as the original does), and are explained. */
  isTrees: boolean;
  /** The view its input comes from, by id; it may depend on the task. */
  view: string | ((task: TrainerTask) => string);
  /** Outcomes it can predict. */
  outcomes: readonly Outcome[];
  /** Whether another seed gives another model: such models are trained with several seeds. */
  usesSeed: boolean;
  /** Whether `TrainingData.start` is understood. */
  canContinue?: boolean;
  train(data: TrainingData): Promise<Trained>;
}

/** The view that a trainer asks for on a task. */
export function viewOf({ view }: Pick<Trainer, "view">, task: TrainerTask): string {
  return typeof view === "string" ? view : view(task);
}

/** Running figures a row: a summary of the stay, or for hourly samples what is known so far. */
export function tabularView({ per }: TrainerTask): string {
  return per === "hour" ? "hourly-table" : "table";
}

/** The rows of an input as a table, with the names of the columns. */
export function tableOf({ x, y }: TrainingRows): { x: Matrix; y: Float64Array; names: readonly string[] } {
  if (x.kind !== "table") throw new Bug("the model takes a table");
  return { x: x.matrix, y, names: x.names };
}

/**
 * What a trained model says of samples, samples × outputs: of an event its probability, of a number its value in the
 * label's unit, of classes and of labels the probability of each. `predict` of a model of tables is given the matrix, of
 * one of sequences the set.
 */
export async function predictInput(model: Model, input: ModelInput): Promise<Float64Array | Float32Array> {
  if (input.kind === "table") return model.predict(input.matrix);
  const predict = model.predict as unknown as (set: SequenceSet) => Promise<Float64Array | Float32Array>;
  return predict(input.set);
}
