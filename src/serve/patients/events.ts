// Everything that happened to one patient as typed arrays: what, when, how much. Knows no HTTP.
import { identifier, join, type RecordStore, type Sql, schemaOf, sql } from "../../store/index.ts";
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
 * Everything known of a patient; undefined for someone who is not in the data set.
 * Reads only the row groups of that patient, since the tables of a store are sorted by patient.
 */
export async function readEvents(
  store: RecordStore,
  source: string,
  subjectId: bigint,
): Promise<PatientEvents | undefined> {
  const known = await store.db.rows(
    sql`select 1 as one from ${identifier(schemaOf(source), "patients")} where subject_id = ${subjectId}`,
  );
  if (known.length === 0) return undefined;
  const stays = await readStays(store, source, subjectId);
  const pieces: Piece[] = [];
  for (const relation of eventRelations) {
    if (!kinOf(source).includes(relation.source) || !store.has(relation.source, relation.table)) continue;
    pieces.push(await readLong(store, relation, subjectId));
  }
  for (const relation of wideRelations) {
    if (!kinOf(source).includes(relation.source) || !store.has(relation.source, relation.table)) continue;
    pieces.push(await readWide(store, relation, subjectId));
  }
  return assemble(stays, pieces);
}

interface Piece {
  codes: EventCode[];
  time: Float64Array;
  end: Float64Array;
  code: Int32Array;
  value: Float64Array;
}

async function readLong(store: RecordStore, relation: EventRelation, subjectId: bigint): Promise<Piece> {
  const { source, table, kind, end, value, unit, item, titles, day } = relation;
  const column = (name: string) => sql`t.${identifier(name)}`;
  const time = day
    ? sql`coalesce(${column(relation.time)}::timestamp, ${column(day)}::timestamp)`
    : column(relation.time);
  const from = identifier(schemaOf(source), table);
  const ranked = sql`
    select ${minutes(time)} as time, ${end ? minutes(column(end)) : sql`null::double`} as "end",
      ${value ? sql`try_cast(${column(value)} as double)` : sql`null::double`} as value,
      ${unit ? sql`${column(unit)}::varchar` : sql`''`} as unit, coalesce(${column(item)}::varchar, 'unknown') as item
    from ${from} t where t.subject_id = ${subjectId} and ${time} is not null`;
  const columns = await store.db.columns(sql`
    select time, coalesce("end", 'nan') as "end", coalesce(value, 'nan') as value,
      (dense_rank() over (order by item) - 1)::integer as code
    from (${ranked}) order by code, time`);
  const found = await store.db.rows<{ item: string; unit: string | null; count: bigint }>(sql`
    select item, mode(unit) filter (unit <> '') as unit, count(*) as count from (${ranked}) group by item order by item`);
  const known = titles && store.has(source, titles.table) ? await titlesOf(store, source, titles) : undefined;
  return pieceOf(
    columns,
    found.map(({ item: name, unit, count }) => ({
      kind,
      title: known?.get(name) ?? name,
      unit: unit ?? "",
      count: Number(count),
    })),
  );
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

async function readWide(store: RecordStore, relation: WideRelation, subjectId: bigint): Promise<Piece> {
  const { source, table, kind, timeFrom, columns: names } = relation;
  const from = identifier(schemaOf(source), table);
  const time = timeFrom ? sql`s.${identifier(relation.time)}` : sql`t.${identifier(relation.time)}`;
  const joined = timeFrom
    ? sql`join ${identifier(schemaOf(source), timeFrom.table)} s using (subject_id, ${identifier(timeFrom.by)})`
    : sql``;
  const values = join(
    names.map(({ name }) => sql`try_cast(t.${identifier(name)} as double)`),
    ", ",
  );
  const columns = await store.db.columns(sql`
    select time, 'nan'::double as "end", value, code from (
      select ${minutes(time)} as time, unnest([${values}]) as value, unnest(range(${names.length}))::integer as code
      from ${from} t ${joined} where t.subject_id = ${subjectId}
    ) where value is not null and time is not null order by code, time`);
  const found = columns.integers("code");
  const counts = names.map((_, i) => found.reduce((sum, code) => sum + (code === i ? 1 : 0), 0));
  return pieceOf(
    columns,
    names.map(({ title, unit }, i) => ({ kind, title, unit, count: counts[i]! })),
  );
}

function pieceOf(columns: Awaited<ReturnType<RecordStore["db"]["columns"]>>, codes: EventCode[]): Piece {
  return {
    codes,
    time: columns.numbers("time"),
    end: columns.numbers("end"),
    code: columns.integers("code"),
    value: columns.numbers("value"),
  };
}

/** Pieces one after the other, times from the first thing that is known. */
function assemble(stays: (Stay & { isAbsolute: true })[], pieces: Piece[]): PatientEvents {
  const count = pieces.reduce((sum, { time }) => sum + time.length, 0);
  let first = Number.POSITIVE_INFINITY;
  for (const { start } of stays) first = Math.min(first, start);
  for (const { time } of pieces) for (let i = 0; i < time.length; i++) first = Math.min(first, time[i]!);
  if (!Number.isFinite(first)) first = 0;
  const events: PatientEvents = {
    base: first * 60_000,
    stays: stays.map(({ isAbsolute: _, ...stay }) => ({
      ...stay,
      start: stay.start - first,
      end: stay.end === null ? null : stay.end - first,
    })),
    codes: pieces.flatMap(({ codes }) => codes).slice(0, MOST_CODES),
    time: new Int32Array(count),
    end: new Int32Array(count).fill(NO_END),
    code: new Uint16Array(count),
    value: new Float32Array(count),
  };
  let at = 0;
  let before = 0;
  for (const { codes, time, end, code, value } of pieces) {
    for (let i = 0; i < time.length; i++, at++) {
      events.time[at] = time[i]! - first;
      if (!Number.isNaN(end[i]!)) events.end[at] = end[i]! - first;
      events.code[at] = before + code[i]!;
      events.value[at] = value[i]!;
    }
    before += codes.length;
  }
  return events;
}

async function readStays(
  store: RecordStore,
  source: string,
  subjectId: bigint,
): Promise<(Stay & { isAbsolute: true })[]> {
  const stays: (Stay & { isAbsolute: true })[] = [];
  for (const { source: from, table, kind, start, end, label, id } of stayRelationsOf(store, source)) {
    const rows = await store.db.rows<{ start: number; end: number | null; label: string | null; id: bigint }>(sql`
      select ${minutes(sql`${identifier(start)}`)} as start, ${minutes(sql`${identifier(end)}`)} as "end",
        ${identifier(label)}::varchar as label, ${identifier(id)}::bigint as id
      from ${identifier(schemaOf(from), table)} where subject_id = ${subjectId} and ${identifier(start)} is not null
      order by start`);
    stays.push(...rows.map((row) => ({ kind, ...row, label: row.label ?? "", isAbsolute: true as const })));
  }
  return stays;
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
