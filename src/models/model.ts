// What every trained model can do, whatever its family. Knows no family, no file and no data set.
import type { Matrix } from "../core/matrix.ts";

/**
 * A trained model: made by its family's `train…` function, never changed afterwards. The verbs are the same for all
 * families: train (a function), predict, describe, save (`JSON.stringify(model)`), load (`modelFromJSON`).
 */
export interface Model {
  /** The family, the word that `modelFromJSON` goes by: `logistic`. */
  readonly kind: string;
  /** The names of the columns it was trained on, in order. */
  readonly featureNames: readonly string[];
  /** One number per row: a probability for a yes/no outcome, the expected value otherwise. */
  predict(x: Matrix): Float64Array | Promise<Float64Array>;
  /** What the model is, for the report and the model card. */
  describe(): ModelDescription;
  /** The model as plain JSON values, with `kind` and `schemaVersion`; reading it back gives the same predictions. */
  toJSON(): ModelJson;
}

/** A model in words and numbers a reader of the report understands. */
export interface ModelDescription {
  /** A few words: "Logistic regression, elastic net". */
  readonly title: string;
  /** Settings and outcomes of the training, in reading order. */
  readonly facts: readonly { readonly name: string; readonly value: string | number | boolean }[];
  /** One entry per feature, in the order of `featureNames`; `weight` is in the family's own measure. */
  readonly features: readonly { readonly name: string; readonly weight: number }[];
  /** What the reader has to be told before trusting the model; empty when all went well. */
  readonly warnings: readonly string[];
}

/** The part of a saved model that all families share. */
export interface ModelJson {
  readonly kind: string;
  readonly schemaVersion: number;
  readonly [field: string]: unknown;
}
