// The summary of every stay's hourly grid: what the tabular features of all modes and folds are worked out from. Pure data;
// also read in a browser.

/** A predictor known once a stay. */
export type StaticSummary =
  | { name: string; title: string; kind: "number"; values: Float64Array }
  | { name: string; title: string; kind: "text"; values: (string | null)[] };

/**
 * Per stay and variable what happened on the hourly grid. The number of stay `s` and variable `v` stands at
 * `v * stays + s`. It depends on no other stay, so that every split can use it.
 */
export interface StaySummary {
  stays: number;
  /** Hours of the cohort's grid. */
  gridHours: number;
  variables: readonly { name: string; title: string }[];
  /** By stay: grid hours of the stay. */
  hours: Uint16Array;
  /** Hours with a value. */
  observed: Uint16Array;
  /** Hours before the first value; `hours` where there is none. */
  before: Uint16Array;
  /** Hours since the last value, at the last hour of the grid; `hours` where there is none. */
  since: Uint16Array;
  sum: Float64Array;
  /** Sum of squared differences from the stay's own mean: unlike a plain sum of squares it loses no digits. */
  spread: Float64Array;
  /** NaN where there is no value; so are `max` and `last`. */
  min: Float64Array;
  max: Float64Array;
  last: Float64Array;
  /** Sum over the hours from the first value on, each hour without a value taking the last one before it. */
  filledSum: Float64Array;
  static: readonly StaticSummary[];
}
