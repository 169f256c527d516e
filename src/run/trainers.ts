// How each model family of a run is trained: settings by mode, choice on tuning patients. Knows no data set.

import type { Mode } from "../concepts/mode.ts";
import { BedsideError, nearestName } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import { logisticPath, type Model } from "../models/index.ts";
import type { ModelResult } from "./result.ts";

/** What a trainer is given: training patients to learn from, tuning patients to choose by. */
export interface TrainingData {
  train: { x: Matrix; y: Uint8Array };
  tuning: { x: Matrix; y: Uint8Array };
  featureNames: readonly string[];
  mode: Mode;
  signal: AbortSignal;
  /** Called with the share done. */
  onProgress(share: number, note: string): void;
}

/** A trained model and what was chosen on the way. */
export interface Trained {
  model: Model;
  /** Settings chosen on tuning patients. */
  chosen: Record<string, number>;
  path: NonNullable<ModelResult["path"]>;
  /** Standardised coefficients, by feature name, for linear models. */
  coefficients?: Record<string, number>;
}

/** A model family a run can train. */
export interface Trainer {
  id: string;
  title: string;
  train(data: TrainingData): Promise<Trained>;
}

/**
 * Elastic-net logistic regression. Faithful mode does as YAIB does: balanced class weights, chosen by AUROC. Balanced
 * weights make the probabilities far too high for a rare outcome, so corrected mode trains without and chooses by log loss.
 */
const logistic: Trainer = {
  id: "lr",
  title: "Logistic regression",
  async train({ train, tuning, featureNames, mode, signal, onProgress }) {
    const faithful = mode === "faithful";
    const { model, chosen, by, table } = await logisticPath(train.x, train.y, {
      featureNames,
      tuning,
      signal,
      by: faithful ? "auroc" : "logLoss",
      ...(faithful ? { classWeight: "balanced" as const } : {}),
      onProgress: (done, total) => onProgress(done / total, `penalty ${done} of ${total}`),
    });
    const row = table[chosen]!;
    return {
      model,
      chosen: { C: row.c, "l1 ratio": row.l1Ratio },
      path: table.map((candidate, i) => ({
        c: candidate.c,
        l1Ratio: candidate.l1Ratio,
        nonZero: candidate.nonZero,
        score: by === "auroc" ? candidate.auroc : candidate.logLoss,
        chosen: i === chosen,
      })),
      coefficients: Object.fromEntries(model.describe().features.map(({ name, weight }) => [name, weight])),
    };
  },
};

const trainers: readonly Trainer[] = [logistic];

/** The trainer of that id. */
export function findTrainer(id: string): Trainer {
  const trainer = trainers.find((candidate) => candidate.id === id);
  if (trainer) return trainer;
  const known = trainers.map((candidate) => candidate.id);
  const meant = nearestName(id, known);
  throw new BedsideError(
    {
      code: "run/unknown-model",
      what: `There is no model "${id}"`,
      fix: meant ? `did you mean ${meant}?` : `the models are: ${known.join(", ")}`,
    },
    { exitCode: 2 },
  );
}
