// Runs the concept functions that find onsets, for the stays whose events are read. Knows no state and no item.
import { Bug } from "../core/errors.ts";
import { type Database, identifier, sql } from "../store/index.ts";
import type { BatchScene } from "./functions/index.ts";
import { onsetFunctionOf, onsetNames, type Plan } from "./plan.ts";

/** Adds the onsets that a task asks for to `cohort_happening`: the first hour of the state, in hours since ICU admission. */
export async function findOnsets(db: Database, plan: Plan, subjects: { from: number; to: number }): Promise<void> {
  for (const name of onsetNames(plan.task, plan.mode)) {
    const steps = onsetFunctionOf(name, plan.mode)!.steps(sceneOf(plan, subjects));
    for (const { table, query } of steps)
      await db.run(sql`create or replace temp table ${identifier(table)} as ${query}`);
    const last = steps.at(-1);
    if (!last) throw new Bug(`The onset ${name} has no step`);
    await db.run(sql`
      insert into cohort_happening select ${name}, i, min(hour) from ${identifier(last.table)} group by i`);
    for (const { table } of steps) await db.run(sql`drop table if exists ${identifier(table)}`);
  }
}

/** What a concept function is given for a range of subjects. */
export function sceneOf(plan: Plan, subjects: { from: number; to: number }): BatchScene {
  const { id, source, rounding, mode, measured, has, hasColumn } = plan;
  return {
    id,
    source,
    rounding,
    mode,
    subjects,
    has,
    hasText: (table) => hasColumn(table, "value"),
    variable: (name) => {
      const place = measured.findIndex((concept) => concept.name === name);
      if (place < 0) throw new Bug(`The variable ${name} is not read`);
      return place;
    },
  };
}
