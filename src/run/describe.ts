// Puts the parts of a run together as its result: data, cohort, models, published figures, faults, warnings, manifest.

import type { Cohort } from "../cohort/index.ts";
import type { Mode } from "../concepts/mode.ts";
import { smallCellLimit } from "../core/small-cells.ts";
import type { Labels, SplitPlan } from "../features/index.ts";
import type { RecordStore, StoredSource } from "../store/index.ts";
import type { System, SystemTask } from "../systems/index.ts";
import type { RunFolder } from "./folder.ts";
import type { Manifest, ModelResult, RunResult } from "./result.ts";
import type { FoldRecord } from "./train.ts";
import { codeVersion, environment } from "./version.ts";

/** Harrell's rule of thumb: fewer events make any figure unsteady. */
const FEW_EVENTS = 100;

interface Counts {
  stays: number;
  patients: number;
  positives: number;
}

/** Stays, patients and events of a cohort, or of some of its rows. */
export function cohortCounts({ labels, subjectIds }: Labels, rows?: ArrayLike<number>): Counts {
  const chosen = rows ?? Int32Array.from(labels.keys());
  const patients = new Set<number>();
  let positives = 0;
  for (let i = 0; i < chosen.length; i++) {
    patients.add(subjectIds[chosen[i]!]!);
    positives += labels[chosen[i]!]!;
  }
  return { stays: chosen.length, patients: patients.size, positives };
}

/** Who is in which part: the parts of the one split, or whom each fold holds out. */
export function splitCounts(labels: Labels, plan: SplitPlan): RunResult["cohort"]["splits"] {
  if (plan.folds === 1) {
    const { train, tuning, heldOut } = plan.parts(0);
    return [
      { name: "train", ...cohortCounts(labels, train) },
      { name: "tuning", ...cohortCounts(labels, tuning) },
      { name: "held out", ...cohortCounts(labels, heldOut) },
    ];
  }
  return Array.from({ length: plan.folds }, (_, fold) => ({
    name: `held out by fold ${fold + 1}`,
    ...cohortCounts(labels, plan.parts(fold).heldOut),
  }));
}

interface RunParts {
  task: string;
  mode: Mode;
  seed: number;
  command: string;
  startedAt: string;
  memory: string;
  threads: number;
  folds?: number | undefined;
  system: System;
  declared: SystemTask;
  store: RecordStore;
  folder: RunFolder;
  cohort: Cohort;
  description: Pick<RunResult, "tableOne" | "missingness">;
  counts: Counts;
  splits: RunResult["cohort"]["splits"];
  splitRule: string;
  results: readonly { model: ModelResult; folds: readonly FoldRecord[] }[];
  /** Clinical scores on the same rows. */
  scores: readonly ModelResult[];
  bestPossible: RunResult["bestPossible"];
  bootstrap: { resamples: number; skipped: number };
}

/** The result of a run. */
export function describeRun(parts: RunParts): RunResult {
  const { system, declared, store, cohort, mode, counts, results } = parts;
  const source = store.source(cohort.source.id)!;
  return {
    schema: 1,
    task: {
      id: declared.id,
      title: cohort.task.title,
      system: `${system.title} (${system.citation})`,
      question: declared.question,
      mode,
      unit: cohort.task.unit,
      predictionTime: cohort.task.predictionTime,
      label: cohort.task.labelTitle,
    },
    data: dataOf(source),
    cohort: {
      attrition: cohort.attrition,
      ...counts,
      splitRule: parts.splitRule,
      splits: parts.splits,
    },
    ...parts.description,
    models: [...results.map(({ model }) => model), ...parts.scores],
    ...(parts.bestPossible ? { bestPossible: parts.bestPossible } : {}),
    bootstrap: { ...parts.bootstrap, level: 0.95, unit: "patient" },
    published: [...declared.published],
    differences: system.differences(source, mode),
    faults: declared.faults.map(({ faithful, ...fault }) => ({
      ...fault,
      reproduced: mode === "faithful" && faithful,
    })),
    warnings: warningsOf(parts),
    manifest: manifestOf(parts),
  };
}

function dataOf({ id, title, version, dataUse, tables, missing }: StoredSource): RunResult["data"] {
  return {
    id,
    title,
    version,
    dataUse,
    tables: tables.map(({ table, rows, declaredRows }) => ({ table, rows, declaredRows })),
    missing,
  };
}

function warningsOf({ cohort, counts, results, bootstrap, store }: RunParts): string[] {
  const warnings = [...cohort.warnings];
  const { positives, stays } = counts;
  const events = Math.min(positives, stays - positives);
  if (events < FEW_EVENTS) {
    // a small count of patients in credentialed data is not to be told
    const isHidden = store.source(cohort.source.id)!.dataUse === "credentialed" && events <= smallCellLimit;
    const words = positives <= stays - positives ? "events" : "stays without the event";
    warnings.push(
      `Only ${isHidden ? `1 to ${smallCellLimit}` : events} ${words}: the figures are unsteady, read the intervals.`,
    );
  }
  if (bootstrap.skipped > 0) {
    warnings.push(`${bootstrap.skipped} of ${bootstrap.resamples} resamples held one outcome only and were left out.`);
  }
  for (const { model, folds } of results) {
    for (const warning of new Set(folds.flatMap(({ warnings }) => warnings)))
      warnings.push(`${model.title}: ${warning}`);
  }
  for (const { table, rows, declaredRows } of store.source(cohort.source.id)!.tables) {
    if (declaredRows !== undefined && declaredRows !== rows)
      warnings.push(`Table ${table} has ${rows} rows; this version declares ${declaredRows}.`);
  }
  return warnings;
}

function manifestOf(parts: RunParts): Manifest {
  const { folder, task, mode, seed, store, memory, threads, results, splits, bootstrap } = parts;
  return {
    schema: 1,
    command: parts.command,
    codeVersion: codeVersion(),
    dataFingerprint: store.manifest.fingerprint,
    seed,
    config: {
      task,
      mode,
      models: results.map(({ model }) => model.id),
      parts: splits.length,
      resamples: bootstrap.resamples,
      memory,
      threads,
    },
    environment: environment(),
    startedAt: parts.startedAt,
    timings: folder.timings,
    outputs: folder.outputs(),
  };
}
