// DuckDB with limits, SQL with bound values, typed columns, whole-file writes, imported stores.
export * from "./assets.ts";
export type { Column, Columns } from "./columns.ts";
export * from "./database.ts";
export * from "./failures.ts";
export * from "./files.ts";
export * from "./lock.ts";
export { type OutputColumn, rowGroups, writeParquet } from "./parquet.ts";
export * from "./process.ts";
export * from "./records.ts";
export { identifier, join, literal, Sql, type SqlValue, sql } from "./sql.ts";
