// Code templates, `LAB//{itemid|UNK}//{valueuom|UNK}`: literal text and columns, and what a code tells about them. Knows no
// table.
import { Bug } from "../../core/errors.ts";
import { join, type Sql, sql } from "../../store/index.ts";

/** A template, taken apart. */
export interface Template {
  pieces: ({ text: string } | { column: string; otherwise: string | undefined })[];
}

/** The text between two parts of a code. */
export const SEPARATOR = "//";

/** Reads a template: `{column}` (no event where it is null), `{column|UNK}` (the word in its place). */
export function readTemplate(text: string): Template {
  const pieces = text.split(/(\{[^}]*\})/).filter((piece) => piece !== "");
  return {
    pieces: pieces.map((piece) => {
      const found = /^\{([a-z0-9_]+)(?:\|([^}]+))?\}$/.exec(piece);
      if (found) return { column: found[1]!, otherwise: found[2] };
      if (/[{}]/.test(piece)) throw new Bug(`The code template ${text} cannot be read`);
      return { text: piece };
    }),
  };
}

/** The columns of a template. */
export function templateColumns({ pieces }: Template): string[] {
  return pieces.flatMap((piece) => ("column" in piece ? [piece.column] : []));
}

/** The code of a row, null where a column without a substitute is null. */
export function templateSql({ pieces }: Template, columnOf: (column: string) => Sql): Sql {
  const parts = pieces.map((piece) => {
    if ("text" in piece) return sql`${piece.text}`;
    const text = sql`cast(${columnOf(piece.column)} as varchar)`;
    return piece.otherwise === undefined ? text : sql`coalesce(${text}, ${piece.otherwise})`;
  });
  return parts.length === 1 ? parts[0]! : join(parts, " || ");
}

/** The text every code of the template begins with. */
export function literalStart({ pieces }: Template): string {
  const first = pieces[0];
  return first && "text" in first ? first.text : "";
}

/** Whether a code may come from the template, by the text it begins with. */
export function mayMake(template: Template, code: string): boolean {
  return template.pieces.some((piece) => "column" in piece)
    ? code.startsWith(literalStart(template))
    : code === literalStart(template);
}

/**
 * The column right after the literal start and the whole number it must hold in rows that make the code, where it must
 * hold one: `LAB//50912//mg/dL` under `LAB//{itemid|UNK}//…` → itemid, 50912.
 */
export function firstNumber(template: Template, code: string): { column: string; value: number } | undefined {
  const [start, piece] = template.pieces;
  if (!start || !("text" in start) || !piece || !("column" in piece) || !code.startsWith(start.text)) return undefined;
  const part = code.slice(start.text.length).split(SEPARATOR)[0]!;
  return /^\d{1,9}$/.test(part) ? { column: piece.column, value: Number(part) } : undefined;
}
