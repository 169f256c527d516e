// The hourly grid: several values of an hour become one, variables become columns. Knows no exclusion and no file.
import type { Concept } from "../concepts/index.ts";
import { Bug } from "../core/errors.ts";
import { type Database, identifier, join, type Sql, sql } from "../store/index.ts";
import type { Plan } from "./plan.ts";

/** Makes the empty tables the batches are added to: `cohort_wide_0` … */
export async function makeGrid(db: Database, plan: Plan): Promise<void> {
  for (const [part, variables] of gridParts(plan).entries()) {
    const columns = variables.map((variable) => sql`${identifier(plan.dynamic[variable]!.name)} double`);
    await db.run(sql`
      create or replace temp table ${identifier(`cohort_wide_${part}`)}
      (i uinteger, hour integer, ${join(columns)})`);
  }
}

/**
 * The variables in parts that are turned into columns apart: those charted at the bedside fill most hours, those of the
 * laboratory few, and one table for both would carry the empty cells of either through the aggregation.
 */
function gridParts({ dynamic, id }: Plan): number[][] {
  const isCharted = ({ items }: Concept) => (items?.[id] ?? []).some(({ table }) => table !== "labevents");
  const numbers = dynamic.map((_, variable) => variable);
  const parts = [numbers.filter((v) => isCharted(dynamic[v]!)), numbers.filter((v) => !isCharted(dynamic[v]!))];
  return parts.filter((part) => part.length > 0);
}

/** Adds the hourly rows of the stays whose events are read and that nothing has excluded so far. */
export async function addToGrid(db: Database, plan: Plan): Promise<void> {
  await db.run(hourlyValues(plan));
  for (const [part, variables] of gridParts(plan).entries()) {
    const columns = variables.map((variable) => sql`max(value) filter (variable = ${variable})`);
    await db.run(sql`
      insert into ${identifier(`cohort_wide_${part}`)}
      select i, hour, ${join(columns)} from cohort_value
      where list_contains(${variables}::utinyint[], variable) group by i, hour`);
  }
}

/**
 * One value per stay, hour and variable. Values are sorted before they are summed or halved, so that neither the order of
 * the rows nor the number of threads can change a bit of the result.
 */
function hourlyValues({ dynamic, first, last }: Plan): Sql {
  const bad = dynamic.find(({ aggregate }) => aggregate !== "median" && aggregate !== "sum");
  if (bad) throw new Bug(`The variable ${bad.name} has an aggregate the grid does not know`);
  const summed = dynamic.flatMap(({ aggregate }, variable) => (aggregate === "sum" ? [variable] : []));
  return sql`
    create or replace temp table cohort_value as
    select i, hour, variable,
      case when len(all_values) = 1 then all_values[1]
        when list_contains(${summed}::utinyint[], variable) then list_sum(all_values)
        when len(all_values) % 2 = 1 then all_values[(len(all_values) + 1) // 2]
        else (all_values[len(all_values) // 2] + all_values[len(all_values) // 2 + 1]) / 2
      end as value
    from (
      select i, hour, variable, case when count(*) = 1 then list(value) else list_sort(list(value)) end as all_values
      from cohort_event join cohort_candidate using (i)
      where variable < ${dynamic.length} and hour between ${first} and ${last}
      group by i, hour, variable
    )`;
}

/**
 * Puts the parts together to `cohort_grid`, every row of the grid, also of hours without any value; the parts are given up.
 * A range of `size` stays at a time: to join them all and sort what comes would hold the parts and the sorted rows at once.
 */
export async function joinGrid(db: Database, plan: Plan, size: number): Promise<void> {
  const parts = gridParts(plan).map((_, part) => identifier(`cohort_wide_${part}`));
  const columns = plan.dynamic.map(({ name }) => identifier(name));
  const { last } = await db.row<{ last: number }>(sql`select coalesce(max(i), -1)::integer as last from cohort_in`);
  const types = plan.dynamic.map(({ name }) => sql`${identifier(name)} double`);
  await db.run(
    sql`create or replace temp table cohort_grid (i uinteger, stay_id bigint, hour integer, ${join(types)})`,
  );
  for (let from = 0; from <= last; from += size) {
    const range = sql`i between ${from} and ${from + size - 1}`;
    const joins = parts.map((part) => sql`left join (from ${part} where ${range}) using (i, hour)`);
    await db.run(sql`
      insert into cohort_grid select i, stay_id, hour, ${join(columns)}
      from (from (${gridRows(plan)}) where ${range}) ${join(joins, " ")}`);
  }
  for (const part of parts) await db.run(sql`drop table ${part}`);
}

/** A query of the rows of the grid, by stay and hour. */
export function gridQuery({ dynamic }: Plan): Sql {
  const columns = dynamic.map(({ name }) => identifier(name));
  return sql`select stay_id, hour as time, ${join(columns)} from cohort_grid order by i, hour`;
}

/** Rows from the first hour to the last, or to the end of the stay or of what ends the rows where these are earlier. */
export function gridRows({ first, last, until, keepsCutHour }: Plan): Sql {
  const end = keepsCutHour ? sql`s.end_hour` : sql`s.stay_hours - 1`;
  const ends = until
    ? sql`left join cohort_happening h on h.i = s.i and h.name = ${until.name}`
    : sql`left join (select null::double as hour) h on true`;
  const final = sql`least(${last}::double, floor(${end}), coalesce(h.hour + ${until?.after ?? 0}, 'infinity'::double))`;
  return sql`
    select i, stay_id, subject_id, t0, stay_hours, onset, unnest(range(${first}::bigint, final::bigint + 1))::integer as hour
    from (select s.*, h.hour as onset, ${final} as final from cohort_in s ${ends})`;
}
