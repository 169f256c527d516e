// What the evaluation is given: the predictions of rows held out, by outcome. Knows no metric.
import type { Outcome } from "../result.ts";

/** What every set of held-out rows has; a row is a stay, or an hour of one. */
interface HeldOutRows {
  /** The patient of each row. */
  subjectIds: Float64Array;
  stayIds: Float64Array;
  /** Hour since admission of each row; absent where there is one row a stay. Rows of a stay lie together, hours rising. */
  hours?: Int16Array | undefined;
  /** The fold, from 0, that held the row out. */
  fold: Int32Array;
  /**
   * The predictions of each training seed, laid out like the predictions themselves, which are their mean. With two seeds
   * or more, figures are the mean over seeds.
   */
  seeds?: readonly { name: number | string; predictions: Float64Array }[] | undefined;
}

/** An event: 0 or 1 a row. */
export interface HeldOutEvent extends HeldOutRows {
  outcome?: "event";
  names?: readonly string[];
  labels: Uint8Array;
  probabilities: Float64Array;
  /** The threshold chosen on the tuning patients of each fold. */
  thresholds: number[];
  /** Predictions of the tuning patients of each fold by the fold's model: for recalibration, alarms, conformal sets. */
  tuning?: TuningEvent | undefined;
}

export interface TuningEvent {
  labels: Uint8Array;
  probabilities: Float64Array;
  /** The fold whose model predicted. A patient may be a tuning patient of several folds. */
  fold: Int32Array;
  /** For alarms. */
  stayIds?: Float64Array | undefined;
  hours?: Int16Array | undefined;
}

/** A number a row. */
export interface HeldOutNumber extends HeldOutRows {
  outcome: "number";
  names?: readonly string[];
  /** Unit of the number. */
  unit?: string;
  truth: Float64Array;
  predicted: Float64Array;
  tuning?: { truth: Float64Array; predicted: Float64Array; fold: Int32Array } | undefined;
}

/** One of K classes in order a row. */
export interface HeldOutClasses extends HeldOutRows {
  outcome: "classes";
  names: readonly string[];
  /** Class index. */
  truth: ArrayLike<number>;
  /** Rows x K. */
  probabilities: Float64Array;
  /** A number that stands for each class, such as its mean length of stay in days; for the mean absolute deviation. */
  representatives?: readonly number[] | undefined;
  /** Unit of the representatives. */
  unit?: string;
  tuning?: { truth: ArrayLike<number>; probabilities: Float64Array; fold: Int32Array } | undefined;
}

/** K labels of 0 or 1 a row. */
export interface HeldOutLabels extends HeldOutRows {
  outcome: "labels";
  names: readonly string[];
  /** Words for each name; the name where left out. */
  titles?: readonly string[] | undefined;
  /** Rows x K. */
  truth: ArrayLike<number>;
  /** Rows x K. */
  probabilities: Float64Array;
}

/** The held-out predictions of one model. */
export type HeldOut = HeldOutEvent | HeldOutNumber | HeldOutClasses | HeldOutLabels;

export interface EvaluationOptions {
  seed: number;
  resamples: number;
  /** How the thresholds were chosen, in words. */
  thresholdRule: string;
  /** Whether counts of 1 to 10 are withheld (records lent under an agreement). Default false. */
  withholdsFew?: boolean;
  /** Share of rows whose truth prediction sets or intervals should hold, 0 to 1; none are made when left out. */
  conformal?: number | undefined;
  /** How hourly events are scored as alarms; the defaults of `AlarmOptions` when left out. */
  alarms?: AlarmSettings | undefined;
}

/** How hourly predictions become alarms. */
export interface AlarmSettings {
  /** Hours of silence after an alarm. */
  silenceHours?: number;
  /** Hours before the onset from which the label is 1. */
  beforeHours?: number;
  /** Hours after the onset until which it is 1; -1 where the rows end before it. */
  afterHours?: number;
  /** Precisions of alarms for which a threshold is chosen on tuning patients. */
  precisions?: readonly number[];
}

/** The outcome of held-out rows. */
export function outcomeOf({ outcome = "event" }: HeldOut): Outcome {
  return outcome;
}
