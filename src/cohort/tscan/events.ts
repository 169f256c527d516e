// Reads the 17 variables of a range of subjects and makes hourly values of them. Knows no label and no exclusion.
import { BOOLEAN, DOUBLE, INTEGER, UTINYINT, VARCHAR } from "@duckdb/node-api";
import { type Database, identifier, join, type Sql, sql } from "../../store/index.ts";
import { recordTable, type TscanPlan } from "./stays.ts";
import { categoryOfNumber, tscanVariables } from "./variables.ts";

const HOUR_MICROS = 3_600_000_000;
const TABLES = ["chartevents", "labevents"] as const;

/** Pounds to kilograms, ounces of a pound, inches to centimetres, as the benchmark has them. */
const POUND = 0.453592;
const OUNCES = 16;
const INCH = 2.54;
/** A temperature from here on is in Fahrenheit whatever its item says. */
const FAHRENHEIT_FROM = 79;
/** Coma scales hold no larger number. */
const HIGHEST_LEVEL = 15;

/** The items, texts and numbers of the variables as tables: `tscan_item`, `tscan_text`, `tscan_number`; and the results, empty. */
export async function makeTscanItems(db: Database, { rules: { mode } }: TscanPlan): Promise<void> {
  const variables = tscanVariables(mode);
  const items = variables.flatMap(({ items: own }, variable) => own.map((item) => ({ ...item, variable })));
  const texts = variables.flatMap(({ categories }, variable) =>
    categories.flatMap(({ code, texts: own }) => own.map((text) => ({ variable, text, code }))),
  );
  const levels = Array.from({ length: HIGHEST_LEVEL + 1 }, (_, level) => level);
  const numbers = items.flatMap(({ id, variable }) =>
    levels.flatMap((level) => {
      const category = categoryOfNumber(variables[variable]!, id, level, mode);
      return category ? [{ id, level, code: category.code }] : [];
    }),
  );
  for (const name of ["tscan_item", "tscan_text", "tscan_number"])
    await db.run(sql`drop table if exists ${identifier(name)}`);
  await db.fill(
    "tscan_item",
    [
      { name: "itemid", type: INTEGER },
      { name: "variable", type: UTINYINT },
      { name: "conversion", type: VARCHAR },
      ...["outer_low", "low", "high", "outer_high"].map((name) => ({ name, type: DOUBLE })),
      { name: "no_zero", type: BOOLEAN },
    ],
    items.length,
    (row) => {
      const { id, variable, convert = "" } = items[row]!;
      const { bounds, zeroIsMissing } = variables[variable]!;
      return [id, variable, convert, ...bounds, zeroIsMissing];
    },
  );
  await db.fill(
    "tscan_text",
    [
      { name: "variable", type: UTINYINT },
      { name: "text", type: VARCHAR },
      { name: "code", type: DOUBLE },
    ],
    texts.length,
    (row) => [texts[row]!.variable, texts[row]!.text, texts[row]!.code],
  );
  await db.fill(
    "tscan_number",
    [
      { name: "itemid", type: INTEGER },
      { name: "level", type: DOUBLE },
      { name: "code", type: DOUBLE },
    ],
    numbers.length,
    (row) => [numbers[row]!.id, numbers[row]!.level, numbers[row]!.code],
  );
  const columns = variables.map(({ name }) => sql`${identifier(name)} double`);
  await db.run(sql`create or replace temp table tscan_wide (i uinteger, hour integer, ${join(columns)})`);
  await db.run(sql`create or replace temp table tscan_first (i uinteger, first double)`);
}

/** Adds the hours of the stays of those subjects to `tscan_wide`, and their first event to `tscan_first`. */
export async function addTscanEvents(
  db: Database,
  plan: TscanPlan,
  subjects: { from: number; to: number },
): Promise<void> {
  const reads = TABLES.map((table) => tableEvents(plan, table, subjects));
  await db.run(sql`create or replace temp table tscan_event as ${join(reads, " union all ")}`);
  await db.run(sql`insert into tscan_first select i, min(hours) from tscan_event group by i`);
  await db.run(sql`insert into tscan_wide ${wideQuery(plan)}`);
}

/**
 * The rows of one table that hold a variable, in its unit: i, hours since ICU admission, bin, variable, value. The range of
 * subjects lets DuckDB skip the parts of the sorted file that hold others.
 */
function tableEvents(plan: TscanPlan, table: (typeof TABLES)[number], subjects: { from: number; to: number }): Sql {
  const { rules, source } = plan;
  const variables = tscanVariables(rules.mode);
  const ids = variables.flatMap(({ items }) => items.filter((item) => item.table === table).map(({ id }) => id));
  const words = variables.flatMap(({ categories }, v) => (categories.length > 0 ? [v] : []));
  const link = rules.byAdmission ? sql`e.hadm_id = s.hadm_id` : sql`e.subject_id = s.subject_id`;
  const error = rules.withoutErrors && source.id === "mimic-iii" && table === "chartevents";
  const hours = sql`(epoch_us(e.charttime) - s.t0) / ${HOUR_MICROS}::double`;
  const last = rules.byAdmission ? sql`epoch_us(e.charttime) <= s.t1` : sql`epoch_us(e.charttime) < s.t1`;
  const bin = rules.binShift === null ? sql`floor(hours)` : sql`greatest(0, trunc(hours - ${rules.binShift}::double))`;
  const isWord = sql`list_contains(${words}::integer[], variable)`;
  return sql`
    select i, hours, hour, variable, value from (
      select *, ${bin}::integer as hour, case when ${isWord} then code else ${limited(plan)} end as value from (
        select c.*, coalesce(t.code, n.code) as code, ${converted(plan)} as x from (
          select s.i, s."rows" as most, ${hours} as hours, m.*,  e.valuenum as number,
            lower(trim(e.value)) as text, lower(coalesce(e.valueuom, '')) as unit
          from ${recordTable(source, table)} e join tscan_item m on e.itemid = m.itemid join tscan_stay s on ${link}
          where e.subject_id between ${subjects.from} and ${subjects.to} and list_contains(${ids}::integer[], e.itemid)
            and epoch_us(e.charttime) >= s.t0 and ${last}
            ${error ? sql`and coalesce(e.error, 0) <> 1` : sql``}
        ) c
          left join tscan_text t on t.variable = c.variable and t.text = c.text
          left join tscan_number n on n.itemid = c.itemid and n.level = c.number
      )
    ) where value is not null and hour < most`;
}

