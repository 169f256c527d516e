// Which stays each exclusion of a task hits, and the funnel they make. Knows no variable and no file.
import { type Database, type Sql, sql } from "../store/index.ts";
import type { Attrition } from "./attrition.ts";
import type { Plan } from "./plan.ts";
import { type Exclusion, inMode } from "./task-schema.ts";

/** Makes `cohort_hit` (step, i) and fills in what the stays themselves tell. */
export async function excludeByStay(db: Database, plan: Plan): Promise<void> {
  await db.run(sql`create or replace temp table cohort_hit (step utinyint, i uinteger)`);
  for (const [step, exclusion] of plan.exclusions.entries()) {
    const hit = hitByStay(exclusion);
    if (hit) await db.run(sql`insert into cohort_hit select ${step}, i from cohort_stay s where ${hit}`);
  }
}

/** Whether stay `s` is hit, for the exclusions that need no event. */
function hitByStay({ endHour, stayHours, age, event }: Exclusion): Sql | undefined {
  if (endHour) return sql`s.end_hour is null or s.end_hour < ${endHour.below}`;
  if (stayHours) return sql`s.stay_hours < ${stayHours.below}`;
  if (age) return sql`s.i in (select i from cohort_static where age < ${age.below})`;
  if (event) {
    return sql`s.i in (select i from cohort_happening where name = ${event.name} and hour < ${event.beforeHour})`;
  }
  return undefined;
}

/** Adds the hits of the exclusions that need events, for the subjects whose events are read. */
export async function excludeByEvents(db: Database, plan: Plan, subjects: { from: number; to: number }): Promise<void> {
  if (!plan.exclusions.some(({ observedHours, gapHours }) => observedHours ?? gapHours)) return;
  await db.run(sql`
    create or replace temp table cohort_seen as
    select distinct i, hour from cohort_event where variable < ${plan.dynamic.length}`);
  for (const [step, exclusion] of plan.exclusions.entries()) {
    const hits = hitsByEvents(exclusion, plan, subjects);
    if (hits) await db.run(sql`insert into cohort_hit select ${step}, i from (${hits})`);
  }
}

function hitsByEvents({ observedHours, gapHours }: Exclusion, { mode }: Plan, subjects: { from: number; to: number }) {
  const stays = sql`select i, end_hour from cohort_stay where subject_id between ${subjects.from} and ${subjects.to}`;
  if (observedHours) {
    const last = inMode(observedHours.lastHour, mode);
    const until = last === null ? sql`true` : sql`hour <= ${last}`;
    const unseen = inMode(observedHours.unseen, mode) === "excluded" ? sql`coalesce(hours, 0)` : sql`hours`;
    return sql`
      with counted as (select i, count(*) as hours from cohort_seen where ${until} group by i)
      select i from (${stays}) left join counted using (i) where ${unseen} < ${observedHours.below}`;
  }
  if (gapHours) return longestGaps(stays, inMode(gapHours.lastHour, mode), gapHours.above);
  return undefined;
}

/** Stays whose longest run of hours without a value, from hour 0 to the end of the stay or `last`, is above the limit. */
function longestGaps(stays: Sql, last: number, above: number): Sql {
  return sql`
    with span as (select i, least(end_hour, ${last}) as final from (${stays})),
    inside as (
      select i, hour, lag(hour) over (partition by i order by hour) as before
      from cohort_seen join span using (i) where hour between 0 and final
    ),
    longest as (select i, max(hour - coalesce(before, -1) - 1) as gap, max(hour) as latest from inside group by i)
    select i from span left join longest using (i)
    where greatest(coalesce(gap, 0), final - coalesce(latest, -1)) > ${above}`;
}

/** Makes `cohort_in`, the stays no exclusion hits, and counts the funnel. */
export async function funnel(db: Database, { task, exclusions }: Plan): Promise<Attrition> {
  await db.run(sql`
    create or replace temp table cohort_in as
    select s.* from cohort_stay s anti join cohort_hit using (i) order by i`);
  const { start } = await db.row<{ start: bigint }>(sql`select count(*) as start from cohort_stay`);
  const steps = await db.rows<{ step: number; hits: bigint; removed: bigint }>(stepCounts());
  let remaining = Number(start);
  return {
    unit: task.definition.units,
    start: remaining,
    steps: exclusions.map(({ id, title }, step) => {
      const counts = steps.find((one) => Number(one.step) === step);
      const removed = Number(counts?.removed ?? 0);
      remaining -= removed;
      return { id, title, hits: Number(counts?.hits ?? 0), removed, remaining };
    }),
  };
}

/** Per step: all stays it hits, and those that no earlier step took. */
function stepCounts(): Sql {
  return sql`
    with hit as (select distinct step, i from cohort_hit),
    taken as (select i, min(step) as first_step from hit group by i)
    select step, count(*) as hits, count(*) filter (step = first_step) as removed
    from hit join taken using (i) group by step order by step`;
}

/** Makes `cohort_candidate`: the stays whose hourly values are worth keeping, since nothing has hit them so far. */
export async function keepCandidates(db: Database): Promise<void> {
  await db.run(
    sql`create or replace temp table cohort_candidate as select i from cohort_stay anti join cohort_hit using (i)`,
  );
}
