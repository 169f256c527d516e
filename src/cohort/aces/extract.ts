// Runs a task over a relation of events: labels, windows and the attrition funnel. Knows no data set.
import { BedsideError, Stopped } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import type { Database } from "../../store/database.ts";
import { replaceFile } from "../../store/files.ts";
import { identifier, join, literal, type Sql, sql } from "../../store/sql.ts";
import type { Attrition } from "../attrition.ts";
import { type Batch, eventsPerSubject, subjectBatches } from "./batches.ts";
import { bedsideConcepts } from "./bedside-concepts.ts";
import { checkColumns, checkRegexes, eventColumns } from "./checks.ts";
import { type CodeFilter, type Compiled, type CompileOptions, compileCandidates } from "./compile.ts";
import { attritionOf, countFunnel, type Funnel, firstFailure } from "./funnel.ts";
import { duckdbDialect } from "./query.ts";
import { ANY_EVENT, type Task } from "./task.ts";

export interface ExtractOptions extends Pick<CompileOptions, "concepts" | "faithful" | "narrow"> {
  /** Where to write the labels as Parquet, in the MEDS label schema. */
  out: string;
  progress: Progress;
  /** Where to write the windows of each row as Parquet: their start, end and counts. */
  windowsOut?: string | undefined;
  /** How many events each subject has, about: a relation (subject_id, n). Default: counted, which reads all events. */
  sizes?: Sql | undefined;
  /**
   * Another engine that judges the candidates. It fills the table with the rows of `judgedRows` and gives the number of
   * subjects. Default: this database, in batches.
   */
  judge?: Judge | undefined;
  /** Events worked on at a time, in whole subjects. Default 25 million, or 5 million where a task looks at every moment. */
  batchEvents?: number;
}

/** Fills the empty table of judged candidates from elsewhere. */
export type Judge = (work: {
  /** The task over all subjects. */
  compiled: Compiled;
  /** The name of the table. */
  table: string;
  /** All subjects, perhaps several times each: a relation with `subject_id`. */
  sizes: Sql;
  progress: Progress;
}) => Promise<{ subjects: number }>;

/** What an extraction made. */
export interface Extraction {
  /** The file of the labels: `subject_id`, `prediction_time` and, where the task has a label, `boolean_value`. */
  labels: string;
  /** Rows of the labels, their subjects, and how many are true (0 without a label). */
  rows: number;
  subjects: number;
  positives: number;
  /** The funnel in the form every cohort has. */
  attrition: Attrition;
  /** The funnel with lines of the task file and subjects. */
  funnel: Funnel;
  /** What is allowed but probably not meant. */
  warnings: string[];
}

/**
 * Extracts the labels of a task, sorted by subject and prediction time, and the funnel of those that fell.
 *
 * `events` is a relation, to stand after `from`: subject_id BIGINT, time TIMESTAMP (null: static), code VARCHAR,
 * numeric_value FLOAT or DOUBLE, and whatever columns the task names itself.
 *
 * Memory: each predicate is a filtered scan that keeps (subject, time) of its own matches only, and subjects are worked on
 * in batches of `batchEvents` events. So it grows with the matches in one batch, not with predicates × events; what is
 * too much goes to the temporary folder.
 * @throws BedsideError where a regex or a column of the task does not fit the events, with its line; Stopped.
 */
export async function extractLabels(
  db: Database,
  events: Sql,
  task: Task,
  options: ExtractOptions,
): Promise<Extraction> {
  const {
    out,
    windowsOut,
    progress,
    narrow,
    sizes,
    batchEvents = usualBatch(task),
    concepts = bedsideConcepts(),
    faithful = false,
  } = options;
  const numeric = await checkTask(db, events, task);
  const compile = (condition: Sql | undefined) => {
    const part = (relation: Sql) => (condition ? sql`(select * from ${relation} as e where ${condition})` : relation);
    const narrowed = narrow && ((code: CodeFilter) => part(narrow(code)));
    return compileCandidates(task, { events: part(events), narrow: narrowed, numeric, concepts, faithful });
  };
  const table = `aces_judged_${++tables}`;
  const judged = identifier(table);
  const compiled = compile(undefined);
  const counted = sizes ?? eventsPerSubject(events);
  try {
    await db.run(sql`create temp table ${judged} as ${judgedRows(compile(sql`false`))}`);
    const { subjects } = options.judge
      ? await options.judge({ compiled, table, sizes: counted, progress })
      : await judgeHere(db, await subjectBatches(db, counted, batchEvents), { compile, judged, progress });
    const positive = positiveOf(compiled);
    const funnel = await countFunnel(db, judged, { conditions: compiled.conditions, positive, subjects });
    if (windowsOut !== undefined) await writeRows(db, windowRows(compiled, judged), windowsOut);
    await writeRows(db, labelRows(compiled, judged), out);
    return {
      labels: out,
      rows: funnel.rows,
      subjects: funnel.rowSubjects,
      positives: funnel.positives,
      attrition: attritionOf(funnel),
      funnel,
      warnings: warningsOf(task, funnel),
    };
  } finally {
    await db.run(sql`drop table if exists ${judged}`);
  }
}

