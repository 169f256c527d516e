// Compares the columns of a file with those of a table, over its versions. Knows no folder.
import { BedsideError, nearestName } from "../core/errors.ts";
import { sourceCatalog } from "./catalog.ts";
import type { ColumnSpec, SourceSpec, TableSpec } from "./source.ts";

/** How a file's columns answer a table's. */
export interface ColumnMatch {
  /** For each column of the table, the file's name for it, or undefined where the file lacks it. */
  byColumn: Map<ColumnSpec, string | undefined>;
  /** Columns every version has, that the file lacks. */
  missing: ColumnSpec[];
  /** Columns some versions have, that the file lacks. */
  absent: ColumnSpec[];
  /** The file's columns that no version of the table has. */
  extra: string[];
  /** The file's columns that are not kept: the extra ones, and those of older versions that nothing needs. */
  dropped: string[];
}

/** Matches names without regard to case, and by the names columns had in other versions. */
export function matchColumns(spec: TableSpec, header: readonly string[]): ColumnMatch {
  const byName = new Map(header.map((name) => [name.toLowerCase(), name]));
  const byColumn = new Map<ColumnSpec, string | undefined>();
  for (const column of spec.columns) {
    const names = [column.name, ...(column.aliases ?? [])];
    const found = names.map((name) => byName.get(name.toLowerCase())).find((name) => name !== undefined);
    byColumn.set(column, found);
    if (found !== undefined) byName.delete(found.toLowerCase());
  }
  const lacking = spec.columns.filter((column) => byColumn.get(column) === undefined);
  return {
    byColumn,
    missing: lacking.filter(({ since, until }) => !since && !until),
    absent: lacking.filter(({ since, until }) => since || until),
    extra: [...byName].filter(([name]) => !spec.retired?.includes(name)).map(([, given]) => given),
    dropped: [...byName.values()],
  };
}

/** Whether a file has all columns that every version of a table has. */
export function fits(spec: TableSpec, header: readonly string[]): boolean {
  return matchColumns(spec, header).missing.length === 0;
}

/** How many of the file's columns the table knows. */
function knownColumns(spec: TableSpec, header: readonly string[]): number {
  return header.length - matchColumns(spec, header).extra.length;
}

/** @throws BedsideError when two columns have the same name. */
export function checkDistinct(path: string, header: readonly string[]): void {
  const names = header.map((name) => name.toLowerCase());
  const twice = header.find((_, i) => names.indexOf(names[i]!) < i);
  if (twice === undefined) return;
  throw new BedsideError({
    code: "import/duplicate-column",
    what: `The file has the column ${list([twice])} twice`,
    where: path,
    why: "which of the two is meant cannot be told",
    fix: "take the file as released, with its own header line",
  });
}

/** The error for a file without a column its table must have: says what else the file looks like. */
export function wrongColumns(
  path: string,
  { source, spec }: { source: SourceSpec; spec: TableSpec },
  header: readonly string[],
  { missing, extra }: ColumnMatch,
): BedsideError {
  const other = looksLike(header, source, spec);
  const names = missing.map(({ name }) => name);
  if (other) {
    return new BedsideError({
      code: "import/other-table",
      what: `The file is named as ${spec.table} of ${source.title}, but holds ${other}`,
      where: path,
      why: `it lacks ${list(names)} and has the columns of the other table`,
      fix: "put the right file in its place, or give the two data sets in folders of their own",
    });
  }
  return missingColumns(path, { source, spec }, header, { names, extra });
}

/** The error for columns that are not there: names those that are, and the one that may have been meant. */
export function missingColumns(
  path: string,
  { source, spec }: { source: SourceSpec; spec: TableSpec },
  header: readonly string[],
  { names, extra }: { names: readonly string[]; extra: readonly string[] },
): BedsideError {
  const meant = names.map((name) => nearestName(name, extra)).find((name) => name !== undefined);
  const separator = header.length === 1 ? /[;\t|]/.exec(header[0]!)?.[0] : undefined;
  return new BedsideError({
    code: "import/missing-column",
    what: `Table ${spec.table} of ${source.title} lacks the column${names.length > 1 ? "s" : ""} ${list(names)}`,
    where: path,
    why: separator
      ? `its columns seem to be separated by ${separator === "\t" ? "tabs" : `"${separator}"`}, not by commas`
      : `its columns are ${list(header)}`,
    fix: meant
      ? `is "${meant}" meant to be one of them? Take the file as released, with its own header line`
      : "take the file as released, with its own header line",
  });
}

function looksLike(header: readonly string[], source: SourceSpec, spec: TableSpec): string | undefined {
  let best: { title: string; known: number } | undefined;
  for (const other of sourceCatalog()) {
    for (const table of other.tables) {
      if (other === source && table === spec) continue;
      const known = knownColumns(table, header);
      // a table of few columns is contained in many others: most of the file's columns must be its own
      if (!fits(table, header) || known < header.length / 2) continue;
      if (!best || known > best.known) best = { title: `${table.table} of ${other.title}`, known };
    }
  }
  if (best) return best.title;
  // the table of the same name in another data set, where it explains more of the file than this one does
  const least = Math.max(0.8 * header.length, knownColumns(spec, header) + 1);
  const same = sourceCatalog()
    .filter((other) => other !== source)
    .flatMap((other) => other.tables.filter(({ table }) => table === spec.table).map((table) => ({ other, table })))
    .find(({ table }) => knownColumns(table, header) >= least);
  return same && `columns of ${same.table.table} of ${same.other.title}`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => (name.length > 40 ? `${name.slice(0, 40)}…` : name));
  return shown.join(", ") + (names.length > shown.length ? `, … (${names.length})` : "");
}
