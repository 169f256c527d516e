// How much of the clinical concepts a data set holds: rows and stays per concept, values per item, hours with a value. All
// is counted in the database, once, as charted: before any conversion or limit. Knows no HTTP.
import { type Concept, dictionary } from "../../concepts/index.ts";
import {
  type Database,
  identifier,
  join,
  literal,
  type RecordStore,
  type Sql,
  schemaOf,
  sql,
} from "../../store/index.ts";

export interface ConceptCoverage {
  concept: string;
  title: string;
  category: string;
  unit: string;
  rows: number;
  patients: number;
  /** Of all patients with a stay in intensive care, the share with a value; 0 to 1. */
  share: number;
}

interface Place {
  concept: Concept;
  table: string;
  ids: number[];
}

/** Where the concepts of a data set are charted, by table; each table is then read once. */
function placesOf(store: RecordStore, source: string): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const concept of dictionary().concepts) {
    if (concept.role !== "dynamic" && concept.role !== "static") continue;
    for (const { table, ids } of concept.items?.[source] ?? []) {
      if (!store.has(source, table)) continue;
      const list = places.get(table) ?? [];
      list.push({ concept, table, ids: [...ids] });
      places.set(table, list);
    }
  }
  return places;
}

function itemsOf(places: readonly Place[]): Sql {
  const rows = places.flatMap(({ concept, ids }) => ids.map((id) => sql`(${literal(concept.name)}, ${id}::integer)`));
  return sql`(values ${join(rows)}) items (concept, itemid)`;
}

/** Rows and patients of every concept, those with most rows first. */
export async function conceptCoverage(store: RecordStore, source: string): Promise<ConceptCoverage[]> {
  const { db } = store;
  const schema = schemaOf(source);
  const parts = [...placesOf(store, source)].map(
    ([table, places]) => sql`
      select concept, count(*) as rows, t.subject_id
      from ${identifier(schema, table)} t join ${itemsOf(places)} on t.itemid = items.itemid
      group by concept, t.subject_id`,
  );
  if (parts.length === 0 || !store.has(source, "icustays")) return [];
  const found = await db.rows<{ concept: string; rows: bigint; patients: bigint; inside: bigint }>(sql`
    with counted as (${join(parts, " union all ")}),
      inside as (select distinct subject_id from ${identifier(schema, "icustays")})
    select concept, sum(rows)::bigint as rows, count(distinct counted.subject_id) as patients,
      count(distinct inside.subject_id) as inside
    from counted left join inside using (subject_id) group by concept`);
  const { all } = await db.row<{ all: bigint }>(
    sql`select count(distinct subject_id) as "all" from ${identifier(schema, "icustays")}`,
  );
  const byName = new Map(found.map((row) => [row.concept, row]));
  const listed = new Set([...placesOf(store, source).values()].flat().map(({ concept }) => concept));
  return [...listed]
    .map(({ name, title, category, units }) => {
      const row = byName.get(name);
      return {
        concept: name,
        title,
        category,
        unit: units[0] ?? "",
        rows: Number(row?.rows ?? 0),
        patients: Number(row?.patients ?? 0),
        share: all > 0n ? Number(row?.inside ?? 0) / Number(all) : 0,
      };
    })
    .sort((a, b) => b.rows - a.rows);
}

export interface ItemValues {
  id: number;
  label: string;
  unit: string;
  rows: number;
  /** Rows without a number. */
  without: number;
  /** The first and ninety-ninth hundredth and the median, as charted. */
  low: number | null;
  median: number | null;
  high: number | null;
  /** Rows in bins of equal width from `low` to `high`, the first and last with what lies outside. */
  bins: number[];
}

export interface ConceptValues {
  concept: string;
  title: string;
  unit: string;
  /** Limits beyond which a value counts as a slip; null where there is none. */
  min: number | null;
  max: number | null;
  items: ItemValues[];
  /** By hour since admission to intensive care, the share of stays still there that had a value in that hour. */
  hours: number[];
}

const BINS = 30;
const HOURS = 48;