/**
 * Refuses a task that does not fit the events; gives the type its numbers are compared in.
 * @throws BedsideError
 */
export async function checkTask(db: Database, events: Sql, task: Task): Promise<"double" | "float"> {
  const columns = await eventColumns(db, events);
  checkColumns(task, columns);
  await checkRegexes(db, task);
  checkIndex(task);
  return columns.get("numeric_value") === "DOUBLE" ? "double" : "float";
}

let tables = 0;

/** `_ANY_EVENT` keeps every moment of a batch, other predicates the few at which they happen. */
function usualBatch({ trigger, windows }: Task): number {
  const named = windows.flatMap(({ start, end, has }) => [
    ...[start, end].map(({ step }) => ("predicate" in step ? step.predicate : "")),
    ...has.map(({ predicate }) => predicate),
  ]);
  return [trigger.predicate, ...named].includes(ANY_EVENT) ? 5_000_000 : 25_000_000;
}

/** All candidates with the number of the first condition they fail. */
export function judgedRows({ candidates, conditions }: Pick<Compiled, "candidates" | "conditions">): Sql {
  return sql`select *, ${firstFailure(conditions)} as fell from (${candidates}) as c`;
}

/** Whether a candidate's label is true; undefined without a label. */
export function positiveOf({ labelCount }: Compiled): Sql | undefined {
  return labelCount && sql`${labelCount} > 0`;
}

/** Fills the table of judged candidates, a batch of subjects at a time. */
async function judgeHere(
  db: Database,
  batches: readonly Batch[],
  { compile, judged, progress }: { compile: (condition: Sql | undefined) => Compiled; judged: Sql; progress: Progress },
): Promise<{ subjects: number }> {
  progress.begin(
    "Labels",
    batches.reduce((sum, batch) => sum + batch.events, 0),
  );
  let done = 0;
  for (const { condition, events: count } of batches) {
    if (progress.signal.aborted) throw new Stopped();
    await db.run(sql`insert into ${judged} ${judgedRows(compile(condition))}`);
    done += count;
    progress.at(done);
  }
  progress.end(`${done.toLocaleString("en-US")} events`);
  return { subjects: batches.reduce((sum, batch) => sum + batch.subjects, 0) };
}

function checkIndex(task: Task): void {
  if (task.index) return;
  throw new BedsideError({
    code: "task/no-index",
    what: "Labels need a prediction time, and the task names none",
    where: task.file,
    fix: "add index_timestamp: end to the window whose end is the prediction time",
  });
}

function warningsOf(task: Task, { rows, positives }: Funnel): string[] {
  const warnings = [...task.warnings];
  if (rows === 0) warnings.push("No candidate meets all conditions: the labels are empty");
  else if (task.label && (positives === 0 || positives === rows)) {
    warnings.push(`All labels are ${positives === 0 ? "false" : "true"}: nothing can be learnt from them`);
  }
  return warnings;
}

/** The closed MEDS label schema: a column that would be empty is left out. */
export function labelRows({ predictionTime, labelCount }: Compiled, judged: Sql): Sql {
  const columns = [sql`subject_id`, sql`${duckdbDialect.timestamp(predictionTime!)} as prediction_time`];
  if (labelCount) columns.push(sql`${labelCount} > 0 as boolean_value`);
  return sql`select ${join(columns)} from ${judged} where fell is null order by subject_id, prediction_time, t0`;
}

/** `subject_id`, `trigger`, and for each window `name.start`, `name.end` and `name.predicate` of every count. */
export function windowRows({ windows }: Compiled, judged: Sql): Sql {
  const columns = windows.flatMap(({ name, start, end, counts }) => [
    sql`${duckdbDialect.timestamp(start)} as ${identifier(`${name}.start`)}`,
    sql`${duckdbDialect.timestamp(end)} as ${identifier(`${name}.end`)}`,
    ...counts.map(({ predicate, count }) => sql`${count} as ${identifier(`${name}.${predicate}`)}`),
  ]);
  const trigger = sql`${duckdbDialect.timestamp(sql`t0`)} as ${identifier("trigger")}`;
  return sql`select ${join([sql`subject_id`, trigger, ...columns])} from ${judged} where fell is null order by subject_id, t0`;
}

async function writeRows(db: Database, rows: Sql, path: string): Promise<void> {
  await replaceFile(path, async (temporary) => {
    await db.run(sql`copy (${rows}) to ${literal(temporary)} (format parquet, compression zstd)`);
  });
}
