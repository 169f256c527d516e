// A task as one script that an engine's own client runs: what `bedside cohort --print-sql` prints. Runs no task.
import type { RecordStore } from "../../store/records.ts";
import type { Sql } from "../../store/sql.ts";
import { bedsideConcepts } from "../aces/bedside-concepts.ts";
import { type CompileOptions, compileCandidates } from "../aces/compile.ts";
import { checkTask } from "../aces/extract.ts";
import type { Task } from "../aces/task.ts";
import { type Engine, scriptOf, textOf } from "./plan.ts";
import { tablesIn } from "./tables.ts";

export interface ScriptOptions extends Pick<CompileOptions, "concepts" | "faithful" | "narrow"> {
  engine: Engine;
  /** Where the engine finds the folder of the store. Default: where it lies. */
  data?: string | undefined;
}

/**
 * The script that gives the labels, windows and funnel of a task over the tables of a store: views over its Parquet files,
 * the judged candidates, then the results. All values stand in it as literals.
 * @throws BedsideError where the task does not fit the events, or has no translation (`cohort/untranslatable`).
 */
export async function taskScript(store: RecordStore, events: Sql, task: Task, options: ScriptOptions): Promise<string> {
  const { engine, data, narrow, faithful = false, concepts = bedsideConcepts() } = options;
  const numeric = await checkTask(store.db, events, task);
  const compiled = compileCandidates(task, { events, narrow, numeric, concepts, faithful });
  const tables = await tablesIn(store, textOf(compiled), data);
  const title = `${task.file ?? "a task"}, for ${engine === "spark" ? "Spark 3.4 or later" : "DuckDB"}`;
  return scriptOf(engine, compiled, { tables, title });
}
