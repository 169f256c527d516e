// The cohort of any task that gives predictors: those of the benchmark language and those of the emergency benchmark.
import { nearestName, UsageError } from "../core/errors.ts";
import type { RecordStore } from "../store/index.ts";
import { type BuildOptions, buildCohort } from "./build.ts";
import { buildCardioCohort, cardioTables, cardioTasks, findCardioTask, isCardioTask } from "./cardioforest/index.ts";
import type { Cohort } from "./cohort.ts";
import { buildEdCohort, edTables, edTasks, findEdTask, isEdTask } from "./mimic4ed/index.ts";
import { tablesOf } from "./plan.ts";
import { readTask, taskIds } from "./task.ts";
import { buildTscanCohort, findTscanTask, isTscanTask, tscanTables, tscanTasks } from "./tscan/index.ts";

/** What a task is called, known before any record is read. */
export interface CohortTask {
  id: string;
  title: string;
  /** The tables it needs; a data set in another form is refused. */
  tables: readonly string[];
  extract(store: RecordStore, options: BuildOptions): Promise<Cohort>;
}

/**
 * The task of an id such as `yaib/mortality24`, or of a YAML file.
 * @throws UsageError for an unknown id, with the one that may have been meant; BedsideError for a faulty file.
 */
export function cohortTask(id: string): CohortTask {
  if (isEdTask(id)) {
    const { title } = findEdTask(id);
    return { id, title, tables: edTables(), extract: (store, options) => buildEdCohort(store, id, options) };
  }
  if (isTscanTask(id)) {
    const { title } = findTscanTask(id);
    return { id, title, tables: tscanTables(), extract: (store, options) => buildTscanCohort(store, id, options) };
  }
  if (isCardioTask(id)) {
    const { title } = findCardioTask(id);
    return { id, title, tables: cardioTables(), extract: (store, options) => buildCardioCohort(store, id, options) };
  }
  const known = [...taskIds(), ...[...edTasks, ...tscanTasks, ...cardioTasks].map((task) => task.id)];
  if (!known.includes(id) && !/\.ya?ml$/i.test(id)) {
    const meant = nearestName(id, known);
    throw new UsageError({
      code: "task/unknown",
      what: `There is no task "${id}"`,
      fix: meant ? `did you mean ${meant}?` : `the tasks are: ${known.join(", ")}`,
    });
  }
  const task = readTask(id);
  const { title } = task;
  return { id, title, tables: tablesOf(task), extract: (store, options) => buildCohort(store, task, options) };
}
