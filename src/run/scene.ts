// What the stages of a run share: what was asked, the records, the cohort, its samples and their views. Does no work itself.
import type { Cohort } from "../cohort/index.ts";
import type { Mode } from "../concepts/mode.ts";
import type { Samples } from "../features/index.ts";
import type { RecordStore } from "../store/index.ts";
import type { System, SystemTask } from "../systems/index.ts";
import type { Resources } from "./data.ts";
import type { RunFolder } from "./folder.ts";
import type { Protocol, RunPlan } from "./protocol.ts";
import type { TrainerTask } from "./trainers/index.ts";
import { findView, type OpenView } from "./views/index.ts";
import type { Documents } from "./write.ts";

/** What a run is asked to do. */
export interface RunOptions extends Resources {
  /** `yaib/mortality24` */
  task: string;
  /** Folders with the records, or one store. */
  data: readonly string[];
  out: string;
  mode: Mode;
  seed: number;
  /** Models by id, `all` for every one of the task; those of the task when left out. */
  models?: readonly string[] | undefined;
  /** Cross-validation folds, or 1 for a single split; by the size of the cohort when left out. */
  folds?: number | undefined;
  /** How often and how hard models are trained; by folds and one seed when left out. */
  protocol?: Protocol | undefined;
  /** Another source to try every model on: its folders, or a store. */
  testOn?: readonly string[] | undefined;
  /** Stays of the other source on which networks and boosting are trained further before they are tried on the rest. */
  fineTune?: number | undefined;
  /** Bootstrap resamples. Default 1,000. */
  resamples?: number | undefined;
  /** Promised coverage of prediction sets or intervals, 0 to 1; none are made when left out. */
  conformal?: number | undefined;
  /** The command as typed, for the manifest. */
  command: string;
  /** The time of the start, for the manifest. */
  startedAt: string;
  /** What is made of the result beside report.json: the report, the model card. */
  documents: Documents;
}

/** A run from when its records are open. */
export interface Scene extends RunOptions {
  system: System;
  declared: SystemTask;
  folder: RunFolder;
  store: RecordStore;
  /** Where a synthetic hospital's true risks may lie. */
  truthIn: readonly string[];
  /** Everything later stages depend on: code, data, task, mode. */
  base: unknown;
}

/** A cohort with its samples and the views of them. */
export interface World {
  cohort: Cohort;
  samples: Samples;
  task: TrainerTask;
  /** A view of the samples, opened when first asked for. */
  view(id: string): Promise<OpenView>;
}

/** What models are trained in: the world and how its rows are divided. */
export interface Learning extends World {
  plan: RunPlan;
}

/** The views of a cohort's samples. */
export function worldOf({ store, mode, progress, memory, declared }: Scene, cohort: Cohort, samples: Samples): World {
  const open = new Map<string, Promise<OpenView>>();
  return {
    cohort,
    samples,
    task: { id: declared.id, outcome: samples.outcome, per: cohort.label.per },
    view(id) {
      let view = open.get(id);
      if (!view) {
        view = findView(id).open({ db: store.db, cohort, samples, mode, progress, memory });
        open.set(id, view);
      }
      return view;
    },
  };
}

export function resamplesOf({ resamples = 1000 }: RunOptions): number {
  return resamples;
}

/** How the thresholds of a run are chosen, in words. */
export const THRESHOLD_RULE = "Youden's index on tuning patients";
