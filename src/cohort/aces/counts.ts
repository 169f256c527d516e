// How often predicates occur in each window: one pass for all windows. Knows no constraints.
import { identifier, join, type Sql, sql } from "../../store/sql.ts";
import type { Happenings } from "./happenings.ts";
import { type Parts, unionAll, whole } from "./query.ts";
import { RECORD_START, type Window } from "./task.ts";
import type { Times } from "./times.ts";

/** A count the task needs: a column of the judged candidates. */
export interface Count {
  column: string;
  window: Window;
  predicate: string;
}

/** The counts that constraints and the label need, each once. */
export function countsOf(windows: readonly Window[]): Count[] {
  const counts: Count[] = [];
  for (const window of windows) {
    const predicates = new Set(window.has.map(({ predicate }) => predicate));
    if (window.label) predicates.add(window.label.predicate);
    for (const predicate of predicates) counts.push({ column: `count_${counts.length}`, window, predicate });
  }
  return counts;
}

/**
 * Adds the counting pass; gives the relation with all columns of `placed` and one per count (null where the window has
 * no place).
 *
 * As in the searches, points and events are laid on one line per subject. The number of events before a point is a
 * running count, and the count of a window is the difference of its two ends: the work does not depend on how long the
 * windows are or how many overlap, and one pass serves every window and predicate.
 */
export function addCounts(
  parts: Parts,
  happenings: Happenings,
  times: Times,
  counts: readonly Count[],
  placed: Sql,
): Sql {
  if (counts.length === 0) return placed;
  const windows = [...new Set(counts.map(({ window }) => window))];
  const predicates = [...new Set(counts.map(({ predicate }) => predicate))];
  const points = windows.flatMap((window, w) => {
    const point = (time: Sql, place: number, edge: number) => sql`
      select subject_id, ${time} as t, ${whole(place)} as place, t0, ${whole(edge)} as edge, -1 as p
      from ${placed} where ${time} is not null`;
    const end = point(times.of(window.name, "end"), window.endInclusive ? 2 : 0, 2 * w + 1);
    if (startsAtRecord(window)) return [end]; // nothing can come before
    return [point(times.of(window.name, "start"), window.startInclusive ? 0 : 2, 2 * w), end];
  });
  const events = predicates.map(
    (predicate, p) =>
      sql`select subject_id, t, 1 as place, cast(null as bigint) as t0, -1 as edge, ${whole(p)} as p from ${happenings.of(predicate)}`,
  );
  const line = parts.add("line", unionAll([...points, ...events]));
  const running = predicates.map(
    (_, p) => sql`
      count(case when p = ${whole(p)} then 1 end) over (
        partition by subject_id order by t, place rows between unbounded preceding and current row) as before_${whole(p)}`,
  );
  const seen = parts.add("seen", sql`select subject_id, t0, edge, ${join(running)} from ${line}`);
  const columns = counts.map(({ column, window, predicate }) => {
    const w = windows.indexOf(window);
    const before = sql`before_${whole(predicates.indexOf(predicate))}`;
    return sql`
      cast(sum(case when edge = ${whole(2 * w + 1)} then ${before} when edge = ${whole(2 * w)} then -${before} else 0 end) as bigint)
      as ${identifier(column)}`;
  });
  const counted = parts.add(
    "counted",
    sql`select subject_id as whose, t0 as which, ${join(columns)} from ${seen} where edge >= 0 group by subject_id, t0`,
  );
  const added = counts.map(({ column, window }) => {
    const exists = sql`${times.of(window.name, "start")} is not null and ${times.of(window.name, "end")} is not null`;
    // an empty window with both ends open would count its own moment as -1
    return sql`case when ${exists} then greatest(n.${identifier(column)}, 0) end as ${identifier(column)}`;
  });
  return parts.add(
    "judged",
    sql`select c.*, ${join(added)} from ${placed} as c left join ${counted} as n on c.subject_id = n.whose and c.t0 = n.which`,
  );
}

function startsAtRecord({ root, start, startInclusive }: Window): boolean {
  return root === "end" && startInclusive && start.step.kind === "previous" && start.step.predicate === RECORD_START;
}
