// What a published system is to Bedside: tasks, models, the paper's figures, the faults of the original. A declaration.

/** A published figure to stand beside ours. */
export interface PublishedValue {
  system: string;
  /** The data it was measured on: `MIMIC-IV 2.0`. */
  data: string;
  model: string;
  /** `auroc`, `average_precision` … */
  metric: string;
  value: number;
  /** What the paper prints after ±. */
  plusMinus?: number | undefined;
  /** The interval the paper prints, where it prints one. */
  low?: number | null | undefined;
  high?: number | null | undefined;
  /** Where it stands in the publication. */
  source: string;
}

/** A fault of the original, and what the corrected mode does instead. */
export interface FaultSpec {
  id: string;
  title: string;
  original: string;
  corrected: string;
  /** Whether faithful mode reproduces it already. */
  faithful: boolean;
}

/** A prediction task of a system. */
export interface SystemTask {
  /** `yaib/mortality24`; the YAML of that name stands in tasks/. */
  id: string;
  /** The clinical question, one sentence. */
  question: string;
  /** Models trained where none is named, by id. */
  models: readonly string[];
  /** All models that may be named. */
  allowed: readonly string[];
  /** Models that the original trains with its library's defaults, without a search. */
  untuned?: readonly string[];
  published: readonly PublishedValue[];
  faults: readonly FaultSpec[];
  /** The outcome whose true risks a synthetic hospital writes: `icu_mortality_24h`. */
  truth?: string;
  /** The mode whose labels these are the risks of; both where it is left out. */
  truthMode?: "corrected" | "faithful";
}

/** A published system. */
export interface System {
  id: string;
  title: string;
  /** Authors, venue, year. */
  citation: string;
  /** None for a system that makes data and predicts nothing. */
  tasks: readonly SystemTask[];
  /** What a system without tasks makes, and the command that makes it, without --data and --out. */
  produces?: { what: string; command: string };
  /** Faults that belong to no single task. */
  faults?: readonly FaultSpec[];
  /** In what data and method a run here differs from the publication, for a data set and its version. */
  differences(data: { id: string; title: string; version: string }, mode: "corrected" | "faithful"): string[];
}
