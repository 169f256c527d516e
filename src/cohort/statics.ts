// What is known of a stay once: age, sex, height, weight, and what only describes it. Knows no exclusion and no grid.
import type { Concept } from "../concepts/index.ts";
import { Bug } from "../core/errors.ts";
import { type Database, identifier, join, type Sql, sql } from "../store/index.ts";
import { schemaOf } from "../store/records.ts";
import { type Plan, stayFunctionOf } from "./plan.ts";

/** Makes `cohort_static`: every static and describing concept that is no measured value, a column each. */
export async function makeStatics(db: Database, plan: Plan): Promise<void> {
  await db.run(staticTable(plan));
  await db.run(sql`create or replace temp table cohort_measured (i uinteger, variable utinyint, value double)`);
}

function staticTable(plan: Plan): Sql {
  const concepts = [
    ...new Map([...plan.static, ...plan.describing].map((concept) => [concept.name, concept])).values(),
  ];
  const columns = concepts
    .filter(({ items }) => items === undefined)
    .map((concept) => sql`${staticValue(concept, plan)} as ${identifier(concept.name)}`);
  const services = plan.source.tables["services"];
  const first = (table: string, key: string, order: Sql) => sql`
    select * from ${identifier(schemaOf(plan.id), table)}
    qualify row_number() over (partition by ${identifier(key)} order by ${order}) = 1`;
  const service =
    services?.time && usesServices(concepts, plan)
      ? sql`left join (${first("services", "hadm_id", sql`${identifier(services.time)}, curr_service`)}) v on v.hadm_id = s.hadm_id`
      : sql``;
  return sql`
    create or replace temp table cohort_static as
    select ${join([sql`s.i`, ...columns])}
    from cohort_stay s
      left join (${first("icustays", plan.source.stay, sql`intime, outtime, hadm_id, subject_id`)}) u
        on u.${identifier(plan.source.stay)} = s.stay_id
      left join (${first("admissions", "hadm_id", sql`admittime, dischtime`)}) a on a.hadm_id = s.hadm_id
      left join (${first("patients", "subject_id", sql`gender`)}) p on p.subject_id = s.subject_id
      ${service}
    order by s.i`;
}

const ALIASES: Record<string, string> = { icustays: "u", admissions: "a", patients: "p", services: "v" };

function usesServices(concepts: readonly Concept[], plan: Plan): boolean {
  return concepts.some(({ column }) => column?.[plan.id]?.table === "services");
}

/** A concept as an expression over the tables of `staticTable`, its limits applied. */
function staticValue(concept: Concept, plan: Plan): Sql {
  if (concept.function) {
    const value = stayFunctionOf(concept, plan.mode).value(plan);
    const low = concept.min === null ? sql`true` : sql`${value} >= ${concept.min}`;
    const high = concept.max === null ? sql`true` : sql`${value} <= ${concept.max}`;
    return sql`(case when ${low} and ${high} then ${value} end)::double`;
  }
  const place = concept.column?.[plan.id];
  if (!place) return sql`null::varchar`;
  const alias = ALIASES[place.table];
  if (!alias) throw new Bug(`Concept ${concept.name} comes from table ${place.table}, which statics do not read`);
  const column = sql`trim(${identifier(alias, place.column)}::varchar)`;
  if (!concept.levels) return column;
  const cases = concept.levels.map(([pattern, level]) => sql`when ${fits(column, pattern)} then ${level}::varchar`);
  return sql`(case when ${column} is null then null ${join(cases, " ")} end)`;
}

function fits(column: Sql, pattern: string): Sql {
  return pattern.endsWith("*") ? sql`starts_with(${column}, ${pattern.slice(0, -1)})` : sql`${column} = ${pattern}`;
}

/** Adds the measured statics (height, weight) of the stays whose events are read: the median of each. */
export async function addMeasuredStatics(db: Database, plan: Plan): Promise<void> {
  const { measured, staticsBlindFrom } = plan;
  const variables = [...plan.static, ...plan.describing]
    .map((concept) => measured.indexOf(concept))
    .filter((v) => v >= 0);
  if (variables.length === 0) return;
  const seen = staticsBlindFrom === null ? sql`true` : sql`hour < ${staticsBlindFrom}`;
  await db.run(sql`
    insert into cohort_measured
    select i, variable, median(value) from cohort_event
    where list_contains(${[...new Set(variables)]}::utinyint[], variable) and ${seen} group by i, variable`);
}

/** A query of the stays of the cohort with the concepts named, after the columns given, by stay id. */
export function staticQuery(
  plan: Plan,
  concepts: readonly Concept[],
  leading: readonly Sql[],
  names: Record<string, string> = {},
): Sql {
  const columns = concepts.map((concept) => {
    const variable = plan.measured.indexOf(concept);
    const value =
      variable < 0 ? sql`t.${identifier(concept.name)}` : sql`max(m.value) filter (m.variable = ${variable})`;
    return sql`${variable < 0 ? sql`any_value(${value})` : value} as ${identifier(names[concept.name] ?? concept.name)}`;
  });
  return sql`
    select ${join([...leading, ...columns])}
    from cohort_in s join cohort_static t using (i) left join cohort_measured m using (i)
    group by s.i, s.stay_id, s.subject_id order by s.i`;
}
