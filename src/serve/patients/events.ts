// Everything that happened to one patient as typed arrays: what, when, how much. Knows no HTTP.
import { Bug } from "../../core/errors.ts";
import {
  type Columns,
  type Database,
  identifier,
  join,
  literal,
  type RecordStore,
  type Sql,
  schemaOf,
  sql,
} from "../../store/index.ts";
import { stayRelationsOf } from "./list.ts";
import { type EventKind, type EventRelation, eventRelations, type WideRelation, wideRelations } from "./relations.ts";

/** A thing that is measured, given or done. */
export interface EventCode {
  kind: EventKind;
  title: string;
  unit: string;
  count: number;
}

/** A time in a place. */
export interface Stay {
  kind: "hospital" | "icu" | "ed";
  label: string;
  /** Minutes since `base`. */
  start: number;
  end: number | null;
  /** The stay's or admission's number in the data set. */
  id: bigint;
}

/** The events of a patient, by time. All arrays have one entry an event. */
export interface PatientEvents {
  /** What times are counted from: milliseconds of the data set's own calendar. */
  base: number;
  stays: Stay[];
  codes: EventCode[];
  /** Minutes since `base`. */
  time: Int32Array;
  /** Minutes since `base`, or -2³¹ where the event has no end. */
  end: Int32Array;
  /** Place in `codes`. */
  code: Uint16Array;
  /** NaN where there is no number. */
  value: Float32Array;
}

export const NO_END = -2147483648;
/** More kinds of events than a patient has. */
const MOST_CODES = 65_535;

/** Minutes of the data set's calendar. */
function minutes(time: Sql): Sql {
  return sql`floor(epoch(${time}::timestamp) / 60)::double`;
}

function kinOf(source: string): string[] {
  return source === "mimic-iv" ? ["mimic-iv", "mimic-iv-ed", "mimic-iv-note", "mimic-iv-ecg"] : [source];
}

/**
 * Everything known of a patient; undefined for someone who is not in the data set. Two statements, on `db` alone: who
 * reads many patients at the same time gives each a connection of its own.
 * Reads only the row groups of that patient, since the tables of a store are sorted by patient.
 */
export async function readEvents(
  store: RecordStore,
  source: string,
  subjectId: bigint,
  db: Database = store.db,
): Promise<PatientEvents | undefined> {
  const stays = await readStays(store, source, subjectId, db);
  if (!stays) return undefined;
  const isThere = (relation: { source: string; table: string }) =>
    kinOf(source).includes(relation.source) && store.has(relation.source, relation.table);
  const long = eventRelations.filter(isThere);
  const wide = wideRelations.filter(isThere);
  const parts = [
    ...long.map((relation, i) => longRows(relation, i, subjectId)),
    ...wide.map((relation, i) => wideRows(relation, long.length + i, subjectId)),
  ];
  if (parts.length === 0) return assemble(stays, undefined, []);
  const columns = await db.columns(codedRows(parts));
  const titles = await Promise.all(
    long.map(({ source: from, titles: known }) =>
      known && store.has(from, known.table) ? titlesOf(store, from, known) : undefined,
    ),
  );
  return assemble(stays, columns, [
    ...long.map(({ kind }, i): Named => ({ kind, title: (item) => titles[i]?.get(item) ?? item })),
    ...wide.map(({ kind, columns: names }): Named => ({ kind, title: (item) => names[Number(item)]!.title })),
  ]);
}

/** What the events of a relation are called. */
interface Named {
  kind: EventKind;
  title(item: string): string;
}

/** A long table's rows: what they are as text, and their place in the list of relations. */
function longRows({ source, table, end, value, unit, item, day, ...rest }: EventRelation, place: number, id: bigint) {
  const column = (name: string) => sql`t.${identifier(name)}`;
  const time = day ? sql`coalesce(${column(rest.time)}::timestamp, ${column(day)}::timestamp)` : column(rest.time);
  return sql`
    select ${place}::integer as relation, ${minutes(time)} as time, ${end ? minutes(column(end)) : sql`null::double`} as "end",
      ${value ? sql`try_cast(${column(value)} as double)` : sql`null::double`} as value,
      ${unit ? sql`${column(unit)}::varchar` : sql`''`} as unit, coalesce(${column(item)}::varchar, 'unknown') as item
    from ${identifier(schemaOf(source), table)} t where t.subject_id = ${id} and ${time} is not null`;
}

/** A wide table's rows, a value each; what they are is the place of their column. */
function wideRows({ source, table, timeFrom, columns: names, ...rest }: WideRelation, place: number, id: bigint) {
  const time = timeFrom ? sql`s.${identifier(rest.time)}` : sql`t.${identifier(rest.time)}`;
  const joined = timeFrom
    ? sql`join ${identifier(schemaOf(source), timeFrom.table)} s using (subject_id, ${identifier(timeFrom.by)})`
    : sql``;
  const of = (make: (column: WideRelation["columns"][number], i: number) => Sql) => join(names.map(make), ", ");
  return sql`
    select ${place}::integer as relation, time, null::double as "end", value, unit, item from (
      select ${minutes(time)} as time, unnest([${of(({ name }) => sql`try_cast(t.${identifier(name)} as double)`)}]) as value,
        unnest([${of(({ unit }) => literal(unit))}]) as unit, unnest([${of((_, i) => literal(String(i)))}]) as item
      from ${identifier(schemaOf(source), table)} t ${joined} where t.subject_id = ${id}
    ) where value is not null and time is not null`;
}

