// The MEDS view over a store: the records as one relation of events, made by rules, copied nowhere. Knows no file.
import { BedsideError } from "../../core/errors.ts";
import { identifier, join, literal, type RecordStore, type Sql, schemaOf, sql } from "../../store/index.ts";
import { type CodeStyle, MEDS_SOURCES, type Rule, rulesOf } from "./rules.ts";
import { firstNumber, literalStart, mayMake, templateSql } from "./template.ts";

export interface RelationOptions {
  /** The generation of codes. Default `0.1`. */
  style?: CodeStyle;
  /** Only these data sets of the store. Default: MIMIC-IV with MIMIC-IV-ED, or MIMIC-III. */
  sources?: readonly string[];
  /**
   * Whether a record that stands there twice is one event, as in the public extraction. Costs a pass that must hold the
   * events, so it is for a few subjects at a time. Default false.
   */
  once?: boolean;
}

/** The codes a reader asks for; the names of a task's predicate. */
export type CodeFilter = { equal: string } | { any: string[] } | { regex: string };

/** The columns of the relation, in order; after them `rule`, the number of the rule, which makes sorting stable. */
export const EVENT_COLUMNS = ["subject_id", "time", "code", "numeric_value", "text_value", "hadm_id", "icustay_id"];

/**
 * The events of a store, to stand after `from`: subject_id BIGINT, time TIMESTAMP (null: static), code VARCHAR,
 * numeric_value FLOAT, text_value VARCHAR, hadm_id BIGINT, icustay_id BIGINT, rule INTEGER. A table the store lacks gives
 * no events. Nothing is sorted: that is the export's work.
 * @throws BedsideError where the store has none of the data sets, or both MIMICs, whose subjects have the same numbers.
 * @example db.row(sql`select count(*) as n from ${eventsRelation(store)}`)
 */
export function eventsRelation(store: RecordStore, options: RelationOptions = {}): Sql {
  if (hasMeds(store)) return sql`(select *, cast(0 as integer) as rule from ${MEDS_EVENTS})`;
  return unionOf(armsOf(store, options).map(({ body }) => body));
}

/**
 * As `eventsRelation`, without what cannot have one of the codes: the tables whose codes begin otherwise, and rows of other
 * items. For readers that look for a few codes among many.
 */
export function narrowedEvents(store: RecordStore, filter: CodeFilter, options: RelationOptions = {}): Sql {
  if (hasMeds(store)) return eventsRelation(store, options);
  const codes = "equal" in filter ? [filter.equal] : "any" in filter ? filter.any : undefined;
  const start = "regex" in filter ? regexStart(filter.regex) : "";
  const arms = armsOf(store, options).flatMap((arm) => {
    const { rule } = arm;
    if (!codes) return beginsAlike(literalStart(rule.template), start) ? [arm.body] : [];
    const own = codes.filter((code) => mayMake(rule.template, code));
    if (own.length === 0) return [];
    const numbers = own.map((code) => firstNumber(rule.template, code));
    const [first] = numbers;
    if (!first || numbers.some((one) => one === undefined) || !isWhole(rule, first.column)) return [arm.body];
    const values = join(numbers.map((one) => sql`${one!.value}`));
    return [armSql(rule, arm.number, { more: sql`t.${identifier(first.column)} in (${values})` })];
  });
  return unionOf(arms);
}

/** How many records of each subject give events: (subject_id, n), from the tables' column subject_id alone. */
export function eventCounts(store: RecordStore, options: RelationOptions = {}): Sql {
  const tables = hasMeds(store)
    ? [MEDS_EVENTS]
    : rulesIn(store, options).map(({ source, table }) => tableOf(source, table));
  const counts = tables.map((table) => sql`select subject_id, count(*) as n from ${table} group by subject_id`);
  return sql`(${join(counts, "\nunion all\n")})`;
}

const MEDS_EVENTS = identifier("meds", "events");

/** Whether the store was made from a MEDS data set. */
export function hasMeds(store: RecordStore): boolean {
  return store.has("meds", "events");
}

/** The rules whose tables the store has. */
export function rulesIn(
  store: RecordStore,
  { style = "0.1", sources = defaultSources(store) }: RelationOptions = {},
): Rule[] {
  return sources
    .flatMap((source) => [...rulesOf(source)])
    .filter(({ styles }) => !styles || styles.includes(style))
    .filter(({ source, table, join }) => store.has(source, table) && (!join || store.has(source, join.table)));
}

/** MIMIC-IV with its emergency department, or MIMIC-III. */
export function defaultSources(store: RecordStore): string[] {
  const found = MEDS_SOURCES.filter((source) => store.source(source));
  const problem = (what: string, why: string, fix: string) =>
    new BedsideError({ code: "meds/sources", what, where: store.folder, why, fix });
  if (found.length === 0) {
    const has = store.manifest.sources.map(({ title }) => title).join(", ");
    throw problem(
      "This store has no events in MEDS form",
      `it has ${has || "no data set"}`,
      "import MIMIC-IV, MIMIC-IV-ED or MIMIC-III",
    );
  }
  if (found.includes("mimic-iii") && found.length > 1) {
    throw problem(
      "The subjects of two data sets cannot be told apart",
      "MIMIC-III and MIMIC-IV number their subjects independently",
      "import each into a store of its own",
    );
  }
  return found;
}

function armsOf(store: RecordStore, options: RelationOptions) {
  return rulesIn(store, options).map((rule, number) => ({
    rule,
    number,
    body: options.once && !rule.repeats ? onceSql(rule, number) : armSql(rule, number),
  }));
}

