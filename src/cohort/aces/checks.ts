// Whether a task fits the events it is to run on: their columns, and the engine's reading of its regexes. Reads no event.
import { BedsideError, nearestName } from "../../core/errors.ts";
import type { Database } from "../../store/database.ts";
import { type Sql, sql } from "../../store/sql.ts";
import { duckdbDialect } from "./query.ts";
import type { Task } from "./task.ts";
import { placeOf } from "./yaml.ts";

/** The columns of a relation and their types. */
export async function eventColumns(db: Database, events: Sql): Promise<Map<string, string>> {
  const rows = await db.rows<{ column_name: string; column_type: string }>(sql`describe select * from ${events} as e`);
  return new Map(rows.map(({ column_name, column_type }) => [column_name, column_type]));
}

/** @throws BedsideError `task/unknown-column` at the line that asks for a column the events lack. */
export function checkColumns(task: Task, columns: ReadonlyMap<string, string>): void {
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

/**
 * Reads each regex once on its own, so that a bad one is told with its line and not from inside the query.
 * @throws BedsideError `task/bad-regex`.
 */
export async function checkRegexes(db: Database, task: Task): Promise<void> {
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
