// What a data set is to Bedside: its tables, their columns over the versions, and what needs them. Holds no data itself.

/** How a column is held in the store. */
export type ColumnType = "integer" | "bigint" | "double" | "text" | "timestamp" | "date";

/** A column of a table, under the name of the newest version. */
export interface ColumnSpec {
  name: string;
  type: ColumnType;
  /** Names it had in other versions (`ethnicity` for `race`). */
  aliases?: string[];
  /** First version that has it; absent in older folders without complaint. */
  since?: string;
  /** Last version that has it. */
  until?: string;
}

/** A table of a data set; columns in the file's order in the newest version. */
export interface TableSpec {
  table: string;
  /** Folder in the release: `hosp`, `icu`, `ed`; empty where the release has none. */
  module: string;
  /** Other folders it lay in (`core` in MIMIC-IV 1.0). */
  otherModules?: string[];
  since?: string;
  until?: string;
  columns: ColumnSpec[];
  /** Columns of older versions that are left out of the store. */
  retired?: string[];
  /** Order of rows in the store. */
  sortBy: string[];
  /** What cannot be run without it, in words: `every ICU cohort`. */
  neededFor: string[];
}

/** A release of a data set. */
export interface VersionSpec {
  version: string;
  /** `open` for demos, `credentialed` for the full sets. */
  dataUse: "open" | "credentialed";
  /** Declared row counts, where the release or a check script states them. */
  rows: Record<string, number>;
}

/** A data set. */
export interface SourceSpec {
  /** `mimic-iv` */
  id: string;
  title: string;
  tables: TableSpec[];
  versions: VersionSpec[];
}
