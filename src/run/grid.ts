// All tasks of a system with many models: a run's folder each on one store, and one leaderboard of them all. Knows no task.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BedsideError, nearestName, Stopped } from "../core/errors.ts";
import { openDatabase, writeJson, writeWhole } from "../store/index.ts";
import { type System, type SystemTask, systems } from "../systems/index.ts";
import { openData } from "./data.ts";
import { type RunOptions, runTask } from "./experiment.ts";
import { compareRuns, type Leaderboard, readRuns } from "./leaderboard/index.ts";
import type { RunResult } from "./result.ts";
import { findTrainers } from "./trainers/index.ts";

/** What a grid of runs is asked to do. */
export interface GridOptions extends Omit<RunOptions, "task"> {
  /** `yaib` */
  system: string;
  /** Tasks, with or without the system's name, or `all`; all when left out. */
  tasks?: readonly string[] | undefined;
  /** Makes the page of the leaderboard: file name → text. */
  leaderboardDocuments(board: Leaderboard, results: readonly RunResult[]): Record<string, string>;
}

/** A task that could not be run, and why. */
export interface FailedTask {
  task: string;
  what: string;
  why?: string | undefined;
}

export interface GridResult {
  results: RunResult[];
  failed: FailedTask[];
  leaderboard: Leaderboard;
}

/** The systems that have tasks to run. */
const runnable = systems.filter(({ tasks }) => tasks.length > 0);

/** Whether a word of the command line is a system with tasks, not one of them. */
export function isSystem(id: string): boolean {
  return runnable.some((system) => system.id === id);
}

/**
 * Runs every task asked for in a folder of its own inside `out`, on one store that is made once; ends with
 * `leaderboard.json` and the documents made of it. Finished stages of every task are skipped, so that the same call goes on
 * after a stop. A task that the records cannot give is told at the end, and the others are run.
 * @throws BedsideError for unknown names, before anything is read; Stopped.
 */
export async function runGrid(options: GridOptions): Promise<GridResult> {
  const { out, progress, models } = options;
  const system = findSystem(options.system);
  const tasks = tasksOf(system, options.tasks);
  const asked = tasks
    .map((task) => ({ task, models: modelsOf(task, models) }))
    .filter(({ models }) => models.length > 0);
  checkNames(system, asked, models);
  const store = await sharedStore(options);
  const results: RunResult[] = [];
  const failed: FailedTask[] = [];
  const folders: string[] = [];
  for (const [i, { task, models }] of asked.entries()) {
    if (progress.signal.aborted) throw new Stopped();
    progress.say(`Task ${i + 1} of ${asked.length}: ${task.id}, ${models.join(", ")}`);
    const folder = join(out, task.id.slice(system.id.length + 1));
    try {
      results.push(await runTask({ ...options, task: task.id, models, data: store, out: folder }));
      folders.push(folder);
    } catch (error) {
      if (!(error instanceof BedsideError) || error.exitCode === 2) throw error;
      const { what, why } = error.problem;
      failed.push({ task: task.id, what, why });
      progress.say(`${task.id} is left out: ${what}${why ? ` (${why})` : ""}`);
      if (asked.length === 1) throw error;
    }
  }
  if (results.length === 0) throw noneRan(failed);
  const leaderboard = await compare(options, folders);
  await writeJson(join(out, "leaderboard.json"), { ...leaderboard, failed });
  for (const [name, text] of Object.entries(options.leaderboardDocuments(leaderboard, results))) {
    await writeWhole(join(out, name), text);
  }
  return { results, failed, leaderboard };
}

async function compare({ memory, threads, out, seed, resamples, progress }: GridOptions, folders: readonly string[]) {
  progress.begin("Leaderboard", folders.length);
  const db = await openDatabase({ memory, threads, tempFolder: join(out, ".bedside-temp"), folders: [out] });
  try {
    const runs = readRuns(folders);
    let done = 0;
    const board = await compareRuns(db, runs, {
      seed,
      ...(resamples === undefined ? {} : { resamples }),
      onTask: (task) => progress.at(done++, task),
    });
    progress.end(`${folders.length} tasks`);
    return board;
  } finally {
    db.close();
  }
}

/** The store that all tasks read: the one given, or one made of the folders inside `out`. */
async function sharedStore(options: GridOptions): Promise<readonly string[]> {
  const { data, out } = options;
  if (data.some((folder) => existsSync(join(folder, "store.json")))) return data;
  const store = await openData(data, out, options);
  store.close();
  return [store.folder];
}

function findSystem(id: string): System {
  const system = runnable.find((candidate) => candidate.id === id);
  if (system) return system;
  throw unknown(
    "system",
    id,
    runnable.map((candidate) => candidate.id),
  );
}

/** The tasks asked for, in the system's order. */
function tasksOf(system: System, asked: readonly string[] = ["all"]): readonly SystemTask[] {
  if (asked.includes("all")) return system.tasks;
  const short = (id: string) => id.slice(system.id.length + 1);
  for (const name of asked) {
    if (!system.tasks.some(({ id }) => id === name || short(id) === name)) {
      throw unknown(
        "task",
        name,
        system.tasks.map(({ id }) => short(id)),
      );
    }
  }
  return system.tasks.filter(({ id }) => asked.includes(id) || asked.includes(short(id)));
}

/** The models of a task among those asked for: linear models of events and of numbers have different names. */
function modelsOf({ allowed, models }: SystemTask, asked: readonly string[] = models): string[] {
  return asked.includes("all") ? [...allowed] : asked.filter((id) => allowed.includes(id));
}

/** A model that none of the tasks has is refused, with what may have been meant. */
function checkNames(
  system: System,
  asked: readonly { task: SystemTask }[],
  models: readonly string[] | undefined,
): void {
  const allowed = [
    ...new Set((asked.length ? asked.map(({ task }) => task) : system.tasks).flatMap((task) => task.allowed)),
  ];
  for (const id of models ?? []) {
    if (id === "all" || allowed.includes(id)) continue;
    findTrainers({ id: system.id, models: [], allowed }, [id]);
  }
}

function unknown(kind: string, name: string, known: readonly string[]): BedsideError {
  const meant = nearestName(name, known);
  return new BedsideError(
    {
      code: `${kind}/unknown`,
      what: `There is no ${kind} "${name}"`,
      fix: `${meant ? `did you mean ${meant}? ` : ""}the ${kind}s are: ${known.join(", ")}`,
    },
    { exitCode: 2 },
  );
}

function noneRan(failed: readonly FailedTask[]): BedsideError {
  return new BedsideError({
    code: "run/no-task-ran",
    what: "None of the tasks could be run on these records",
    why: failed.map(({ task, what }) => `${task}: ${what}`).join("; "),
    fix: "look at the first of them: bedside run TASK says more",
  });
}
