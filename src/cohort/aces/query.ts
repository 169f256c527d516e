// A query put together from named parts (`with a as (…), b as (…)`), and the few expressions that differ between engines.
import { identifier, join, Sql, sql } from "../../store/sql.ts";

/** The parts of a query, in the order in which they may refer to each other. */
export class Parts {
  private readonly parts: { name: string; body: Sql }[] = [];

  /** Adds a part and gives its name, to stand after `from`. */
  add(name: string, body: Sql): Sql {
    this.parts.push({ name, body });
    return identifier(name);
  }

  /** The whole query: the parts, then `last`. */
  query(last: Sql): Sql {
    if (this.parts.length === 0) return last;
    return sql`with ${join(
      this.parts.map(({ name, body }) => sql`${identifier(name)} as (${body})`),
      ",\n",
    )}\n${last}`;
  }
}

/** What is not said in the same words by every SQL engine. Everything else the compiler writes is common SQL. */
export interface Dialect {
  /** A timestamp as whole microseconds since 1970. */
  micros(timestamp: Sql): Sql;
  /** Whole microseconds since 1970 as a timestamp. */
  timestamp(micros: Sql): Sql;
  /** Whether a text holds a match of a regular expression anywhere. */
  matches(text: Sql, regex: string): Sql;
}

/** The words of DuckDB. */
export const duckdbDialect: Dialect = {
  micros: (timestamp) => sql`epoch_us(${timestamp})`,
  timestamp: (micros) => sql`make_timestamp(${micros})`,
  matches: (text, regex) => {
    const { starts, words } = plainRegex(regex) ?? {};
    if (words === undefined) return sql`regexp_matches(${text}, ${regex})`;
    return starts ? sql`starts_with(${text}, ${words})` : sql`contains(${text}, ${words})`;
  },
};

/**
 * What a regex without any wish but a text says: `^LAB//.*` is "starts with LAB//", `DEATH` is "contains DEATH". Most
 * predicates are so, and a search for a text is many times faster than an expression.
 */
export function plainRegex(regex: string): { starts: boolean; words: string } | undefined {
  const found = /^(\^?)([A-Za-z0-9_ /:,-]*)(?:\.\*)?$/.exec(regex);
  return found ? { starts: found[1] === "^", words: found[2]! } : undefined;
}

/** A whole number the compiler made itself, written out so that the engine can plan with it. */
export function whole(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number`);
  return new Sql([String(value)], []);
}

/** Pieces joined by `union all`. */
export function unionAll(pieces: readonly Sql[]): Sql {
  return join(pieces, "\nunion all\n");
}
