// What an explained model looks like in report.json: figures of groups of rows only, never a row.
import type { Estimate } from "./result.ts";

/** A feature by how much it matters, in three ways that need not agree. */
export interface FeatureImportance {
  name: string;
  title: string;
  /** Mean size of the contribution to the prediction of a held-out row, on the explanation's scale. */
  shap: number;
  /** Share of what all splits gained in training, 0 to 1; the mean over folds. */
  gain: number;
  /** Fall of the AUROC when the feature is shuffled among held-out rows; null where both outcomes do not occur. */
  permutation: Estimate | null;
}

/** Rows whose contributions lie next to each other: of 11 patients at least. */
export interface SwarmBin {
  from: number;
  to: number;
  rows: number;
  /** Mean rank of the feature's value among all rows that have one, 0 lowest to 1 highest; null where most have none. */
  rank: number | null;
}

/** Contributions of one feature over the rows, in bins. */
export interface Swarm {
  name: string;
  title: string;
  bins: SwarmBin[];
}

/** Contributions in a group of rows: of 11 patients at least. */
export interface DependenceBand {
  mean: number;
  /** 10th and 90th percentile. */
  low: number;
  high: number;
  /** The prediction where every row is given this value, less the mean prediction (partial dependence, centred). */
  partial: number;
}

/** How the contribution of a feature follows its value. */
export interface Dependence {
  name: string;
  title: string;
  /** Of the value; empty where it has none. */
  unit: string;
  /** Groups of rows by value, from low to high; `at` is the group's median. */
  points: (DependenceBand & { at: number })[];
  /** Rows without a value, where they are of 11 patients at least. */
  missing: DependenceBand | null;
}

/** What drives the predictions of a model of trees. */
export interface Explanation {
  /** What contributions are counted in: log-odds for boosting, probability for forests. */
  scale: "log-odds" | "probability";
  /** Held-out rows explained, each by the model of its fold. */
  rows: number;
  /** Features that the model may use, and those that moved a prediction. */
  features: number;
  used: number;
  /** Times each feature was shuffled. */
  repeats: number;
  importance: FeatureImportance[];
  swarms: Swarm[];
  dependence: Dependence[];
}
