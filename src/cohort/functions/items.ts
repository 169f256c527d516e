// The rows of the items that hold a concept, for functions that read more of a row than its value. Knows no function.
import { findConcept, type Mode, type SourceTable } from "../../concepts/index.ts";
import { schemaOf } from "../../store/records.ts";
import { identifier, join, type Sql, sql } from "../../store/sql.ts";
import type { BatchScene } from "./scene.ts";

/** Items of one table, with the limits of the concept's values. */
export interface FoundItems {
  table: string;
  ids: number[];
  low: number;
  high: number;
}

/** The items of a concept in a data set and a mode, by table. */
export function itemsOf(name: string, id: string, mode: Mode): FoundItems[] {
  const { items, min, max } = findConcept(name);
  const tables = new Map<string, number[]>();
  for (const { table, ids, added, dropped } of items?.[id] ?? []) {
    if (mode === "corrected" ? dropped : added) continue;
    tables.set(table, [...(tables.get(table) ?? []), ...ids]);
  }
  return [...tables].map(([table, ids]) => ({
    table,
    ids,
    low: min ?? Number.NEGATIVE_INFINITY,
    high: max ?? Number.POSITIVE_INFINITY,
  }));
}

/**
 * A query of all rows of a concept's items that are tied to a stay `s`, in the range of subjects, from the tables that are
 * there. `columns` are built from a row's time, its end (its time where the table has none) and its table `e`.
 */
export function stayRows(
  scene: BatchScene,
  name: string,
  columns: (time: Sql, end: Sql, table: SourceTable, items: FoundItems) => Sql[],
): Sql {
  const found = itemsOf(name, scene.id, scene.mode).filter(({ table }) => scene.has(table));
  const queries = found.map((items) => tableRows(scene, items, columns));
  if (queries.length > 0) return join(queries, " union all ");
  const table = { link: "stay" as const, value: "value", unit: "unit", group: "link" };
  const none = columns(sql`e.time`, sql`e.time`, table, { table: "", ids: [], low: 0, high: 0 });
  return sql`
    select ${join(none)} from cohort_stay s, (
      select null::timestamp as time, 0 as itemid, null::double as value, null::varchar as unit, 0::bigint as link
    ) e where false`;
}

function tableRows(
  { id, source, subjects }: BatchScene,
  items: FoundItems,
  columns: (time: Sql, end: Sql, table: SourceTable, items: FoundItems) => Sql[],
): Sql {
  const table = source.tables[items.table]!;
  const time = sql`e.${identifier(table.time!)}`;
  const end = table.end ? sql`e.${identifier(table.end)}` : time;
  return sql`
    select ${join(columns(time, end, table, items))}
    from (
      select * from ${identifier(schemaOf(id), items.table)} e
      where e.subject_id between ${subjects.from} and ${subjects.to} and list_contains(${items.ids}::integer[], e.itemid)
    ) e join cohort_stay s on e.${identifier(source.stay)} = s.stay_id
    where ${time} is not null and ${end} is not null`;
}
