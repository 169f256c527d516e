// A score that can be counted by hand, as report.json has it: points by band, the risk of each total, the parsimony curve.

/** What a value gets. */
export interface ScoreBand {
  /** In the variable's unit: `60 to <80`, `yes`, `missing`. */
  title: string;
  points: number;
}

export interface ScoreVariable {
  name: string;
  title: string;
  /** Empty where it has none. */
  unit: string;
  bands: ScoreBand[];
}

/** The points of an integer score. */
export interface ScoreTable {
  /** Best first. */
  variables: ScoreVariable[];
  /** The highest total anybody can have. */
  highest: number;
  /** The probability of the outcome at totals from low to high, fitted on tuning patients. */
  risks: { points: number; risk: number }[];
  /** AUROC on tuning patients of scores of 1, 2, 3 … variables. */
  parsimony: { variables: number; added: string; auroc: number }[];
  /** What was done to the bands after they were cut at quantiles, a line a variable; empty where nothing was. */
  tuned: string[];
  /** Where the table is one of several, as in cross-validation. */
  note?: string;
}
