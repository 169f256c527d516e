// Which stays each exclusion of a task hits, and the funnel they make. Knows no variable and no file.
import { type Database, type Sql, sql } from "../store/index.ts";
import type { Attrition } from "./attrition.ts";
import { onsetFunctionOf, type Plan } from "./plan.ts";
import { type Exclusion, inMode } from "./task-schema.ts";

/** Makes `cohort_hit` (step, i) and fills in what the stays themselves tell. */
export async function excludeByStay(db: Database, plan: Plan): Promise<void> {
  await db.run(sql`create or replace temp table cohort_hit (step utinyint, i uinteger)`);
  for (const [step, exclusion] of plan.exclusions.entries()) {
    const hit = hitByStay(exclusion, plan);
    if (hit) await db.run(sql`insert into cohort_hit select ${step}, i from cohort_stay s where ${hit}`);
  }
}

/** Whether stay `s` is hit, for the exclusions that need no event. */
function hitByStay({ endHour, stayHours, age, event }: Exclusion, { mode }: Plan): Sql | undefined {
  if (endHour) return sql`s.end_hour is null or s.end_hour < ${endHour.below}`;
  if (stayHours) return sql`s.stay_hours < ${stayHours.below}`;
  if (age) return sql`s.i in (select i from cohort_static where age < ${age.below})`;
  if (event && !onsetFunctionOf(event.name, mode)) return happenedBefore(event);
  return undefined;
}

function happenedBefore({ name, beforeHour }: NonNullable<Exclusion["event"]>): Sql {
  return sql`s.i in (select i from cohort_happening where name = ${name} and hour < ${beforeHour})`;
}

/** Adds the hits of the exclusions that need events, for the subjects whose events are read. */
export async function excludeByEvents(db: Database, plan: Plan, subjects: { from: number; to: number }): Promise<void> {
  await db.run(sql`
    create or replace temp table cohort_seen as
    select distinct i, hour from cohort_event where variable < ${plan.dynamic.length}`);
  for (const [step, exclusion] of plan.exclusions.entries()) {
    const hits = hitsByEvents(exclusion, plan, subjects);
    if (hits) await db.run(sql`insert into cohort_hit select ${step}, i from (${hits})`);
  }
}

function hitsByEvents(
  { observedHours, gapHours, event, baseline, unlabelled }: Exclusion,
  plan: Plan,
  subjects: { from: number; to: number },
): Sql | undefined {
  const { mode } = plan;
  const stays = sql`select * from cohort_stay where subject_id between ${subjects.from} and ${subjects.to}`;
  if (observedHours) {
    const last = inMode(observedHours.lastHour, mode);
    const until = last === null ? sql`true` : sql`hour <= ${last}`;
    const unseen = inMode(observedHours.unseen, mode) === "excluded" ? sql`coalesce(hours, 0)` : sql`hours`;
    return sql`
      with counted as (select i, count(*) as hours from cohort_seen where ${until} group by i)
      select i from (${stays}) left join counted using (i) where ${unseen} < ${observedHours.below}`;
  }
  if (gapHours) return longestGaps(stays, inMode(gapHours.lastHour, mode), gapHours.above);
  if (event && onsetFunctionOf(event.name, mode)) return sql`select i from (${stays}) s where ${happenedBefore(event)}`;
  if (baseline) return highBaseline(plan, baseline);
  if (unlabelled) {
    const last = plan.exclusions.findIndex(({ id }) => id === unlabelled.after);
    const before = sql`select i from cohort_hit where step <= ${last}`;
    return sql`select i from (${stays}) where i not in (select i from cohort_measure) and i not in (${before})`;
  }
  return undefined;
}

/**
 * Stays whose baseline of a variable is above a limit: the lowest hourly value before admission and at the first hour in the
 * stay that has one.
 */
function highBaseline({ dynamic, mode }: Plan, { name, above, lastHour }: NonNullable<Exclusion["baseline"]>): Sql {
  const variable = dynamic.findIndex((concept) => concept.name === name);
  const last = inMode(lastHour, mode);
  const until = last === null ? sql`true` : sql`hour <= ${last}`;
  return sql`
    with hourly as (
      select i, hour, median(value) as value from cohort_event where variable = ${variable} and ${until} group by i, hour
    )
    select i from (select *, min(hour) filter (hour >= 0) over (partition by i) as first_inside from hourly)
    where hour <= coalesce(first_inside, hour) group by i having min(value) > ${above}`;
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
