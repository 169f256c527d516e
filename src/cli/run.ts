// bedside run: a whole run of a task, or of all tasks of a system, from records to report.
import { join } from "node:path";
import { nearestName, UsageError } from "../core/errors.ts";
import { renderDocuments, renderLeaderboard, renderLeaderboardTable, renderResultTable } from "../report/index.ts";
import { runTask } from "../run/experiment.ts";
import { isSystem, runGrid } from "../run/grid.ts";
import { type Protocol, protocols } from "../run/protocol.ts";
import type { RunOptions } from "../run/scene.ts";
import { meetiOptions, runMeetiAndPrint } from "./meeti.ts";
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
    help: "models to train, as lr,lgbm,rf, or all; the quick linear one when left out",
  },
  models: { type: "text", value: "LIST", many: true, help: "the same as --model" },
  folds: {
    type: "number",
    value: "N",
    least: 1,
    help: "cross-validation folds, 1 for one split; by the cohort's size",
  },
  protocol: {
    type: "text",
    value: "NAME",
    help: "quick: one split, 3 seeds; paper: 5 times 5 folds, the paper's search; of a whole system quick",
  },
  resamples: { type: "number", value: "N", fallback: 1000, least: 100, help: "bootstrap resamples of patients" },
  conformal: {
    type: "number",
    value: "SHARE",
    fraction: true,
    help: "promised coverage of prediction sets or intervals, as 0.9; none when left out",
  },
};

/** Options of runs on more than one source, and of whole systems. */
const wideOptions: Record<string, OptionSpec> = {
  tasks: { type: "text", value: "LIST", many: true, help: "of a system: its tasks to run; all when left out" },
  "train-on": { type: "text", value: "DIR", many: true, help: "the same as --data, where there is --test-on" },
  "test-on": { type: "text", value: "DIR", many: true, help: "another source to try every model on" },
  "fine-tune": {
    type: "number",
    value: "K",
    least: 1,
    help: "trains networks and boosting further on K stays of it, and tries them on the rest",
  },
};

/** What the options ask of a run, whatever its task. */
function askedFor(given: Given, data: readonly string[], signal: AbortSignal): Omit<RunOptions, "task"> {
  const folds = given.optionalText("folds");
  const conformal = given.optionalText("conformal");
  return {
    data,
    out: given.text("out"),
    mode: given.flag("faithful") ? "faithful" : "corrected",
    seed: given.number("seed"),
    models: listed(given, "model", "models"),
    folds: folds === undefined ? undefined : Number(folds),
    protocol: protocolOf(given),
    resamples: given.number("resamples"),
    conformal: conformal === undefined ? undefined : shareOf(Number(conformal)),
    command: given.command,
    startedAt: new Date().toISOString(),
    documents: renderDocuments,
    memory: given.text("memory"),
    threads: given.number("threads"),
    progress: terminalProgress({ quiet: given.flag("quiet"), signal }),
  };
}

/** Runs a task on folders of records and prints the result table and where the report is. */
export async function runAndPrint(
  given: Given,
  task: string,
  data: readonly string[],
  signal: AbortSignal,
  more: Pick<RunOptions, "testOn" | "fineTune"> = {},
): Promise<void> {
  const result = await runTask({ ...askedFor(given, data, signal), ...more, task });
  console.log(`\n${renderResultTable(result, { width: process.stdout.columns ?? 100 })}`);
  for (const warning of result.warnings) console.log(`Note: ${warning}`);
  console.log(`Report: ${join(given.text("out"), "report.html")}`);
}

/** Runs the tasks of a system, and prints the leaderboard and where it is. */
async function runSystem(
  given: Given,
  system: string,
  data: readonly string[],
  signal: AbortSignal,
  more: Pick<RunOptions, "testOn" | "fineTune">,
): Promise<void> {
  const asked = askedFor(given, data, signal);
  const { leaderboard, failed } = await runGrid({
    ...asked,
    ...more,
    protocol: asked.protocol ?? (asked.folds === undefined ? "quick" : undefined),
    system,
    tasks: listed(given, "tasks"),
    leaderboardDocuments: (comparison, results) => ({
      "leaderboard.html": renderLeaderboard(results, { title: `${system}: all tasks and models`, comparison }),
    }),
  });
  console.log(`\n${renderLeaderboardTable(leaderboard)}`);
  for (const { task, what, why } of failed) console.log(`Left out: ${task}: ${what}${why ? `; ${why}` : ""}`);
  console.log(`Leaderboard: ${join(given.text("out"), "leaderboard.html")}`);
}

