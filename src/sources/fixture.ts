// Small made-up folders in the layouts of the data sets, for tests of the import. Not a synthetic hospital: no physiology.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { sourceCatalog } from "./catalog.ts";
import type { ColumnType, TableSpec } from "./source.ts";

export interface FixtureOptions {
  /** The data set: `mimic-iv`, `mimic-iv-ed`, `mimic-iii`. */
  source: string;
  /** Only these tables; all when left out. */
  tables?: readonly string[];
  /** Rows of each table. Default 3. */
  rows?: number;
  /** Leaves out columns and tables that came after this version. */
  version?: string;
  format?: "csv" | "csv.gz";
  /** File names in capitals, as MIMIC-III has them. */
  capitals?: boolean;
}

/** Writes a folder; every value depends on table, column and row only. */
export function writeFixture(folder: string, options: FixtureOptions): void {
  const { source, tables, rows = 3, version = "9", format = "csv.gz", capitals = false } = options;
  const spec = sourceCatalog().find(({ id }) => id === source)!;
  for (const table of spec.tables) {
    if (tables && !tables.includes(table.table)) continue;
    if (table.since && Number(table.since) > Number(version)) continue;
    const name = capitals ? table.table.toUpperCase() : table.table;
    const path = join(folder, table.module, `${name}.${format}`);
    mkdirSync(dirname(path), { recursive: true });
    const text = csvOf(table, rows, version);
    writeFileSync(path, format === "csv.gz" ? gzipSync(text) : text);
  }
}

/** The table as csv text. */
export function csvOf(table: TableSpec, rows: number, version = "9"): string {
  const columns = table.columns.filter(({ since }) => !since || Number(since) <= Number(version));
  const lines = [columns.map(({ name }) => name).join(",")];
  // the last row first, so that the store has something to sort
  for (let row = rows; row >= 1; row--) lines.push(columns.map(({ type }, i) => cell(type, row, i)).join(","));
  return `${lines.join("\n")}\n`;
}

function cell(type: ColumnType, row: number, column: number): string {
  switch (type) {
    case "integer":
    case "bigint":
      return String(row * 100 + column);
    case "double":
      return String(row + column / 8);
    case "text":
      return `"text, ${row} ""${column}"""`;
    case "timestamp":
      return `${day(row)} 0${column % 10}:30:00`;
    case "date":
      return day(row);
  }
}

/** A day of 2150 and after. */
function day(row: number): string {
  return new Date(Date.UTC(2150, 0, row)).toISOString().slice(0, "YYYY-MM-DD".length);
}
