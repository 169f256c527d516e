// A query with its bound values written into the text as literals that mean the same bits, for scripts that others run. Knows
// no engine but the one the query was written for.
import { BedsideError, Bug } from "../../core/errors.ts";
import type { Sql, SqlValue } from "../../store/sql.ts";

/**
 * The text of a query in the words of DuckDB, no value left open. A number with a fraction is written with an exponent, which
 * makes it a double in every engine; without one it would be a decimal.
 * @example written(sql`select ${0.1}`) // select 1e-1
 * @throws BedsideError for a text with a zero character, which no engine takes.
 */
export function written(query: Sql): string {
  return query.parts.reduce((text, part, i) => `${text}${literalOf(query.values[i - 1]!)}${part}`);
}

function literalOf(value: SqlValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map((item: string | number) => literalOf(item)).join(", ")}]`;
  if (typeof value === "string") return textLiteral(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "bigint" || typeof value === "number") return numberLiteral(value);
  throw new Bug(`A value of type ${typeof value} cannot stand in a query`);
}

function textLiteral(text: string): string {
  if (text.includes("\0")) {
    throw new BedsideError({
      code: "task/zero-character",
      what: "A text of the task holds a character of code zero",
      fix: "take it out: no code of an event has one",
    });
  }
  return `'${text.replaceAll("'", "''")}'`;
}

function numberLiteral(value: number | bigint): string {
  if (typeof value === "number" && !Number.isFinite(value)) {
    return `cast('${Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity"}' as double)`;
  }
  const whole = typeof value === "bigint" || (Number.isSafeInteger(value) && !Object.is(value, -0));
  const digits = whole ? String(value) : Object.is(value, -0) ? "-0e0" : (value as number).toExponential();
  return digits.startsWith("-") ? `(${digits})` : digits;
}
