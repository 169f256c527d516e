// Runs a task over a relation of events: labels, windows and the attrition funnel. Knows no data set.
import { BedsideError, nearestName } from "../../core/errors.ts";
import type { Columns } from "../../store/columns.ts";
import type { Database } from "../../store/database.ts";
import { replaceFile } from "../../store/files.ts";
import { identifier, join, literal, type Sql, sql } from "../../store/sql.ts";
import { type Compiled, type CompileOptions, compileCandidates } from "./compile.ts";
import { countFunnel, type Funnel, firstFailure } from "./funnel.ts";
import { duckdbDialect, whole } from "./query.ts";
import type { Task } from "./task.ts";
import { placeOf } from "./yaml.ts";

export interface ExtractOptions extends Omit<CompileOptions, "dialect"> {
  /** Where to write the labels as Parquet (MEDS label schema 0.4). Without it they come back as columns. */
  out?: string;
  /** Where to write the windows of each row as Parquet: their start, end and counts. */
  windowsOut?: string;
  /** Events worked on at a time, in whole subjects; what memory is needed for. Default 50 million. */
  batchEvents?: number;
}

export interface Extraction {
  /** `subject_id`, `prediction_time` (seconds since 1970) and `boolean_value`, those the task gives; undefined with `out`. */
  labels: Columns | undefined;
  rows: number;
  funnel: Funnel;
}

/**
 * Extracts the labels of a task, sorted by subject and prediction time, and the funnel of those that fell.
 * The memory needed is that of the predicates' own rows in one batch of subjects; it does not grow with the number of
 * predicates times events.
 * @throws BedsideError where a regex or a column of the task does not fit the events, with its line.
 */
export async function extractLabels(db: Database, task: Task, options: ExtractOptions): Promise<Extraction> {
  const { events, out, windowsOut, batchEvents = 50_000_000 } = options;
  const columns = await eventColumns(db, events);
  checkColumns(task, columns);
  await checkRegexes(db, task);
  if (out !== undefined && !task.index) {
    throw new BedsideError({
      code: "task/no-index",
      what: "Labels need a prediction time, and the task names none",
      where: task.file,
      fix: "add index_timestamp: end to the window whose end is the prediction time",
    });
  }
  const numeric = columns.get("numeric_value") === "DOUBLE" ? "double" : "float";
  const compile = (part: Sql) => compileCandidates(task, { ...options, events: part, numeric });
  const judged = identifier(`aces_judged_${++tables}`);
  const batches = await subjectBatches(db, events, batchEvents);
  const compiled = compile(events);
  try {
    let made = false;
    for (const batch of batches) {
      const part = batch ? sql`(select * from ${events} as e where ${batch})` : events;
      const rows = judgedRows(compile(part));
      await db.run(made ? sql`insert into ${judged} ${rows}` : sql`create temp table ${judged} as ${rows}`);
      made = true;
    }
    const { subjects } = await db.row<{ subjects: bigint }>(
      sql`select count(distinct subject_id) as subjects from ${events} as e`,
    );
    const positive = compiled.labelCount && sql`${compiled.labelCount} > 0`;
    const { conditions } = compiled;
    const funnel = await countFunnel(db, judged, { conditions, positive, subjects: Number(subjects) });
    const labels = labelRows(compiled, judged);
    if (windowsOut !== undefined) await writeParquet(db, windowRows(compiled, judged), windowsOut);
    if (out !== undefined) await writeParquet(db, labels, out);
    return { labels: out === undefined ? await db.columns(labels) : undefined, rows: funnel.rows, funnel };
  } finally {
    await db.run(sql`drop table if exists ${judged}`);
  }
}

let tables = 0;

function judgedRows({ candidates, conditions }: Compiled): Sql {
  return sql`select *, ${firstFailure(conditions)} as fell from (${candidates}) as c`;
}

/** The closed MEDS label schema: a column that would be empty is left out. */
function labelRows({ predictionTime, labelCount }: Compiled, judged: Sql): Sql {
  const columns = [sql`subject_id`];
  const order = [sql`subject_id`];
  if (predictionTime) {
    columns.push(sql`${duckdbDialect.timestamp(predictionTime)} as prediction_time`);
    order.push(sql`prediction_time`);
  }
  if (labelCount) columns.push(sql`${labelCount} > 0 as boolean_value`);
  return sql`select ${join(columns)} from ${judged} where fell is null order by ${join([...order, sql`t0`])}`;
}