/**
 * All rows with a number for what they are, by that number and time. Before the rows of a number stands one without a time
 * that tells of it: relation (as value), item, unit, and how often (as end). One statement, since planning many small ones
 * takes longer than running them.
 */
function codedRows(parts: readonly Sql[]): Sql {
  return sql`
    with events as materialized (${join(parts, " union all ")}),
      items as (
        select relation, item, mode(unit) filter (unit <> '') as unit, count(*) as n,
          (row_number() over (order by relation, item) - 1)::integer as code
        from events group by relation, item
      )
    select code, null::double as time, n::double as "end", relation::double as value, item, coalesce(unit, '') as unit from items
    union all
    select code, time, "end", value, null, null from events join items using (relation, item)
    order by code, time nulls first`;
}

const dictionaries = new WeakMap<RecordStore, Map<string, Promise<Map<string, string>>>>();

/** What a dictionary calls its items, read once a store: every patient's record asks for it several times. */
function titlesOf(
  store: RecordStore,
  source: string,
  { table, item, title }: NonNullable<EventRelation["titles"]>,
): Promise<Map<string, string>> {
  const own = dictionaries.get(store) ?? new Map<string, Promise<Map<string, string>>>();
  dictionaries.set(store, own);
  const key = `${source} ${table}`;
  const before = own.get(key);
  if (before) return before;
  const read = store.db
    .rows<{ item: string; title: string }>(sql`
      select ${identifier(item)}::varchar as item, any_value(${identifier(title)}::varchar) as title
      from ${identifier(schemaOf(source), table)} where ${identifier(title)} is not null group by 1`)
    .then((rows) => new Map(rows.map((row) => [row.item, row.title])));
  own.set(key, read);
  read.catch(() => own.delete(key));
  return read;
}

/** The rows of `codedRows` as events, times from the first thing that is known. */
function assemble(stays: Stay[], columns: Columns | undefined, named: readonly Named[]): PatientEvents {
  const rows = columns?.rows ?? 0;
  const none = new Float64Array(0);
  const [time, end, value] = ["time", "end", "value"].map((name) => columns?.numbers(name) ?? none) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [item, unit] = [columns?.texts("item") ?? [], columns?.texts("unit") ?? []];
  let first = Number.POSITIVE_INFINITY;
  for (const { start } of stays) first = Math.min(first, start);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    if (Number.isNaN(time[row]!)) continue;
    count++;
    first = Math.min(first, time[row]!);
  }
  if (!Number.isFinite(first)) first = 0;
  const events: PatientEvents = {
    base: first * 60_000,
    stays: stays.map((stay) => ({
      ...stay,
      start: stay.start - first,
      end: stay.end === null ? null : stay.end - first,
    })),
    codes: [],
    time: new Int32Array(count),
    end: new Int32Array(count).fill(NO_END),
    code: new Uint16Array(count),
    value: new Float32Array(count),
  };
  let at = 0;
  for (let row = 0; row < rows; row++) {
    if (Number.isNaN(time[row]!)) {
      const { kind, title } = named[value[row]!]!;
      events.codes.push({ kind, title: title(item[row]!), unit: unit[row]!, count: end[row]! });
      continue;
    }
    events.time[at] = time[row]! - first;
    if (!Number.isNaN(end[row]!)) events.end[at] = end[row]! - first;
    events.code[at] = events.codes.length - 1;
    events.value[at++] = value[row]!;
  }
  if (events.codes.length > MOST_CODES)
    throw new Bug("A patient has more kinds of events than a number of 16 bits tells");
  return events;
}

/** A patient's stays by kind and time; undefined where the data set has no such patient. */
async function readStays(
  store: RecordStore,
  source: string,
  subjectId: bigint,
  db: Database,
): Promise<Stay[] | undefined> {
  const relations = stayRelationsOf(store, source);
  const parts = relations.map(
    ({ source: from, table, start, end, label, id }, place) => sql`
      select ${place}::integer as place, ${minutes(sql`${identifier(start)}`)} as start,
        ${minutes(sql`${identifier(end)}`)} as "end", ${identifier(label)}::varchar as label, ${identifier(id)}::bigint as id
      from ${identifier(schemaOf(from), table)} where subject_id = ${subjectId} and ${identifier(start)} is not null`,
  );
  const known = sql`
    select -1 as place, null::double as start, null::double as "end", null::varchar as label, null::bigint as id
    from ${identifier(schemaOf(source), "patients")} where subject_id = ${subjectId}`;
  const rows = await db.rows<{ place: number; start: number; end: number | null; label: string | null; id: bigint }>(
    sql`${join([known, ...parts], " union all ")} order by place, start`,
  );
  if (rows[0]?.place !== -1) return undefined;
  return rows
    .filter(({ place }) => place >= 0)
    .map(({ place, label, ...row }) => ({ kind: relations[place]!.kind, label: label ?? "", ...row }));
}

/**
 * The events as bytes: the length of a JSON head (little-endian, 32 bits), the head, zeros up to a multiple of eight, and
 * then time, end (32-bit integers), value (32-bit floats) and code (16-bit integers), one array after the other.
 */
export function packEvents(events: PatientEvents, stayId: (stay: Stay) => string): Uint8Array {
  const { base, stays, codes, time, end, code, value } = events;
  const head = new TextEncoder().encode(
    JSON.stringify({ base, count: time.length, codes, stays: stays.map((stay) => ({ ...stay, id: stayId(stay) })) }),
  );
  const start = Math.ceil((4 + head.length) / 8) * 8;
  const bytes = new Uint8Array(start + time.length * 14);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = start;
  for (const array of [time, end, value, code]) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}
