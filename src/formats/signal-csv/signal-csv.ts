// Reads and writes signals as comma-separated text: a head row of names, one column a signal. Knows no lead and no unit.
import { BedsideError } from "../../core/errors.ts";

/** Signals of one length by name, in the order of their columns. */
export interface SignalTable {
  names: string[];
  columns: Float64Array[];
}

export interface ReadSignalCsvOptions {
  /** The file's name, for errors. */
  name?: string;
  /** Default comma. */
  separator?: "," | ";" | "\t";
}

function refuse(name: string, what: string, why: string): BedsideError {
  return new BedsideError({
    code: "signal-csv/invalid",
    what,
    where: name,
    why,
    fix: "give one head row of names and then rows of as many numbers; an empty field is a missing sample",
  });
}

const NEWLINE = 10;
const RETURN = 13;

/**
 * Reads a table of signals. An empty field, `NaN` or `nan` is a missing sample; empty lines are passed over.
 * @throws BedsideError `signal-csv/invalid` at the first row that does not have a number a column.
 * @example readSignalCsv(new TextEncoder().encode("I,II\n0.1,0.2\n,0.3\n")).columns[0] // [0.1, NaN]
 */
export function readSignalCsv(
  bytes: Uint8Array,
  { name = "signals.csv", separator = "," }: ReadSignalCsvOptions = {},
): SignalTable {
  const mark = separator.charCodeAt(0);
  const begin = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let at = lineEnd(bytes, begin);
  const head = new TextDecoder().decode(bytes.subarray(begin, at)).replace(/\r$/, "");
  if (head.trim() === "") throw refuse(name, "The table has no head row", "its first line is empty");
  const names = head.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const rows = countRows(bytes, at + 1);
  // A row of n columns takes n - 1 separators and a line end, so that what is taken is at most 8 times what is there.
  if (rows * names.length > bytes.length - at) {
    throw refuse(name, "The rows do not have the columns of the head row", "they are too short");
  }
  const columns = names.map(() => new Float64Array(rows));
  at++;
  for (let row = 0; row < rows; ) {
    const end = lineEnd(bytes, at);
    if (isBlank(bytes, at, end)) {
      at = end + 1;
      continue;
    }
    let column = 0;
    let cell = at;
    for (let i = at; i <= end; i++) {
      if (i < end && bytes[i] !== mark) continue;
      const value = number(bytes, cell, i);
      if (value === undefined || column >= names.length) {
        throw refuse(name, "A row cannot be read", `row ${row + 1} after the head is not ${names.length} numbers`);
      }
      columns[column++]![row] = value;
      cell = i + 1;
    }
    if (column !== names.length) {
      throw refuse(
        name,
        "A row cannot be read",
        `row ${row + 1} after the head has ${column} of ${names.length} columns`,
      );
    }
    row++;
    at = end + 1;
  }
  return { names, columns };
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(NEWLINE, from);
  return end < 0 ? bytes.length : end;
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  return to === from || (to === from + 1 && bytes[from] === RETURN);
}

/** Lines that are not empty. */
function countRows(bytes: Uint8Array, from: number): number {
  let rows = 0;
  for (let at = from; at < bytes.length; ) {
    const end = lineEnd(bytes, at);
    if (!isBlank(bytes, at, end)) rows++;
    at = end + 1;
  }
  return rows;
}

/** The number in bytes [from, to), NaN where nothing stands there, undefined where something else does. */
function number(bytes: Uint8Array, from: number, to: number): number | undefined {
  let text = "";
  if (to - from > 64) return undefined;
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]!);
  text = text.trim();
  if (text === "" || text === "NaN" || text === "nan") return Number.NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The table as text with the shortest digits that give the same numbers; a missing sample is an empty field, NaN in a table of one column. */
export function writeSignalCsv({ names, columns }: SignalTable): string {
  const rows = columns[0]?.length ?? 0;
  const bad = names.find((name) => /[,"\r\n]/.test(name));
  if (bad !== undefined || names.length !== columns.length || columns.some((column) => column.length !== rows)) {
    throw new BedsideError({
      code: "signal-csv/unwritable",
      what: "The signals cannot be written as a table",
      why: bad === undefined ? "they differ in number or length" : "a name has a comma, a quote or a line end",
      fix: "give one name a signal, and signals of one length",
    });
  }
  const lines = [names.join(",")];
  const nothing = columns.length === 1 ? "NaN" : "";
  for (let row = 0; row < rows; row++) {
    lines.push(columns.map((column) => (Number.isNaN(column[row]!) ? nothing : String(column[row]))).join(","));
  }
  return `${lines.join("\n")}\n`;
}
