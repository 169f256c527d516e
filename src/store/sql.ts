// SQL as text with bound values: nothing a user or a file says is ever spliced into a query. Knows no database.
import type { DuckDBValue } from "@duckdb/node-api";

/** A query or a piece of one: text with placeholders, and the values they stand for. */
export class Sql {
  readonly parts: readonly string[];
  readonly values: readonly SqlValue[];
  constructor(parts: readonly string[], values: readonly SqlValue[]) {
    this.parts = parts;
    this.values = values;
  }
  /** The text DuckDB gets: values as $1, $2, … */
  get text(): string {
    return this.parts.reduce((text, part, i) => `${text}$${i}${part}`);
  }
}

/** What may stand for a value in a query. */
export type SqlValue = string | number | bigint | boolean | null | readonly string[] | readonly number[];

/**
 * A query with bound values; nested pieces keep their own.
 * @example sql`select count(*) from ${identifier("icustays")} where los > ${1.25}`
 */
export function sql(strings: TemplateStringsArray, ...holes: (SqlValue | Sql)[]): Sql {
  const parts: string[] = [strings[0]!];
  const values: SqlValue[] = [];
  holes.forEach((hole, i) => {
    const after = strings[i + 1]!;
    if (hole instanceof Sql) {
      append(parts, hole.parts[0]!);
      for (let j = 0; j < hole.values.length; j++) {
        values.push(hole.values[j]!);
        parts.push(hole.parts[j + 1]!);
      }
      append(parts, after);
    } else {
      values.push(hole);
      parts.push(after);
    }
  });
  return new Sql(parts, values);
}

function append(parts: string[], text: string): void {
  parts[parts.length - 1] = parts[parts.length - 1]! + text;
}

/** A table or column name, quoted; several parts are joined by dots. */
export function identifier(...names: string[]): Sql {
  return new Sql([names.map((name) => `"${name.replaceAll('"', '""')}"`).join(".")], []);
}

/**
 * A text as a quoted literal, for the few places where DuckDB takes no bound value: the target of COPY, a file inside a
 * view. Everywhere else use a hole of the template.
 */
export function literal(text: string): Sql {
  return new Sql([`'${text.replaceAll("'", "''")}'`], []);
}

/** Pieces put together with a separator: columns, conditions, unions. */
export function join(pieces: readonly Sql[], separator = ", "): Sql {
  if (pieces.length === 0) return new Sql([""], []);
  return pieces.reduce((all, piece) => {
    const parts = [...all.parts.slice(0, -1), all.parts.at(-1)! + separator + piece.parts[0]!, ...piece.parts.slice(1)];
    return new Sql(parts, [...all.values, ...piece.values]);
  });
}

/** The values in the form the driver binds. */
export function bindings(query: Sql, list: (items: DuckDBValue[]) => DuckDBValue): DuckDBValue[] {
  return query.values.map((value) => (Array.isArray(value) ? list(value as DuckDBValue[]) : (value as DuckDBValue)));
}
