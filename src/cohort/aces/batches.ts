// Cuts the subjects of an event relation into ranges of about the same number of events. Knows no task.
import type { Database } from "../../store/database.ts";
import { join, type Sql, sql } from "../../store/sql.ts";
import { whole } from "./query.ts";

/** A range of subjects, as a condition on `subject_id`; undefined where all subjects are in one. */
export interface Batch {
  condition: Sql | undefined;
  /** Events in this batch. */
  events: number;
  /** Subjects in this batch, those with static facts only included. */
  subjects: number;
}

/** The number of events of each subject, counted: (subject_id, n). */
export function eventsPerSubject(events: Sql): Sql {
  return sql`(select subject_id, count(*) as n from ${events} as e group by subject_id)`;
}

/**
 * The batches of the subjects of `sizes` (subject_id, n; several rows of a subject are added up), each of about `size`
 * events and of whole subjects. Ranges, because an event file sorted by subject is then read in parts. Memory grows with
 * the number of subjects.
 */
export async function subjectBatches(db: Database, sizes: Sql, size: number): Promise<Batch[]> {
  const rows = await db.rows<{ first: bigint; last: bigint; events: bigint; subjects: bigint }>(sql`
    select min(subject_id) as first, max(subject_id) as last, cast(sum(n) as bigint) as events, count(*) as subjects
    from (
      select subject_id, n, sum(n) over (order by subject_id rows between unbounded preceding and current row) as upto
      from (select subject_id, sum(n) as n from ${sizes} as e where subject_id is not null group by subject_id) as s
    ) as c
    group by floor((upto - 1) / ${whole(size)}) order by first`);
  return rows.map(({ first, last, events, subjects }, i) => {
    const conditions: Sql[] = [];
    if (i > 0) conditions.push(sql`subject_id >= ${first}`);
    if (i < rows.length - 1) conditions.push(sql`subject_id <= ${last}`);
    return {
      condition: conditions.length > 0 ? join(conditions, " and ") : undefined,
      events: Number(events),
      subjects: Number(subjects),
    };
  });
}
