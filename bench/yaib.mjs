// The whole of YAIB on a synthetic hospital of intensive care: every task, every model, the quick protocol. Goals: 40 minutes on
// 2 cores, and the best model within 0.01 of the true risk where the hospital knows it: of death and kidney injury.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cli, makeHospital } from "./hospital.mjs";
import { runMeasured } from "./measure.mjs";

const GOAL_MINUTES = 40;
const GOAL_REGRET = 0.01;
const SEED = 1;
const tasks = ["mortality24", "aki", "sepsis", "kidney_function", "los"];

/** Seconds of each model's training, prediction and evaluation in a finished task. */
function secondsByModel(timings) {
  const sums = new Map();
  for (const { stage, seconds } of timings) {
    const [work, name = ""] = stage.split(" ");
    const key = ["train", "predict", "evaluate", "explain"].includes(work)
      ? `${name.replace(/(-fold-\d+)?(-rep-\d+)?(-seed-\d+)?$/, "")} ${work}`
      : stage;
    sums.set(key, (sums.get(key) ?? 0) + seconds);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

/** A figure with its interval, where it has one. */
function figure(metric) {
  if (!metric) return "–";
  const { value, low, high } = metric;
  return value.toFixed(3) + (low === null ? "" : ` (${low.toFixed(3)} to ${high.toFixed(3)})`);
}

/**
 * What a task's models reached and, where the hospital knows the true risk, how far each stays behind it; where it knows it of
 * some rows only, the regrets and the figure of the true risk are of these.
 */
function linesOf({ models, bestPossible }) {
  const main = models[0].metrics[0].id;
  const of = (metrics) => metrics.find(({ id }) => id === main);
  const regrets = bestPossible?.regrets ?? {};
  const lines = models.map(({ id, metrics }) => {
    const regret = regrets[id] ? `, regret ${figure(regrets[id])}` : "";
    return `${id.padEnd(14)} ${main} ${figure(of(metrics))}${regret}`;
  });
  if (!bestPossible || Object.keys(regrets).length === 0) return lines;
  const least = Math.min(...Object.values(regrets).map(({ value }) => value));
  return [
    ...lines,
    ...(bestPossible.models ? [bestPossible.note] : []),
    `${"true risk".padEnd(14)} ${main} ${figure(of(bestPossible.metrics))}`,
    `least regret ${least.toFixed(3)} (goal: at most ${GOAL_REGRET}): ${least <= GOAL_REGRET ? "met" : "missed"}`,
  ];
}

export default async function bench(args) {
  const { values } = parseArgs({
    args,
    options: {
      patients: { type: "string", default: "10000" },
      mix: { type: "string", default: "general" },
      models: { type: "string", default: "all" },
      folder: { type: "string", default: "bench-yaib" },
      memory: { type: "string", default: "4GB" },
      keep: { type: "boolean", default: false },
      runs: { type: "string" },
      python: { type: "string" },
    },
  });
  const { folder } = values;
  mkdirSync(folder, { recursive: true });
  const hospital = await makeHospital(folder, {
    patients: values.patients,
    seed: SEED,
    modules: "hosp,icu",
    mix: values.mix,
  });
  const out = join(folder, "yaib");
  if (!values.keep) rmSync(out, { recursive: true, force: true });
  const asked = ["--tasks", "all", "--models", values.models, "--protocol", "quick", "--memory", values.memory];
  const run = await runMeasured("node", [cli, "run", "yaib", ...asked, "--data", hospital, "--out", out, "--quiet"]);
  if (run.code !== 0) throw new Error(run.output);
  for (const task of tasks) {
    const result = JSON.parse(readFileSync(join(out, task, "report.json"), "utf8"));
    const { stays, rows = stays } = result.cohort;
    console.log(`\n${result.task.id}: ${stays} stays, ${rows} rows`);
    for (const line of linesOf(result)) console.log(`  ${line}`);
    for (const [what, seconds] of secondsByModel(result.manifest.timings).slice(0, 12)) {
      console.log(`  ${what.padEnd(28)} ${seconds.toFixed(1).padStart(8)} s`);
    }
  }
  const minutes = run.seconds / 60;
  console.log(
    `\nAll of it: ${minutes.toFixed(1)} min, ${(run.cpuSeconds / 60).toFixed(1)} processor minutes, ${run.peakMb.toFixed(0)} MB` +
      ` (goal: under ${GOAL_MINUTES} min): ${minutes < GOAL_MINUTES ? "met" : "missed"}`,
  );
}
