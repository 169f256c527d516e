// A checked task as one SQL query over a relation of MEDS events. Runs nothing.
import { Bug } from "../../core/errors.ts";
import { identifier, join, type Sql, sql } from "../../store/sql.ts";
import type { Concepts } from "./concepts.ts";
import { addCounts, type Count, countsOf } from "./counts.ts";
import { Happenings } from "./happenings.ts";
import { innerBoundary } from "./order.ts";
import { type Dialect, duckdbDialect, Parts } from "./query.ts";
import { type Condition, conditionsOf, type Demographic } from "./steps.ts";
import { type PlainPredicate, RECORD_END, RECORD_START, type Side, type Task, type Window } from "./task.ts";
import { addSearches, Times } from "./times.ts";

/** The codes a predicate looks for. */
export type CodeFilter = PlainPredicate["code"];

export interface CompileOptions {
  /**
   * The relation of events, to stand after `from`: `identifier("meds", "events")` or a subquery in brackets. Columns:
   * subject_id BIGINT, time TIMESTAMP (null: static), code VARCHAR, numeric_value, and those the task names itself.
   */
  events: Sql;
  /** Gives a relation of at least the events that may have one of these codes; for events that are made on the way. */
  narrow?: ((code: CodeFilter) => Sql) | undefined;
  /** The type of `numeric_value`: bounds are compared in it. Default `float`, as MEDS demands. */
  numeric?: "float" | "double";
  /** The concept functions the task was parsed with. */
  concepts?: Concepts;
  /**
   * Do as es-aces 0.7.3 does where it departs from what the task says: `index_timestamp` gives the other side of a
   * window that goes back by a duration, and the constraints of a window without length are not looked at. Default false.
   */
  faithful?: boolean;
  dialect?: Dialect;
}

/** The parts of a compiled task, for the labels and for the funnel. */
export interface Compiled {
  /** A row per candidate: `subject_id`, `t0` (microseconds), and the columns the expressions below use. */
  candidates: Sql;
  conditions: Condition[];
  /** Microseconds of the prediction time; undefined without `index_timestamp`. */
  predictionTime: Sql | undefined;
  /** The count that becomes the label; undefined without `label`. */
  labelCount: Sql | undefined;
  /** Start, end and counts of each window, for those who look closer. */
  windows: { name: string; start: Sql; end: Sql; counts: { predicate: string; count: Sql }[] }[];
}

/**
 * The query that gives the labels of a task: `subject_id`, `prediction_time`, `boolean_value`, a row per trigger that meets
 * all conditions (so a subject, even a prediction time, may come more than once). Without index_timestamp the prediction
 * time is null, without label the value is.
 * @example db.columns(compileTask(parseTask(text), { events: identifier("events") }))
 */
export function compileTask(task: Task, options: CompileOptions): Sql {
  const { dialect = duckdbDialect } = options;
  const compiled = compileCandidates(task, options);
  const fallen = join([sql`false`, ...compiled.conditions.map(({ fails }) => fails)], " or ");
  return sql`
    select subject_id, ${labelColumns(compiled, dialect)}
    from (${compiled.candidates}) as candidates
    where not coalesce(${fallen}, false)
    order by subject_id, prediction_time, t0`;
}

/** `prediction_time` and `boolean_value` of a candidate. */
export function labelColumns({ predictionTime, labelCount }: Compiled, dialect: Dialect): Sql {
  const time = predictionTime ? dialect.timestamp(predictionTime) : sql`cast(null as timestamp)`;
  const value = labelCount ? sql`${labelCount} > 0` : sql`cast(null as boolean)`;
  return sql`${time} as prediction_time, ${value} as boolean_value`;
}

/** The candidates of a task with everything needed to judge them. */
export function compileCandidates(task: Task, options: CompileOptions): Compiled {
  const {
    events,
    narrow,
    numeric = "float",
    concepts = new Map(),
    faithful = false,
    dialect = duckdbDialect,
  } = options;
  const parts = new Parts();
  const happenings = new Happenings(parts, { events, narrow, numeric, concepts, dialect }, task.predicates);
  const times = new Times(task.windows);
  const counts = countsOf(task.windows);
  const demographics: Demographic[] = [...task.predicates.values()]
    .filter((predicate) => predicate.kind !== "derived" && predicate.static)
    .map(({ name }, i) => ({ name, column: `fact_${i}` }));

  const triggers = parts.add(
    "triggers",
    sql`select distinct subject_id, t as t0 from ${happenings.of(task.trigger.predicate)}`,
  );
  happenings.only(triggers);
  const rows = parts.add("candidates", candidateRows(happenings, triggers, demographics, task.windows));
  const placed = addSearches(parts, happenings, times, rows);
  const judged = addCounts(parts, happenings, times, counts, placed);
  return {
    candidates: parts.query(sql`select * from ${judged}`),
    conditions: conditionsOf(task, times, counts, demographics, faithful),
    predictionTime: task.index && indexTime(task, task.index, times, faithful),
    labelCount: task.label && countOf(counts, task.label),
    windows: task.windows.map(({ name }) => ({
      name,
      start: times.of(name, "start"),
      end: times.of(name, "end"),
      counts: counts
        .filter(({ window }) => window.name === name)
        .map(({ predicate, column }) => ({ predicate, count: identifier(column) })),
    })),
  };
}

/** The triggers, each with its subject's demographics and, where a window asks for them, the ends of its record. */
function candidateRows(
  happenings: Happenings,
  triggers: Sql,
  demographics: Demographic[],
  windows: readonly Window[],
): Sql {
  const columns = [sql`c.subject_id`, sql`c.t0`];
  const joins: Sql[] = [];
  if (windows.some(asksForRecord)) {
    columns.push(sql`r.opens`, sql`r.closes`);
    joins.push(sql`left join ${happenings.records()} as r on c.subject_id = r.subject_id`);
  }
  demographics.forEach(({ name, column }, i) => {
    const facts = identifier(`d${i}`);
    columns.push(sql`${facts}.subject_id is not null as ${identifier(column)}`);
    joins.push(sql`left join ${happenings.staticSubjects(name)} as ${facts} on c.subject_id = ${facts}.subject_id`);
  });
  return sql`select ${join(columns)} from ${triggers} as c ${join(joins, " ")}`;
}

function asksForRecord({ start, end }: Window): boolean {
  return [start, end].some(
    ({ step }) => "predicate" in step && (step.predicate === RECORD_START || step.predicate === RECORD_END),
  );
}

function indexTime(
  task: Task,
  { window: name, side }: { window: string; side: Side },
  times: Times,
  faithful: boolean,
): Sql {
  const window = task.windows.find((one) => one.name === name);
  if (!window) throw new Bug(`The index window ${name} was not read`);
  const { step } = innerBoundary(window);
  const swapped = faithful && step.kind === "shift" && step.micros < 0;
  return times.of(name, swapped ? (side === "start" ? "end" : "start") : side);
}

function countOf(counts: readonly Count[], label: { window: string; predicate: string }): Sql {
  const count = counts.find(({ window, predicate }) => window.name === label.window && predicate === label.predicate);
  if (!count) throw new Bug(`The label of ${label.window} is not counted`);
  return identifier(count.column);
}
