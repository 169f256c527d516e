// The concept functions that come with Bedside: the dictionary's variables over MEDS codes, hours in intensive care, KDIGO
// creatinine stages. They read MEDS events only, whatever data set these come from; written in what the translation to other
// engines knows.
import { type Concept, conversions, dictionary, type ItemGroup } from "../../concepts/index.ts";
import { Bug } from "../../core/errors.ts";
import { join, type Sql, sql } from "../../store/sql.ts";
import { type ConceptFunction, type Concepts, conceptFunctions } from "./concepts.ts";
import { whole } from "./query.ts";

let made: Concepts | undefined;

/** All of them, by name. */
export function bedsideConcepts(): Concepts {
  made ??= conceptFunctions(
    ...dictionary()
      .concepts.filter(({ items }) => items)
      .map(variable),
    icuHour,
    kdigoCreatinine,
  );
  return made;
}

/** The code prefixes under which MIMIC's items stand in MEDS: charts and labs (two generations), outputs. */
const ITEM_CODE = "^(LAB|LAB//RESULT|SUBJECT_FLUID_OUTPUT)//";

/** A variable of the dictionary: its items' values, converted, those outside its limits left out. */
function variable(concept: Concept): ConceptFunction {
  const groups = Object.values(concept.items ?? {})
    .flat()
    .filter(({ dropped }) => dropped === undefined);
  const unit = concept.units[0] ?? "no unit";
  return {
    name: concept.name,
    description: `${concept.title} (${unit}): the items of the concept dictionary, units converted, values outside its limits left out`,
    sql: ({ events }) => sql`
      select subject_id, time, value as numeric_value
      from (select subject_id, time, ${numberOf(groups)} as value from ${events} as e where ${hasItem(groups)}) as v
      where time is not null and ${withinLimits(concept)}`,
  };
}

function hasItem(groups: readonly ItemGroup[]): Sql {
  const ids = [...new Set(groups.flatMap((group) => group.ids))];
  return sql`regexp_matches(code, ${`${ITEM_CODE}(${ids.join("|")})(//|$)`})`;
}

/** The number in the concept's unit. */
function numberOf(groups: readonly ItemGroup[]): Sql {
  const number = sql`cast(numeric_value as double)`;
  const converted = groups.filter(({ convert }) => convert);
  if (converted.length === 0) return number;
  const cases = converted.map((group) => {
    const { subtract, multiply, divide } = conversions[group.convert!];
    const inRange = group.range ? sql` and numeric_value between ${group.range[0]} and ${group.range[1]}` : sql``;
    return sql`
      when ${hasItem([group])}${inRange}
      then (${number} - cast(${subtract} as double)) * cast(${multiply} as double) / cast(${divide} as double)`;
  });
  return sql`case ${join(cases, " ")} else ${number} end`;
}

function withinLimits({ min, max }: Concept): Sql {
  const limits = [sql`value is not null`];
  if (min !== null) limits.push(sql`value >= cast(${min} as double)`);
  if (max !== null) limits.push(sql`value <= cast(${max} as double)`);
  return join(limits, " and ");
}

/** What hourly tasks are triggered by. */
const icuHour: ConceptFunction = {
  name: "icu_hour",
  description:
    "Every full hour of each ICU stay, from ICU_ADMISSION// to the next ICU_DISCHARGE// of the subject (at most 100 days), with the hours since admission (0, 1, 2, …)",
  // the nearest discharge in time order is the stay's own: a subject is in one ICU at a time
  sql: ({ events }) => sql`
    with edge as (
      select subject_id, time, starts_with(code, 'ICU_ADMISSION') as enters,
        min(case when starts_with(code, 'ICU_DISCHARGE') then time end)
          over (partition by subject_id order by time rows between current row and unbounded following) as leaves
      from ${events} as e
      where time is not null and (starts_with(code, 'ICU_ADMISSION') or starts_with(code, 'ICU_DISCHARGE'))
    ), stay as (
      select subject_id, time, least(cast(floor((epoch_us(leaves) - epoch_us(time)) / 3600000000) as bigint), 2400) as hours
      from edge where enters and leaves is not null
    ), hour as (select subject_id, time, unnest(range(hours + 1)) as n from stay)
    select subject_id, make_timestamp(epoch_us(time) + n * 3600000000) as time, cast(n as double) as numeric_value
    from hour`,
};

/**
 * KDIGO 2012, Table 2, by creatinine alone. Stage 1: 1.5 times the lowest of the last 7 days, or 0.3 mg/dL above the lowest
 * of the last 48 hours; stage 2: 2 times; stage 3: 3 times, or 4 mg/dL where stage 1 holds.
 */
const KDIGO = { stages: [1.5, 2, 3], rise: 0.3, severe: 4 };

/** The lowest value of a subject in the hours up to each. */
function lowestOf(hours: number): Sql {
  const micros = whole(hours * 3_600_000_000);
  return sql`
    min(numeric_value) over (
      partition by subject_id order by epoch_us(time) range between ${micros} preceding and current row)`;
}

const kdigoCreatinine: ConceptFunction = {
  name: "kdigo_creatinine",
  description:
    "KDIGO stage of acute kidney injury (0 to 3) at every creatinine, by creatinine alone: against the lowest of the last 7 days and of the last 48 hours (KDIGO 2012, Table 2)",
  sql: (context) => {
    const creatinine = dictionary().concepts.find(({ name }) => name === "crea");
    if (!creatinine) throw new Bug("The concept dictionary has no creatinine");
    const [one, two, three] = KDIGO.stages.map((times) => sql`cast(${times} as double)`);
    // a ratio of two 2-decimal numbers is compared a little below the limit, as 1.2 / 0.8 is below 1.5 in floats
    const near = sql`1e-6`;
    return sql`
      select subject_id, time, cast(case
          when value >= ${three!} * week - ${near} or (value >= cast(${KDIGO.severe} as double) - ${near} and injured) then 3
          when value >= ${two!} * week - ${near} then 2
          when injured then 1 else 0 end as double) as numeric_value
      from (
        select *, value >= ${one!} * week - ${near} or value >= days + cast(${KDIGO.rise} as double) - ${near} as injured
        from (
          select subject_id, time, numeric_value as value,
            ${lowestOf(7 * 24)} as week, ${lowestOf(48)} as days
          from (${variable(creatinine).sql(context)}) as c
        ) as lowest
      ) as judged`;
  },
};
