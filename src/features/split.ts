// Divides patients at random into those to learn from, to choose by and to judge on. Knows no features.
import { BedsideError } from "../core/errors.ts";
import { type RandomStream, randomStream, type StreamKey } from "../core/random.ts";
import type { Labels, Samples } from "./labels.ts";

/** Row numbers of the labels, ascending. */
export interface SplitParts {
  train: Int32Array;
  /** For choices: penalties, thresholds. */
  tuning: Int32Array;
  heldOut: Int32Array;
}

/** How the rows are divided. */
export interface SplitPlan {
  /** The rule, one sentence. */
  rule: string;
  /** 1 for a single split; else every row is held out by one of the folds. */
  folds: number;
  /** The parts of a fold, from 0. */
  parts(fold: number): SplitParts;
}

export interface SplitOptions {
  seed: number;
  /** What is never in two parts: a patient, or (as YAIB has it) only a stay. */
  by: "patient" | "stay";
  folds: number;
  /** Divides so many times anew; the folds of one division follow those of the one before. Default 1. */
  repetitions?: number;
}

/** What is divided: rows with the patient of each, and how they are spread evenly. */
export type Divided = Pick<Labels, "subjectIds" | "labels"> & {
  /** The stay of each row, where a stay may have several; each row is one of its own when left out. */
  stayIds?: ArrayLike<number>;
};

/** What `splitPatients` goes by: events and classes are spread evenly over the parts, numbers and several labels are not. */
export function divisionOf({ stayIds, subjectIds, outcome, targets, names }: Samples): Divided {
  const spread = outcome === "event" || (outcome === "classes" && names.length < 256);
  return { stayIds, subjectIds, labels: spread ? Uint8Array.from(targets) : new Uint8Array(stayIds.length) };
}

/** Share of patients for tuning and for holding out in a single split. */
const TUNING_SHARE = 0.15;
const HELD_OUT_SHARE = 0.15;
/** Of those a fold does not hold out, one in five is for tuning, as in YAIB's inner five folds. */
const TUNING_PART = 5;

/** Units (patients or stays) as lists of rows, by the largest label of a row: of an event, those with it, then the others. */
type Strata = number[][][];

/**
 * Divides the rows, with the same share of units with a positive row in every part. The same labels and seed give the
 * same division, whatever the order of the patients.
 * @throws `features/too-few-to-split` when a part would be empty.
 * @example splitPatients({ subjectIds, labels }, { seed: 1, by: "patient", folds: 1 }).parts(0).train
 */
export function splitPatients(labels: Divided, options: SplitOptions): SplitPlan {
  const { seed, by, folds, repetitions = 1 } = options;
  const strata = strataOf(labels, by);
  const all = Array.from({ length: repetitions }, (_, repetition) => {
    const keys = repetition === 0 ? [] : ["repetition", repetition];
    return folds === 1 ? [singleSplit(strata, seed, keys)] : crossValidation(strata, folds, seed, keys);
  }).flat();
  if (all.some((parts) => [parts.train, parts.tuning, parts.heldOut].some((rows) => rows.length === 0))) {
    throw new BedsideError({
      code: "features/too-few-to-split",
      what: `There are too few ${by}s to divide into ${folds === 1 ? "three parts" : `${folds} folds`}`,
      why: `the cohort has ${strata.reduce((sum, stratum) => sum + stratum.length, 0)} ${by}s`,
      fix: folds > 2 ? "use fewer folds, or more records" : "use more records",
    });
  }
  return { rule: ruleOf(options), folds: all.length, parts: (fold) => all[fold]! };
}

function ruleOf({ by, folds, repetitions = 1 }: SplitOptions): string {
  const units = by === "patient" ? "Patients" : "Stays (not patients)";
  const alike = "at random, with the same share of events in each";
  const again = repetitions > 1 ? ` This was done ${repetitions} times anew.` : "";
  return folds === 1
    ? `${units} were divided ${alike}: 70 % to train, 15 % to tune, 15 % held out.${again}`
    : `${units} were divided into ${folds} folds ${alike}; each fold is held out once, and a fifth of the others is kept for tuning.${again}`;
}

