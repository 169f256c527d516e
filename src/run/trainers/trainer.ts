// What a run's trainers have in common: what they are given and what they give back. Knows no model family.
import type { Mode } from "../../concepts/mode.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { Model } from "../../models/index.ts";
import type { InputKind } from "../inputs.ts";
import type { ModelResult } from "../result.ts";

/** What a trainer is given: training patients to learn from, tuning patients to choose by. */
export interface TrainingData {
  train: { x: Matrix; y: Uint8Array };
  tuning: { x: Matrix; y: Uint8Array };
  featureNames: readonly string[];
  /** Hours of every sequence, where rows are sequences; then the names are those of one hour's numbers. */
  hours?: number | undefined;
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
  /** Settings chosen on tuning patients. */
  chosen: Record<string, number | string>;
  /** The regularisation path of linear models. */
  path?: NonNullable<ModelResult["path"]>;
  /** Standardised coefficients, by feature name, for linear models. */
  coefficients?: Record<string, number>;
}

/** A model family a run can train. */
export interface Trainer {
  id: string;
  title: string;
  /** Trees take missing values as they are (in faithful mode they are filled in as the original does), and are explained. */
  isTrees: boolean;
  /** Rows it takes. Default `table`. */
  input?: InputKind;
  train(data: TrainingData): Promise<Trained>;
}