/** `subject_id`, `trigger`, and for each window `name.start`, `name.end` and `name.predicate` of every count. */
function windowRows({ windows }: Compiled, judged: Sql): Sql {
  const columns = windows.flatMap(({ name, start, end, counts }) => [
    sql`${duckdbDialect.timestamp(start)} as ${identifier2(name, "start")}`,
    sql`${duckdbDialect.timestamp(end)} as ${identifier2(name, "end")}`,
    ...counts.map(({ predicate, count }) => sql`${count} as ${identifier2(name, predicate)}`),
  ]);
  const trigger = sql`${duckdbDialect.timestamp(sql`t0`)} as ${identifier("trigger")}`;
  return sql`select ${join([sql`subject_id`, trigger, ...columns])} from ${judged} where fell is null order by subject_id, t0`;
}

/** One column name made of two words: `"gap.end"`. */
function identifier2(window: string, what: string): Sql {
  return identifier(`${window}.${what}`);
}

async function writeParquet(db: Database, rows: Sql, path: string): Promise<void> {
  await replaceFile(path, async (temporary) => {
    await db.run(sql`copy (${rows}) to ${literal(temporary)} (format parquet, compression zstd)`);
  });
}

async function eventColumns(db: Database, events: Sql): Promise<Map<string, string>> {
  const rows = await db.rows<{ column_name: string; column_type: string }>(sql`describe select * from ${events} as e`);
  return new Map(rows.map(({ column_name, column_type }) => [column_name, column_type]));
}

function checkColumns(task: Task, columns: ReadonlyMap<string, string>): void {
  const refuse = (column: string, line: number, what: string) => {
    const near = nearestName(column, columns.keys());
    return new BedsideError({
      code: "task/unknown-column",
      what: `${what}, but the events have no column "${column}"`,
      where: placeOf(task.file, line),
      fix: near ? `did you mean "${near}"?` : `they have: ${[...columns.keys()].join(", ")}`,
    });
  };
  for (const column of ["subject_id", "time", "code"]) {
    if (!columns.has(column)) throw refuse(column, task.trigger.line, "A task needs MEDS events");
  }
  for (const predicate of task.predicates.values()) {
    if (predicate.kind !== "plain") continue;
    if ((predicate.min || predicate.max) && !columns.has("numeric_value")) {
      throw refuse("numeric_value", predicate.line, `The predicate "${predicate.name}" bounds a number`);
    }
    for (const [column, { line }] of predicate.columns) {
      if (!columns.has(column)) throw refuse(column, line, `The predicate "${predicate.name}" asks for "${column}"`);
    }
  }
}

/** The engine reads each regex once on its own, so that a bad one is told with its line and not from inside the query. */
async function checkRegexes(db: Database, task: Task): Promise<void> {
  for (const predicate of task.predicates.values()) {
    if (predicate.kind !== "plain" || !("regex" in predicate.code)) continue;
    try {
      await db.rows(sql`select ${duckdbDialect.matches(sql`''`, predicate.code.regex)} as found`);
    } catch (cause) {
      throw new BedsideError(
        {
          code: "task/bad-regex",
          what: `The regex of "${predicate.name}" cannot be read`,
          where: placeOf(task.file, predicate.line),
          why: cause instanceof Error ? cause.message.split("\n")[0] : undefined,
          fix: "mend the regular expression",
        },
        { cause },
      );
    }
  }
}

/**
 * Ranges of subjects with about so many events each, as conditions; one undefined where all fit at once. Ranges, because
 * an event file sorted by subject is then read in parts.
 */
async function subjectBatches(db: Database, events: Sql, size: number): Promise<(Sql | undefined)[]> {
  const { total } = await db.row<{ total: bigint }>(sql`select count(*) as total from ${events} as e`);
  const batches = Math.ceil(Number(total) / size);
  if (batches <= 1) return [undefined];
  const rows = await db.rows<{ last: bigint }>(sql`
    select max(subject_id) as last
    from (select subject_id, sum(n) over (order by subject_id rows between unbounded preceding and current row) as upto
          from (select subject_id, count(*) as n from ${events} as e group by subject_id) as s) as c
    group by floor((upto - 1) / ${whole(size)}) order by last`);
  const edges = rows.map(({ last }) => last).slice(0, -1);
  return [...edges, undefined].map((edge, i) => {
    const conditions = [];
    if (i > 0) conditions.push(sql`subject_id > ${edges[i - 1]!}`);
    if (edge !== undefined) conditions.push(sql`subject_id <= ${edge}`);
    return join(conditions, " and ");
  });
}