function unionOf(arms: readonly Sql[]): Sql {
  if (arms.length > 0) return sql`(${join(arms, "\nunion all\n")})`;
  const [subject, time, code, number, text, hadm, stay] = EVENT_COLUMNS.map((name) => identifier(name));
  return sql`(
    select cast(null as bigint) as ${subject!}, cast(null as timestamp) as ${time!}, cast(null as varchar) as ${code!},
      cast(null as float) as ${number!}, cast(null as varchar) as ${text!}, cast(null as bigint) as ${hadm!},
      cast(null as bigint) as ${stay!}, cast(null as integer) as rule where false)`;
}

/** The events of one rule, those equal in everything it knows of them once. */
function onceSql(rule: Rule, number: number): Sql {
  const columns = join([...EVENT_COLUMNS, "rule"].map((name) => identifier(name)));
  return sql`select ${columns} from (select distinct * from (${armSql(rule, number, { apart: rule.apart })}) as e) as o`;
}

/** The events of one rule. `more`: a further condition; `apart`: further columns, as `apart_0`, … */
function armSql(
  rule: Rule,
  number: number,
  { more, apart = [] }: { more?: Sql; apart?: string[] | undefined } = {},
): Sql {
  const column = (name: string) =>
    rule.join?.take.includes(name) ? sql`j.${identifier(name)}` : sql`t.${identifier(name)}`;
  const time = timeSql(rule.time, column);
  const needed = rule.template.pieces.flatMap((piece) =>
    "column" in piece && piece.otherwise === undefined ? [piece.column] : [],
  );
  const conditions = [
    ...(rule.time === null ? [] : [sql`${time} is not null`]),
    ...[...needed, ...(rule.needs ? [rule.needs] : [])].map((name) => sql`${column(name)} is not null`),
    ...Object.entries(rule.unless ?? {}).map(
      ([name, value]) => sql`${column(name)} is distinct from ${literalOf(value)}`,
    ),
    ...(more ? [more] : []),
  ];
  const where = conditions.length > 0 ? sql`where ${join(conditions, " and ")}` : sql``;
  return sql`
    select cast(t.subject_id as bigint) as subject_id, ${time} as time, ${templateSql(rule.template, column)} as code,
      cast(${rule.number ? column(rule.number) : sql`null`} as float) as numeric_value,
      cast(${rule.text ? column(rule.text) : sql`null`} as varchar) as text_value,
      ${idOf(rule, ["hadm_id"], "hadm_id")} as hadm_id, ${idOf(rule, ["icustay_id", "stay_id"], "icustay_id")} as icustay_id,
      ${numberOf(number)} as rule${join(
        apart.map((name, i) => sql`, ${column(name)} as ${identifier(`apart_${i}`)}`),
        "",
      )}
    from ${tableOf(rule.source, rule.table)} as t ${joined(rule)} ${where}`;
}

function joined({ source, join: other }: Rule): Sql {
  if (!other) return sql``;
  const key = identifier(other.on);
  const columns = other.take.map((name) =>
    other.pick ? sql`min(${identifier(name)}) as ${identifier(name)}` : identifier(name),
  );
  const group = other.pick ? sql`group by ${key}` : sql``;
  return sql`
    left join (select ${key}, ${join(columns)} from ${tableOf(source, other.table)} ${group}) as j on t.${key} = j.${key}`;
}

function timeSql(time: Rule["time"], column: (name: string) => Sql): Sql {
  if (time === null) return sql`cast(null as timestamp)`;
  if (typeof time === "string") return sql`cast(${column(time)} as timestamp)`;
  if (Array.isArray(time)) return sql`coalesce(${join(time.map((name) => sql`cast(${column(name)} as timestamp)`))})`;
  return sql`cast(make_date(${column(time.year)} - ${column(time.minus)}, 1, 1) as timestamp)`;
}

/** An identifier of the raw data, from the table or the one joined; the emergency department's stays are no ICU stays. */
function idOf({ source, spec, join: other, without = [] }: Rule, names: readonly string[], as: string): Sql {
  const none = sql`cast(null as bigint)`;
  if (without.includes(as) || (as === "icustay_id" && source === "mimic-iv-ed")) return none;
  const own = names.find((name) => spec.columns.some((column) => column.name === name));
  if (own) return sql`cast(t.${identifier(own)} as bigint)`;
  const taken = names.find((name) => other?.take.includes(name));
  return taken ? sql`cast(j.${identifier(taken)} as bigint)` : none;
}

function tableOf(source: string, table: string): Sql {
  return identifier(schemaOf(source), table);
}

function isWhole({ spec }: Rule, column: string): boolean {
  const type = spec.columns.find(({ name }) => name === column)?.type;
  return type === "integer" || type === "bigint";
}

function literalOf(value: string | number): Sql {
  return typeof value === "string" ? literal(value) : sql`${value}`;
}

function numberOf(rule: number): Sql {
  return sql`cast(${rule} as integer)`;
}

/** Whether a code that begins with one may also begin with the other. */
function beginsAlike(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** The literal text a match must begin with: what follows `^` up to the first sign with a meaning. */
export function regexStart(regex: string): string {
  if (!regex.startsWith("^") || regex.includes("|")) return "";
  const found = /^\^([A-Za-z0-9_ /-]*)(.?)/.exec(regex)!;
  // a sign that repeats or drops the last character takes it out of the start
  return /[*?{]/.test(found[2]!) ? found[1]!.slice(0, -1) : found[1]!;
}
