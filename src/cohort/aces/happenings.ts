// Predicates as relations (subject_id, t): one row per occurrence, made by one filtered scan each. Knows no windows.
import { Bug } from "../../core/errors.ts";
import { identifier, join, type Sql, sql } from "../../store/sql.ts";
import type { Concepts } from "./concepts.ts";
import type { Dialect, Parts } from "./query.ts";
import {
  ANY_EVENT,
  type ConceptPredicate,
  type PlainPredicate,
  type Predicate,
  RECORD_END,
  RECORD_START,
  type ValueBounds,
} from "./task.ts";

/** Where predicates find their events. */
export interface EventSource {
  /** The relation, to stand after `from`. */
  events: Sql;
  /** A relation of at least the events that may have one of these codes, where a narrower one than `events` is at hand. */
  narrow?: ((code: PlainPredicate["code"]) => Sql) | undefined;
  /** The type of `numeric_value`; bounds are compared in this type, as Polars does. */
  numeric: "float" | "double";
  concepts: Concepts;
  dialect: Dialect;
}

/** Gives the relation of any predicate, adding it to the query when it is first asked for. */
export class Happenings {
  private readonly added = new Map<string, Sql>();
  private readonly parts: Parts;
  private readonly source: EventSource;
  private readonly predicates: ReadonlyMap<string, Predicate>;
  /** Once set, scans keep only the subjects of this relation. */
  private subjects: Sql | undefined;

  constructor(parts: Parts, source: EventSource, predicates: ReadonlyMap<string, Predicate>) {
    this.parts = parts;
    this.source = source;
    this.predicates = predicates;
  }

  /** From now on only the subjects of this relation matter. */
  only(subjects: Sql): void {
    this.subjects = subjects;
  }

  /** The relation (subject_id, t) of a predicate of the task or of every task. */
  of(name: string): Sql {
    if (name === RECORD_START) return sql`(select subject_id, opens as t from ${this.records()})`;
    if (name === RECORD_END) return sql`(select subject_id, closes as t from ${this.records()})`;
    if (name === ANY_EVENT) return this.moments();
    const predicate = this.predicates.get(name);
    if (!predicate) throw new Bug(`The predicate ${name} was not read`);
    return this.once(name, () => this.body(predicate));
  }

  /** The first and last moment of each subject: (subject_id, opens, closes). */
  records(): Sql {
    const { events, dialect } = this.source;
    return this.once(
      "*records",
      () => sql`
        select subject_id, ${dialect.micros(sql`min(time)`)} as opens, ${dialect.micros(sql`max(time)`)} as closes
        from ${events} as e where time is not null group by subject_id`,
    );
  }

  /** The subjects that have a static fact: (subject_id). */
  staticSubjects(name: string): Sql {
    const predicate = this.predicates.get(name);
    if (!predicate || predicate.kind === "derived") throw new Bug(`${name} is no static predicate`);
    return this.once(
      `*static ${name}`,
      () =>
        sql`select distinct subject_id from ${this.rowsOf(predicate)} where time is null and ${this.condition(predicate)}`,
    );
  }

  private once(key: string, body: () => Sql): Sql {
    let relation = this.added.get(key);
    if (!relation) {
      const made = body(); // adds its own inputs first
      relation = this.parts.add(key.startsWith("*") ? key.slice(1).replace(" ", "_") : `is_${key}`, made);
      this.added.set(key, relation);
    }
    return relation;
  }

  /** Every moment at which anything was recorded, once. */
  private moments(): Sql {
    const { events, dialect } = this.source;
    return this.once(
      "*moments",
      () =>
        sql`select distinct subject_id, ${dialect.micros(sql`time`)} as t from ${events} as e where time is not null${this.ofSubjects()}`,
    );
  }

  private body(predicate: Predicate): Sql {
    if (predicate.kind !== "derived") {
      return sql`
        select subject_id, ${this.source.dialect.micros(sql`time`)} as t
        from ${this.rowsOf(predicate)} where time is not null and ${this.condition(predicate)}${this.ofSubjects()}`;
    }
    // A static input holds at every moment of a subject that is let in at all.
    const inputs = predicate.inputs.filter((input) => !this.isStatic(input));
    const always = inputs.length < predicate.inputs.length;
    const relations = inputs.map((input) => sql`select subject_id, t from ${this.of(input)}`);
    if ((always && predicate.operator === "or") || relations.length === 0)
      return sql`select subject_id, t from ${this.moments()}`;
    if (relations.length === 1) return sql`select distinct subject_id, t from ${this.of(inputs[0]!)}`;
    return join(relations, predicate.operator === "or" ? "\nunion\n" : "\nintersect\n");
  }

  private isStatic(name: string): boolean {
    const predicate = this.predicates.get(name);
    return predicate !== undefined && predicate.kind !== "derived" && predicate.static;
  }

  private rowsOf(predicate: PlainPredicate | ConceptPredicate): Sql {
    const { events, narrow, concepts } = this.source;
    if (predicate.kind === "plain") return sql`${narrow ? narrow(predicate.code) : events} as e`;
    const concept = concepts.get(predicate.concept);
    if (!concept) throw new Bug(`The concept ${predicate.concept} was not given to the compiler`);
    return this.once(`*concept ${concept.name}`, () => concept.sql({ events }));
  }

  private condition(predicate: PlainPredicate | ConceptPredicate): Sql {
    const numeric = predicate.kind === "plain" ? this.source.numeric : "double";
    const conditions = boundConditions(predicate, numeric);
    if (predicate.kind === "plain") {
      const { code, columns } = predicate;
      if ("equal" in code) conditions.unshift(sql`code = ${code.equal}`);
      else if ("any" in code) conditions.unshift(sql`code in (${join(code.any.map((one) => sql`${one}`))})`);
      else conditions.unshift(this.source.dialect.matches(sql`code`, code.regex));
      for (const [column, { value }] of columns) conditions.push(sql`${identifier(column)} = ${value}`);
    }
    return conditions.length === 0 ? sql`true` : join(conditions, " and ");
  }

  private ofSubjects(): Sql {
    return this.subjects ? sql` and subject_id in (select subject_id from ${this.subjects})` : sql``;
  }
}

/** MEDS numbers are 32-bit floats: 1.3 as a bound must mean the 32-bit 1.3, or the value 1.3 itself would be below it. */
function boundConditions({ min, max }: ValueBounds, numeric: "float" | "double"): Sql[] {
  const bound = (value: number) => (numeric === "float" ? sql`cast(${value} as float)` : sql`cast(${value} as double)`);
  const conditions: Sql[] = [];
  if (min) conditions.push(sql`numeric_value ${min.inclusive ? sql`>=` : sql`>`} ${bound(min.value)}`);
  if (max) conditions.push(sql`numeric_value ${max.inclusive ? sql`<=` : sql`<`} ${bound(max.value)}`);
  return conditions;
}
