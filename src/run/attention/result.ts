// What a report shows of a model's attention: means over held-out samples, never a sample. Types alone.

/** Where a model looked, and whether it mattered. */
export interface Attention {
  /** Held-out samples looked at. */
  samples: number;
  /** Hours before the prediction, ascending: −48 … −1. */
  hours: number[];
  variables: {
    name: string;
    title: string;
    /** Share of the attention over variables. */
    share: number;
    /** By how much the loss rises when the variable is shuffled among the samples. */
    rise: number;
  }[];
  /** Attention of each variable in each hour, 1 where it is spread evenly; null where fewer than 11 samples have the hour. */
  weight: (number | null)[][];
  /** The check: are the variables that are looked at those that matter? */
  check: {
    /** Held-out samples shuffled. */
    samples: number;
    /** Mean loss (log loss; over classes or labels) as they are. */
    loss: number;
    /** How many variables are shuffled together. */
    size: number;
    /** Rise of the loss when the variables most looked at are shuffled together, … */
    most: number;
    /** … and as many others, the mean of several draws. */
    others: number;
    /** Spearman's correlation of share and rise over variables; null where either is the same for all. */
    correlation: number | null;
  };
}