/** A number in its variable's unit. Pressures charted as `120/80` in one text are taken apart. */
function converted({ rules }: TscanPlan): Sql {
  const pair = (place: number) =>
    sql`try_cast(nullif(regexp_extract(c.text, '^(\\d+)/(\\d+)$', ${place}::integer), '') as double)`;
  const celsius = sql`(number - 32) * 5 / 9`;
  const fraction = rules.mode === "faithful" ? sql`number > 1 and not contains(unit, 'torr')` : sql`number > 1`;
  // an item of degrees Fahrenheit with a number that can only be Celsius is read so, in corrected mode
  const isFahrenheit =
    rules.mode === "faithful"
      ? sql`conversion = 'fahrenheit' or number >= ${FAHRENHEIT_FROM}`
      : sql`number >= ${FAHRENHEIT_FROM}`;
  return sql`
    case conversion
      when 'fraction' then case when ${fraction} then number / 100 else number end
      when 'percent' then case when number <= 1 then number * 100 else number end
      when 'celsius' then case when ${isFahrenheit} then ${celsius} else number end
      when 'fahrenheit' then case when ${isFahrenheit} then ${celsius} else number end
      when 'inch' then number * ${INCH}::double
      when 'pound' then number * ${POUND}::double
      when 'ounce' then number / ${OUNCES}::double * ${POUND}::double
      when 'systolic' then coalesce(number, ${pair(1)})
      when 'diastolic' then coalesce(number, ${pair(2)})
      else number end`;
}

/** `x` within its limits: nothing outside of the outer ones; what lies between them and the inner ones is moved there. */
function limited({ rules }: TscanPlan): Sql {
  if (!rules.limited) return sql`x`;
  return sql`
    case when x between outer_low and outer_high and not (x = 0 and no_zero) then least(greatest(x, low), high) end`;
}

/** The last value of each hour, of several charted at once the largest, a column a variable. */
function wideQuery({ rules }: TscanPlan): Sql {
  const variables = tscanVariables(rules.mode);
  const columns = variables.map(({ name }, v) => sql`max(value) filter (variable = ${v}) as ${identifier(name)}`);
  const level = (name: string) => sql`greatest(${identifier(name)}, 1)`;
  const total = sql`coalesce(gcs_total, ${level("gcs_eye")} + ${level("gcs_motor")} + ${level("gcs_verbal")})`;
  const all = rules.totalFromParts ? sql`* replace (${totalWhereWhole(total)} as gcs_total)` : sql`*`;
  return sql`
    select ${all} from (
      select i, hour, ${join(columns)} from (
        select i, hour, variable, arg_max(value, row(hours, value)) as value
        from tscan_event group by i, hour, variable
      ) group by i, hour
    )`;
}

/** `greatest` skips what is missing, a sum of parts must not. */
function totalWhereWhole(total: Sql): Sql {
  return sql`case when gcs_total is not null or (gcs_eye is not null and gcs_motor is not null and gcs_verbal is not null) then ${total} end`;
}

/**
 * Makes `tscan_grid`, every hour of every stay of the cohort, also those without any value, a range of `size` stays at a
 * time; `tscan_wide` is given up.
 */
export async function joinTscanGrid(db: Database, { rules }: TscanPlan, size: number): Promise<void> {
  const names = tscanVariables(rules.mode).map(({ name }) => identifier(name));
  const types = names.map((name) => sql`${name} double`);
  const { last } = await db.row<{ last: number }>(sql`select coalesce(max(i), -1)::integer as last from tscan_in`);
  await db.run(sql`create or replace temp table tscan_grid (i uinteger, stay_id bigint, hour integer, ${join(types)})`);
  for (let from = 0; from <= last; from += size) {
    const range = sql`i between ${from} and ${from + size - 1}`;
    await db.run(sql`
      insert into tscan_grid select i, stay_id, hour, ${join(names)}
      from (select i, stay_id, unnest(range("rows"::bigint))::integer as hour from tscan_in where ${range})
        left join (from tscan_wide where ${range}) using (i, hour)`);
  }
  await db.run(sql`drop table tscan_wide`);
}

/** A query of the grid: stay_id, time, a column a variable; by stay and hour. */
export function tscanGridQuery({ rules }: TscanPlan): Sql {
  const names = tscanVariables(rules.mode).map(({ name }) => identifier(name));
  return sql`select stay_id, hour as time, ${join(names)} from tscan_grid order by i, hour`;
}
