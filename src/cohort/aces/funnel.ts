// The attrition funnel: how many candidates met each condition of a task, and where the others fell. Knows no files.
import type { Database } from "../../store/database.ts";
import { join, type Sql, sql } from "../../store/sql.ts";
import type { Attrition } from "../attrition.ts";
import { whole } from "./query.ts";
import type { Condition } from "./steps.ts";

/** What one condition did. */
export interface FunnelStep {
  kind: Condition["kind"];
  window: string | undefined;
  predicate: string | undefined;
  /** In words: `gap: discharge never`. */
  what: string;
  /** Its line in the task file. */
  line: number;
  /** Candidates for which this was the first condition not met. */
  fell: number;
  /** Candidates that do not meet it, whatever the others say; those for which it cannot be asked are not among them. */
  failing: number;
  /** Candidates and subjects left after it. */
  left: number;
  leftSubjects: number;
}

/** From the subjects of the data to the rows of the labels. */
export interface Funnel {
  /** Subjects with any event, a static one included. */
  subjects: number;
  /** Moments at which the trigger happened, and the subjects it happened to. */
  candidates: number;
  candidateSubjects: number;
  steps: FunnelStep[];
  rows: number;
  rowSubjects: number;
  /** Rows whose label is true; 0 without a label. */
  positives: number;
}

/** The number (from 1) of the first condition a candidate does not meet, null where it meets all. */
export function firstFailure(conditions: readonly Condition[]): Sql {
  if (conditions.length === 0) return sql`cast(null as integer)`;
  return sql`case ${join(
    conditions.map(({ fails }, i) => sql`when ${fails} then ${whole(i + 1)}`),
    " ",
  )} end`;
}

/** One row: `candidates`, `positives`, and for each condition `fell_0` (the first not met) and `failing_0` (not met). */
export function funnelTotals(judged: Sql, conditions: readonly Condition[], positive: Sql | undefined): Sql {
  const sums = conditions.map(
    ({ fails }, i) =>
      sql`count(case when fell = ${whole(i + 1)} then 1 end) as fell_${whole(i)}, count(case when ${fails} then 1 end) as failing_${whole(i)}`,
  );
  const isPositive = positive ? sql`count(case when fell is null and ${positive} then 1 end)` : sql`0`;
  return sql`select ${join([sql`count(*) as candidates`, sql`${isPositive} as positives`, ...sums])} from ${judged}`;
}

/** How many subjects come as far as each condition; a subject is left as long as its luckiest candidate is. */
export function subjectsByStep(judged: Sql, conditions: readonly Condition[]): Sql {
  return sql`
    select furthest, count(*) as subjects
    from (
      select subject_id, max(coalesce(fell, ${whole(conditions.length + 1)})) as furthest from ${judged} group by subject_id
    ) as s
    group by furthest order by furthest`;
}

/** Counts the funnel over a table of judged candidates that has `subject_id`, `fell` and what the conditions read. */
export async function countFunnel(
  db: Database,
  judged: Sql,
  { conditions, positive, subjects }: { conditions: readonly Condition[]; positive: Sql | undefined; subjects: number },
): Promise<Funnel> {
  const last = conditions.length + 1; // the step of those that fall nowhere
  const totals = await db.row<Record<string, bigint>>(funnelTotals(judged, conditions, positive));
  const furthest = await db.rows<{ furthest: number; subjects: bigint }>(subjectsByStep(judged, conditions));
  const subjectsBeyond = (step: number) =>
    furthest.reduce((sum, { furthest, subjects }) => (Number(furthest) > step ? sum + Number(subjects) : sum), 0);
  const candidates = Number(totals["candidates"]);
  let left = candidates;
  const steps = conditions.map(({ kind, window, predicate, what, line }, i): FunnelStep => {
    const fell = Number(totals[`fell_${i}`]);
    left -= fell;
    const failing = Number(totals[`failing_${i}`]);
    return { kind, window, predicate, what, line, fell, failing, left, leftSubjects: subjectsBeyond(i + 1) };
  });
  return {
    subjects,
    candidates,
    candidateSubjects: subjectsBeyond(0),
    steps,
    rows: left,
    rowSubjects: subjectsBeyond(last - 1),
    positives: Number(totals["positives"]),
  };
}

/** The funnel in the form every cohort has: one step per condition, told with its line in the task file. */
export function attritionOf({ candidates, steps }: Funnel): Attrition {
  return {
    unit: "triggers",
    start: candidates,
    steps: steps.map(({ kind, window, predicate, what, line, fell, failing, left }, i) => ({
      id: [i + 1, kind, window, predicate].filter((part) => part !== undefined).join("/"),
      title: `${what} (line ${line})`,
      hits: failing,
      removed: fell,
      remaining: left,
    })),
  };
}
