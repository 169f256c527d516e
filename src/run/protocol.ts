// How often and how hard the models of a run are trained: divisions, repetitions, seeds, search. Knows no model.
import type { Cohort } from "../cohort/index.ts";
import type { Mode } from "../concepts/mode.ts";
import { divisionOf, type Samples, type SplitPlan, splitPatients } from "../features/index.ts";
import { checkEvents, foldsFor, isSmall } from "./plan.ts";
import type { SearchEffort } from "./trainers/index.ts";

/**
 * `quick`: one split by patient, three training seeds, few settings tried; a small cohort is divided into folds with one
 * seed, for one split would leave too few to hold out. `paper`: five times five folds and the paper's search.
 */
export const protocols = ["quick", "paper"] as const;
export type Protocol = (typeof protocols)[number];

const QUICK_SEEDS = 3;
const PAPER = { repetitions: 5, folds: 5 };

/** One complete set of predictions of the rows held out: a training seed, or a repetition of the division. */
export interface Replicate {
  /** `seed 2`, `repetition 3` */
  name: string;
  /** For file names; empty where there is but one. */
  suffix: string;
  seed: number;
  /** Of each fold the number of its division in the plan. */
  parts: readonly number[];
}

/** How the rows are divided and how often models are trained on them. */
export interface RunPlan {
  split: SplitPlan;
  /** Folds of one repetition. */
  folds: number;
  repetitions: number;
  seeds: readonly number[];
  search: SearchEffort;
  /** Whether large tables get a shorter search. */
  brief: boolean;
  /** In one or two sentences. */
  rule: string;
}

interface PlanOptions {
  mode: Mode;
  seed: number;
  protocol?: Protocol | undefined;
  folds?: number | undefined;
}

/**
 * The plan of a run on a cohort's samples.
 * @throws BedsideError for cohorts that cannot be divided so.
 */
export function planRun(samples: Samples, cohort: Cohort, options: PlanOptions): RunPlan {
  const { mode, seed, protocol } = options;
  checkEvents(samples, cohort);
  const paper = protocol === "paper";
  const folds = foldsFor(samples, {
    mode,
    folds: options.folds ?? (paper ? PAPER.folds : protocol && !isSmall(samples, { asked: true }) ? 1 : undefined),
  });
  const repetitions = paper ? PAPER.repetitions : 1;
  const split = splitPatients(divisionOf(samples), {
    seed,
    by: mode === "faithful" ? "stay" : "patient",
    folds,
    repetitions,
  });
  const seeds = Array.from({ length: protocol === "quick" && folds === 1 ? QUICK_SEEDS : 1 }, (_, i) => seed + i);
  const seeded = seeds.length > 1 ? ` Models that draw at random were trained with ${seeds.length} seeds.` : "";
  return {
    split,
    folds,
    repetitions,
    seeds,
    search: paper ? "paper" : "quick",
    brief: protocol === "quick",
    rule: split.rule + seeded,
  };
}

/** The replicates of a model: one for each repetition, and for each seed where the model uses one. */
export function replicatesOf({ folds, repetitions, seeds }: RunPlan, usesSeed: boolean): Replicate[] {
  const used = usesSeed ? seeds : seeds.slice(0, 1);
  return Array.from({ length: repetitions }, (_, repetition) => {
    const parts = Array.from({ length: folds }, (_, fold) => repetition * folds + fold);
    return used.map((seed): Replicate => {
      const words = [
        repetitions > 1 ? `repetition ${repetition + 1}` : "",
        used.length > 1 || repetitions === 1 ? `seed ${seed}` : "",
      ].filter(Boolean);
      const suffix = `${repetitions > 1 ? `-rep-${repetition + 1}` : ""}${used.length > 1 ? `-seed-${seed}` : ""}`;
      return { name: words.join(", "), suffix, seed, parts };
    });
  }).flat();
}