/** The words of comma-separated lists, in order; undefined where none is given. */
function listed(given: Given, ...options: string[]): string[] | undefined {
  const words = options.flatMap((option) => given.texts(option)).flatMap((list) => list.split(","));
  const named = words.map((word) => word.trim()).filter(Boolean);
  return named.length ? named : undefined;
}

function protocolOf(given: Given): Protocol | undefined {
  const name = given.optionalText("protocol");
  const known = protocols.find((protocol) => protocol === name);
  if (name === undefined || known) return known;
  const meant = nearestName(name, protocols);
  throw new UsageError({
    code: "usage",
    what: `There is no protocol "${name}"`,
    fix: meant ? `did you mean ${meant}?` : `the protocols are: ${protocols.join(", ")}`,
  });
}

function shareOf(share: number): number {
  if (share > 0 && share < 1) return share;
  throw new UsageError({ code: "usage", what: "--conformal takes a share above 0 and below 1", fix: "as 0.9" });
}

/** The folders to train on: of `--data` or `--train-on`, one of which is needed. */
function dataOf(given: Given): readonly string[] {
  const [data, trainOn] = [given.texts("data"), given.texts("train-on")];
  if (data.length > 0 && trainOn.length > 0) {
    throw new UsageError({ code: "usage", what: "--data and --train-on say the same", fix: "give one of them" });
  }
  if (data.length + trainOn.length > 0) return data.length > 0 ? data : trainOn;
  throw new UsageError({
    code: "usage",
    what: "--data is missing",
    why: "folder with the records, or a store",
    fix: "bedside run --help shows how to call it",
  });
}

export const run: Verb = {
  name: "run",
  summary: "runs a task, or all tasks of a system: cohort, features, models, evidence, report",
  positional: "TASK",
  options: {
    data: { type: "text", value: "DIR", many: true, help: "folder with the records, or a store; needed" },
    out: { type: "text", value: "DIR", required: true, help: "folder for the run" },
    ...runOptions,
    ...wideOptions,
    ...meetiOptions,
  },
  examples: [
    "bedside run yaib/mortality24 --data mimic-iv-3.1 --out out/m4",
    "bedside run yaib/mortality24 --faithful --data mimic-iii-1.4 --out out/m3",
    "bedside run yaib/aki --model lgbm,lgbm-recency,gru --protocol quick --data mimic-iv-3.1 --out out/aki",
    "bedside run yaib --tasks all --models all --data mimic-iv-3.1 --out out/yaib",
    "bedside run yaib/mortality24 --model gru --train-on mimic-iii-1.4 --test-on mimic-iv-3.1 --fine-tune 1000 --out out/m3-m4",
    "bedside run mimic4ed/hospitalization --model gb --model rf --data mimic-iv-ed-2.2 --out out/ed",
    "bedside run meeti --data mimic-iv-ecg-1.0 --workers 16 --out out/meeti",
  ],
  async run(given) {
    const data = dataOf(given);
    if (given.positionals[0] === "meeti") {
      await runMeetiAndPrint(
        given,
        data,
        stopSignal((line) => console.error(line)),
      );
      return 0;
    }
    const testOn = given.texts("test-on");
    const fineTune = given.optionalText("fine-tune");
    if (fineTune !== undefined && testOn.length === 0) {
      throw new UsageError({ code: "usage", what: "--fine-tune needs --test-on", fix: "name the other source" });
    }
    const more = { testOn, fineTune: fineTune === undefined ? undefined : Number(fineTune) };
    const signal = stopSignal((line) => console.error(line));
    const task = given.positionals[0]!;
    if (isSystem(task)) await runSystem(given, task, data, signal, more);
    else if (given.texts("tasks").length > 0) {
      throw new UsageError({
        code: "usage",
        what: "--tasks goes with a system",
        fix: `bedside run ${task.split("/")[0]} --tasks …`,
      });
    } else await runAndPrint(given, task, data, signal, more);
    return 0;
  },
};
