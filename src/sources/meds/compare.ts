// Two relations of events side by side, kind of code by kind of code: how many codes and events each has, and how many are
// the same. For checking an export against the data set of others.
import { type Database, type Sql, sql } from "../../store/index.ts";

/** One kind of code. */
export interface ComparedKind {
  /** The code up to its first variable part: `LAB`, `PROCEDURE//START`. */
  kind: string;
  codes: { ours: number; theirs: number };
  events: { ours: number; theirs: number };
  /** Events of the same subject, time, code and number, each pair once. */
  same: number;
  /** Codes with the same number of events on both sides. */
  sameCodes: number;
}

/** Compares subject, time, code and number of all events. The relations stand after `from`. */
export async function compareEvents(db: Database, ours: Sql, theirs: Sql): Promise<ComparedKind[]> {
  const counted = (events: Sql) => sql`
    select subject_id, time, code, cast(numeric_value as float) as number, count(*) as n from ${events} as e group by all`;
  const rows = await db.rows<Record<string, number | string>>(sql`
    with a as (${counted(ours)}), b as (${counted(theirs)}),
    event as (
      select coalesce(a.code, b.code) as code, coalesce(a.n, 0) as ours, coalesce(b.n, 0) as theirs
      from a full join b on a.subject_id = b.subject_id and a.time is not distinct from b.time and a.code = b.code
        and a.number is not distinct from b.number
    ),
    code as (
      select code, split_part(code, '//', 1) ||
          case when split_part(code, '//', 2) in ('START', 'STOP', 'END', 'ICD') then '//' || split_part(code, '//', 2) else '' end as kind,
        sum(ours) as ours, sum(theirs) as theirs, sum(least(ours, theirs)) as same
      from event group by code
    )
    select kind, cast(count(case when ours > 0 then 1 end) as double) as our_codes,
      cast(count(case when theirs > 0 then 1 end) as double) as their_codes, cast(sum(ours) as double) as ours,
      cast(sum(theirs) as double) as theirs, cast(sum(same) as double) as same,
      cast(count(case when ours = theirs then 1 end) as double) as same_codes
    from code group by kind order by greatest(sum(ours), sum(theirs)) desc, kind`);
  return rows.map((row) => ({
    kind: String(row["kind"]),
    codes: { ours: Number(row["our_codes"]), theirs: Number(row["their_codes"]) },
    events: { ours: Number(row["ours"]), theirs: Number(row["theirs"]) },
    same: Number(row["same"]),
    sameCodes: Number(row["same_codes"]),
  }));
}