/** Units in the order of their patients' ids, so that the order of the rows plays no part. */
function strataOf({ subjectIds, stayIds, labels }: Divided, by: SplitOptions["by"]): Strata {
  const rows = Array.from(labels.keys());
  const highest = (unit: number[]) => unit.reduce((most, row) => Math.max(most, labels[row]!), 0);
  const byLabel = (units: number[][]) => {
    const levels = [...new Set(labels)].filter((level) => level > 0).sort((a, b) => b - a);
    const strata = new Map([...levels, 0].map((level) => [level, [] as number[][]]));
    for (const unit of units) strata.get(highest(unit))!.push(unit);
    return [...strata.values()];
  };
  if (by === "stay" && !stayIds) return byLabel(rows.map((row) => [row]));
  const ids = by === "stay" ? stayIds! : subjectIds;
  const units = new Map<number, number[]>();
  for (const row of rows) {
    const unit = units.get(ids[row]!);
    if (unit) unit.push(row);
    else units.set(ids[row]!, [row]);
  }
  return byLabel([...units].sort(([a], [b]) => a - b).map(([, unit]) => unit));
}

function singleSplit(strata: Strata, seed: number, keys: StreamKey[]): SplitParts {
  const random = randomStream(seed, "split", ...keys);
  const parts: Record<keyof SplitParts, number[][]> = { train: [], tuning: [], heldOut: [] };
  for (const stratum of strata) {
    const units = random.shuffle([...stratum]);
    const heldOut = atLeastOne(HELD_OUT_SHARE * units.length, units.length);
    const tuning = atLeastOne(TUNING_SHARE * units.length, units.length - heldOut);
    parts.heldOut.push(...units.slice(0, heldOut));
    parts.tuning.push(...units.slice(heldOut, heldOut + tuning));
    parts.train.push(...units.slice(heldOut + tuning));
  }
  return { train: rowsOf(parts.train), tuning: rowsOf(parts.tuning), heldOut: rowsOf(parts.heldOut) };
}

/** The share, rounded, but one where there is one to spare. */
function atLeastOne(share: number, available: number): number {
  return Math.min(Math.max(1, Math.round(share)), Math.max(0, available - 1));
}

function crossValidation(strata: Strata, folds: number, seed: number, keys: StreamKey[]): SplitParts[] {
  const random = randomStream(seed, "folds", ...keys);
  // Every second stratum is dealt from the other end, so that the folds are of one size.
  const dealt = strata.map((stratum, i) => {
    const piles = deal(stratum, folds, random);
    return i % 2 === 1 ? piles.reverse() : piles;
  });
  return Array.from({ length: folds }, (_, fold) => {
    const inner = randomStream(seed, "tuning", fold, ...keys);
    const train: number[][] = [];
    const tuning: number[][] = [];
    for (const piles of dealt) {
      const rest = inner.shuffle(piles.flatMap((pile, other) => (other === fold ? [] : pile)));
      const tuned = atLeastOne(rest.length / TUNING_PART, rest.length);
      tuning.push(...rest.slice(0, tuned));
      train.push(...rest.slice(tuned));
    }
    return { train: rowsOf(train), tuning: rowsOf(tuning), heldOut: rowsOf(dealt.flatMap((piles) => piles[fold]!)) };
  });
}

/** Shuffles and deals out in turn. */
function deal(units: readonly number[][], piles: number, random: RandomStream): number[][][] {
  const dealt: number[][][] = Array.from({ length: piles }, () => []);
  random.shuffle([...units]).forEach((unit, i) => {
    dealt[i % piles]!.push(unit);
  });
  return dealt;
}

function rowsOf(units: readonly number[][]): Int32Array {
  return Int32Array.from(units.flat()).sort();
}
