// Reads the measured values of a range of subjects from the event tables, by stay and hour. Knows no exclusion.
import { BOOLEAN, DOUBLE, INTEGER, UBIGINT, UTINYINT, VARCHAR } from "@duckdb/node-api";
import { dictionary } from "../concepts/index.ts";
import { type Database, identifier, join, type Sql, sql } from "../store/index.ts";
import { schemaOf } from "../store/records.ts";
import type { ItemTable } from "./items.ts";
import type { Plan } from "./plan.ts";
import { isRolledTo } from "./stays.ts";

/** Makes a table of items for each event table: `cohort_item_labevents` … */
export async function makeItems(db: Database, { tables }: Plan): Promise<void> {
  for (const { table, items } of tables) {
    await db.run(sql`drop table if exists ${itemTable(table)}`);
    await db.fill(
      `cohort_item_${table}`,
      [
        { name: "itemid", type: INTEGER },
        { name: "variable", type: UTINYINT },
        { name: "low", type: DOUBLE },
        { name: "high", type: DOUBLE },
        { name: "converts", type: BOOLEAN },
        { name: "unit_like", type: VARCHAR },
        { name: "from_value", type: DOUBLE },
        { name: "to_value", type: DOUBLE },
        { name: "subtract", type: DOUBLE },
        { name: "multiply", type: DOUBLE },
        { name: "divide", type: DOUBLE },
        { name: "foreign_units", type: UBIGINT },
      ],
      items.length,
      (row) => {
        const { id, variable, min, max, converts, unitLike, from, to, subtract, multiply, divide, foreignUnits } =
          items[row]!;
        return [id, variable, min, max, converts, unitLike, from, to, subtract, multiply, divide, foreignUnits];
      },
    );
  }
}

function itemTable(table: string): Sql {
  return identifier(`cohort_item_${table}`);
}

/** Makes `cohort_event` (i, hour, variable, value) for the subjects of a range, from all event tables. */
export async function readEvents(db: Database, plan: Plan, subjects: { from: number; to: number }): Promise<number> {
  if (plan.tables.length === 0) {
    await db.run(
      sql`create or replace temp table cohort_event (i uinteger, hour integer, variable utinyint, value double)`,
    );
    return 0;
  }
  const reads = plan.tables.map((table) => tableEvents(plan, table, subjects));
  return db.run(sql`create or replace temp table cohort_event as ${join(reads, " union all ")}`);
}

/**
 * The rows of one table that hold a variable, in the variable's unit and within its limits. The range of subjects lets
 * DuckDB skip the parts of the sorted file that hold others.
 */
function tableEvents(plan: Plan, { table, columns, items }: ItemTable, subjects: { from: number; to: number }): Sql {
  const { id, source, rounding, mode } = plan;
  const ids = items.map((item) => item.id);
  const time = sql`e.${identifier(columns.time)}`;
  const byStay = columns.link === "stay";
  const link = byStay ? sql`e.${identifier(source.stay)} = s.stay_id` : sql`e.hadm_id = s.hadm_id`;
  const place = rounding.rollPlace(time);
  const hour = byStay ? rounding.hourInStay(time) : rounding.hourAfterRoll(place);
  const checksUnits = columns.unit && items.some((item) => item.foreignUnits !== 0n);
  const rows = [
    sql`e.subject_id between ${subjects.from} and ${subjects.to}`,
    sql`list_contains(${ids}::integer[], e.itemid)`,
    sql`e.${identifier(columns.value)} is not null`,
    sql`${time} is not null`,
    ...(mode === "corrected" && columns.error ? [sql`coalesce(e.${identifier(columns.error)}, 0) <> 1`] : []),
  ];
  const joined = [
    ...(byStay ? [] : [isRolledTo(place)]),
    ...(checksUnits ? [sql`(unit_number is null or (m.foreign_units >> unit_number) & 1 = 0)`] : []),
  ];
  return sql`
    select i, hour::integer as hour, variable, value from (
      select s.i, ${hour} as hour, m.variable, m.low, m.high, ${convertedValue(columns)} as value
      from (
        select *, ${checksUnits ? unitNumber(columns.unit!) : sql`null`} as unit_number
        from ${identifier(schemaOf(id), table)} e where ${join(rows, " and ")}
      ) e
        join ${itemTable(table)} m on e.itemid = m.itemid
        join cohort_stay s on ${link}
      where ${join([sql`true`, ...joined], " and ")}
    ) where value between low and high ${plan.blindFrom === null ? sql`` : sql`and hour < ${plan.blindFrom}`}`;
}

/** A value in its variable's unit. */
function convertedValue({ value, unit }: ItemTable["columns"]): Sql {
  const v = sql`e.${identifier(value)}::double`;
  const fits = unit
    ? sql`(m.unit_like is null or lower(e.${identifier(unit)}) like m.unit_like escape '\\')`
    : sql`m.unit_like is null`;
  return sql`
    case when not m.converts then ${v}
      when ${v} between m.from_value and m.to_value and ${fits} then (${v} - m.subtract) * m.multiply / m.divide
      else ${v} end`;
}

/**
 * The place in the dictionary of the unit that a text names, or null for a text nobody knows. Written over one column and
 * constants, which DuckDB works out once per different text of a block instead of once per row.
 */
function unitNumber(column: string): Sql {
  const known = Object.values(dictionary().units);
  const texts = known.flat();
  const places = known.flatMap((names, place) => names.map(() => place));
  const text = sql`lower(replace(e.${identifier(column)}, ' ', ''))`;
  return sql`list_extract(${places}::ubigint[], list_position(${texts}::varchar[], ${text}))`;
}
