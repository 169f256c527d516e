// Puts the parts of a run together as its result: data, cohort, models, published figures, faults, warnings, manifest.

import type { Cohort } from "../cohort/index.ts";
import type { Mode } from "../concepts/mode.ts";
import { smallCellLimit } from "../core/small-cells.ts";
import type { Samples } from "../features/index.ts";
import type { RecordStore, StoredSource } from "../store/index.ts";
import type { System, SystemTask } from "../systems/index.ts";
import type { RunFolder } from "./folder.ts";
import type { Protocol, RunPlan } from "./protocol.ts";
import type { Manifest, ModelResult, RunResult } from "./result.ts";
import type { FoldRecord } from "./train.ts";
import { codeVersion, environment } from "./version.ts";

/** Harrell's rule of thumb: fewer events make any figure unsteady. */
const FEW_EVENTS = 100;

interface Counts {
  stays: number;
  patients: number;
  positives: number;
  rows?: number;
  positivePatients?: number;
}

/** Stays, patients, events and, where there is one an hour, rows of a cohort, or of some of its rows. */
export function cohortCounts(
  { targets, subjectIds, stayIds, hours, outcome }: Samples,
  rows?: ArrayLike<number>,
): Counts {
  const chosen = rows ?? Int32Array.from(subjectIds.keys());
  const patients = new Set<number>();
  const stays = new Set<number>();
  const withEvent = new Set<number>();
  let positives = 0;
  for (let i = 0; i < chosen.length; i++) {
    patients.add(subjectIds[chosen[i]!]!);
    stays.add(stayIds[chosen[i]!]!);
    if (outcome !== "event" || targets[chosen[i]!] !== 1) continue;
    positives++;
    withEvent.add(subjectIds[chosen[i]!]!);
  }
  const hourly = hours ? { rows: chosen.length, positivePatients: withEvent.size } : {};
  return { stays: stays.size, patients: patients.size, positives, ...hourly };
}

/** Who is in which part: the parts of the one split, or whom each fold holds out. */
export function splitCounts(labels: Samples, { split, folds }: RunPlan): RunResult["cohort"]["splits"] {
  if (folds === 1) {
    const { train, tuning, heldOut } = split.parts(0);
    return [
      { name: "train", ...cohortCounts(labels, train) },
      { name: "tuning", ...cohortCounts(labels, tuning) },
      { name: "held out", ...cohortCounts(labels, heldOut) },
    ];
  }
  return Array.from({ length: folds }, (_, fold) => ({
    name: `held out by fold ${fold + 1}`,
    ...cohortCounts(labels, split.parts(fold).heldOut),
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
  protocol?: Protocol | undefined;
  outcome: Samples["outcome"];
  system: System;
  declared: SystemTask;
  store: RecordStore;
  folder: RunFolder;
  cohort: Cohort;
  description: Pick<RunResult, "tableOne" | "missingness">;
  counts: Counts;
  leaks: RunResult["leaks"];
  crossSource: RunResult["crossSource"];
  moreWarnings: readonly string[];
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
      outcome: parts.outcome,
      per: cohort.label.per,
      labelUnit: cohort.label.unit,
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
    ...(parts.crossSource ? { crossSource: parts.crossSource } : {}),
    ...(parts.leaks ? { leaks: parts.leaks } : {}),
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

function warningsOf({ cohort, counts, results, bootstrap, store, outcome, leaks, moreWarnings }: RunParts): string[] {
  const warnings = [...cohort.warnings, ...moreWarnings];
  const { positives, stays, rows = stays } = counts;
  const events = Math.min(positives, rows - positives);
  const measure = outcome === "event" ? "AUROC" : "rank correlation";
  for (const { title, auroc } of leaks?.found ?? []) {
    warnings.push(
      `${title} alone tells the outcome (${measure} ${auroc.toFixed(3)} on training rows): it may leak it.`,
    );
  }
  if (leaks && leaks.subjectOverlap > 0) {
    const many = leaks.subjectOverlap > smallCellLimit ? leaks.subjectOverlap : "Some";
    warnings.push(`${many} patients are in more than one part: the division is by stay, as the original's.`);
  }
  if (outcome === "event" && events < FEW_EVENTS) {
    // a small count of patients in credentialed data is not to be told
    const isHidden = store.source(cohort.source.id)!.dataUse === "credentialed" && events <= smallCellLimit;
    const unit = counts.rows === undefined ? "" : "hours with ";
    const words = positives <= rows - positives ? (unit ? "the event" : "events") : "stays without the event";
    warnings.push(
      `Only ${isHidden ? `1 to ${smallCellLimit}` : events} ${unit}${words}: the figures are unsteady, read the intervals.`,
    );
  }
  if (bootstrap.skipped > 0) {
    warnings.push(
      `On up to ${bootstrap.skipped} of ${bootstrap.resamples} resamples a figure is not defined (one outcome only, or the same risk for all): its interval is of the others.`,
    );
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
      ...(parts.protocol ? { protocol: parts.protocol } : {}),
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
