// bedside run: a whole run of a task, from records to report.
import { renderDocuments, renderResultTable } from "../report/index.ts";
import { runTask } from "../run/experiment.ts";
import type { Given, OptionSpec, Verb } from "./options.ts";
import { stopSignal, terminalProgress } from "./terminal.ts";

/** Options of every verb that runs a task. */
export const runOptions: Record<string, OptionSpec> = {
  faithful: { type: "flag", help: "follow the authors' pipeline, faults included" },
  seed: { type: "number", value: "S", fallback: 1, help: "the same seed gives the same bytes of predictions" },
  model: {
    type: "text",
    value: "LIST",
    many: true,
    help: "models to train, as lr,lgbm,rf; the quick lr when left out",
  },
  models: { type: "text", value: "LIST", many: true, help: "the same as --model" },
  folds: {
    type: "number",
    value: "N",
    least: 1,
    help: "cross-validation folds, 1 for one split; by the cohort's size",
  },
  resamples: { type: "number", value: "N", fallback: 1000, least: 100, help: "bootstrap resamples of patients" },
};

/** Runs a task on folders of records and prints the result table and where the report is. */
export async function runAndPrint(
  given: Given,
  task: string,
  data: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const out = given.text("out");
  const folds = given.optionalText("folds");
  const result = await runTask({
    task,
    data,
    out,
    mode: given.flag("faithful") ? "faithful" : "corrected",
    seed: given.number("seed"),
    models: modelsOf(given),
    folds: folds === undefined ? undefined : Number(folds),
    resamples: given.number("resamples"),
    command: given.command,
    startedAt: new Date().toISOString(),
    documents: renderDocuments,
    memory: given.text("memory"),
    threads: given.number("threads"),
    progress: terminalProgress({ quiet: given.flag("quiet"), signal }),
  });
  console.log(`\n${renderResultTable(result, { width: process.stdout.columns ?? 100 })}`);
  for (const warning of result.warnings) console.log(`Note: ${warning}`);
  console.log(`Report: ${out}/report.html`);
}

/** The models named, in order; undefined where none is. */
function modelsOf(given: Given): string[] | undefined {
  const named = [...given.texts("model"), ...given.texts("models")].flatMap((list) => list.split(","));
  const models = named.map((name) => name.trim()).filter(Boolean);
  return models.length ? models : undefined;
}

export const run: Verb = {
  name: "run",
  summary: "runs a task: cohort, features, models, evidence, report",
  positional: "TASK",
  options: {
    data: { type: "text", value: "DIR", many: true, required: true, help: "folder with the records, or a store" },
    out: { type: "text", value: "DIR", required: true, help: "folder for the run" },
    ...runOptions,
  },
  examples: [
    "bedside run yaib/mortality24 --data mimic-iv-3.1 --out out/m4",
    "bedside run yaib/mortality24 --faithful --data mimic-iii-1.4 --out out/m3",
    "bedside run yaib/mortality24 --model lgbm,rf --data mimic-iv-3.1 --out out/m4-trees",
    "bedside run mimic4ed/hospitalization --model gb --model rf --data mimic-iv-ed-2.2 --out out/ed",
  ],
  async run(given) {
    const signal = stopSignal((line) => console.error(line));
    await runAndPrint(given, given.positionals[0]!, given.texts("data"), signal);
    return 0;
  },
};
