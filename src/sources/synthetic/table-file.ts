// One table of the hospital as a compressed CSV file, its rows written by the types of its columns. Knows no patient.

import type { ColumnSpec, ColumnType } from "../source.ts";
import { field, RowBytes } from "./bytes.ts";
import { type Compressor, GzipFile } from "./gzip.ts";

/** A field: numbers for numbers, and for dates and times as seconds since 1970; null for an empty one. */
export type Cell = number | string | null;

const DECIMALS = 6;

/** A table being written. */
export class TableFile {
  readonly name: string;
  /** For tables of many rows: the bytes themselves. */
  readonly bytes: RowBytes;
  private readonly types: ColumnType[];
  private readonly file: GzipFile;

  constructor(name: string, path: string, columns: readonly ColumnSpec[], level: number, compressor: Compressor) {
    this.name = name;
    this.types = columns.map(({ type }) => type);
    this.file = new GzipFile(path, level, compressor);
    this.bytes = new RowBytes((stretch) => this.file.add(stretch));
    for (const column of columns) this.bytes.text(field(column.name));
    this.bytes.end();
    this.bytes.rows = 0;
  }

  get rows(): number {
    return this.bytes.rows;
  }

  /** Writes a row; one cell per column, in their order. */
  row(...cells: Cell[]): void {
    const { bytes, types } = this;
    for (let i = 0; i < types.length; i++) {
      const cell = cells[i];
      if (cell === null || cell === undefined) bytes.none();
      else if (typeof cell === "string") bytes.word(cell);
      else if (types[i] === "integer" || types[i] === "bigint") bytes.int(cell);
      else if (types[i] === "timestamp") bytes.time(cell);
      else if (types[i] === "date") bytes.date(cell);
      else bytes.number(cell, DECIMALS);
    }
    bytes.end();
  }

  async finish(): Promise<void> {
    this.bytes.flush();
    await this.file.finish();
  }

  async abandon(): Promise<void> {
    await this.file.abandon();
  }
}
