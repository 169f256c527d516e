// The conditions a candidate must meet, in the order in which they are asked: what the attrition funnel counts. Knows no
// engine.
import { identifier, type Sql, sql } from "../../store/sql.ts";
import type { Count } from "./counts.ts";
import { innerBoundary, innerSide, rootBoundary } from "./order.ts";
import { whole } from "./query.ts";
import type { Boundary, Constraint, Task, Window } from "./task.ts";
import type { Times } from "./times.ts";

/** One condition, and the expression that is true where a candidate fails it. */
export interface Condition {
  kind: "demographic" | "boundary" | "constraint";
  window: string | undefined;
  predicate: string | undefined;
  /** In words: `gap: discharge at most 0 times`. */
  what: string;
  /** Its line in the task file. */
  line: number;
  fails: Sql;
}

/** A demographic fact and the column that tells whether a candidate's subject has it. */
export interface Demographic {
  name: string;
  column: string;
}

/** All conditions of a task; later ones may assume that the earlier ones hold. `faithful`: see `CompileOptions`. */
export function conditionsOf(
  task: Task,
  times: Times,
  counts: readonly Count[],
  demographics: readonly Demographic[],
  faithful: boolean,
): Condition[] {
  const conditions: Condition[] = demographics.map(({ name, column }) => ({
    kind: "demographic",
    window: undefined,
    predicate: name,
    what: `patient is ${name}`,
    line: task.predicates.get(name)!.line,
    fails: sql`not ${identifier(column)}`,
  }));
  for (const window of task.windows) {
    for (const [side, boundary] of [
      [window.root, rootBoundary(window)],
      [innerSide(window), innerBoundary(window)],
    ] as const) {
      if (!mayBeMissing(boundary)) continue;
      const fails = sql`(${times.base(window, boundary)} is not null and ${times.of(window.name, side)} is null)`;
      conditions.push({
        kind: "boundary",
        window: window.name,
        predicate: boundary.step.predicate,
        what: `${window.name}: ${side} (${describeBoundary(side, boundary)}) exists`,
        line: boundary.line,
        fails,
      });
    }
    if (faithful && innerBoundary(window).step.kind === "same") continue;
    for (const constraint of window.has) conditions.push(constraintCondition(window, constraint, counts));
  }
  return conditions;
}

function constraintCondition(
  window: Window,
  { predicate, min, max, line }: Constraint,
  counts: readonly Count[],
): Condition {
  const count = identifier(counts.find((one) => one.window === window && one.predicate === predicate)!.column);
  const outside =
    min === undefined
      ? sql`${count} > ${whole(max!)}`
      : max === undefined
        ? sql`${count} < ${whole(min)}`
        : sql`(${count} < ${whole(min)} or ${count} > ${whole(max)})`;
  const what = `${window.name}: ${predicate} ${describeBounds(min, max)}`;
  return { kind: "constraint", window: window.name, predicate, what, line, fails: outside };
}

function mayBeMissing(
  boundary: Boundary,
): boundary is Boundary & { step: { kind: "next" | "previous"; predicate: string } } {
  return boundary.step.kind === "next" || boundary.step.kind === "previous";
}

function describeBoundary(side: string, { text, reference }: Boundary): string {
  if (text !== "null") return text;
  return side === "start"
    ? `first event, up to the ${String(reference)}`
    : `last event, from the ${String(reference)} on`;
}

function describeBounds(min: number | undefined, max: number | undefined): string {
  const times = (n: number) => `${n} time${n === 1 ? "" : "s"}`;
  if (min === undefined) return max === 0 ? "never" : `at most ${times(max!)}`;
  if (max === undefined) return `at least ${times(min)}`;
  return min === max ? `exactly ${times(min)}` : `${min} to ${times(max)}`;
}
