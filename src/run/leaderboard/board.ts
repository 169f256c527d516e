// What a leaderboard holds: per task, the models of several runs on the same held-out rows. Aggregates only.
import type { Estimate, MetricValue, RunResult } from "../result.ts";

/** A model's figure less the leader's. */
export interface BoardDifference {
  /** The metric. */
  id: string;
  difference: Estimate;
  /** Two-sided, by resamples of patients; null for the leader and where too few resamples tell. */
  p: number | null;
  /** After Holm's correction for all models of the board. */
  adjusted: number | null;
}

/** A model of a run. */
export interface BoardEntry {
  /** Name of the run's folder. */
  run: string;
  model: string;
  title: string;
  mode: RunResult["task"]["mode"];
  metrics: MetricValue[];
  differences: BoardDifference[];
  /** How far it stays behind the true risk, where the run knows. */
  regret?: MetricValue;
  trainSeconds: number;
  predictSeconds?: number;
}

/** The models of one task, best first. */
export interface Board {
  task: RunResult["task"];
  data: Pick<RunResult["data"], "id" | "title" | "version" | "dataUse">;
  patients: number;
  rows: number;
  metrics: { id: string; title: string; higherIsBetter: boolean }[];
  /** `run/model` of the best by the first metric. */
  leader: string;
  entries: BoardEntry[];
  bestPossible?: MetricValue[];
  /** Whether the true risk is known of some rows only: it, and the regrets, are of these. */
  bestIsPartly?: boolean;
}

/** A run or model that could not be compared, and why. */
export interface NotComparable {
  run: string;
  task: string;
  why: string;
}

/** leaderboard.json */
export interface Leaderboard {
  schema: 1;
  boards: Board[];
  notComparable: NotComparable[];
  bootstrap: { resamples: number; level: number; seed: number };
}