/** What is charted of one concept: each item's values, and in how many stays each hour. */
export async function conceptValues(
  store: RecordStore,
  source: string,
  name: string,
): Promise<ConceptValues | undefined> {
  const places = [...placesOf(store, source).values()].flat().filter(({ concept }) => concept.name === name);
  const concept = places[0]?.concept;
  if (!concept) return undefined;
  const items: ItemValues[] = [];
  for (const place of places) items.push(...(await itemValues(store.db, store, source, place)));
  return {
    concept: name,
    title: concept.title,
    unit: concept.units[0] ?? "",
    min: concept.min,
    max: concept.max,
    items: items.sort((a, b) => b.rows - a.rows),
    hours: await hoursWithValue(store, source, places),
  };
}

async function itemValues(
  db: Database,
  store: RecordStore,
  source: string,
  { table, ids }: Place,
): Promise<ItemValues[]> {
  const schema = schemaOf(source);
  const columns = dictionary().sources[source]!.tables[table]!;
  const value = sql`try_cast(t.${identifier(columns.value!)} as double)`;
  const unit = columns.unit ? sql`t.${identifier(columns.unit)}::varchar` : sql`''`;
  const labels = table === "labevents" ? "d_labitems" : "d_items";
  const label = store.has(source, labels)
    ? sql`(select any_value(d.label) from ${identifier(schema, labels)} d where d.itemid = s.itemid)`
    : sql`null`;
  const list = join(ids.map((id) => sql`${id}::integer`));
  const rows = await db.rows<{
    id: number;
    label: string | null;
    unit: string | null;
    rows: bigint;
    without: bigint;
    low: number | null;
    median: number | null;
    high: number | null;
    bins: unknown;
  }>(sql`
    with t as (select t.itemid, ${value} as v, ${unit} as unit from ${identifier(schema, table)} t where t.itemid in (${list})),
      s as (
        select itemid, count(*) as rows, count(*) - count(v) as without, mode(unit) filter (unit <> '') as unit,
          quantile_cont(v, 0.01) as low, quantile_cont(v, 0.5) as median, quantile_cont(v, 0.99) as high
        from t group by itemid
      ),
      b as (
        select t.itemid, least(${BINS - 1}, greatest(0, floor((v - low) / nullif(high - low, 0) * ${BINS})))::integer as bin,
          count(*) as n
        from t join s using (itemid) where v is not null group by all
      )
    select s.itemid::integer as id, ${label} as label, s.unit, s.rows, s.without, s.low, s.median, s.high,
      (select string_agg(coalesce(bin, 0)::varchar || ':' || n::varchar, ',') from b where b.itemid = s.itemid) as bins
    from s`);
  return rows.map(({ id, label, unit, rows: count, without, low, median, high, bins }) => ({
    id,
    label: label ?? String(id),
    unit: unit ?? "",
    rows: Number(count),
    without: Number(without),
    low,
    median,
    high,
    bins: unpackBins(String(bins ?? "")),
  }));
}

function unpackBins(text: string): number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const pair of text.split(",").filter(Boolean)) {
    const [bin, count] = pair.split(":").map(Number);
    bins[bin!]! += count!;
  }
  return bins;
}

async function hoursWithValue(store: RecordStore, source: string, places: readonly Place[]): Promise<number[]> {
  if (!store.has(source, "icustays")) return [];
  const schema = schemaOf(source);
  const tables = dictionary().sources[source]!;
  const stay = identifier(tables.stay);
  const parts = places.map(({ table, ids }) => {
    const time = identifier(tables.tables[table]!.time!);
    return sql`
      select s.${stay} as stay, date_diff('hour', s.intime::timestamp, t.${time}::timestamp) as hour
      from ${identifier(schema, table)} t join ${identifier(schema, "icustays")} s using (subject_id)
      where t.itemid in (${join(ids.map((id) => sql`${id}::integer`))})
        and t.${time} >= s.intime and t.${time} < s.intime + to_hours(${HOURS}) and t.${time} < s.outtime`;
  });
  const columns = await store.db.columns(sql`
    with there as (select h.hour, count(*) as n from range(${HOURS}) h (hour)
        join ${identifier(schema, "icustays")} s on date_diff('hour', s.intime::timestamp, s.outtime::timestamp) > h.hour
        group by h.hour),
      seen as (select hour, count(distinct stay) as n from (${join(parts, " union all ")}) group by hour)
    select there.hour::integer as hour, (coalesce(seen.n, 0) / there.n)::double as share
    from there left join seen using (hour) order by hour`);
  return Array.from(columns.numbers("share"), (share) => Math.min(1, share));
}
