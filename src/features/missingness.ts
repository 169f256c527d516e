// How often each variable is measured in each hour, over all stays of a cohort. Knows no model.
import { type Database, identifier, join, sql } from "../store/index.ts";
import type { CohortShape } from "./cohort-shape.ts";
import { cohortTable } from "./labels.ts";

/** Share of stays with a value, per variable (row) and hour (column). */
export interface Missingness {
  variables: { id: string; title: string }[];
  hours: number[];
  observed: number[][];
}

/**
 * The share of the stays that reach an hour which have a value in it, in whole percent: a picture shows no more, and in a
 * large cohort nobody can tell a count of a few stays from it.
 */
export async function missingness(
  db: Database,
  folder: string,
  cohort: Pick<CohortShape, "hours" | "dynamic">,
): Promise<Missingness> {
  const counts = join(cohort.dynamic.map(({ name }) => sql`count(${identifier(name)}) as ${identifier(name)}`));
  const columns = await db.columns(sql`
    select "time"::integer as "hour of the row", count(*) as "stays in the hour", ${counts}
    from ${cohortTable(folder, "dynamic")} group by 1 order by 1`);
  const times = columns.integers("hour of the row");
  const stays = columns.numbers("stays in the hour");
  const places = cohort.hours.map((hour) => times.indexOf(hour));
  return {
    variables: cohort.dynamic.map(({ name, title }) => ({ id: name, title })),
    hours: [...cohort.hours],
    observed: cohort.dynamic.map(({ name }) => {
      const found = columns.numbers(name);
      return places.map((place) => (place < 0 ? 0 : Math.round((100 * found[place]!) / stays[place]!) / 100));
    }),
  };
}
